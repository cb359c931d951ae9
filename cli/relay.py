"""`yinuo relay`: how far each lane has been published, and publishing it again from a position on."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from cli.consent import Consent
from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.options import CountyOption, ServiceOption
from cli.output import Output, counted
from cli.standings import Cursor, cursor, cursors
from cli.topics import lost, records
from cli.verbs import verb

app = typer.Typer(no_args_is_help=True, help="The relays, which publish the lanes to Kafka.")
_STATUS = ("service", "county", "cursor", "head", "unpublished", "waiting_s")
_REWOUND = ("service", "county", "cursor", "to", "again")
_ADVANCE = "SELECT log.advance($1, $2, $3, $4)"
_ATTEMPTS = 100
"""A busy relay moves its cursor ten times a second."""
_LOOK_EVERY_SECONDS = 0.5
_STILL_SECONDS = 30.0


@dataclass(frozen=True)
class Rewind:
    """A lane's cursor, and where it is set back to."""

    service: str
    county: str
    cursor: int
    to: int

    @property
    def again(self) -> int:
        """How many events are published again."""
        return self.cursor - self.to


@app.command("status")
@verb
def status(out: Output, deployment: Deployment, service: ServiceOption = None, county: CountyOption = None) -> None:
    """Show each relay's cursor beside its lane's head, and how many seconds the oldest event has waited that is not published.

    stderr tells where a topic holds less than was published, and where the broker does not answer.
    """
    services = deployment.chosen(service)
    found = _cursors(deployment, services, deployment.chosen_counties(county))
    rows = [{**asdict(cursor), "cursor": cursor.position, "unpublished": cursor.unpublished} for cursor in found]
    out.rows(_STATUS, [{**row, "waiting_s": None if row["waiting"] is None else round(row["waiting"], 1)} for row in rows])
    try:
        for sentence in lost(deployment, asyncio.run(records(deployment, services)), found):
            out.say(sentence)
    except CommandError as refusal:
        out.say(str(refusal))


@app.command("rewind")
@verb
def rewind(
    *,
    service: Annotated[str | None, typer.Argument(metavar="SERVICE", help="Whose lane.")] = None,
    county: Annotated[str | None, typer.Argument(metavar="COUNTY", help="Which county's.")] = None,
    to: Annotated[int, typer.Option("--to", min=0, help="Everything after this position is published again; 0 for all of it.")],
    every: Annotated[bool, typer.Option("--all", help="Every lane of every service that stands beyond the position.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when each relay is where it was.")] = False,
    out: Output,
    deployment: Deployment,
    consent: Consent,
) -> None:
    """Set a relay's cursor back, so that everything from there is published again; consumers drop what they have applied.

    Exit code 5 for a position the relay has not come to: it is never moved forward, or what lies between would not be published.
    """
    if every == (service is not None) or (service is None) != (county is None):
        raise typer.BadParameter("Name a SERVICE and a COUNTY, or all lanes with --all.")
    services = deployment.chosen(service)
    found = _cursors(deployment, services, deployment.chosen_counties(county))
    if ahead := [cursor for cursor in found if cursor.position < to and not every]:
        raise _not_forward(ahead[0], to)
    plan = [Rewind(cursor.service, cursor.county, cursor.position, to) for cursor in found if cursor.position > to or not every]
    if not consent.apply or (consent.asks and out.form == "text"):
        out.rows(_REWOUND, [_row(each) for each in plan])
    if consent.given(out, _doing(plan)):
        done = [asyncio.run(_set_back(deployment, each)) for each in plan]
        out.rows(_REWOUND, [_row(each) for each in done])
        if wait:
            _wait(out, deployment, done)


def _cursors(deployment: Deployment, services: Sequence[str], counties: Sequence[str]) -> list[Cursor]:
    return asyncio.run(cursors(deployment, services, counties))


async def _set_back(deployment: Deployment, planned: Rewind) -> Rewind:
    """Move a cursor by compare-and-set from wherever the relay has it by now."""
    from shared.kernel.relay import CURSOR  # noqa: PLC0415 - see cli.main

    async with deployment.pool(planned.service) as pool:
        for _ in range(_ATTEMPTS):
            now = await cursor(pool, planned.service, planned.county)
            if now.position < planned.to:
                raise _not_forward(now, planned.to)
            if now.position == planned.to or await pool.fetchval(_ADVANCE, planned.county, CURSOR, now.position, planned.to):
                return Rewind(planned.service, planned.county, now.position, planned.to)
    raise CommandError(f"The relay of {planned.service} in {planned.county} moved on every time: try again.", Exit.CONFLICT)


def _wait(out: Output, deployment: Deployment, rewound: Sequence[Rewind]) -> None:
    """Return when every relay is where it was; CommandError when none has moved for a while."""
    services, counties = {each.service for each in rewound}, {each.county for each in rewound}
    published, moved_at = -1, time.monotonic()
    with out.progress("publishing again", sum(each.again for each in rewound)) as moved:
        while True:
            now = {(each.service, each.county): each.position for each in _cursors(deployment, sorted(services), sorted(counties))}
            if all(now[each.service, each.county] >= each.cursor for each in rewound):
                return
            so_far = sum(min(each.again, now[each.service, each.county] - each.to) for each in rewound)
            moved(so_far)
            if so_far != published:
                published, moved_at = so_far, time.monotonic()
            elif time.monotonic() - moved_at > _STILL_SECONDS:
                raise CommandError("The relays do not move: do the services run? What was set back stands.", Exit.DEPENDENCY_DOWN)
            time.sleep(_LOOK_EVERY_SECONDS)


def _doing(plan: Sequence[Rewind]) -> str:
    return f"{counted(sum(each.again for each in plan), 'event')} of {counted(len(plan), 'lane')} will be published again"


def _not_forward(found: Cursor, to: int) -> CommandError:
    lane = f"{found.service} in {found.county}"
    return CommandError(f"The relay of {lane} stands at {found.position} and is never moved forward, to {to}.", Exit.CONFLICT)


def _row(rewind: Rewind) -> dict[str, Any]:
    return {**asdict(rewind), "again": rewind.again}
