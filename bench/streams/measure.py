"""Live streams under load: how late an event reaches so many readers, what a reader costs, whether any lost one."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import orjson
import psutil

from bench.counts import Counts
from bench.figures import Against, Reach, Report, figure
from bench.lab import Lab
from bench.material import COUNTY, TOWN
from bench.sampling import percentile
from deploy.embedded.issuer import load_issuer
from deploy.embedded.preflight import SERVICES

_NEEDS_A_SECOND = 50
"""Each is at least one event."""
_AT_ONCE = 5
_LATE_MS = Reach(1.0, at_least=False)
_KIB = Reach(1.0, at_least=False)
_LIMIT_MS, _LIMIT_KIB = 1_000.0, 60.0
_ROOT = Path(__file__).parents[2]


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Open the streams, submit needs for a while, and hear from the readers what came."""
    with lab.stack("streams", SERVICES, portal=True) as stack:
        token = load_issuer().issue("clerk", COUNTY, unit=TOWN)
        file = Path(stack.info.data) / "run" / "bench-token"
        file.write_text(token)
        portal = psutil.Process(stack.info.pids["portal"])
        command = [sys.executable, "-m", "bench.streams.readers", f"{stack.info.portal}/v1/{COUNTY}/stream", str(file), str(counts.streams)]
        before = portal.memory_info().rss
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as readers:
            assert readers.stdout is not None  # noqa: S101 - pipes were asked for
            if readers.stdout.readline().strip() != "ready":
                raise RuntimeError("the readers could not connect")
            after = portal.memory_info().rss
            spent = sum(portal.cpu_times()[:2])
            began = time.perf_counter()
            submitted = _submit(stack.info.services["intake"], token, counts.stream_seconds)
            seconds = time.perf_counter() - began
            spent = sum(portal.cpu_times()[:2]) - spent
            said, _ = readers.communicate("over\n", timeout=120)
    found = orjson.loads(said)
    conditions = {
        "streams": counts.streams,
        "needs": submitted,
        "events": found["events"],
        "events_a_second": found["events"] / seconds,
        "every_lane_dense": found["dense"],
        "readers_that_heard_the_same_bytes": found["same"],
        "readers_lost": found["lost"],
        "portal_cpu_share": spent / seconds,
    }
    if not found["dense"] or found["same"] != counts.streams or found["lost"]:
        raise RuntimeError(f"not everybody heard everything: {conditions}")
    late = [1_000 * value for value in found["late"]]
    for percent in (50, 99):
        against = Against("one second", [_LIMIT_MS], _LATE_MS) if percent == 99 else None  # noqa: PLR2004 - the mark is set there
        report.add(figure(f"streams/{counts.streams}/p{percent}", [percentile(late, percent)], "ms", conditions, against))
    each = [(after - before) / counts.streams / 1_024]
    report.add(figure(f"streams/{counts.streams}/memory-of-each", each, "KiB", conditions, Against("60 KiB", [_LIMIT_KIB], _KIB)))


def _submit(intake: str, token: str, seconds: int) -> int:
    """Submit needs at an even pace; return how many."""
    body = {"kind": "need", "channel": "counter", "title": "路灯坏了", "detail": "三盏都不亮。" * 20, "town": TOWN, "petitioner": None}
    told = 0
    began = time.perf_counter()
    pause = threading.Event()
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30) as http:
        while (now := time.perf_counter() - began) < seconds:
            if told > now * _NEEDS_A_SECOND:
                pause.wait(told / _NEEDS_A_SECOND - now)
                continue
            http.post(f"{intake}/v1/{COUNTY}/needs:batch", json={"items": [{"body": body}] * _AT_ONCE}).raise_for_status()
            told += _AT_ONCE
    return told
