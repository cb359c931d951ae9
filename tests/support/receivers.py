"""A mail server and a gateway on loopback, for tests that see what is really sent."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar, cast

from aiosmtpd.controller import Controller

T = TypeVar("T")
_SECONDS = 20.0


@dataclass
class Mails:
    """What the mail server took, in order; it refuses those to addresses in `unknown`."""

    port: int
    taken: list[EmailMessage] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's
        if address in self.unknown:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        self.taken.append(cast("EmailMessage", message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.taken if mail["To"] == address]


@dataclass
class Posts:
    """What the gateway was sent, refused or not; it answers 503 to as many as `failing` says."""

    url: str = ""
    failing: int = 0
    refused: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    taken: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Mails]:
    """Take mail on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    mails = Mails(port)
    controller = Controller(mails, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()


@contextmanager
def gateway() -> Iterator[Posts]:
    """Take posts on a free port."""
    posts = Posts()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = (dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"])))
            failing = posts.failing > 0
            posts.failing -= failing
            (posts.refused if failing else posts.taken).append(told)
            self.send_response(503 if failing else 204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    posts.url = f"http://127.0.0.1:{server.server_address[1]}/notify"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield posts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def until(ask: Callable[[], T], seconds: float = _SECONDS) -> T:
    """Ask until the answer is true."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found
