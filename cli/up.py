"""`yinuo up`: the embedded stack, until it is stopped."""

import signal
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import DataOption, PortBaseOption
from cli.output import Output
from cli.verbs import verb
from deploy.embedded.preflight import DEFAULT_PORT_BASE, SERVICES

if TYPE_CHECKING:
    from deploy.embedded.stack import Info


@verb
def up(
    out: Output,
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    simulated_clock: Annotated[
        bool, typer.Option("--simulated-clock", help="Time is what the header Simulated-Time says, for demonstrations and tests.")
    ] = False,
    no_services: Annotated[bool, typer.Option("--no-services", help="Kafka and PostgreSQL alone, for work on a service.")] = False,
) -> None:
    """Start Kafka, PostgreSQL and the services, and keep them running until Ctrl-C or SIGTERM."""
    from cli.console import reporter  # noqa: PLC0415 - see cli.main
    from deploy.embedded.datadir import default_data  # noqa: PLC0415
    from deploy.embedded.stack import Stack  # noqa: PLC0415

    with reporter(quiet=out.quiet) as listener:
        clock: Literal["real", "simulated"] = "simulated" if simulated_clock else "real"
        services = () if no_services else SERVICES
        stack = Stack(data or default_data(), port_base, clock, on_event=listener, services=services, portal=not no_services)
        with stack:
            try:
                _tell(stack.info, out)
                while True:
                    signal.pause()
            except KeyboardInterrupt:
                out.say("Stopping.")


def stop_on_signals() -> None:
    """Let SIGTERM and a closed terminal end a program the way Ctrl-C does: everything it started is stopped in order."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def _portal(info: "Info") -> dict[str, str]:
    return {} if info.portal is None else {"portal": info.portal}


def _tell(info: "Info", out: Output) -> None:
    out.record(info.as_dict() if out.form == "json" else {**_portal(info), **info.services, "kafka": info.kafka, "data": info.data})
    sys.stdout.flush()
    if out.form != "json":
        out.say("Ready. Ctrl-C stops everything.")
