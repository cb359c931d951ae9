"""`yinuo county`: the counties a deployment serves, their rules' versions and their lanes."""

import asyncio
from typing import TYPE_CHECKING, Any

import typer

from cli.deployment import Deployment
from cli.options import CountyArgument
from cli.output import Output
from cli.standings import heads
from cli.verbs import verb

if TYPE_CHECKING:
    from shared.contracts.projects import CountyProfileAdopted
    from shared.kernel.envelope import Envelope

app = typer.Typer(no_args_is_help=True, help="Counties, the versions of their rules, and their lanes.")
_PROFILES = "profile-county"
_FIRST = "SELECT recorded_at FROM log.events WHERE county = $1 AND position = 1"
_COLUMNS = ("county", "name", "profiles", "events", "last_recorded_at")


@app.command("ls")
@verb
def ls(out: Output, deployment: Deployment) -> None:
    """Show every county with its name, how many versions its rules have, and how many events it holds."""
    out.rows(_COLUMNS, asyncio.run(_all(deployment)))


@app.command("show")
@verb
def show(county: CountyArgument, out: Output, deployment: Deployment) -> None:
    """Show the versions of a county's rules, and of each lane its head and its first and last recorded time."""
    out.record(asyncio.run(_one(deployment, deployment.check_county(county))))


async def _all(deployment: Deployment) -> list[dict[str, Any]]:
    ends = await heads(deployment, tuple(deployment.services), deployment.counties)
    rows = []
    for county in deployment.counties:
        profiles = await _profiles(deployment, county)
        lanes = [head for (_, of), head in ends.items() if of == county]
        times = [head.recorded_at for head in lanes if head.recorded_at is not None]
        rows.append(
            {
                "county": county,
                "name": profiles[-1][0].profile.name if profiles else None,
                "profiles": len(profiles),
                "events": sum(head.position for head in lanes),
                "last_recorded_at": max(times, default=None),
            }
        )
    return rows


async def _one(deployment: Deployment, county: str) -> dict[str, Any]:
    ends = await heads(deployment, tuple(deployment.services), (county,))
    firsts = dict(
        zip(deployment.services, await asyncio.gather(*(_first(deployment, name, county) for name in deployment.services)), strict=True)
    )
    profiles = await _profiles(deployment, county)
    return {
        "county": county,
        "name": profiles[-1][0].profile.name if profiles else None,
        "profiles": [
            {
                "version": event.profile.version,
                "effective_from": event.profile.effective_from,
                "position": envelope.meta.position,
                "recorded_at": envelope.meta.recorded_at,
                "adopted_by": envelope.meta.actor,
            }
            for event, envelope in profiles
        ],
        "lanes": [
            {"service": service, "events": head.position, "first_recorded_at": firsts[service], "last_recorded_at": head.recorded_at}
            for (service, _), head in ends.items()
        ],
    }


async def _first(deployment: Deployment, service: str, county: str) -> Any:  # noqa: ANN401 - a time, or none
    from shared.kernel.tenancy import county_reading  # noqa: PLC0415 - see cli.main

    async with deployment.pool(service) as pool, county_reading(pool, county) as connection:
        return await connection.fetchval(_FIRST, county)


async def _profiles(deployment: Deployment, county: str) -> "list[tuple[CountyProfileAdopted, Envelope]]":
    """Return the rules the county has adopted, in their order, out of the log."""
    from shared.contracts.projects import PROJECTS, CountyProfileAdopted  # noqa: PLC0415 - see cli.main
    from shared.kernel.event_log import EventLog  # noqa: PLC0415

    if PROJECTS.service not in deployment.services:
        return []
    async with deployment.pool(PROJECTS.service) as pool:
        adopted = [(envelope.event(PROJECTS), envelope) for envelope in await EventLog(pool).stream(county, _PROFILES)]
    return [(event, envelope) for event, envelope in adopted if isinstance(event, CountyProfileAdopted)]
