"""`yinuo timeline`: the whole story of a need, project, notice or anything else, over all services."""

import asyncio
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.deployment import DeploymentOption, deployment_of
from cli.exits import CommandError, Exit
from cli.options import DataOption, JsonOption, PortBaseOption
from deploy.embedded.preflight import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    from cli.deployment import Deployment
    from shared.kernel.envelope import Envelope
    from shared.kernel.timeline.logs import LogFinder
    from shared.kernel.timeline.story import Story

FOLLOWED = ("need", "project", "verification", "watch", "notice", "listing", "finding")
"""The streams a story goes on through: what is done for people, and what watches over it; not units, people, or draws of many."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_RECEIPT = re.compile(r"[0-9]{4}-[0-9]{6,18}-[0-9]\Z")
_GIVES_RECEIPT = ("NeedSubmitted", "NeedJoined")
_WIDTH = 220


def timeline(  # noqa: PLR0917 - options, given by name
    thing: Annotated[str, typer.Argument(metavar="ID", help="A need's, project's, notice's, event's or other id, or a receipt's number.")],
    county: Annotated[str, typer.Option("--county", help="Six-digit code, such as 430523.")],
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    deployment: DeploymentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print every event that has to do with a thing, causes first: when, where, who, and because of what; what is sealed stays sealed."""
    on = deployment_of(data, port_base, deployment)
    on.check_county(county)
    if _ID.match(thing.lower()) is None and _RECEIPT.match(thing) is None:
        raise CommandError(f"'{thing}' is no id and no receipt's number (2021-000123-5).", Exit.USAGE)
    found = asyncio.run(_story(on, county, thing.lower()))
    if not found.events:
        raise CommandError(f"County {county} has recorded nothing about {thing}.", Exit.NOT_FOUND)
    if as_json:
        _write(found)
    else:
        _show(found)
    if found.left:
        sys.stderr.write(f"yinuo: {len(found.streams)} streams are followed; {len(found.left)} more are not: {', '.join(found.left)}\n")
    sys.stdout.flush()


async def _story(on: "Deployment", county: str, thing: str) -> "Story":
    from contextlib import AsyncExitStack  # noqa: PLC0415 - see cli.main

    from shared.kernel.timeline.logs import LogFinder  # noqa: PLC0415
    from shared.kernel.timeline.story import story  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        pools = {service: await stack.enter_async_context(on.pool(service)) for service in on.services}
        finder = LogFinder(pools, county)
        return await story(finder, await _need_of(finder, thing) if _RECEIPT.match(thing) else thing, FOLLOWED)


async def _need_of(finder: "LogFinder", receipt: str) -> str:
    """Return the id of the need that a receipt's number is about; CommandError where there is no such receipt."""
    from services.intake.state.receipts import position_of, receipt_number  # noqa: PLC0415 - see cli.main

    position = position_of(receipt)
    if position is None:
        raise CommandError(f"{receipt} has a wrong check digit: a digit was misheard, or two were swapped.", Exit.USAGE)
    event = await finder.at("intake", position)
    if event is None or receipt_number(position, event.meta.recorded_at) != receipt or event.meta.type not in _GIVES_RECEIPT:
        raise CommandError(f"No receipt {receipt} was given.", Exit.NOT_FOUND)
    return event.meta.stream.partition("-")[2]


def _write(found: "Story") -> None:
    import orjson  # noqa: PLC0415 - see cli.main

    events = [_told(event, found) for event in found.events]
    said = {"events": events, "streams": list(found.streams), "not_followed": list(found.left)}
    sys.stdout.buffer.write(orjson.dumps(said) + b"\n")


def _told(event: "Envelope", found: "Story") -> dict[str, Any]:
    """Return an event for JSON: where it stands, who recorded it, because of what, and what it says, sealed fields left out."""
    meta = event.meta
    cause = found.cause_of(event)
    return {
        "service": meta.service,
        "position": meta.position,
        "stream": meta.stream,
        "version": meta.version,
        "id": meta.event_id,
        "type": meta.type,
        "recorded_at": meta.recorded_at,
        "actor": meta.actor,
        "role": meta.role,
        "unit": meta.unit,
        "correlation_id": meta.correlation_id,
        "causation_id": meta.causation_id,
        "cause": None if cause is None else f"{cause.meta.service}@{cause.meta.position}",
        "data": masked(event.data),
    }


def masked(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what an event says with every sealed field replaced by the word that it is."""
    if isinstance(value, Mapping):
        if "ciphertext" in value:
            return {"state": "sealed"}
        return {name: masked(one) for name, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, list) else value


def _show(found: "Story") -> None:
    from rich.console import Console  # noqa: PLC0415 - see cli.main
    from rich.table import Table  # noqa: PLC0415

    from shared.kernel.workdays.instants import SHANGHAI  # noqa: PLC0415

    console = Console()
    if not console.is_terminal:
        console.width = _WIDTH
    table = Table("when", "where", "what", "of", "who", "because of", box=None, header_style="bold", pad_edge=False)
    for event in found.events:
        meta, cause = event.meta, found.cause_of(event)
        who = " ".join(filter(None, (meta.role, meta.actor, meta.unit)))
        because = "" if cause is None else f"{cause.meta.type} {cause.meta.service}@{cause.meta.position}"
        at = meta.recorded_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(at, f"{meta.service}@{meta.position}", meta.type, meta.stream, who, because)
    console.print(table)
