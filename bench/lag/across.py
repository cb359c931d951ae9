"""Needs submitted to intake, watched for in the tables of projects."""

import asyncio
import json
import time

from bench.http.calls import CREATED, RefusedError
from bench.http.intake import Intake
from bench.http.wire import Wire, connect, request
from bench.lag.pacing import at_a_rate
from bench.lag.watching import Watch, watching

_CONNECTIONS = 16
_CONNECT_SECONDS = 0.1
_LOOK_SECONDS = 0.01
_WARM_UP_SECONDS = 1.0
_LONGEST_SECONDS = 60.0


class Across:
    """Both ends of the way from intake to projects."""

    def __init__(self, runner: asyncio.Runner, intake: Intake, projects_dsn: str) -> None:
        self._runner = runner
        target = intake.target(sealed=False)
        self._port = target.port
        self._request = request(target.path, target.port, json.dumps(target.body, ensure_ascii=False).encode(), target.headers)
        self._dsn = projects_dsn
        self._answered: dict[int, float] = {}
        self._refusal = ""
        self._idle: asyncio.Queue[Wire] = asyncio.Queue()

    def warm_up(self) -> None:
        """Submit for a second, until everything on the way is warm."""
        self.sample(100, _WARM_UP_SECONDS)

    def sample(self, per_second: float, seconds: float) -> list[float]:
        """Return the seconds from each answer of intake until the need could be read in projects.

        A row and its checkpoint are of one transaction, so the checkpoint is what is watched.
        """
        with watching(self._dsn) as watch:
            return self._runner.run(self._sample(watch, per_second, seconds))

    async def _sample(self, watch: Watch, per_second: float, seconds: float) -> list[float]:
        self._answered.clear()
        self._idle = asyncio.Queue()
        wires = [await connect(self._port, self._on_answer) for _ in range(_CONNECTIONS)]  # idle ones are closed after 5 s
        for wire in wires:
            self._idle.put_nowait(wire)
        async with asyncio.timeout(seconds + _LONGEST_SECONDS):
            await asyncio.sleep(_CONNECT_SECONDS)  # let the watch connect
            submitted = await at_a_rate(per_second, seconds, self._submit)
            while len(self._answered) < submitted or not self._answered.keys() <= watch.seen.keys():
                if self._refusal or watch.failure is not None:
                    raise RefusedError(self._refusal) from watch.failure
                await asyncio.sleep(_LOOK_SECONDS)
        for wire in wires:
            wire.close()
        return [watch.seen[position] - answered for position, answered in self._answered.items()]

    async def _submit(self, _number: int) -> None:
        (await self._idle.get()).send(self._request)

    def _on_answer(self, wire: Wire, status: int, body: bytes) -> None:
        now = time.perf_counter()
        self._idle.put_nowait(wire)
        if status == CREATED:
            self._answered[int(json.loads(body)["position"])] = now
        else:
            self._refusal = f"intake answered {status}: {body[:300]!r}"
