"""`yinuo replay`: a county's reports as of a moment of the past, or of two side by side."""

import asyncio
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.demo import Size
from cli.deployment import DeploymentOption, deployment_of
from cli.exits import CommandError, Exit
from cli.options import DataOption, JsonOption, PortBaseOption
from deploy.embedded.preflight import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    from cli.deployment import Deployment
    from cli.replaying.reports import Report, Wanted

_MOMENT = "a day (its end in Asia/Shanghai), RFC 3339 with a zone, @POSITION, or intake@12,projects@40"


class Under(StrEnum):
    """Whose rules judge."""

    THEN = "then"
    TODAY = "today"


def replay(  # noqa: PLR0917 - options, given by name
    county: Annotated[str, typer.Option("--county", help="Six-digit code, such as 430523.")],
    as_of: Annotated[str | None, typer.Option("--as-of", help=f"The moment: {_MOMENT}; by default the present.")] = None,
    report: Annotated[
        str, typer.Option("--report", help="published, figures, ledger, or a list or resource, as in intake/needs.")
    ] = "published",
    against: Annotated[
        str | None, typer.Option("--against", help="Another moment: what came, went and changed from --as-of to it.")
    ] = None,
    rules: Annotated[Under, typer.Option("--rules", help="Judge figures by the rules of then, or by today's.")] = Under.THEN,
    size: Annotated[Size, typer.Option("--size", help="The size of the campaign whose tables are published.")] = Size.SMALL,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="A file with an auditor's token; by default one of the development issuer's.")
    ] = None,
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    deployment: DeploymentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a report as of a moment, with its positions and its digest: whoever runs it again gets the same bytes."""
    from cli.replaying.reports import FIGURES, Wanted  # noqa: PLC0415 - see cli.main

    on = deployment_of(data, port_base, deployment)
    on.check_county(county)
    if rules is Under.TODAY and report != FIGURES:
        raise CommandError(
            f"{report} holds what was recorded, whatever the rules are today: only 'figures' can be judged anew.", Exit.USAGE
        )
    wanted = Wanted(report, county, size.value, rules.value)
    moments = [as_of] if against is None else [as_of, against]
    reports = asyncio.run(_reports(on, wanted, moments, _token(county, token_file)))
    if against is None:
        _show(reports[0], as_json=as_json)
    else:
        _compare(reports[0], reports[1], as_json=as_json)
    sys.stdout.flush()


async def _reports(on: "Deployment", wanted: "Wanted", moments: list[str | None], token: str) -> "list[Report]":
    from cli.replaying.asking import asking  # noqa: PLC0415 - see cli.main
    from cli.replaying.reports import report  # noqa: PLC0415

    urls = {service: access.url for service, access in on.services.items()}
    async with asking(urls, wanted.county, token) as now:
        return [await report(now, wanted, moment) for moment in moments]


def _token(county: str, file: Path | None) -> str:
    """Return an auditor's token; CommandError where the file holds none."""
    if file is None:
        from deploy.embedded.issuer import load_issuer  # noqa: PLC0415 - see cli.main

        return load_issuer().issue("auditor", county)
    try:
        token = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(f"{file} does not hold a token: {fault}", Exit.USAGE) from fault
    return token


def _show(report: "Report", *, as_json: bool) -> None:
    if as_json:
        _write(report.said)
        return
    typer.echo(_head(report.said))
    if report.outcome is not None:
        from campaigns.report import show  # noqa: PLC0415 - see cli.main

        show([report.outcome])
    else:
        _tell(report.said["content"])


def _compare(before: "Report", after: "Report", *, as_json: bool) -> None:
    from cli.replaying.canonical import sealed  # noqa: PLC0415 - see cli.main
    from cli.replaying.differences import differences  # noqa: PLC0415

    found = differences(before.said["content"], after.said["content"])
    if as_json:
        heads = [{name: value for name, value in each.said.items() if name != "content"} for each in (before, after)]
        _write(sealed({"from": heads[0], "to": heads[1], **found.as_dict()}))
        return
    typer.echo(f"from  {_head(before.said)}\nto    {_head(after.said)}")
    for word, told in (("came", found.came), ("went", found.went), ("changed", found.changed)):
        for place, value in told.items():
            typer.echo(f"{word:<8}{place}  {_brief(value)}")
    if not (found.came or found.went or found.changed):
        typer.echo("Nothing differs.")


def _head(said: Mapping[str, Any]) -> str:
    """Say what a report is of, in one line."""
    positions = ",".join(f"{lane}@{position}" for lane, position in said["positions"].items())
    rules = said["rules"]
    under = "no rules yet" if rules is None else f"rules of {rules['under']}: {rules['profile']}, score sheet {rules['score_sheet']}"
    return f"{said['report']} of {said['county']} as of {positions}; {under}; code {said['code_version']}; {said['digest']}"


def _tell(content: Any, place: str = "") -> None:  # noqa: ANN401 - JSON
    """Print a line for each value of a resource, and for each item of a list."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            _tell(value, f"{place}/{name}")
    elif isinstance(content, list):
        for item in content:
            typer.echo(f"{place}  {_brief(item)}")
    else:
        typer.echo(f"{place}  {_brief(content)}")


def _brief(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return a value on one line: of an object its members that say something."""
    from cli.replaying.canonical import canonical  # noqa: PLC0415 - see cli.main

    if isinstance(value, Mapping) and value.keys() == {"before", "after"}:
        return f"{_brief(value['before'])} → {_brief(value['after'])}"
    if isinstance(value, Mapping):
        return " ".join(f"{name}={_brief(one)}" for name, one in value.items() if one not in (None, [], {}, ""))
    return value if isinstance(value, str) else canonical(value).decode()


def _write(said: Mapping[str, Any]) -> None:
    """Write the canonical bytes and a line's end."""
    from cli.replaying.canonical import canonical  # noqa: PLC0415 - see cli.main

    sys.stdout.buffer.write(canonical(said) + b"\n")
