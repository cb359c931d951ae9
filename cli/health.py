"""`yinuo health`: whether each service and the portal is ready, how far behind its readers and its relay are, what it set aside."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from cli.deployment import Deployment, DeploymentOption, deployment_of
from cli.exits import CommandError, Exit
from cli.options import DataOption, PortBaseOption
from cli.output import Output
from cli.verbs import verb
from deploy.embedded.preflight import DEFAULT_PORT_BASE, SERVICES, Ports

_SECONDS = 5.0
_COLUMNS = ("service", "url", "state", "lag", "unpublished", "waiting_s", "parked", "strays")
_UNKNOWN: Mapping[str, Any] = dict.fromkeys(_COLUMNS[3:])


@verb
def health(
    out: Output, data: DataOption = None, port_base: PortBaseOption = DEFAULT_PORT_BASE, deployment: DeploymentOption = None
) -> None:
    """Ask every service, and the portal, whether it is ready, and every database that can be reached how far behind readers and relay are.

    `lag` is that of the slowest reader, in events; `waiting_s` the age of the oldest event the broker does not have. Exit code 7 if any
    service is not ready.
    """
    urls = {name: Ports(port_base).url(name) for name in SERVICES}
    reached: Deployment | None = None
    try:
        reached = deployment_of(data, port_base, deployment)
        urls = {name: access.url for name, access in reached.readers.items()}
    except CommandError as refusal:
        if data is not None or deployment is not None:
            raise
        out.detail(str(refusal))
    states = {service: _state(f"{url}/readyz") for service, url in urls.items()}
    figures = asyncio.run(_figures(reached, out)) if reached else {}
    rows = [{"service": name, "url": url, "state": states[name], **figures.get(name, _UNKNOWN)} for name, url in urls.items()]
    if out.form == "json":
        out.record({row["service"]: {"ready": row["state"] == "ready", **{name: row[name] for name in _COLUMNS}} for row in rows})
    else:
        out.rows(_COLUMNS, rows)
    if any(row["parked"] for row in rows):
        out.say("Some events are set aside: see yinuo parked ls.")
    for sentence in _lost(reached, figures):
        out.say(sentence)
    for lane in sorted({lane for found in figures.values() for lane in found["ahead"]}):
        out.say(f"{lane} ends before what others have read of it: was its database restored from an older backup?")
    if waiting := [service for service, state in states.items() if state != "ready"]:
        raise CommandError(f"Not ready: {', '.join(waiting)}.", Exit.DEPENDENCY_DOWN)


async def _figures(deployment: Deployment, out: Output) -> dict[str, dict[str, Any]]:
    """Return what the databases say, by service; of one that cannot be reached, nothing."""
    return {name: found for name in deployment.readers if (found := await _of(deployment, name, out)) is not None}


def _lost(deployment: Deployment | None, figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield what the topics lack, or that the broker does not say."""
    from cli.topics import lost, records  # noqa: PLC0415 - see cli.main

    if deployment is None or not figures:
        return
    try:
        found = asyncio.run(records(deployment, [name for name in figures if name in deployment.services]))
    except CommandError as refusal:
        yield str(refusal)
        return
    yield from lost(deployment, found, [cursor for each in figures.values() for cursor in each["cursors"]])


async def _of(deployment: Deployment, service: str, out: Output) -> dict[str, Any] | None:
    from cli.standings import aside, cursors, standings  # noqa: PLC0415 - see cli.main

    try:
        readers = await standings(deployment, (service,), deployment.counties)
        relays = await cursors(deployment, (service,), deployment.counties) if service in deployment.services else []
        set_aside = await aside(deployment, service, deployment.counties)
    except CommandError as refusal:
        out.detail(str(refusal))
        return None
    waiting = [relay.waiting for relay in relays if relay.waiting is not None]
    return {
        "lag": max((reader.lag for reader in readers if reader.kind != "unknown"), default=0),
        "cursors": relays,
        "ahead": sorted({f"{reader.source} in {reader.county}" for reader in readers if reader.lag < 0 and reader.kind != "unknown"}),
        "unpublished": sum(relay.unpublished for relay in relays),
        "waiting_s": round(max(waiting), 1) if waiting else 0,
        "parked": set_aside.parked,
        "strays": set_aside.strays,
    }


def _state(url: str) -> str:
    import httpx  # noqa: PLC0415 - see cli.main

    try:
        response = httpx.get(url, timeout=_SECONDS, trust_env=False)
    except httpx.HTTPError as failure:
        return f"no answer ({type(failure).__name__})"
    return "ready" if response.status_code == httpx.codes.OK else f"not ready ({response.status_code}): {response.text[:300].strip()}"
