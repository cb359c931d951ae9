"""So many readers of one stream in a process of their own; prints as JSON what each heard and how late.

`python -m bench.streams.readers ADDRESS TOKEN_FILE READERS`: connects them all, says `ready` on stdout, reads until a line comes on
stdin and for as long as anything still arrives. One reader is held against the lanes' own numbers; every other must have heard the same
bytes: equal sums over equal lengths.
"""

import asyncio
import contextlib
import re
import sys
import time
import zlib
from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import orjson
import uvloop

_TIME = re.compile(rb'"time":"([^"]{20,32})"')
_PLACE = re.compile(rb'"source":"/([a-z]+)/[0-9]{6}".{0,400}?"position":"([0-9]+)"')
_END_OF_HEAD = b"\r\n\r\n"
_AT_ONCE = 100
_STILL_SECONDS = 3.0
_HEARTBEAT = b"id: "


class Reader(asyncio.Protocol):
    """One connection; keeps a sum of what it heard behind the first event, and how late the oldest event of every piece was."""

    def __init__(self, request: bytes, *, whole: bool) -> None:
        self._request = request
        self._rest = b""
        self._head = True
        self.ready = asyncio.get_running_loop().create_future()
        self.sum = 0
        self.bytes = 0
        self.late: list[float] = []
        self.heard = bytearray() if whole else None
        self.last = time.time()
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take what came, chunk by chunk."""
        self.last = time.time()
        rest = self._rest + data if self._rest else data
        if self._head:
            end = rest.find(_END_OF_HEAD)
            if end < 0:
                self._rest = rest
                return
            self._head, rest = False, rest[end + len(_END_OF_HEAD) :]
        while (end := rest.find(b"\r\n")) >= 0:
            size = int(rest[:end], 16)
            if len(rest) < end + 4 + size:
                break
            self._take(rest[end + 2 : end + 2 + size])
            rest = rest[end + 4 + size :]
        self._rest = rest

    def _take(self, piece: bytes) -> None:
        """Take a whole piece: what the stream says of itself is not summed, heartbeats come when they come."""
        if not self.ready.done():
            self.ready.set_result(None)
            return
        if piece.startswith(_HEARTBEAT):
            return
        self.sum = zlib.crc32(piece, self.sum)
        self.bytes += len(piece)
        if self.heard is not None:
            self.heard += piece
        first = _TIME.search(piece)
        if first is not None:
            self.late.append(self.last - datetime.fromisoformat(first[1].decode()).timestamp())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        """Remember that it ended."""
        self.lost = True


def _same(reader: Reader) -> Reader:
    return reader


async def read(address: str, token: str, readers: int) -> dict[str, object]:
    """Open streams, read them, and return what came."""
    parts = urlsplit(address)
    request = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    made: list[Reader] = []
    for start in range(0, readers, _AT_ONCE):
        group = [Reader(request, whole=start + number == 0) for number in range(min(_AT_ONCE, readers - start))]
        await asyncio.gather(*(loop.create_connection(partial(_same, one), parts.hostname or "", parts.port or 0) for one in group))
        await asyncio.gather(*(one.ready for one in group))
        made += group
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    while time.time() - max(one.last for one in made) < _STILL_SECONDS:  # noqa: ASYNC110 - it is silence that is waited for
        await asyncio.sleep(0.2)
    heard = bytes(made[0].heard or b"")
    places = Counter(_PLACE.findall(heard))
    positions: dict[str, list[int]] = {}
    for (lane, position), times in places.items():
        positions.setdefault(lane.decode(), []).extend([int(position)] * times)
    return {
        "events": sum(places.values()),
        "dense": all(sorted(each) == list(range(min(each), max(each) + 1)) for each in positions.values()),
        "positions": {lane: [min(each), max(each)] for lane, each in positions.items()},
        "same": sum((one.sum, one.bytes) == (made[0].sum, made[0].bytes) for one in made),
        "lost": sum(one.lost for one in made),
        "late": sorted(late for one in made for late in one.late),
        "pieces": sum(len(one.late) for one in made),
    }


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, contextlib.suppress(KeyboardInterrupt):
        found = runner.run(read(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8").strip(), int(sys.argv[3])))
        print(orjson.dumps(found).decode(), flush=True)
