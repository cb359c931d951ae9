"""The portal at the size of two counties' whole campaigns: made anew, opened page by page, and weighed."""

import asyncio
import os
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import psutil
import psycopg
import uvloop

from bench.counts import Counts
from bench.figures import Against, Figure, Reach, Report, figure
from bench.lab import Lab, database
from bench.portal import examples, filling
from bench.portal.opening import Opening, Took
from bench.portal.places import FILES, FOLDED, PLACES
from bench.portal.rebuilding import Replayed
from bench.portal.receipt import said
from bench.portal.weighing import Weight, weights
from bench.waiting import until
from deploy.embedded.events import Event
from deploy.embedded.portal import PORTAL
from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack

COUNTIES = ("430523", "610330")
_OPENED = "430523"
"""The larger of the two: its pages are opened."""
_EVENTS_A_SECOND, _MILLISECONDS, _KIB = 20_000.0, 150.0, 150.0
_AT_LEAST, _AT_MOST = Reach(1.0), Reach(1.0, at_least=False)
_PORTAL_SECONDS = 900.0
_REACHED = "SELECT coalesce(sum(position), 0) FROM read.checkpoints WHERE projection = 'event_archive'"


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Carry the campaigns out once; then measure on what came of them."""
    with lab.folder("portal") as folder:
        with lab.on(folder, SERVICES, COUNTIES) as stack:
            lab.say(Event("started", "portal", "carrying out both counties' campaigns"))
            filling.fill(stack, counts.campaigns, lab.say)
        with lab.on(folder, (), COUNTIES) as stores:
            report.add(rebuilt(lab, stores, counts))
        with lab.on(folder, SERVICES, COUNTIES, portal=True) as stack:
            report.add(*shown(lab, stack, counts))


def rebuilt(lab: Lab, stores: Stack, counts: Counts) -> Figure:
    """Return how many events a second the portal takes in from nothing."""
    lanes = filling.heads(stores)
    events = sum(lanes.values())
    samples: list[float] = []
    load = os.getloadavg()[0]
    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        Replayed(runner, stores.info.kafka, database(stores, "rebuilt", "services.portal"), COUNTIES) as replayed,
    ):
        for number in range(counts.rounds):
            lab.say(Event("progress", "portal", f"rebuilding the portal, {number + 1} of {counts.rounds}", number, counts.rounds))
            samples.append(replayed.sample(events))
    conditions = {"events": events, "lanes": lanes, "load_before": load, "processors": psutil.cpu_count()}
    return figure("portal-rebuild", samples, "events/s", conditions, Against("the mark", [_EVENTS_A_SECOND], _AT_LEAST))


def shown(lab: Lab, stack: Stack, counts: Counts) -> Sequence[Figure]:
    """Return what the slowest page takes and what the heaviest weighs, all others in the conditions."""
    portal = stack.info.portal or ""
    wait_for_all(stack)
    people = filling.cast(counts.campaigns, _OPENED)
    actors = {actor.role: actor for actor in people}
    with httpx.Client(timeout=60, trust_env=False) as http:
        examples.add(stack, http, _OPENED, actors["office"], actors["unit"].unit or "")
        filling.rest(stack)
        wait_for_all(stack)
        opening = Opening(http, portal, stack.info.services, _OPENED, people)
        receipt, code = said(opening.nobody, f"{_OPENED}100")
        known = opening.known(code)
        load = os.getloadavg()[0]
        took, missing = opening.measure(PLACES, known, counts.page_rounds, lab.say)
        files, _ = opening.measure(FILES, known, counts.page_rounds, lab.say)
        folded, _ = opening.measure(FOLDED, known, 1, lab.say)
        heavy = weights(opening.nobody, receipt, known)
    conditions = {"rounds": counts.page_rounds, "load_before": load, "processors": psutil.cpu_count(), "one_at_a_time": True}
    return (*_pages(took, [*files, *folded], missing, conditions), _heaviest(heavy))


def wait_for_all(stack: Stack) -> None:
    """Return when the portal has read every lane to its end."""
    events = sum(filling.heads(stack).values())

    def read() -> bool:
        with psycopg.connect(stack.postgres.dsn(PORTAL, "postgres")) as connection:
            ((reached,),) = connection.execute(_REACHED).fetchall()
        return int(reached) >= events

    until(read, "the portal's reading", _PORTAL_SECONDS, look_every=0.5)


def _pages(took: Sequence[Took], besides: Sequence[Took], missing: Sequence[str], conditions: Mapping[str, Any]) -> Sequence[Figure]:
    worst, mark = took[0], Against("the mark", [_MILLISECONDS], _AT_MOST)
    listed = {**conditions, "worst": worst.name, "pages": len(took), "not_there": list(missing)}
    listed |= {"each": [_told(one) for one in took], "besides": [_told(one) for one in besides]}
    middle = statistics.median(one.p50 for one in took)
    return (
        figure("portal-pages/worst-p95", [worst.p95], "ms", listed, mark),
        figure("portal-pages/median-p50", [middle], "ms", {**conditions, "pages": len(took)}),
    )


def _told(took: Took) -> dict[str, Any]:
    return {
        "page": took.name,
        "p50_ms": round(took.p50, 1),
        "p95_ms": round(took.p95, 1),
        "asking_services_ms": round(took.asked, 1),
        "questions": int(took.questions),
        "html_kib": round(took.kib, 1),
    }


def _heaviest(heavy: Sequence[Weight]) -> Figure:
    worst = heavy[0]
    each = {
        one.name: {
            "wire_kib": round(one.whole / 1_024, 1),
            "page_kib": round(one.page / 1_024, 1),
            "unpacked_kib": round(one.unpacked / 1_024, 1),
            "files": {address: round(size / 1_024, 1) for address, size in one.files.items()},
        }
        for one in heavy
    }
    conditions = {"worst": worst.name, "each": each}
    return figure("portal-weight/worst", [worst.whole / 1_024], "KiB", conditions, Against("the mark", [_KIB], _AT_MOST))
