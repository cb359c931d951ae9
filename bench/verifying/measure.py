"""Verifying a lane: recomputed from its bytes and held against columns, tiles and checkpoints, against reading and hashing alone."""

import asyncio
import hashlib
import time

import uvloop

from bench.counts import Counts
from bench.figures import Against, Reach, Report, figure
from bench.lab import Lab, database
from bench.material import COUNTY, body_bytes
from bench.sampling import interleave
from bench.verifying.filling import KEY, ORIGIN, fill
from deploy.embedded.events import Event
from shared.kernel.auditing.lane import BATCH
from shared.kernel.auditing.reading import audit
from shared.kernel.proof.trust import Policy
from shared.kernel.tenancy import Pool, county_reading, create_pool

_REACH = Reach(0.5)
_UNIT = "events/s"
_BODIES = "SELECT position, body FROM log.events WHERE county = $1 AND position > $2 ORDER BY position LIMIT $3"


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Fill a lane once, then verify it and hash it again and again, in turn."""
    events = counts.verify_events
    with lab.stack("verify") as stack, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        where = database(stack, "verified", "services.intake")
        pool = runner.run(create_pool(where.app))
        try:
            lab.say(Event("started", "verify", f"a lane of {events:,} events"))
            runner.run(fill(where, pool, events))
            lab.say(Event("finished", "verify", f"a lane of {events:,} events"))
            contestants = {
                "verify/sha-256": lambda: runner.run(_hashed(pool, events)),
                "verify/lane": lambda: runner.run(_verified(pool, events)),
            }
            samples = interleave("verify", contestants, counts.rounds, lab.say)
        finally:
            runner.run(pool.close())
    conditions = {"events": events, "body_bytes": body_bytes(), "rows_a_batch": BATCH}
    bare = samples["verify/sha-256"]
    report.add(
        figure("verify/sha-256", bare, _UNIT, conditions),
        figure("verify/lane", samples["verify/lane"], _UNIT, conditions, Against("verify/sha-256", bare, _REACH)),
    )


async def _verified(pool: Pool, events: int) -> float:
    """Return events verified a second; RuntimeError unless every one was, and found right."""
    began = time.perf_counter()
    found = await audit(pool, ORIGIN, Policy.k_of_n([KEY.verifying], [], 0))
    seconds = time.perf_counter() - began
    if found.faults or found.size != events or not found.held:
        raise RuntimeError(f"of {events} events {found.size} were verified, with {found.faults}")
    return events / seconds


async def _hashed(pool: Pool, events: int) -> float:
    """Return events a second whose bytes are read and hashed, the next being fetched meanwhile, and nothing else."""
    began, after, done = time.perf_counter(), 0, 0
    async with county_reading(pool, COUNTY) as connection:
        coming = asyncio.create_task(connection.fetch(_BODIES, COUNTY, after, BATCH))
        while rows := await coming:
            after = rows[-1][0]
            coming = asyncio.create_task(connection.fetch(_BODIES, COUNTY, after, BATCH))
            await asyncio.sleep(0)  # as the audit does
            for _, body in rows:
                hashlib.sha256(body).digest()
            done += len(rows)
    if done != events:
        raise RuntimeError(f"of {events} events {done} were read")
    return events / (time.perf_counter() - began)
