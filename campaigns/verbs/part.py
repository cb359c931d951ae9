"""What a verb makes: steps, and what must have been heard before and after them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.calls import Actor, Call, Choice, Heard, Listed, Step, UpToDate
from campaigns.county import Activity
from campaigns.things import Cast, Draw, Project

MOST_IN_BULK = 200
_WORTH_A_SHEET = 3
"""So many calls of one actor are handed in as a sheet."""


@dataclass(frozen=True, slots=True)
class Part:
    """The calls of one line of the calendar; `before` and `after` without things to hear of are left out."""

    steps: list[Step]
    before: tuple[Heard | UpToDate, ...] = ()
    after: tuple[Heard, ...] = ()


def call(
    verb: str,
    path: str,
    actor: Actor,
    thing: str,
    body: Mapping[str, Any] | None = None,
    *,
    nth: int = 1,
    found_in: str = "",
    **within: str,
) -> Call:
    """Return a call whose key says what it does to what, and the how many-th time."""
    again = "" if nth == 1 else f"/{nth}"
    return Call(f"demo/{verb}/{thing}{again}", path, actor, thing, body or {}, within, found_in)


def held(cast: Cast, activity: Activity, *things: str) -> tuple[Heard, ...]:
    """Return what is waited for where the county asks for something regularly: that this counts as it."""
    regular = activity in cast.county.cadence and bool(things)
    return (Heard("{} counts as what was due", "/cadence", things, "status", "held", key="reference_ids"),) if regular else ()


def drawn(listed: Listed, draw: Draw, calls: Callable[[Draw, Project], Sequence[Call]], *, each: int = 1, bulk: bool = False) -> list[Step]:
    """Return a step for what was drawn, no step for none; `calls` makes `each` drawn item's."""
    choice = Choice(listed, tuple(draw.projects), lambda thing: tuple(calls(draw, draw.projects[thing])), each)
    return [Step(bulk=bulk, choice=choice)] if listed.size else []


def singles(calls: Iterable[Call]) -> list[Step]:
    """Return a step for each call."""
    return [Step((each,)) for each in calls]


def bulks(calls: Iterable[Call]) -> list[Step]:
    """Return batches: calls of one actor to one path each, and not too many."""
    together: dict[tuple[str, Actor], list[Call]] = {}
    for each in calls:
        together.setdefault((each.path, each.actor), []).append(each)
    return [
        Step(tuple(group[first : first + MOST_IN_BULK]), bulk=True)
        for group in together.values()
        for first in range(0, len(group), MOST_IN_BULK)
    ]


def sheets(calls: Iterable[Call]) -> list[Step]:
    """Return batches where one actor has several calls to one path, and steps of their own for the others."""
    steps = list[Step]()
    for step in bulks(calls):
        steps += [step] if len(step.calls) >= _WORTH_A_SHEET else singles(step.calls)
    return steps


def sheets_in_turn(things: Iterable[Sequence[Call]]) -> list[Step]:
    """Return steps of several sheets, for things with the same calls by the same people: the first call of all, then the second of all."""
    together: dict[tuple[tuple[str, Actor], ...], list[Sequence[Call]]] = {}
    for calls in things:
        together.setdefault(tuple((each.path, each.actor) for each in calls), []).append(calls)
    return [
        Step(tuple(each for nth in zip(*group[first : first + MOST_IN_BULK], strict=True) for each in nth), bulk=True)
        for group in together.values()
        for first in range(0, len(group), MOST_IN_BULK)
    ]
