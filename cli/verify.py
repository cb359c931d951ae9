"""`yinuo verify`: lanes recomputed from their bytes and held against all that was ever signed or seen of them."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.deployment import Deployment, DeploymentOption, deployment_of
from cli.exits import CommandError, Exit
from cli.options import DataOption, JsonOption, PortBaseOption
from cli.proofs import PolicyOption, read_policy, sentence, wrong
from deploy.embedded.preflight import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    from shared.kernel.auditing.claims import Claim
    from shared.kernel.auditing.lane import Audited
    from shared.kernel.proof.trust import Policy

_MOST = 10
"""Faults of a lane that are told one by one."""


def verify(  # noqa: PLR0917 - options, given by name
    service: Annotated[str | None, typer.Option("--service", help="Only the lanes of this service.")] = None,
    county: Annotated[str | None, typer.Option("--county", help="Only the lanes of this county.")] = None,
    against: Annotated[
        list[Path] | None, typer.Option("--against", help="A signed checkpoint of the lane that somebody kept; may be given several times.")
    ] = None,
    topics: Annotated[
        bool, typer.Option("--topics/--no-topics", help="Also hold the lanes against the checkpoints published on the topics.")
    ] = True,
    policy: PolicyOption = None,
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    deployment: DeploymentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute lanes from their events' bytes, believing no column, and say the first bad position; exit code 3 if anything is wrong."""
    where = deployment_of(data, port_base, deployment)
    services = [service] if service is not None else list(where.services)
    for name in services:
        where.access(name)
    counties = [where.check_county(county)] if county is not None else list(where.counties)
    if against and (service is None or county is None):
        raise typer.BadParameter("--against takes --service and --county: a checkpoint is of one lane.")
    trusted = read_policy(policy, data)
    kept = [_kept(file, f"{where.name}/{service}/{county}", trusted) for file in against or ()]
    wrongs = asyncio.run(_verify(where, services, counties, trusted, kept, topics=topics, as_json=as_json))
    if wrongs:
        raise CommandError(f"Not as it was signed: {', '.join(wrongs)}.", Exit.VERIFICATION_FAILED)


def _kept(file: Path, origin: str, policy: "Policy") -> "Claim":
    from shared.kernel.auditing.claims import signed_claim  # noqa: PLC0415 - see cli.main
    from shared.kernel.proof.errors import ProofError  # noqa: PLC0415

    try:
        return signed_claim(file.read_bytes(), policy, origin, str(file))
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name a file that holds a checkpoint.", Exit.NOT_FOUND) from fault
    except ProofError as fault:
        raise CommandError(f"{file}: {sentence(fault)}", Exit.VERIFICATION_FAILED) from fault


async def _verify(
    where: Deployment,
    services: Sequence[str],
    counties: Sequence[str],
    policy: "Policy",
    kept: "Sequence[Claim]",
    *,
    topics: bool,
    as_json: bool,
) -> list[str]:
    """Verify lane by lane; return those that are not as they were signed."""
    from cli.progress import following  # noqa: PLC0415 - see cli.main
    from shared.kernel.auditing.reading import audit  # noqa: PLC0415

    wrongs: list[str] = []
    for service in services:
        origins = {county: f"{where.name}/{service}/{county}" for county in counties}
        # What was said is read before the lane is: a lane only grows.
        said = await _said(where, service, list(origins.values()), policy, topics=topics)
        async with where.pool(service) as pool:
            for county, origin in origins.items():
                with following(f"verifying {service} {county}") as told:
                    found = await audit(pool, origin, policy, claims=[*kept, *said[origin]], told=told)
                typer.echo(json.dumps(_as_dict(service, county, found), ensure_ascii=False) if as_json else _line(service, county, found))
                if found.faults:
                    wrongs.append(f"{service} {county}")
    return wrongs


async def _said(
    where: Deployment, service: str, origins: Sequence[str], policy: "Policy", *, topics: bool
) -> "Mapping[str, Sequence[Claim]]":
    """Return what was published of a service's lanes, and what the other services have seen of them."""
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - see cli.main

    from shared.kernel.auditing.published import published  # noqa: PLC0415
    from shared.kernel.auditing.reading import seen_by  # noqa: PLC0415

    said: dict[str, list[Claim]] = {origin: [] for origin in origins}
    if topics:
        try:
            said = dict(await published(where.kafka, service, origins, policy))
        except (KafkaError, OSError) as fault:
            raise CommandError(
                f"The broker {where.kafka} does not answer ({type(fault).__name__}): start it, or verify without it (--no-topics).",
                Exit.DEPENDENCY_DOWN,
            ) from fault
    for other in where.services:
        if other != service:
            async with where.pool(other) as pool:
                for origin in origins:
                    said[origin] += await seen_by(pool, other, origin)
    return said


def _line(service: str, county: str, found: "Audited") -> str:
    lane = f"{service:<12} {county}"
    witnessed = found.witnessed
    by = "not witnessed yet" if witnessed is None else f"witnessed up to {witnessed.size} by {', '.join(witnessed.witnesses) or 'nobody'}"
    if not found.faults:
        if not found.size:
            return f"{lane}  empty"
        return f"{lane}  whole: {found.size} events, {len(found.held)} claims hold, {by}; root {found.root.hex()}"
    lines = [f"{lane}  WRONG: {found.size} events recomputed before it, {len(found.held)} claims hold, {by}"]
    lines += [f"    {wrong(fault)}" for fault in found.faults[:_MOST]]
    if len(found.faults) > _MOST:
        lines.append(f"    … and {len(found.faults) - _MOST} more")
    return "\n".join(lines)


def _as_dict(service: str, county: str, found: "Audited") -> dict[str, Any]:
    witnessed = found.witnessed
    return {
        "service": service,
        "county": county,
        "events": found.size,
        "root": found.root.hex(),
        "claims_held": len(found.held),
        "witnessed": None if witnessed is None else {"size": witnessed.size, "by": list(witnessed.witnesses)},
        "faults": [{"code": fault.code, "position": fault.position, "says": wrong(fault)} for fault in found.faults],
    }
