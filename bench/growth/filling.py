"""Growing a log: one process appends, another relays and projects; what memory each ends with."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from bench.lab import Database
from bench.material import COUNTY
from bench.waiting import until
from deploy.embedded.events import Event, Listener

_POSITIONS = """
SELECT (SELECT coalesce(max(position), 0) FROM log.heads WHERE county = %(county)s),
  (SELECT coalesce(min(position), 0) FROM read.checkpoints WHERE county = %(county)s AND source = 'intake')
"""
_LONGEST_SECONDS = 1_200.0
_STOP_SECONDS = 30
_READINGS = 5
_READ_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Filled:
    """How filling went: seconds until all was projected, and resident memory after that, in MiB, read several times."""

    seconds: float
    appender_mib: Sequence[float]
    service_mib: Sequence[float]


def fill(where: Database, kafka: str, data: str, events: int, say: Listener) -> Filled:
    """Append this many events and have them relayed and projected; return what it took."""
    began = time.monotonic()
    topic = f"bench.{where.name}".replace("_", "-")
    what = f"growing a log to {events:,} events"
    say(Event("progress", where.name, what, 0, events))
    with (
        _program("bench.growth.service", dsn=where.app, kafka=kafka, topic=topic, secrets=str(Path(data) / "secrets")) as service,
        _program("bench.growth.appender", dsn=where.app, events=events) as appender,
        psycopg.connect(where.superuser, autocommit=True) as asking,
    ):

        def through() -> bool:
            for process in (service, appender):
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
            head, projected = asking.execute(_POSITIONS, {"county": COUNTY}).fetchone() or (0, 0)
            if projected > 0:
                say(Event("progress", where.name, what, projected, events))
            return bool(head == projected == events)

        until(through, what, _LONGEST_SECONDS, look_every=0.2)
        seconds = time.monotonic() - began
        readings = [(_resident(appender), _resident(service)) for _ in _every(_READ_SECONDS, _READINGS)]
    return Filled(seconds, *(list(column) for column in zip(*readings, strict=True)))


@contextmanager
def _program(module: str, **plan: object) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one of our programs with its plan on stdin, until the context ends."""
    process = subprocess.Popen([sys.executable, "-m", module, json.dumps(plan)])
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _resident(process: "subprocess.Popen[bytes]") -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / 2**20


def _every(seconds: float, times: int) -> Iterator[int]:
    for number in range(times):
        time.sleep(seconds)
        yield number
