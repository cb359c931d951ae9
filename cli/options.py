"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.embedded.preflight import HIGHEST_PORT_BASE

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the embedded stack; by default /var/lib/yinuo for root, else ~/.local/share/yinuo."),
]
PortBaseOption = Annotated[
    int,
    typer.Option("--port-base", min=1024, max=HIGHEST_PORT_BASE, help="Ports are counted from here: intake +1 to scoring +4, Kafka +12."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, for programs.")]
