"""Options that several verbs share: what they are called and what they say, once."""

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
PlainOption = Annotated[bool, typer.Option("--plain", help="Print one line a thing, columns between tabs, no heading, for scripts.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on stderr but what went wrong.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Say more on stderr.")]
ApplyOption = Annotated[bool, typer.Option("--apply", help="Do it; without this the verb only shows what it would do.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask on the terminal whether to go on.")]
NoInputOption = Annotated[bool, typer.Option("--no-input", help="Ask nothing: where an answer is needed, refuse.")]
ConfirmOption = Annotated[
    str | None, typer.Option("--confirm", metavar="COUNTY", help="The county's code, for acts that nothing takes back.")
]
ServiceOption = Annotated[str | None, typer.Option("--service", help="Only this service.")]
CountyOption = Annotated[str | None, typer.Option("--county", help="Only this county, by its code.")]
ServiceArgument = Annotated[str, typer.Argument(metavar="SERVICE", help="intake, projects, supervision or scoring.")]
CountyArgument = Annotated[str, typer.Argument(metavar="COUNTY", help="Six-digit code, such as 430523.")]
