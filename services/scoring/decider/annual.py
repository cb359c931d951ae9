"""The rules of the annual target assessment (目标责任考核): scores, ranks, and who may be commended (评优树先)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.scoring.commands import AssessYear, Records, SubjectRecord
from services.scoring.decider.measures import HUNDRED, Share, line, revocations, scored
from services.scoring.state.annual import AnnualEvent, AssessedYear, evolve_year
from shared.contracts.judging import Exclusion
from shared.contracts.profile import AnnualRules
from shared.contracts.scoring import SCORING, SubjectAssessed, YearAssessed
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.events import dump
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day

_POINT = HUNDRED // 100


def assessment_id(command: AssessYear, county: str) -> UUID:
    """Return the id of a year's assessment of units, or of the people of one unit; every run is on it."""
    return derived(county, "annual", str(command.year), command.subject, command.unit or "")


def assess(command: AssessYear, known: AssessedYear, asked: Asked) -> Sequence[AnnualEvent]:
    """The office assesses a year from what happened; the same results under the same rules again change nothing.

    Equal scores share a rank, and stand in the official order among themselves; who has nothing to count has no rank and comes last.
    Earlier runs stay, each with its rules.
    """
    asked.actor.require("office")
    if (command.subject == "person") != (command.unit is not None):
        raise Rejected("assessment_of_whom", pointer="/unit")
    today = business_day(asked.at)
    if command.year > today.year:
        raise Rejected("year_not_begun", pointer="/year")
    if command.rules is None:
        raise Rejected("annual_rules_missing", pointer="/profile_version")
    if not command.records.subjects:
        raise Rejected("nobody_to_assess")
    found = list(_ranked(command, command.rules, asked))
    digest = hashlib.sha256(b"\n".join([command.rules.model_dump_json().encode(), *map(dump, found)])).hexdigest()
    if digest == known.digest:
        return []
    run = known.runs + 1
    made = YearAssessed(
        assessment_id=assessment_id(command, asked.county),
        run=run,
        year=command.year,
        subject=command.subject,
        unit=command.unit,
        rules=command.rules,
        profile_version=command.found_version,
        seen_to=dict(command.records.seen_to),
        subjects=len(found),
        digest=digest,
        assessed_by=asked.actor.sub,
    )
    return [made, *(each.model_copy(update={"run": run}) for each in found)]


def _ranked(command: AssessYear, rules: AnnualRules, asked: Asked) -> Iterator[SubjectAssessed]:
    """Yield every subject's place, the best first; the run is not known yet."""
    shares = shares_of(command.records, by_person=command.subject == "person")
    own = assessment_id(command, asked.county)
    today = business_day(asked.at)
    results = []
    for subject in command.records.subjects:
        share = shares.get(subject.code, Share())
        lines = tuple(line(item, share, command.year, today) for item in rules.items)
        results.append((subject, share, lines, scored(lines)))
    results.sort(key=lambda result: _place(result[0], result[3]))
    rank, before = None, None
    for number, (subject, share, lines, score) in enumerate(results, 1):
        if score is not None and score != before:
            rank, before = number, score
        exclusions = tuple(_excluded(score, rules, revocations(share, command.year)))
        yield SubjectAssessed(
            assessment_id=own,
            run=0,
            subject=command.subject,
            code=subject.code,
            unit=subject.unit,
            order=subject.order,
            lines=lines,
            score=score,
            rank=rank if score is not None else None,
            commendable=not exclusions,
            exclusions=exclusions,
        )


def _place(subject: SubjectRecord, score: int | None) -> tuple[bool, int, int, str]:
    return (score is None, -(score or 0), subject.order, subject.code)


def _excluded(score: int | None, rules: AnnualRules, revoked: int) -> Iterator[Exclusion]:
    if score is None:
        yield "nothing-assessed"
    elif score < rules.commended_from * _POINT:
        yield "score-below"
    if revoked:
        yield "revoked-at-look-back"


def shares_of(records: Records, *, by_person: bool) -> Mapping[str, Share]:
    """Return what there is of each subject: a unit's by its code, a person's by the projects they took on."""
    whose = {project.project_id: project.claimant for project in records.projects}
    found: dict[str, dict[str, list[Any]]] = {}

    def put(code: str | None, kind: str, record: Any) -> None:  # noqa: ANN401 - a record of that kind
        if code is not None:
            found.setdefault(code, {}).setdefault(kind, []).append(record)

    for project in records.projects:
        put(project.claimant if by_person else project.unit, "projects", project)
    for kind, given in (("ratings", records.ratings), ("answers", records.answers)):
        for record in given:
            put((whose.get(record.project_id) if record.project_id else None) if by_person else record.unit, kind, record)
    for letter in records.letters:
        put(None if by_person else letter.unit, "letters", letter)
    return {code: Share(**kinds) for code, kinds in found.items()}


ANNUAL = Decider(contract=SCORING, initial=AssessedYear(), evolve=evolve_year, decide=assess)
