"""The load generator: a process of its own that keeps so many connections busy. `python -m bench.http.caller < plan.json`."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

import uvloop

from bench.http.wire import Wire, request
from bench.material import command

_WARM_UP_SECONDS = 0.5
_CREATED = 201
_KEY = "\x00KEY\x00"
_SLACK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Target:
    """Where needs are posted, how, and with what body (default: the need everybody submits)."""

    port: int
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, object] = field(default_factory=command)
    keyed: bool = False
    """Send an Idempotency-Key with every request, new each time."""


class RefusedError(RuntimeError):
    """The server answered something other than 201, so that its speed says nothing."""


def sample(target: Target, *, connections: int, seconds: float) -> float:
    """Have another process call the target; return answers per second, all of them 201."""
    plan = json.dumps({"target": asdict(target), "connections": connections, "seconds": seconds})
    command_line = [sys.executable, "-m", "bench.http.caller"]
    output = subprocess.run(
        command_line, check=True, input=plan, stdout=subprocess.PIPE, text=True, timeout=seconds + _SLACK_SECONDS
    ).stdout
    said = json.loads(output)
    if set(said["answers"]) != {str(_CREATED)}:
        raise RefusedError(f"{target.path} answered {said['answers']}, at first {said['refusal']}")
    return float(said["answers"][str(_CREATED)]) / float(said["seconds"])


class _Load:
    """Closed-loop load: each connection sends its next request when the last is answered; only the time after warming up counts."""

    def __init__(self, target: Target) -> None:
        headers = {**target.headers, **({"Idempotency-Key": _KEY} if target.keyed else {})}
        whole = request(target.path, target.port, json.dumps(target.body, ensure_ascii=False).encode(), headers)
        self._head, self._keyed, self._rest = whole.partition(_KEY.encode())
        self._run = f"{time.time_ns():x}"
        self._number = 0
        self.answers: Counter[int] = Counter()
        self.refusal = ""
        self.counting = False
        self.ended = False

    def next(self) -> bytes:
        """Return the next request's bytes."""
        if not self._keyed:
            return self._head
        self._number += 1
        return self._head + f"{self._run}-{self._number}".encode() + self._rest

    def answered(self, wire: Wire, status: int, body: bytes) -> None:
        """Count an answer and send the next request."""
        if self.counting:
            self.answers[status] += 1
        if status != _CREATED and not self.refusal:
            self.refusal = body[:300].decode(errors="replace")
            self.answers[status] += 1
        if self.ended:
            wire.close()
        else:
            wire.send(self.next())


async def _call(target: Target, connections: int, seconds: float) -> dict[str, object]:
    load = _Load(target)
    loop = asyncio.get_running_loop()
    wires = [(await loop.create_connection(lambda: Wire(load.answered), "127.0.0.1", target.port))[1] for _ in range(connections)]
    for wire in wires:
        wire.send(load.next())
    await asyncio.sleep(_WARM_UP_SECONDS)
    began = time.perf_counter()
    load.counting = True
    await asyncio.sleep(seconds)
    load.counting = False
    took = time.perf_counter() - began
    load.ended = True
    await asyncio.gather(*(wire.lost for wire in wires))
    return {"answers": load.answers, "seconds": took, "refusal": load.refusal}


def main() -> None:
    """Read a plan from stdin, carry it out, write what happened to stdout."""
    plan = json.load(sys.stdin)
    print(json.dumps(uvloop.run(_call(Target(**plan["target"]), plan["connections"], plan["seconds"]))))


if __name__ == "__main__":
    main()
