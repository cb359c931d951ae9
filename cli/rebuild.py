"""`yinuo rebuild`: projections built anew from the history, held against the live ones, and promoted."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.deployment import Deployment, DeploymentOption, deployment_of
from cli.exits import CommandError, Exit
from cli.options import DataOption, JsonOption, PortBaseOption
from deploy.embedded.preflight import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    from shared.kernel.projection import Projection
    from shared.kernel.rebuild import Found, Rebuild
    from shared.kernel.rebuild.history import History
    from shared.kernel.tenancy import Pool


class Source(StrEnum):
    """Where the history is read from."""

    LOG = "log"
    KAFKA = "kafka"


def rebuild(  # noqa: PLR0917 - options, given by name
    projections: Annotated[
        list[str] | None,
        typer.Argument(metavar="SERVICE[.PROJECTION]", help="Such as projects.project_board; portal alone is all of the portal's."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every projection of every service and of the portal.")] = False,
    county: Annotated[list[str] | None, typer.Option("--county", help="Only this county; may be given several times.")] = None,
    source: Annotated[Source, typer.Option("--from", help="Read the services' logs, or the topics.")] = Source.LOG,
    apply: Annotated[bool, typer.Option("--apply", help="Promote what was built; without it only the differences are shown.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what an interrupted run left.")] = False,
    data: DataOption = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    deployment: DeploymentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build projections anew beside the live ones, compare them row by row at the same positions, and promote them with --apply.

    Services go on meanwhile, and policies have no part in it. Exit code 3 where rows differ and were not promoted.
    """
    if every == bool(projections):
        raise typer.BadParameter("name projections as SERVICE.PROJECTION, or give --all.")
    where = deployment_of(data, port_base, deployment)
    counties = [where.check_county(code) for code in county or where.counties]
    wanted = _wanted(where, projections)
    differing = asyncio.run(_rebuild(where, wanted, counties, source, apply=apply, resume=resume, as_json=as_json))
    if differing and not apply:
        raise CommandError("Rows differ and were not promoted: look at them, then run again with --apply.", Exit.VERIFICATION_FAILED)


def _wanted(where: Deployment, names: Sequence[str] | None) -> "dict[str, list[Projection[Any]]]":
    known = {service: {each.name: each for each in where.parts(service).projections} for service in where.readers}
    if not names:
        return {service: list(projections.values()) for service, projections in known.items()}
    wanted: dict[str, list[Projection[Any]]] = {}
    for name in names:
        service, _, projection = name.partition(".")
        where.access(service)
        if not projection:
            wanted[service] = list(known[service].values())
            continue
        if projection not in known[service]:
            raise CommandError(f"{service} has no projection {projection}: it has {', '.join(sorted(known[service]))}.", Exit.NOT_FOUND)
        wanted.setdefault(service, []).append(known[service][projection])
    return wanted


async def _rebuild(
    where: Deployment,
    wanted: "dict[str, list[Projection[Any]]]",
    counties: Sequence[str],
    source: Source,
    *,
    apply: bool,
    resume: bool,
    as_json: bool,
) -> int:
    """Rebuild service by service; return how many rows differed."""
    from cli.progress import following  # noqa: PLC0415 - see cli.main
    from shared.kernel.rebuild import Rebuild, RebuildFailed, Wanted  # noqa: PLC0415

    differing = 0
    for service, projections in wanted.items():
        async with where.pool(service, owner=True) as pool, _history(where, service, pool, source) as history:
            with following(f"rebuilding {service}") as told:
                run = Rebuild(Wanted(service, projections, where.parts(service).sources, counties), pool, history, told)
                try:
                    async with run.alone():
                        differing += await _one(run, projections, counties, apply=apply, resume=resume, as_json=as_json)
                except RebuildFailed as failure:
                    code = Exit.CONFLICT if failure.code == "rebuild_under_way" else Exit.VERIFICATION_FAILED
                    raise CommandError(str(failure), code) from failure
    return differing


async def _one(
    run: "Rebuild", projections: "Sequence[Projection[Any]]", counties: Sequence[str], *, apply: bool, resume: bool, as_json: bool
) -> int:
    differing = 0
    await run.begin(resume=resume)
    await run.catch_up()
    for county in counties:
        for projection in projections:
            found = await run.hold_against(projection.name, county, apply=apply)
            differing += found.differing
            typer.echo(json.dumps(_as_dict(found), ensure_ascii=False) if as_json else _line(found))
    if apply or not differing:
        await run.end()
    return differing


@asynccontextmanager
async def _history(where: Deployment, service: str, pool: "Pool", source: Source) -> "AsyncIterator[History]":
    from shared.kernel.rebuild.history import FromKafka, FromLogs  # noqa: PLC0415 - see cli.main

    @asynccontextmanager
    async def pools(name: str) -> "AsyncIterator[Pool]":
        if name == service:
            yield pool
        else:
            async with where.pool(name) as other:
                yield other

    yield FromLogs(pools) if source is Source.LOG else FromKafka(where.kafka)


def _line(found: "Found") -> str:
    at = " ".join(f"{source}@{position}" for source, position in sorted(found.positions.items())) or "nothing yet"
    said = "equal" if not found.differing else f"{found.differing} rows differ{', promoted' if found.promoted else ''}"
    lines = [f"{found.county} {found.projection:<32} {found.rows:>9} rows  {found.digest[:16]}  {said}  ({at})"]
    for difference in found.differences:
        key = ", ".join(f"{name}={value}" for name, value in difference.key.items())
        if difference.live is None or difference.anew is None:
            lines.append(f"    {key}: {'missing from' if difference.live is None else 'only in'} the live rows")
        else:
            live, anew = difference.live, difference.anew
            lines.extend(f"    {key}: {name} is {_short(live[name])}, should be {_short(anew[name])}" for name in difference.fields)
    if found.differing > len(found.differences):
        lines.append(f"    … and {found.differing - len(found.differences)} more")
    return "\n".join(lines)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_LONGEST = 80


def _as_dict(found: "Found") -> dict[str, Any]:
    return {
        "projection": found.projection,
        "county": found.county,
        "positions": found.positions,
        "rows": found.rows,
        "digest": found.digest,
        "differing": found.differing,
        "differences": [{"key": each.key, "live": each.live, "anew": each.anew} for each in found.differences],
        "promoted": found.promoted,
    }
