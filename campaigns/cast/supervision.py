"""The supervision list: notices, rounds, and what is found in them."""

import itertools
from collections.abc import Iterator

from campaigns.things import Cast, Finding, Notice, Round

_SEVERITIES = ("minor", "serious", "grave")


def notices(cast: Cast) -> Iterator[Notice]:
    """Make notices; those to one unit are about items that the office reviewed, in turn."""
    everyone = tuple(unit.code for unit in cast.county.units)
    numbers: dict[str, itertools.count[int]] = {}
    projects = itertools.cycle(
        [project for project in cast.projects if project.fate != "unclaimed" and project.level.review_by == "office"]
    )
    for group in cast.county.notices:
        for place in range(group.count):
            number = next(numbers.setdefault(group.kind, itertools.count(1)))
            project = next(projects) if group.to == "one" else None
            yield Notice(
                thing=f"{group.kind}/{number:03}",
                group=group,
                number=number,
                units=everyone if project is None else (project.unit,),
                project=project,
                sent_back=place < group.sent_back,
                overdue=group.sent_back <= place < group.sent_back + group.overdue,
            )


def rounds(cast: Cast) -> Iterator[Round]:
    """Make the rounds and what is found in each: what letters are about, what plans are revised for, what needs nothing.

    A round that does not go everywhere goes to so many units, the next round to the next ones. Plans are revised of items that the
    office reviewed and that stay in hand; ValueError where there are not as many.
    """
    county = cast.county
    in_hand = [project for project in cast.projects if project.fate == "hand" and project.level.review_by == "office"]
    wanted = sum(group.revised for group in county.rounds) + county.revisions
    revised = cast.chance("revisions").shuffled(in_hand)[:wanted]
    if len(revised) < wanted:
        raise ValueError(f"the plans of {wanted} items cannot be revised: {len(revised)} stay in hand")
    units, left, numbers = [unit.code for unit in county.units], iter(revised), itertools.count(1)
    turns = itertools.cycle(units)
    for group in county.rounds:
        visited = tuple(itertools.islice(turns, group.units)) if group.units else tuple(units)
        letters = [notice for notice in cast.notices if notice.group.name == group.name]
        findings = [Finding("notice", letter.units[0], letter.project) for letter in letters]
        findings += [Finding("plan-revised", project.unit, project) for project in itertools.islice(left, group.revised)]
        findings += [Finding("no-action", visited[number % len(visited)]) for number in range(group.left)]
        for finding, number in zip(findings, numbers, strict=False):
            finding.thing, finding.severity = f"finding/{number:03}", _SEVERITIES[number % len(_SEVERITIES)]
        for letter, finding in zip(letters, findings, strict=False):
            letter.finding = finding.thing
        yield Round(f"round/{group.name}", group, visited, findings)
    cast.revisions = list(left)
