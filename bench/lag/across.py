"""Needs submitted to intake, watched for in the tables of projects."""

import asyncio
import json
import time
from collections import deque
from types import TracebackType
from typing import Self

import asyncpg

from bench.http.calls import CREATED, RefusedError
from bench.http.intake import Intake
from bench.http.wire import Wire, connect, request
from bench.lag.pacing import at_a_rate
from bench.material import COUNTY

_CONNECTIONS = 16
_LOOK_EVERY_SECONDS = 0.001
_WARM_UP_SECONDS = 1.0
_LONGEST_SECONDS = 60.0
_KNOWN = """
SELECT position FROM read.checkpoints WHERE county = $1 AND projection = 'known_needs' AND source = 'intake'
"""


class Across:
    """Both ends of the way from intake to projects; a context that opens and closes its connections."""

    def __init__(self, runner: asyncio.Runner, intake: Intake, projects_dsn: str) -> None:
        self._runner = runner
        target = intake.target(sealed=False)
        self._port = target.port
        self._request = request(target.path, target.port, json.dumps(target.body, ensure_ascii=False).encode(), target.headers)
        self._dsn = projects_dsn
        self._answered: dict[int, float] = {}
        self._seen: dict[int, float] = {}
        self._refusal = ""
        self._idle: deque[Wire] = deque()
        self._wires: list[Wire] = []
        self._projects: asyncpg.Connection[asyncpg.Record]

    def __enter__(self) -> Self:
        """Connect to both, and submit for a second until everything on the way is warm."""
        self._runner.run(self._open())
        self.sample(100, _WARM_UP_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._close())

    def sample(self, per_second: float, seconds: float) -> list[float]:
        """Return the seconds from each answer of intake until the need could be read in projects.

        A row and its checkpoint are of one transaction, so the checkpoint is what is watched, once a millisecond: a lag may be
        told up to that much too long.
        """
        return self._runner.run(self._sample(per_second, seconds))

    async def _open(self) -> None:
        self._projects = await asyncpg.connect(self._dsn)
        self._wires = [await connect(self._port, self._on_answer) for _ in range(_CONNECTIONS)]
        self._idle.extend(self._wires)

    async def _close(self) -> None:
        for wire in self._wires:
            wire.close()
        await self._projects.close()

    async def _sample(self, per_second: float, seconds: float) -> list[float]:
        self._answered.clear()
        self._seen.clear()
        submitted = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(seconds + _LONGEST_SECONDS), asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch(submitted))
            submitted.set_result(await at_a_rate(per_second, seconds, self._submit))
        if self._refusal:
            raise RefusedError(f"intake answered {self._refusal}")
        return [self._seen[position] - answered for position, answered in self._answered.items()]

    async def _submit(self, _number: int) -> None:
        while not self._idle:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        self._idle.popleft().send(self._request)

    def _on_answer(self, wire: Wire, status: int, body: bytes) -> None:
        now = time.perf_counter()
        self._idle.append(wire)
        if status != CREATED:
            self._refusal = f"{status}: {body[:300]!r}"
            return
        self._answered[int(json.loads(body)["position"])] = now

    async def _watch(self, submitted: "asyncio.Future[int]") -> None:
        """Note when each position was first seen, until all that were submitted are answered and seen."""
        seen = await self._position()
        while not self._refusal:
            position = await self._position()
            now = time.perf_counter()
            self._seen.update(dict.fromkeys(range(seen + 1, position + 1), now))
            seen = position
            if submitted.done() and len(self._answered) >= submitted.result() and self._answered.keys() <= self._seen.keys():
                return
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _position(self) -> int:
        return await self._projects.fetchval(_KNOWN, COUNTY) or 0
