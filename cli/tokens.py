"""`yinuo token`: a token of the development issuer."""

import re
from typing import Annotated

import typer

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def token(
    *,
    role: Annotated[
        list[str], typer.Option("--role", help="citizen, clerk, member, branch, unit, office, leader, inspector, auditor or operator.")
    ],
    county: Annotated[str, typer.Option("--county", help="Six-digit code, such as 430523.")],
    unit: Annotated[str | None, typer.Option("--unit", help="The unit the bearer acts for.")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="The branch the bearer acts for.")] = None,
    sub: Annotated[str | None, typer.Option("--sub", help="Who the bearer is; by default dev-ROLE.")] = None,
    ttl: Annotated[str, typer.Option("--ttl", help="How long it is valid: 90s, 30m, 12h or 7d.")] = "12h",
) -> None:
    """Print a token for the embedded stack, and nothing else. A platform outside development refuses it."""
    from deploy.embedded.issuer import check_claims, load_issuer  # noqa: PLC0415 - see cli.main

    seconds = _seconds(ttl)
    try:
        check_claims(role, county)
    except ValueError as refusal:
        raise typer.BadParameter(str(refusal)) from None
    typer.echo(load_issuer().issue(role, county, sub=sub, unit=unit, branch=branch, ttl=seconds))


def _seconds(text: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if match is None:
        raise typer.BadParameter(f"'{text}' is no length of time: write 90s, 30m, 12h or 7d.")
    return int(match[1]) * _UNITS[match[2]]
