"""Projecting from Kafka: the kernel into a real read model, against raw aiokafka with batched upserts, and row by row."""

import asyncio
from contextlib import ExitStack
from functools import partial

import uvloop

from bench.counts import Counts
from bench.figures import Against, Reach, Report, figure
from bench.lab import Lab, database
from bench.material import body_bytes
from bench.projecting.ours import Ours
from bench.projecting.raw import Raw
from bench.projecting.rebuilding import Rebuilding
from bench.projecting.topic import fill
from bench.sampling import interleave
from deploy.embedded.events import Event
from services.intake.projections import NEED_BOARD
from services.projects.consumers import PROJECTIONS

_REACH = Reach(0.6)
_UNIT = "events/s"


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Publish a lane once, then read it again and again by each contestant into emptied tables."""
    events = counts.project_events
    with lab.stack("project") as stack, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, ExitStack() as closing:
        kafka = stack.info.kafka
        lab.say(Event("started", "topic", f"publishing {events:,} events"))
        runner.run(fill(kafka, events))
        lab.say(Event("finished", "topic", f"{events:,} events published"))
        intake, projects = database(stack, "intake", "services.intake"), database(stack, "projects", "services.projects")
        need_board = closing.enter_context(Ours(runner, kafka, intake, [NEED_BOARD]))
        all_five = closing.enter_context(Ours(runner, kafka, projects, PROJECTIONS))
        raw = closing.enter_context(Raw(runner, kafka, intake))
        rebuilding = closing.enter_context(Rebuilding(runner, kafka, database(stack, "rebuilt", "services.intake")))
        rebuilding.fill(events)
        contestants = {
            "project/raw-batched": partial(raw.batched, events),
            "project/need-board": partial(need_board.sample, events),
            "project/raw-one-by-one": partial(raw.one_by_one, counts.single_events),
            "project/projects-all-five": partial(all_five.sample, events),
            "rebuild/from-log": partial(rebuilding.from_log, events),
            "rebuild/from-kafka": partial(rebuilding.from_kafka, events),
        }
        samples = interleave("project", contestants, counts.rounds, lab.say)
    conditions = {"events": events, "body_bytes": body_bytes(), "most_records_a_batch": raw.BATCH}
    batched, single = (Against(name, samples[name]) for name in ("project/raw-batched", "project/raw-one-by-one"))
    report.add(
        figure("project/raw-batched", samples["project/raw-batched"], _UNIT, conditions),
        figure("project/raw-one-by-one", samples["project/raw-one-by-one"], _UNIT, {**conditions, "events": counts.single_events}),
        figure("project/need-board", samples["project/need-board"], _UNIT, conditions, Against(batched.name, batched.samples, _REACH)),
        figure("project/need-board/one-by-one", samples["project/need-board"], _UNIT, conditions, single),
        figure("project/projects-all-five", samples["project/projects-all-five"], _UNIT, conditions, batched),
        *(
            figure(name, samples[name], _UNIT, conditions, Against(batched.name, batched.samples, _REACH))
            for name in ("rebuild/from-log", "rebuild/from-kafka")
        ),
    )
