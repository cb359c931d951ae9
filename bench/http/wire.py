"""A connection that speaks HTTP/1.1 just well enough to measure with: one request at a time, kept alive."""

import asyncio
import re
from collections.abc import Callable
from typing import cast

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)

Answered = Callable[["Wire", int, bytes], None]
"""Called with the connection, the status and the body of each answer."""


class Wire(asyncio.Protocol):
    """Sends one request after another; the next when it is told to, after an answer."""

    def __init__(self, answered: Answered) -> None:
        self._answered = answered
        self._received = b""
        self._transport: asyncio.Transport
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sent_at = 0.0
        """For the caller: when the request under way was sent."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes) -> None:
        """Send a whole request."""
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Hand on an answer once it is whole."""
        self._received += data
        end = self._received.find(_HEAD_END)
        if end < 0:
            return
        length = _LENGTH.search(self._received, 0, end)
        if length is None:
            self._transport.abort()
            raise ValueError(f"an answer without a length: {self._received[:200]!r}")
        whole = end + len(_HEAD_END) + int(length[1])
        if len(self._received) < whole:
            return
        status, body = int(self._received[9:12]), self._received[end + len(_HEAD_END) : whole]
        self._received = self._received[whole:]
        self._answered(self, status, body)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - however it ended
        """Tell that nothing more comes."""
        if not self.lost.done():
            self.lost.set_result(None)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


async def connect(port: int, answered: Answered) -> Wire:
    """Return a connection to a port of this machine."""
    _, wire = await asyncio.get_running_loop().create_connection(lambda: Wire(answered), "127.0.0.1", port)
    return wire


def request(path: str, port: int, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """Return the bytes of a POST with a JSON body."""
    told = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join(lines).encode() + _HEAD_END + body
