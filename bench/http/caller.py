"""The load generator: keeps so many connections busy. `python -m bench.http.caller < plan.json`."""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import uvloop

from bench.http.wire import Wire, connect, request

_WARM_UP_SECONDS = 0.5
_CREATED = 201
_KEY = "{key}"


class _Load:
    """Closed-loop load: each connection sends its next request when the last is answered; only the time after warming up counts."""

    def __init__(self, plan: dict[str, Any]) -> None:
        headers = {**plan["headers"], **({"Idempotency-Key": _KEY} if plan["keyed"] else {})}
        body = json.dumps(plan["body"], ensure_ascii=False).encode()
        self._head, self._keyed, self._rest = request(plan["path"], plan["port"], body, headers).partition(_KEY.encode())
        self._run = f"{time.time_ns():x}"
        self._number = 0
        self.answers: Counter[int] = Counter()
        self.refusal = ""
        self.counting = False
        self.ended = False

    def next(self) -> bytes:
        """Return the next request's bytes."""
        self._number += 1
        return self._head + f"{self._run}-{self._number}".encode() + self._rest if self._keyed else self._head

    def answered(self, wire: Wire, status: int, body: bytes) -> None:
        """Count an answer and send the next request; a refusal counts whenever it comes."""
        if self.counting or status != _CREATED:
            self.answers[status] += 1
        if status != _CREATED and not self.refusal:
            self.refusal = body[:300].decode(errors="replace")
        if self.ended:
            wire.close()
        else:
            wire.send(self.next())


async def _call(plan: dict[str, Any]) -> dict[str, object]:
    load = _Load(plan)
    wires = [await connect(plan["port"], load.answered) for _ in range(plan["connections"])]
    for wire in wires:
        wire.send(load.next())
    await asyncio.sleep(_WARM_UP_SECONDS)
    began = time.perf_counter()
    load.counting = True
    await asyncio.sleep(plan["seconds"])
    load.counting = False
    took = time.perf_counter() - began
    load.ended = True
    await asyncio.gather(*(wire.lost for wire in wires))
    return {"answers": load.answers, "seconds": took, "refusal": load.refusal}


def main() -> None:
    """Read a plan from stdin, carry it out, write what happened to stdout."""
    print(json.dumps(uvloop.run(_call(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
