"""`yinuo health`: whether each service of an embedded stack is ready."""

import json

import typer

from cli.exits import CommandError, Exit
from cli.options import JsonOption, PortBaseOption
from deploy.embedded.preflight import DEFAULT_PORT_BASE, SERVICES, Ports

_SECONDS = 5.0


def health(port_base: PortBaseOption = DEFAULT_PORT_BASE, as_json: JsonOption = False) -> None:
    """Ask every service whether it is ready; exit code 7 if any is not."""
    ports = Ports(port_base)
    states = {service: _state(f"{ports.url(service)}/readyz") for service in SERVICES}
    if as_json:
        typer.echo(json.dumps({service: {"url": ports.url(service), "ready": state == "ready"} for service, state in states.items()}))
    else:
        for service, state in states.items():
            typer.echo(f"{service:<12} {ports.url(service)}  {state}")
    if waiting := [service for service, state in states.items() if state != "ready"]:
        raise CommandError(f"Not ready: {', '.join(waiting)}.", Exit.DEPENDENCY_DOWN)


def _state(url: str) -> str:
    import httpx  # noqa: PLC0415 - see cli.main

    try:
        response = httpx.get(url, timeout=_SECONDS, trust_env=False)
    except httpx.HTTPError as failure:
        return f"no answer ({type(failure).__name__})"
    return "ready" if response.status_code == httpx.codes.OK else f"not ready ({response.status_code}): {response.text[:300].strip()}"
