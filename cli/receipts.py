"""`yinuo receipt`: a receipt verified with nothing but the file, public keys and a policy; and receipts fetched."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.deployment import DeploymentOption, deployment_of
from cli.exits import CommandError, Exit
from cli.options import DataOption, JsonOption, PortBaseOption
from cli.proofs import PolicyOption, read_policy, sentence
from deploy.embedded.preflight import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    from shared.kernel.envelope import Meta
    from shared.kernel.proof.receipts import Proven
    from shared.kernel.proof.trust import Policy

app = typer.Typer(help="Receipts: the proof that an event stands in a county's log, for whoever holds it.", no_args_is_help=True)
_SECONDS = 30.0


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The receipt, by custom ending in .tlog-proof.")],
    policy: PolicyOption = None,
    origin: Annotated[str | None, typer.Option("--origin", help="The log it must be of, such as yinuo.local/intake/430523.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a receipt proves, asking no server; exit code 3 if it proves nothing."""
    from shared.kernel.envelope import open_body  # noqa: PLC0415 - see cli.main
    from shared.kernel.proof.errors import ProofError  # noqa: PLC0415
    from shared.kernel.proof.receipts import verify as verified  # noqa: PLC0415

    trusted = read_policy(policy, data)
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name the receipt's file.", Exit.NOT_FOUND) from fault
    try:
        proven = verified(content, trusted, origin=origin)
    except ProofError as fault:
        raise CommandError(f"{file} proves nothing. {sentence(fault)}", Exit.VERIFICATION_FAILED) from fault
    try:
        meta = open_body(proven.event).meta
    except ValueError as fault:
        raise CommandError(
            f"{file}: {proven.log.name} holds these bytes, but they are no event of a lane ({fault}): tell the log's operator.",
            Exit.VERIFICATION_FAILED,
        ) from fault
    _check_place(file, proven, meta)
    typer.echo(json.dumps(_as_dict(proven, meta), ensure_ascii=False) if as_json else _said(proven, meta, trusted))


def _check_place(file: Path, proven: "Proven", meta: "Meta") -> None:
    """The event says the same place as the log that holds it; CommandError otherwise."""
    lane = f"{meta.service}/{meta.county}"
    if not proven.log.name.endswith(f"/{lane}"):
        what = f"the event says it is of {lane}, but stands in the log {proven.log.name}"
    elif meta.position != proven.index + 1:
        what = f"the event says it stands at position {meta.position}, but is the log's {proven.index + 1}th"
    else:
        return
    raise CommandError(f"{file}: {what}. The log has signed what is not so: keep the file, tell its witnesses.", Exit.VERIFICATION_FAILED)


def _said(proven: "Proven", meta: "Meta", policy: "Policy") -> str:
    checkpoint = proven.checkpoint
    lines = [
        f"This event is in the log {proven.log.name}: {meta.type}, recorded {_utc(meta.recorded_at)},",
        f"county {meta.county}, position {meta.position}, {meta.stream} version {meta.version}.",
        f"The log signed that it held {checkpoint.size} events, this one among them, with the key {proven.log.key_id.hex()}.",
    ]
    lines += [f"Witnessed by {each.key.name} at {_utc(datetime.fromtimestamp(each.time or 0, UTC))}." for each in proven.witnesses]
    lines.append(
        f"That is the quorum your policy asks for ({policy.quorum})."
        if proven.witnesses
        else "Your policy asks for no witness: the log could show others another history."
    )
    lines.append("Proven: it has stood there since, unchanged. Not proven: that what it says was true.")
    return "\n".join(lines)


def _as_dict(proven: "Proven", meta: "Meta") -> dict[str, Any]:
    return {
        "origin": proven.log.name,
        "service": meta.service,
        "county": meta.county,
        "position": meta.position,
        "type": meta.type,
        "stream": meta.stream,
        "version": meta.version,
        "recorded_at": _utc(meta.recorded_at),
        "size": proven.checkpoint.size,
        "root": proven.checkpoint.root.hex(),
        "witnesses": [{"name": each.key.name, "at": _utc(datetime.fromtimestamp(each.time or 0, UTC))} for each in proven.witnesses],
    }


@app.command("get")
def get_receipt(  # noqa: PLR0917 - options, given by name
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    county: Annotated[str, typer.Argument(metavar="COUNTY")],
    position: Annotated[int, typer.Argument(metavar="POSITION", min=1)],
    token: Annotated[
        str | None, typer.Option("--token", envvar="YINUO_TOKEN", help="An auditor's token: ask over HTTP instead of the database.")
    ] = None,
    policy: PolicyOption = None,
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    deployment: DeploymentOption = None,
) -> None:
    """Print the receipt of the event at a position on stdout: over HTTP with a token, otherwise from the deployment's database."""
    where = deployment_of(data, port_base, deployment)
    access = where.access(service)
    where.check_county(county)
    if token is not None:
        receipt = _over_http(f"{access.url}/tlog/{county}/proof/{position}", token)
    else:
        trusted = read_policy(policy, data)

        async def read() -> bytes | None:
            from shared.kernel.transparency.identity import origin_of  # noqa: PLC0415 - see cli.main
            from shared.kernel.transparency.trees import Trees  # noqa: PLC0415

            async with where.pool(service) as pool:
                return await Trees(pool).accepted_receipt(origin_of(where.name, service, county), position, trusted)

        receipt = asyncio.run(read())
    if receipt is None:
        raise CommandError(
            f"There is no witnessed event {position} in {service} {county}: it is not there, or as many witnesses as the policy "
            "asks for have not signed yet; try again in a minute.",
            Exit.NOT_FOUND,
        )
    sys.stdout.buffer.write(receipt)


def _over_http(url: str, token: str) -> bytes | None:
    import httpx  # noqa: PLC0415 - see cli.main

    try:
        answer = httpx.get(url, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}, timeout=_SECONDS, trust_env=False)
    except httpx.HTTPError as fault:
        raise CommandError(f"{url} does not answer ({type(fault).__name__}): start the stack.", Exit.DEPENDENCY_DOWN) from fault
    if answer.status_code == httpx.codes.OK:
        return answer.content
    said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise CommandError(f"{said.get('title', 'Refused.')} It takes the token of an auditor of that county.", Exit.DENIED)
    if answer.status_code == httpx.codes.NOT_FOUND or said.get("code") == "not_yet_witnessed":
        return None
    raise CommandError(f"{url} answered {answer.status_code}: {said.get('title', '')}", Exit.DEPENDENCY_DOWN)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
