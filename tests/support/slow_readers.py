"""Readers of a stream that ask and then do not read, over raw sockets with the smallest buffers there are."""

import contextlib
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

_SMALL_BYTES = 4_096
_WAIT_SECONDS = 1.0
_ID = re.compile(rb"^id: (\S+)\r?$", re.MULTILINE)
_WHOLE = re.compile(rb"\n\r?\n")


@dataclass
class Slow:
    """One of them."""

    connection: socket.socket

    def last_id(self) -> str | None:
        """Read what has come after all, as long as something does; return the id of the last event that came whole."""
        heard = b""
        self.connection.settimeout(_WAIT_SECONDS)
        with contextlib.suppress(OSError):  # it was let go, or nothing comes any more
            while piece := self.connection.recv(1 << 16):
                heard += piece
        ends = [found.end() for found in _WHOLE.finditer(heard)]
        ids = _ID.findall(heard[: ends[-1]]) if ends else []
        return ids[-1].decode() if ids else None


@contextmanager
def slow_readers(address: str, headers: Mapping[str, str], many: int) -> Iterator[list[Slow]]:
    """Have so many connected, each of which has sent its request and takes nothing."""
    parts = urlsplit(address)
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {value}" for name, value in headers.items())]
    request = "\r\n".join([*lines, "", ""]).encode()
    found: list[Slow] = []
    try:
        for _ in range(many):
            connection = socket.socket()
            found.append(Slow(connection))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BYTES)
            connection.connect((parts.hostname, parts.port))
            connection.sendall(request)
        yield found
    finally:
        for each in found:
            each.connection.close()
