"""Appends a number of events and then waits to be ended. `python -m bench.growth.appender '{"dsn": …, "events": …}'`."""

import asyncio
import json
import sys

import uvloop

from bench.appending.ours import so_many
from shared.contracts.intake import INTAKE
from shared.kernel.appender import Appender
from shared.kernel.clock import SystemClock
from shared.kernel.tenancy import create_pool

_IN_FLIGHT = 256


async def _append(dsn: str, events: int) -> None:
    pool = await create_pool(dsn)
    await so_many(Appender(pool, INTAKE, SystemClock()), _IN_FLIGHT, events, key="fill")
    await asyncio.Event().wait()  # its memory is looked at while it lives


def main() -> None:
    """Read the plan and carry it out."""
    plan = json.loads(sys.argv[1])
    uvloop.run(_append(plan["dsn"], plan["events"]))


if __name__ == "__main__":
    main()
