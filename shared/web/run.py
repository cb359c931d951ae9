"""Running a service's process: `serve` or `migrate`."""

import asyncio
import contextlib
import resource
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import uvicorn
from pydantic import ValidationError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.kernel.collecting import collect_seldom
from shared.kernel.migrations import migrate
from shared.kernel.settings import ServiceSettings
from shared.kernel.telemetry import configure_logging
from shared.kernel.tenancy import TenancyBroken
from shared.kernel.worker import Parts
from shared.web.app import Face, Row, create_app

S = TypeVar("S", bound=ServiceSettings)
_GRACE_SECONDS = 8
_USAGE = 2


def run(
    parts: Parts,
    table: Sequence[Row],
    settings_class: type[S],
    arguments: Sequence[str],
    face: Callable[[S], Face] | None = None,
) -> int:
    """Carry out `serve` or `migrate` and return the exit code: 0, 1 for a failure told in one sentence, 2 for misuse."""
    if list(arguments) not in (["serve"], ["migrate"]):
        sys.stderr.write(f"usage: python -m {parts.package}.main serve|migrate\n")
        return _USAGE
    try:
        settings = settings_class()
    except ValidationError as fault:
        for item in fault.errors(include_input=False, include_url=False):
            sys.stderr.write(f"setting {'.'.join(str(part) for part in item['loc']).upper() or '?'}: {item['msg']}\n")
        return _USAGE
    configure_logging(parts.contract.service, settings.log_level)
    if list(arguments) == ["migrate"]:
        if settings.database_owner_dsn is None:
            sys.stderr.write("set YINUO_DATABASE_OWNER_DSN to migrate\n")
            return _USAGE
        migrate(settings.database_owner_dsn, parts.package)
        return 0
    return _serve(parts, table, settings, face(settings) if face is not None else None)


class _Connection(HttpToolsProtocol):
    """A connection that is let go when nothing of what was sent over it is taken for so long."""

    unread_seconds = 60

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Have the kernel watch over it: a reader that stands still would hold its part of the memory for ever."""
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            with contextlib.suppress(OSError):
                transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, self.unread_seconds * 1_000)
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """A server that lets streams go before it waits for its connections."""

    def __init__(self, config: uvicorn.Config, face: Face | None) -> None:
        super().__init__(config)
        self._face = face

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests and wait for those under way."""
        if self._face is not None:
            self._face.let_go()
        await super().shutdown(sockets)


def _serve(parts: Parts, table: Sequence[Row], settings: ServiceSettings, face: Face | None) -> int:
    _Connection.unread_seconds = settings.http_unread_seconds
    config = uvicorn.Config(
        create_app(parts, table, settings, face),
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http=_Connection,
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
    )
    server = _Server(config, face)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:  # streams and connections are many; the machine's own limit is the one that counts
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    collect_seldom()
    try:
        server.run()
    except (OSError, TenancyBroken) as fault:
        sys.stderr.write(f"{parts.contract.service} cannot run: {fault}\n")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0 if server.started else 1
