"""`yinuo parked`: events that could not be applied, tried again in their order, or passed over for good with a reason."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.aside import Kept, Stream, discarded, fold, kept, pass_over, request, streams_of, who
from cli.consent import Consent, SevereConsent
from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.options import CountyArgument, CountyOption, ServiceArgument, ServiceOption
from cli.output import Output, counted
from cli.projection import ProjectionOption
from cli.verbs import verb

if TYPE_CHECKING:
    from shared.kernel.parking import Redriven

app = typer.Typer(no_args_is_help=True, help="Events that were set aside because they could not be applied.")
_COLUMNS = ("service", "county", "projection", "source", "position", "stream", "type", "error", "parked_at")
_PASSED_OVER = ("service", "county", "projection", "source", "position", "stream", "leaf_hash", "discarded_at", "discarded_by", "reason")
_REDRIVEN = ("service", "county", "projection", "kind", "source", "stream", "events", "applied", "left", "error")
_LONGEST_REASON = 2_000
ProjectionArgument = Annotated[str, typer.Argument(metavar="PROJECTION", help="The projection or policy that set it aside.")]
SourceArgument = Annotated[str, typer.Argument(metavar="SOURCE", help="The service whose lane it is of.")]
PositionArgument = Annotated[int, typer.Argument(metavar="POSITION", min=1, help="Its position in that lane.")]


@app.command("ls")
@verb
def ls(
    out: Output,
    deployment: Deployment,
    *,
    service: ServiceOption = None,
    county: CountyOption = None,
    projection: ProjectionOption = None,
    passed_over: Annotated[bool, typer.Option("--discarded", help="Show what was discarded instead, by whom, when and why.")] = False,
) -> None:
    """Show the events that are set aside, and why; those behind the first of their stream wait for it."""
    chosen = deployment.chosen_readers(service), deployment.chosen_counties(county)
    if passed_over:
        out.rows(_PASSED_OVER, [asdict(event) for event in asyncio.run(discarded(deployment, *chosen, projection))])
    else:
        out.rows(_COLUMNS, [_row(event) for event in asyncio.run(kept(deployment, *chosen, projection=projection))])


@app.command("show")
@verb
def show(
    *,
    service: ServiceArgument,
    county: CountyArgument,
    projection: ProjectionArgument,
    source: SourceArgument,
    position: PositionArgument,
    out: Output,
    deployment: Deployment,
) -> None:
    """Show one event that is set aside: why, since when, what waits behind it, and the event itself."""
    events = _events(deployment, service, county, projection, source)
    event = _at(events, position)
    behind = [{"position": other.position, "error": other.error} for other in events if _waits_behind(other, event)]
    content = json.loads(event.body)
    shown = {name: value for name, value in asdict(event).items() if name != "body"}
    if out.form == "json":
        out.record({**shown, "behind": behind, "event": content})
        return
    out.record({**shown, "type": content["type"], "behind": behind})
    out.text(json.dumps(content, ensure_ascii=False, indent=2))


@app.command("redrive")
@verb
def redrive(
    *,
    service: ServiceArgument,
    county: CountyArgument,
    out: Output,
    deployment: Deployment,
    consent: Consent,
    projection: Annotated[str | None, typer.Argument(metavar="[PROJECTION", help="Only what this projection or policy set aside.")] = None,
    source: Annotated[str | None, typer.Argument(metavar="[SOURCE", help="Only what is of this service's lane.")] = None,
    position: Annotated[int | None, typer.Argument(metavar="[POSITION]]]", min=1, help="Only the stream of the event there.")] = None,
    wait: Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for a service to react again.")] = 30.0,
) -> None:
    """Apply parked streams again, in their order, by the code of today. Exit code 5 if any event still cannot be applied.

    A projection's events are folded here, and without --apply that is tried and taken back. A policy's commands are given by its service.
    """
    events = _events(deployment, service, county, projection, source)
    if position is not None:
        chosen = _at(events, position)
        events = [event for event in events if event.stream == chosen.stream]
    streams = streams_of(deployment, events)
    if gone := sorted({stream.projection for stream in streams if stream.kind == "unknown"}):
        sentence = f"{service} has no projection or policy called {', '.join(gone)}: its events can only be discarded."
        if projection is not None:
            raise CommandError(sentence, Exit.CONFLICT)
        out.say(sentence)
        streams = [stream for stream in streams if stream.kind != "unknown"]
    if not consent.apply or (consent.asks and out.form == "text"):
        out.rows(_REDRIVEN, [_outcome(stream, _rehearsed(deployment, stream)) for stream in streams])
    if not streams:
        out.say("Nothing is parked there.")
        return
    if consent.given(
        out, f"{counted(sum(stream.events for stream in streams), 'event')} of {counted(len(streams), 'stream')} will be applied again"
    ):
        _report(out, streams, _redriven(out, deployment, streams, wait))


@app.command("discard")
@verb
def discard(
    *,
    service: ServiceArgument,
    county: CountyArgument,
    projection: ProjectionArgument,
    source: SourceArgument,
    position: PositionArgument,
    out: Output,
    deployment: Deployment,
    consent: SevereConsent,
    reason: Annotated[str, typer.Option("--reason", help="Why it may be passed over; kept with who said so and when.")],
    by: Annotated[str | None, typer.Option("--by", help="Who says so; by default the account and the machine.")] = None,
) -> None:
    """Pass an event over for good: this projection or policy never applies it; the log keeps it, and so does the record of this."""
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise typer.BadParameter(f"--reason is a text of at most {_LONGEST_REASON} characters.")
    events = _events(deployment, service, county, projection, source)
    event = _at(events, position)
    behind = sum(_waits_behind(other, event) for other in events)
    out.rows(_COLUMNS, [_row(event)])
    if behind:
        out.say(f"{counted(behind, 'event')} of its stream, parked behind it, will stay so until redriven.")
    if consent.given(out, f"{projection} will never apply position {position} of {source} in {county}", county):
        if not asyncio.run(pass_over(deployment, event, by=by or who(), reason=reason.strip())):
            raise CommandError("It is no longer parked.", Exit.CONFLICT)
        out.say(f"Discarded: yinuo parked ls --discarded --service {service} --county {county}")


def _events(deployment: Deployment, service: str, county: str, projection: str | None, source: str | None) -> list[Kept]:
    chosen = deployment.chosen_readers(service), (deployment.check_county(county),)
    return asyncio.run(kept(deployment, *chosen, projection=projection, source=source))


def _at(events: Sequence[Kept], position: int) -> Kept:
    for event in events:
        if event.position == position:
            return event
    raise CommandError("No such event is parked: see yinuo parked ls.", Exit.NOT_FOUND)


def _waits_behind(other: Kept, event: Kept) -> bool:
    return other.stream == event.stream and other.position > event.position


def _row(event: Kept) -> dict[str, Any]:
    return {**asdict(event), "type": json.loads(event.body)["type"]}


def _rehearsed(deployment: Deployment, stream: Stream) -> "Redriven | None":
    """Return what would come of it; of a policy's commands nobody can say without giving them."""
    return asyncio.run(fold(deployment, stream, rehearse=True)) if stream.kind == "projection" else None


def _redriven(out: Output, deployment: Deployment, streams: Sequence[Stream], wait: float) -> "list[Redriven | None]":
    found: list[Redriven | None] = []
    with out.progress("redriving streams", len(streams)) as moved:
        for stream in streams:
            if stream.kind == "projection":
                found.append(asyncio.run(fold(deployment, stream, rehearse=False)))
            else:
                found.append(asyncio.run(request(deployment, stream, seconds=wait)))
            moved(len(found))
    return found


def _report(out: Output, streams: Sequence[Stream], found: "Sequence[Redriven | None]") -> None:
    out.rows(_REDRIVEN, [_outcome(stream, redriven) for stream, redriven in zip(streams, found, strict=True)])
    if None in found:
        raise CommandError(
            "Not everything was taken up in time: the service does it when it runs, nothing need be asked again.", Exit.DEPENDENCY_DOWN
        )
    if left := sum(redriven.left for redriven in found if redriven is not None):
        raise CommandError(f"{counted(left, 'event')} still parked: what each waits for cannot be applied yet.", Exit.CONFLICT)


def _outcome(stream: Stream, redriven: "Redriven | None") -> dict[str, Any]:
    if redriven is None:
        return {**asdict(stream), "applied": None, "left": None}
    return {**asdict(stream), "applied": redriven.applied, "left": redriven.left, "error": redriven.error}
