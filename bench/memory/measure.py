"""The most memory a rebuild takes, from the log and from the topic, for the beginning of a lane and for all of it."""

import asyncio
import subprocess
import sys

import psycopg
import uvloop

from bench.counts import Counts
from bench.figures import Against, Reach, Report, figure
from bench.lab import Database, Lab, database
from bench.material import COUNTY, body_bytes
from bench.memory.rebuild import FROM_LOG
from bench.projecting.topic import fill
from bench.verifying.filling import filled
from deploy.embedded.events import Event

_FLAT = Reach(1.1, at_least=False)
_STANDS = """
INSERT INTO read.checkpoints (county, projection, source, position) VALUES (%s, 'need_board', 'intake', %s)
ON CONFLICT (county, projection, source) DO UPDATE SET position = EXCLUDED.position
"""


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Fill a log and a topic once; then rebuild up to each length each time in a new process."""
    shortest, *_, longest = counts.memory_events
    with lab.stack("memory") as stack, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        where = database(stack, "rebuilt", "services.intake")
        lab.say(Event("started", "memory", f"writing a lane of {longest:,} events"))
        runner.run(filled(where, longest))
        runner.run(fill(stack.info.kafka, longest))
        lab.say(Event("finished", "memory", f"a lane of {longest:,} events in the log and in the topic"))
        sources = {FROM_LOG: FROM_LOG, "kafka": stack.info.kafka}
        most = {(name, events): [_most(where, source, events)] for name, source in sources.items() for events in counts.memory_events}
    conditions = {"body_bytes": body_bytes()}
    for (name, events), samples in most.items():
        first = f"memory/rebuild-from-{name}/{shortest}"
        against = None if events == shortest else Against(first, most[name, shortest], _FLAT)
        report.add(figure(f"memory/rebuild-from-{name}/{events}", samples, "MiB", {**conditions, "events": events}, against))


def _most(where: Database, kafka: str, events: int) -> float:
    """Return the most MiB that a process took which rebuilds intake's board from the first events of the lane."""
    with psycopg.connect(where.superuser) as connection:
        connection.execute(_STANDS, (COUNTY, events))
    command = [sys.executable, "-m", "bench.memory.rebuild", where.owner, kafka, str(events)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
