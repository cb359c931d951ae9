"""Carries a plan out: phase after phase, many calls at once, waiting where one service must have heard another."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.api import Api
from campaigns.calls import SHANGHAI, Heard, Phase, Plan, Step, UpToDate
from campaigns.sender import Patience, RefusedError, UnreachableError

AT_ONCE = 16
"""Calls of a county under way: many desks, and appends that share a transaction."""
Told = Callable[[str, str, int, int], None]
"""Is told which county is at what, and how many of how many calls are done."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a phase took: its calls, in how many requests, and the seconds until all was heard of."""

    phase: str
    calls: int
    requests: int
    seconds: float


async def carry_out(plan: Plan, api: Api, told: Told, *, at_once: int = AT_ONCE) -> list[Spent]:
    """Run a county's campaign to its end. What was done before, by a run that was cut short perhaps, stays as it is.

    RefusedError if the services hold something that is not this campaign's past, UnreachableError if one stays away.
    """
    await _not_too_late(plan, api)
    done, size = 0, plan.size
    told(plan.county, plan.name, done, size)
    spent: list[Spent] = []
    for phase in plan.phases:
        began = time.monotonic()

        def count(calls: int, phase: Phase = phase) -> None:
            nonlocal done
            done += calls
            told(plan.county, f"{plan.name} {phase.name}", done, size)

        for heard in phase.before:
            await _hear(api, heard)
        steps = iter(phase.steps)
        await together(*(_work(api, steps, count) for _ in range(min(at_once, len(phase.steps)))))
        for heard in phase.after:
            await _hear(api, heard)
        spent.append(Spent(phase.name, phase.size, len(phase.steps), time.monotonic() - began))
    return spent


async def together(*parts: Coroutine[Any, Any, None]) -> None:
    """Run parts side by side; the first failure ends the others and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _work(api: Api, steps: Iterator[Step], count: Callable[[int], None]) -> None:
    """Take the next step, whoever is free first: times go on nearly in order, as in an office with many desks."""
    for step in steps:
        await api.carry_out(await _chosen(api, step))
        count(step.size)


async def _chosen(api: Api, step: Step) -> Step:
    """Return the step with the calls of what is listed, where it depends on a list."""
    if step.choice is None:
        return step
    things = {api.id_of(thing): thing for thing in step.choice.things}
    return step.chosen([things[found] for found in await api.listed(step.choice.listed)])


async def _hear(api: Api, heard: Heard | UpToDate) -> None:
    """Look until a service's list says of every thing what it must; UnreachableError names what it does not say."""
    if isinstance(heard, UpToDate):
        await api.known(heard.service, heard.path, {"limit": "1"})
        return
    patience = Patience(api.patience)
    wanted = {api.id_of(thing): thing for thing in heard.things}
    if heard.among:
        drawn = {found for listed in heard.among for found in await api.listed(listed)}
        wanted = {found: thing for found, thing in wanted.items() if found in drawn}
    while True:
        missing = set(wanted)
        async for items in api.pages(heard.service, heard.path):
            missing.difference_update(found for item in items for found in heard.about(item) if found in wanted and heard.by(item))
        if not missing:
            return
        if not await patience.lasts():
            first = min(wanted[thing] for thing in missing)
            raise UnreachableError(
                f"{api.county}: after {api.patience:g} s {heard.service} has not heard, {len(missing)} times of {len(wanted)}, "
                f"that {heard.what.format(first)}."
            )


async def _not_too_late(plan: Plan, api: Api) -> None:
    """RefusedError where a county's record has gone past the campaign's first day by another clock: time never goes back in it."""
    patience = Patience(api.patience)
    while not (profiles := await api.items("projects", "/profiles")):
        if not await patience.lasts():
            raise UnreachableError(f"{api.county}: no rules have been adopted for {api.patience:g} s.")
    adopted = min(datetime.fromisoformat(profile["adopted_at"]).astimezone(SHANGHAI).date() for profile in profiles)
    if adopted > plan.begins:
        raise RefusedError(
            f"The record of {plan.name} begins on {adopted}, after the campaign's first day, {plan.begins}: "
            "it was started with another clock; use another --data."
        )
