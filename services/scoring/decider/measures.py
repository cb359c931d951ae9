"""What each measure of the annual assessment counts, and which events it counts on."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from services.scoring.commands import AnswerRecord, LetterRecord, ProjectRecord, RatingRecord
from services.scoring.decider.weighing import half_up
from shared.contracts.judging import AnnualLine, Behind
from shared.contracts.profile import AnnualItem, Measure

LISTED = 500
"""Positions a line lists of one service: seven measures of a large unit stay within an event; the digest is over all."""
HUNDRED = 10_000
"""A hundred points, in hundredths of a point."""
Position = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Share:
    """What there is of one subject."""

    projects: Sequence[ProjectRecord] = ()
    ratings: Sequence[RatingRecord] = ()
    letters: Sequence[LetterRecord] = ()
    answers: Sequence[AnswerRecord] = ()


@dataclass(slots=True)
class _Count:
    part: int = 0
    whole: int = 0
    events: set[Position] = field(default_factory=set)

    def add(self, *positions: tuple[str, int | None], counts: bool) -> None:
        self.whole += 1
        self.part += counts
        self.events |= {(service, at) for service, at in positions if at is not None}


def line(item: AnnualItem, share: Share, year: int, today: date) -> AnnualLine:
    """Return a subject's line of a measure; without anything to count it has no points, and its weight is left out of the score."""
    count = _counted(item.measure, share, year, today)
    points = half_up(HUNDRED * count.part, count.whole) if count.whole else None
    return AnnualLine(
        measure=item.measure, part=count.part, whole=count.whole, points=points, weight=item.weight, behind=behind(count.events)
    )


def behind(events: Iterable[Position]) -> tuple[Behind, ...]:
    """Return the events behind a figure, service by service, as the contract writes them."""
    by_service: dict[str, list[int]] = {}
    for service, position in sorted(set(events)):
        by_service.setdefault(service, []).append(position)
    return tuple(
        Behind(
            service=service,
            count=len(positions),
            positions=tuple(positions[:LISTED]),
            digest=hashlib.sha256(",".join(map(str, positions)).encode()).hexdigest(),
        )
        for service, positions in by_service.items()
    )


def revocations(share: Share, year: int) -> int:
    """Return how many sign-offs of a subject look-backs of the year revoked."""
    return sum(found == "revoked" and on.year == year for project in share.projects for _, found, on, _ in project.verdicts)


def _counted(measure: Measure, share: Share, year: int, today: date) -> _Count:  # noqa: PLR0911 - one case a measure
    match measure:
        case "completion":
            return _completion(share.projects, year)
        case "on-time":
            return _on_time(share.projects, year, today)
        case "satisfaction":
            return _satisfaction(share.ratings, year)
        case "awareness":
            return _awareness(share.answers, year)
        case "verification":
            return _verification(share.projects, year)
        case "replies-on-time":
            return _replies(share.letters, year, today)
        case "look-back":
            return _look_back(share.projects, year)
        case _:
            assert_never(measure)


def _completion(projects: Sequence[ProjectRecord], year: int) -> _Count:
    """Signed off, and not revoked since, of what was claimed in the year."""
    count = _Count()
    for project in projects:
        if project.claimed_on.year == year and not project.gone:
            done = _stands(project) and project.signed_off_on is not None and project.signed_off_on.year == year
            revoked = [("scoring", at) for _, found, _, at in project.verdicts if found == "revoked"]
            count.add(("projects", project.claimed_at), ("projects", project.signed_off_at), *revoked, counts=done)
    return count


def _on_time(projects: Sequence[ProjectRecord], year: int, today: date) -> _Count:
    """Promises for a day of the year that is over, or kept already; kept is what was declared by that day and then signed off."""
    count = _Count()
    for project in projects:
        if project.promised_by is None or project.promised_by.year != year or project.gone or project.suspended:
            continue
        declared = {number: (on, at) for number, on, at in project.declarations}
        on, at = declared.get(project.signed_off or 0, (None, None))
        kept = _stands(project) and on is not None and on <= project.promised_by
        if kept or project.promised_by < today:
            count.add(("projects", project.promised_at), ("projects", at), ("projects", project.signed_off_at), counts=kept)
    return count


def _satisfaction(ratings: Sequence[RatingRecord], year: int) -> _Count:
    count = _Count()
    for rating in ratings:
        if rating.rated_on.year == year:
            count.add(("intake", rating.position), counts=rating.good)
    return count


def _awareness(answers: Sequence[AnswerRecord], year: int) -> _Count:
    given = [each for each in answers if each.answered_on.year == year and each.awareness.whole]
    return _Count(
        part=sum(each.awareness.part for each in given),
        whole=sum(each.awareness.whole for each in given),
        events={("scoring", each.position) for each in given},
    )


def _verification(projects: Sequence[ProjectRecord], year: int) -> _Count:
    """First declarations signed off, of all declarations of the year that were decided: what is refused once counts twice."""
    count = _Count()
    for project in projects:
        verdicts = {(number, found): at for number, found, _, at in project.verdicts}
        for number, on, at in project.declarations:
            decided = verdicts.get((number, "verified")) or verdicts.get((number, "refused"))
            if on.year == year and decided is not None:
                passed = number == 1 and (number, "verified") in verdicts and (number, "revoked") not in verdicts
                count.add(("projects", at), ("scoring", decided), ("scoring", verdicts.get((number, "revoked"))), counts=passed)
    return count


def _replies(letters: Sequence[LetterRecord], year: int, today: date) -> _Count:
    """Letters to be answered in the year, the day over or the reply there; in time is what was never found overdue."""
    count = _Count()
    for letter in letters:
        replied = letter.replied_on is not None
        if letter.reply_by.year == year and (replied or letter.overdue_at is not None or letter.reply_by < today):
            in_time = letter.replied_on is not None and letter.replied_on <= letter.reply_by and letter.overdue_at is None
            at = [("supervision", position) for position in (letter.issued_at, letter.replied_at, letter.overdue_at)]
            count.add(*at, counts=in_time)
    return count


def _look_back(projects: Sequence[ProjectRecord], year: int) -> _Count:
    count = _Count()
    for project in projects:
        for _, found, on, at in project.verdicts:
            if found in ("confirmed", "revoked") and on.year == year:
                count.add(("scoring", at), counts=found == "confirmed")
    return count


def _stands(project: ProjectRecord) -> bool:
    """Tell whether a project's sign-off stands: given for a round, and not revoked for it."""
    revoked = {number for number, found, _, _ in project.verdicts if found == "revoked"}
    return project.signed_off is not None and project.signed_off not in revoked


def scored(lines: Sequence[AnnualLine]) -> int | None:
    """Return the weighted mean of the lines that have points, in hundredths, rounded half up; None where none has."""
    given: Mapping[Measure, tuple[int, int]] = {each.measure: (each.points, each.weight) for each in lines if each.points is not None}
    weight = sum(weight for _, weight in given.values())
    return half_up(sum(points * weight for points, weight in given.values()), weight) if weight else None
