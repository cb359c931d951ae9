"""`yinuo events`: a lane's events out of the log, as they are; what is sealed in them stays sealed."""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.options import CountyArgument, ServiceArgument
from cli.output import Output, counted, tell, visible, written
from cli.standings import heads
from cli.verbs import verb

app = typer.Typer(no_args_is_help=True, help="The events of a lane.")
_AT_ONCE = 4_000
_LANE = """
SELECT position, stream, version, event_id, type, recorded_at, body FROM log.events
WHERE county = $1 AND position > $2 AND position <= $3 AND ($5::text IS NULL OR type = $5)
ORDER BY position LIMIT $4
"""
_STREAM = """
SELECT position, stream, version, event_id, type, recorded_at, body FROM log.events
WHERE county = $1 AND stream = $6 AND position > $2 AND position <= $3 AND ($5::text IS NULL OR type = $5)
ORDER BY version LIMIT $4
"""
_ONE = """
SELECT position, stream, version, event_id, type, recorded_at, body FROM log.events
WHERE county = $1 AND CASE WHEN $2::uuid IS NULL THEN position = $3 ELSE event_id = $2 END
"""


@dataclass(frozen=True)
class Stored:
    """One event as the log holds it."""

    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    recorded_at: datetime
    body: bytes


@dataclass(frozen=True)
class Wanted:
    """Which events of a lane: positions after `after` up to `to`, of a type or a stream where one is named, so many at most."""

    service: str
    county: str
    after: int
    to: int
    type: str | None
    stream: str | None
    limit: int


@dataclass
class Trail:
    """What was printed: how many events, the first and the last position."""

    count: int = 0
    first: int | None = None
    last: int | None = None

    def saw(self, position: int) -> None:
        """Count one more."""
        self.count += 1
        self.first = position if self.first is None else self.first
        self.last = position

    def end(self, out: Output) -> None:
        """Say it on stderr, as JSON where the events were."""
        if out.form == "json":
            out.say(json.dumps({"count": self.count, "first": self.first, "last": self.last}))
        else:
            out.say(f"{counted(self.count, 'event')}, positions {self.first} to {self.last}." if self.count else "No events.")


@app.command("ls")
@verb
def ls(
    service: ServiceArgument,
    county: CountyArgument,
    out: Output,
    deployment: Deployment,
    *,
    first: Annotated[int, typer.Option("--from", min=1, help="Position to begin at.")] = 1,
    last: Annotated[int | None, typer.Option("--to", min=1, help="Position to end at; by default the lane's end.")] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Only events of this type.")] = None,
    stream: Annotated[str | None, typer.Option("--stream", help="Only this stream.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="So many at most.")] = None,
) -> None:
    """Print a lane's events in order, with --json their exact bytes, one a line; stderr tells how many, the first and last position.

    Exit code 3 if a position is missing.
    """
    end = _end(deployment, service, county)
    wanted = Wanted(service, county, first - 1, end if last is None else min(end, last), event_type, stream, limit or end)
    trail = Trail()
    try:
        with out.progress(f"reading {service} {county}", max(0, wanted.to - wanted.after)) as moved:
            for event in _events(deployment, wanted):
                _print(out, event)
                trail.saw(event.position)
                moved(event.position - wanted.after)
    except KeyboardInterrupt:
        tell(
            "Stopped before the first." if trail.last is None else f"Stopped after position {trail.last}: --from {trail.last + 1} goes on."
        )
        raise
    trail.end(out)


@app.command("show")
@verb
def show(
    service: ServiceArgument,
    county: CountyArgument,
    which: Annotated[str, typer.Argument(metavar="POSITION|ID", help="A position in the lane, or an event's id.")],
    out: Output,
    deployment: Deployment,
) -> None:
    """Show one event, its envelope and its data; with --json its exact bytes."""
    _end(deployment, service, county)
    event = asyncio.run(_one(deployment, service, county, *_position_or_id(which)))
    if event is None:
        raise CommandError(f"The lane of {service} in {county} has no event {which}.", Exit.NOT_FOUND)
    if out.form == "json":
        _print(out, event)
        return
    envelope = json.loads(event.body)
    data = envelope.pop("data")
    out.record({**envelope, "leaf_hash": _leaf_hash(event.body)})
    if out.form == "plain":
        sys.stdout.write(f"data\t{json.dumps(data, ensure_ascii=False)}\n")
    else:
        out.text(json.dumps(data, ensure_ascii=False, indent=2))


def _end(deployment: Deployment, service: str, county: str) -> int:
    deployment.access(service)
    deployment.check_county(county)
    return asyncio.run(heads(deployment, (service,), (county,)))[service, county].position


def _events(deployment: Deployment, wanted: Wanted) -> Iterator[Stored]:
    """Yield events in order; CommandError at a position that is missing.

    The database is asked between prints, not during them: while a print waits for its reader, Ctrl-C ends the verb at once.
    """
    after, left = wanted.after, wanted.limit
    every = wanted.type is None and wanted.stream is None
    while left > 0 and after < wanted.to:
        batch = asyncio.run(_batch(deployment, wanted, after, min(left, _AT_ONCE)))
        for event in batch:
            if every and event.position != after + 1:
                break
            yield event
            after, left = event.position, left - 1
        if every and left > 0 and after < wanted.to and (not batch or after < batch[-1].position):
            raise CommandError(f"Position {after + 1} of {wanted.service} in {wanted.county} is missing.", Exit.VERIFICATION_FAILED)
        if not batch:
            return


async def _batch(deployment: Deployment, wanted: Wanted, after: int, limit: int) -> list[Stored]:
    from shared.kernel.tenancy import county_reading  # noqa: PLC0415 - see cli.main

    arguments = [wanted.county, after, wanted.to, limit, wanted.type]
    async with deployment.pool(wanted.service) as pool, county_reading(pool, wanted.county) as connection:
        if wanted.stream is None:
            return [Stored(*row) for row in await connection.fetch(_LANE, *arguments)]
        return [Stored(*row) for row in await connection.fetch(_STREAM, *arguments, wanted.stream)]


async def _one(deployment: Deployment, service: str, county: str, position: int | None, event_id: UUID | None) -> Stored | None:
    from shared.kernel.tenancy import county_reading  # noqa: PLC0415 - see cli.main

    async with deployment.pool(service) as pool, county_reading(pool, county) as connection:
        row = await connection.fetchrow(_ONE, county, event_id, position)
    return None if row is None else Stored(*row)


def _position_or_id(which: str) -> tuple[int | None, UUID | None]:
    if which.isdecimal():
        return int(which), None
    try:
        return None, UUID(which)
    except ValueError:
        raise typer.BadParameter(f"'{which}' is neither a position nor an event's id.") from None


def _print(out: Output, event: Stored) -> None:
    """Print an event, and return when it is out of our hands: what was counted has been handed over."""
    if out.form == "json":
        sys.stdout.buffer.write(event.body + b"\n")
        sys.stdout.buffer.flush()
        return
    cells = (str(event.position), str(written(event.recorded_at)), event.type, event.stream, str(event.version))
    if out.form == "plain":
        sys.stdout.write("\t".join(map(visible, cells)) + "\n")
    else:
        position, time, name, stream, version = map(visible, cells)
        sys.stdout.write(f"{position:>8}  {time}  {name:<24}  {stream}  {version}\n")
    sys.stdout.flush()


def _leaf_hash(body: bytes) -> str:
    from shared.kernel.proof.merkle import leaf_hash  # noqa: PLC0415 - see cli.main

    return leaf_hash(body).hex()
