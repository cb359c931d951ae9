"""The reports there are, read from the services as of positions, and sealed with their digest."""

import asyncio
from dataclasses import dataclass
from typing import Any

from campaigns.check import Outcome, check
from campaigns.county import Size
from campaigns.figures import load_figures
from campaigns.readings import read
from campaigns.report import as_dict
from cli.exits import CommandError, Exit
from cli.replaying.asking import Asking
from cli.replaying.canonical import sealed
from cli.replaying.positions import Positions, positions_of
from cli.replaying.rules import Rules, Under, judged, rules_in_force

PUBLISHED, FIGURES, LEDGER = "published", "figures", "ledger"
NAMED = (PUBLISHED, FIGURES, LEDGER)


@dataclass(frozen=True)
class Wanted:
    """A report as it is asked for: its name, its county, the size of campaign it is held against, and whose rules judge."""

    name: str
    county: str
    size: Size
    rules: Under


@dataclass(frozen=True)
class Report:
    """A report with its positions, rules, code version and digest; `outcome` where it is made of published tables."""

    said: dict[str, Any]
    outcome: Outcome | None = None


def services_of(name: str, services: tuple[str, ...]) -> tuple[str, ...]:
    """Return the services a report reads; CommandError (4) for a name there is none of."""
    if name in (PUBLISHED, FIGURES):
        return services
    service = "projects" if name == LEDGER else name.partition("/")[0]
    if service not in services or (name != LEDGER and "/" not in name):
        offered = f"{', '.join(NAMED)}, or a list or resource of {', '.join(services)}, as in intake/needs"
        raise CommandError(f"There is no report {name}: it is {offered}.", Exit.NOT_FOUND)
    return (service,)


async def report(now: Asking, wanted: Wanted, moment: str | None) -> Report:
    """Return a report as of a moment, of the present without one; CommandError where the services refuse it."""
    positions = await positions_of(now, moment, services_of(wanted.name, now.services))
    then = now.at(str(positions))
    rules = await _rules(now, wanted.rules, positions)
    outcome = None
    if wanted.name == PUBLISHED:
        outcome = await _published(then, wanted)
        content: Any = as_dict(outcome)
    elif wanted.name == FIGURES:
        told = await asyncio.gather(*(then.get(service, "/figures") for service in then.services), judged(then, rules))
        content = dict(zip((*then.services, "judged"), told, strict=True))
    else:
        content = await _one(then, wanted.name)
    said = {
        "report": wanted.name,
        "county": wanted.county,
        "positions": dict(positions.by_lane),
        "code_version": positions.code_version,
        "rules": None if rules is None else rules.as_dict(),
        "content": content,
    }
    return Report(sealed(said), outcome)


async def _published(then: Asking, wanted: Wanted) -> Outcome:
    try:
        figures = load_figures(wanted.county, wanted.size)
    except FileNotFoundError as fault:
        raise CommandError(f"County {wanted.county} has published no tables that are known here.", Exit.NOT_FOUND) from fault
    return check(figures, await read(then, figures))


async def _rules(now: Asking, under: Under, positions: Positions) -> Rules | None:
    """Return the rules a report is under: of then, as the projects lane had them by its position, or of today; None before the first."""
    if under == "today":
        return await rules_in_force(now, under)
    adopted = positions.by_lane.get("projects", 0)
    return None if adopted == 0 else await rules_in_force(now.at(f"projects@{adopted},intake@0"), under)


async def _one(then: Asking, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return a list with all its pages, or a resource."""
    service, path = ("projects", "/ledger") if name == LEDGER else (name.partition("/")[0], f"/{name.partition('/')[2]}")
    found = await then.get(service, path)
    return {"items": await then.items(service, path)} if isinstance(found.get("items"), list) and "next" in found else found
