"""`yinuo events export|verify-pack|import|recover`."""

import asyncio
import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli.deployment import Deployment, DeploymentOption, deployment_of
from cli.exits import CommandError, Exit
from cli.options import DataOption, JsonOption, PortBaseOption
from deploy.embedded.preflight import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    from cli.packs.layout import Manifest
    from cli.packs.reading import Held
    from cli.packs.refilling import Restored
    from shared.kernel.proof.trust import Policy

_ZONE = ZoneInfo("Asia/Shanghai")
PackArgument = Annotated[Path, typer.Argument(metavar="FILE", help="An evidence pack.")]
PolicyOption = Annotated[
    Path | None, typer.Option("--policy", help="Trust policy (c2sp.org/tlog-policy) to go by; by default the deployment's own.")
]


def export(  # noqa: PLR0917 - options, given by name
    county: Annotated[str, typer.Option("--county", help="Six-digit code, such as 430523.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    service: Annotated[list[str] | None, typer.Option("--service", help="Only this service; may be given several times.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="Position or time the ndjson begins at; tiles are of the whole tree.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Position or time the ndjson ends at.")] = None,
    policy: PolicyOption = None,
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    deployment: DeploymentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a county's lanes as an evidence pack: static logs that public tools check, with keys, schemas, and the events' exact bytes.

    Waits until what the lanes hold now is signed and witnessed. Exit code 3 where a lane is not what was signed of it.
    """
    from cli.packs.choosing import Wanted  # noqa: PLC0415 - see cli.main
    from cli.packs.writing import export as write  # noqa: PLC0415
    from cli.progress import following  # noqa: PLC0415

    where = deployment_of(data, port_base, deployment)
    services = [name for name in where.services if not service or name in service]
    for name in service or ():
        where.access(name)
    wanted = Wanted(services, where.check_county(county), trust_of(where, policy), _bound(first, end=False), _bound(last, end=True))
    with following(f"packing {county}") as told:
        manifest = asyncio.run(write(where, wanted, out, told))
    _tell_lanes(manifest, as_json=as_json)


def verify_pack(file: PackArgument, policy: PolicyOption = None, as_json: JsonOption = False) -> None:
    """Check an evidence pack without a network: every digest, every hash of every tree, the lines, and who signed.

    Without --policy it is the pack's own, which shows that it is whole, not whose it is. Exit code 3 where anything does not hold.
    """
    from cli.packs.reading import opened, parsed_policy  # noqa: PLC0415 - see cli.main
    from cli.progress import following  # noqa: PLC0415

    with opened(file) as pack, following("verifying") as told:
        held = pack.verify(pack.policy() if policy is None else parsed_policy(_read(policy), policy), told)
        _tell_held(held, as_json=as_json)
        if policy is None:
            typer.echo("By the pack's own policy: compare its keys with those you have from elsewhere, or give --policy.", err=True)


def import_(  # noqa: PLR0917 - options, given by name
    file: PackArgument,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this the pack is only verified.")] = False,
    policy: PolicyOption = None,
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    deployment: DeploymentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore an evidence pack of this very deployment into empty lanes, byte for byte; databases are migrated first if need be.

    Everything is verified before anything is written, each lane is one transaction, and a run that was interrupted goes on. Then
    'yinuo rebuild --all --apply' brings the read models. Persons' keys are in no pack: what was sealed stays sealed.
    """
    from cli.packs.importing import fill, make, missing_lanes, trusted  # noqa: PLC0415 - see cli.main
    from cli.packs.reading import opened  # noqa: PLC0415
    from cli.progress import following  # noqa: PLC0415

    where = deployment_of(data, port_base, deployment)
    own = trust_of(where, policy)
    with opened(file) as pack:
        with following("verifying") as told:
            every = trusted(where, pack, own, told)
        missing = asyncio.run(missing_lanes(where, every))
        if not apply:
            _tell_held(missing, as_json=as_json)
            typer.echo(f"Nothing was changed. With --apply, {len(missing)} lanes are filled.", err=True)
            return
        make(where)
        for each in missing:
            with following(f"importing {each.lane.folder}") as told:
                _tell_restored(asyncio.run(fill(where, pack, each, every, told)), as_json=as_json)
    typer.echo("Now 'yinuo rebuild --all --apply' brings the read models.", err=True)


def recover(  # noqa: PLR0917 - options, given by name
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="intake, projects, supervision or scoring.")],
    county: Annotated[str, typer.Argument(metavar="COUNTY", help="Six-digit code, such as 430523.")],
    source: Annotated[str, typer.Option("--from", metavar="kafka|PACK", help="The topic, or an evidence pack.")] = "kafka",
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this only what would come back is shown.")] = False,
    policy: PolicyOption = None,
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    deployment: DeploymentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a lane whole whose database was put back to an older backup: its missing events, byte for byte, held against what was signed.

    Exit code 5 where the lane has gone another way since, 3 where what there is was not signed.
    """
    where = deployment_of(data, port_base, deployment)
    where.access(service)
    where.check_county(county)
    restored = asyncio.run(_recover(where, service, county, source, trust_of(where, policy), apply=apply))
    if restored is None:
        typer.echo(f"The lane of {service} in {county} lacks nothing.", err=True)
        return
    _tell_restored(restored, as_json=as_json)
    if restored.beyond:
        typer.echo(f"{restored.beyond} of them came after the last checkpoint: for those the topic alone vouches.", err=True)
    if restored.note:
        typer.echo(restored.note, err=True)
    if not apply:
        typer.echo("Nothing was changed. With --apply, they are written.", err=True)


async def _recover(where: Deployment, service: str, county: str, source: str, own: "Policy", *, apply: bool) -> "Restored | None":
    from cli.packs import recovering  # noqa: PLC0415 - see cli.main
    from cli.packs.reading import opened  # noqa: PLC0415
    from cli.progress import following  # noqa: PLC0415

    with following(f"recovering {service} {county}") as told:
        if source == "kafka":
            known = await recovering.from_topic(where, service, county, own)
            return await recovering.recover(where, service, county, known, told, apply=apply)
        with opened(Path(source)) as pack:
            if pack.manifest.county != county:
                raise CommandError(f"The pack is of county {pack.manifest.county}, not {county}.", Exit.USAGE)
            known = recovering.from_pack(where, pack, service, own, told)
            return await recovering.recover(where, service, county, known, told, apply=apply)


VERBS: dict[str, Callable[..., None]] = {"export": export, "verify-pack": verify_pack, "import": import_, "recover": recover}
"""By name, to be put among those of `yinuo events`."""


def trust_of(where: Deployment, file: Path | None) -> "Policy":
    """Return the policy in a file, or this deployment's own; CommandError where it names none."""
    from cli.packs.reading import parsed_policy  # noqa: PLC0415 - see cli.main

    file = file or where.trust
    if file is not None:
        return parsed_policy(_read(file), file)
    raise CommandError("This deployment names no trust policy: say which with --policy, or 'trust' in its file.", Exit.USAGE)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise CommandError(f"{file} cannot be read: {fault.strerror}.", Exit.NOT_FOUND) from fault


def _bound(text: str | None, *, end: bool) -> int | datetime | None:
    """Return a position or an instant: a bare date is its beginning or end in Asia/Shanghai."""
    if text is None:
        return None
    if text.removeprefix("@").isdecimal():
        return int(text.removeprefix("@"))
    try:
        if len(text) == len("2021-11-12"):
            day = date.fromisoformat(text) + timedelta(days=end)
            return datetime.combine(day, time(), _ZONE) - timedelta(microseconds=end)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is neither a position, a date, nor a time as 2021-11-12T09:00:00+08:00.") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"'{text}' has no time zone.")
    return moment


def _tell_lanes(manifest: "Manifest", *, as_json: bool) -> None:
    for lane in manifest.lanes:
        cut = {"count": lane.count, "first": lane.first, "last": lane.last}
        _tell({"service": lane.service, "county": lane.county, "size": lane.size, "root": lane.root, **cut}, as_json=as_json)


def _tell_held(held: "list[Held]", *, as_json: bool) -> None:
    for each in held:
        lane, names = each.lane, [witness.key.name for witness in each.accepted.witnesses]
        _tell({"service": lane.service, "county": lane.county, "size": lane.size, "root": lane.root, "witnesses": names}, as_json=as_json)


def _tell_restored(restored: "Restored", *, as_json: bool) -> None:
    told = {name: getattr(restored, name) for name in ("service", "county", "events", "commands", "position", "root", "beyond")}
    _tell(told, as_json=as_json)


def _tell(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(said))
    else:
        typer.echo("  ".join(f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in said.items()))
