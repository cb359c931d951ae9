"""What services' lists and figures should say after a plan, by its books."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import yaml

from campaigns.calls import Phase, Plan, Step
from campaigns.readings import Row, Rows, ledger, replies, visited
from deploy.embedded.profiles import COUNTIES_FOLDER
from tests.support.books import Books


def anyhow(step: Step) -> Step:
    """Return the step with the calls of what might be drawn: the first things there are."""
    if step.choice is None:
        return step
    listed = step.choice.listed
    return step.chosen(step.choice.things[: listed.whole][listed.first - 1 : listed.last])


def books_of(plan: Plan, draws: int = 1) -> Books:
    """Return the books after every call of a plan and what it waits for; what the services draw is another each time (`draws`)."""
    *_, (books, _) = kept(plan, draws)
    assert not any(books.awaited.values()), "some of what was drawn was not judged"
    return books


def kept(plan: Plan, draws: int = 1) -> Iterator[tuple[Books, Phase]]:
    """Keep the books of a plan; yields them after each phase."""
    rules = yaml.safe_load((COUNTIES_FOLDER / f"{plan.county}.yaml").read_text(encoding="utf-8"))
    books = Books(rules, Random(draws))  # noqa: S311 - seeded, so that a test can be repeated
    for phase in plan.phases:
        for heard in phase.before:
            books.hear(heard)
        for step in phase.steps:
            for call, at in zip(books.chosen(step).calls, step.times, strict=True):
                books.enter(call, at)
        for heard in phase.after:
            books.hear(heard)
        yield books, phase


def rows_of(plan: Plan, draws: int = 1) -> Rows:
    """Return what the services' lists and figures should say after a plan."""
    books = books_of(plan, draws)
    projects, needs, notices = list(books.projects.values()), list(books.needs.values()), list(books.notices.values())
    verifications = list(books.verifications.values())
    for project in projects:
        project["claimed"] = project["claimant"] is not None
        project["pledged"] = project["venue"] is not None
    for need in needs:
        need["in_projects"], need["routed"] = need["project_id"] is not None, need["handling_unit"] is not None
    return {
        "organisations": _counted(list(books.organisations.values()), ("kind",)),
        "members": _counted(list(books.members.values()), ("exemption",)),
        "project-figures": _counted(projects, ("level", "status"), ("claimed", "pledged")),
        "need-figures": _counted(needs, ("kind", "channel", "status", "outcome"), ("in_projects", "routed")),
        "notice-figures": _counted(notices, ("kind", "status", "overdue")),
        "verification-figures": _counted([{"tier": None, **each} for each in verifications], ("tier", "status"), ("refused",)),
        "projects": projects,
        "spot-checks": list(books.spot_checks.values()),
        "needs": needs,
        "wishes": list(books.wishes.values()),
        "notices": notices,
        "verifications": verifications,
        "replies": replies(notices),
        "inspections": books.inspections,
        "leaders": list(books.leaders.values()),
        "contact-points": list(books.contact_points.values()),
        "visits": list(books.visits.values()),
        "demonstrations": list(books.demonstrations.values()),
        "quotas": books.quotas(),
        "look-backs": list(books.look_backs.values()),
        "visited": visited([{**each, "units": _units_of(each)} for each in books.rounds.values()]),
        "rounds": list(books.rounds.values()),
        "findings": list(books.findings.values()),
        "hearings": list(books.hearings.values()),
        "listings": list(books.listings.values()),
        "cadence": list(books.cadence.values()),
        **ledger(
            {"announced": books.announced, "differences": [each for each in books.announced if each["register"] != each["announced"]]}
        ),
    }


def _units_of(each: Mapping[str, Any]) -> list[Row]:
    """Return a round's units as its single resource shows them."""
    return [{"unit": unit, "days": there["days"], "conclusion": "told" if there["told"] else None} for unit, there in each["units"].items()]


def _counted(rows: Sequence[Mapping[str, Any]], by: tuple[str, ...], sums: tuple[str, ...] = ()) -> list[Row]:
    counts: dict[tuple[Any, ...], Counter[str]] = {}
    for row in rows:
        counter = counts.setdefault(tuple(row[name] for name in by), Counter(dict.fromkeys(sums, 0)))
        counter.update({"count": 1, **{name: int(row[name]) for name in sums}})
    return [{**dict(zip(by, key, strict=True)), **counter} for key, counter in counts.items()]
