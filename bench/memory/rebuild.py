"""One rebuild in a process of its own, compared and thrown away; prints the most memory it ever took, in MiB."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop

from bench.material import COUNTY
from services.intake.projections import NEED_BOARD
from shared.contracts.intake import INTAKE
from shared.kernel.rebuild import Rebuild, Wanted
from shared.kernel.rebuild.history import FromKafka, FromLogs
from shared.kernel.tenancy import Pool, create_pool

FROM_LOG = "log"
_KIB = 1_024


async def rebuild(owner: str, kafka: str) -> int:
    """Rebuild intake's board up to where its live rows are said to stand, and return how many rows came out; `kafka` may be `log`."""
    pool = await create_pool(owner)

    @asynccontextmanager
    async def own(_service: str) -> AsyncIterator[Pool]:
        yield pool

    history = FromLogs(own) if kafka == FROM_LOG else FromKafka(kafka)
    run = Rebuild(Wanted("intake", [NEED_BOARD], [INTAKE], [COUNTY]), pool, history)
    await run.begin(resume=False)
    await run.catch_up()
    found = await run.hold_against(NEED_BOARD.name, COUNTY, apply=False)
    await run.end()
    await pool.close()
    return found.rows


def most_memory() -> float:
    """Return the most MiB this process ever held. Not what `getrusage` says: there a child begins with what its parent held."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / _KIB


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(rebuild(sys.argv[1], sys.argv[2]))
    if rows != int(sys.argv[3]):
        sys.exit(f"{sys.argv[3]} events gave {rows} rows")
    print(most_memory())
