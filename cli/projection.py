"""`yinuo projection`: how far each projection and policy has come, and what it set aside."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.options import CountyOption, ServiceArgument, ServiceOption
from cli.output import Output
from cli.standings import Standing, standings
from cli.verbs import verb

if TYPE_CHECKING:
    from shared.kernel.projection import Projection

app = typer.Typer(no_args_is_help=True, help="Where projections and policies stand.")
_COLUMNS = ("service", "county", "projection", "kind", "source", "position", "head", "lag", "parked")
_LANES = ("county", "source", "position", "head", "lag", "parked")
ProjectionOption = Annotated[str | None, typer.Option("--projection", help="Only the projection or policy of this name.")]


@app.command("ls")
@verb
def ls(
    out: Output, deployment: Deployment, service: ServiceOption = None, county: CountyOption = None, projection: ProjectionOption = None
) -> None:
    """Show every checkpoint beside the head of its lane, and how many events are parked."""
    rows = [row for row in _standings(deployment, service, county) if projection in (None, row.projection)]
    if projection is not None and not rows:
        raise CommandError(f"No projection or policy is called {projection}: see yinuo projection ls.", Exit.NOT_FOUND)
    out.rows(_COLUMNS, [_row(row) for row in rows])


@app.command("show")
@verb
def show(
    service: ServiceArgument,
    projection: Annotated[str, typer.Argument(metavar="PROJECTION", help="Its name, or a policy's.")],
    out: Output,
    deployment: Deployment,
    county: CountyOption = None,
) -> None:
    """Show what a projection folds or a policy reacts to, where it stands in each lane, and the streams that are parked."""
    rows = [row for row in _standings(deployment, service, county) if row.projection == projection]
    if not rows:
        raise CommandError(f"{service} has no projection or policy called {projection}: see yinuo projection ls.", Exit.NOT_FOUND)
    lanes = [{name: _row(row)[name] for name in _LANES} for row in rows]
    parked = [{"county": row.county, "source": row.source, "stream": stream} for row in rows for stream in row.parked_streams]
    out.record({"service": service, "projection": projection, **_what(deployment, rows[0]), "lanes": lanes, "parked_streams": parked})


def _standings(deployment: Deployment, service: str | None, county: str | None) -> list[Standing]:
    return asyncio.run(standings(deployment, deployment.chosen_readers(service), deployment.chosen_counties(county)))


def _row(standing: Standing) -> dict[str, Any]:
    return {**asdict(standing), "lag": standing.lag}


def _what(deployment: Deployment, standing: Standing) -> dict[str, Any]:
    """Return what it is, by the code of today."""
    parts = deployment.parts(standing.service)
    for projection in parts.projections:
        if projection.name == standing.projection:
            return {"kind": "projection", "table": f"read.{projection.name}", **_folds(projection)}
    for policy, _ in parts.policies:
        if policy.name == standing.projection:
            return {"kind": "policy", "facts": sorted(fact.__name__ for fact in policy.facts)}
    return {"kind": standing.kind}


def _folds(projection: "Projection[Any]") -> dict[str, Any]:
    return {"key": list(projection.key), "facts": sorted(event.__name__ for event in projection.handles)}
