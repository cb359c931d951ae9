"""Routes whose question or answer is a file rather than JSON: downloads and uploads."""

import os
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, Protocol
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import Send

from shared.kernel.actor import Actor
from shared.kernel.event_log import Answer
from shared.kernel.rules import Command
from shared.web.problem import Problem
from shared.web.routes import OneParams, Params, Reading

_IN_MEMORY = 1 << 20
"""Bytes of an upload that stay in memory; more go to a temporary file."""
_MIB = 1 << 20
RECEIPT = "text/plain"
"""The media type of a receipt."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file on its way out.

    `content` is made by a function in a thread after the database was let go, is a temporary file that goes once it is sent, or
    comes piece by piece. `inline` lets a browser show it instead of saving it.
    """

    name: str
    media_type: str
    content: Callable[[], bytes] | Path | AsyncIterable[bytes]
    inline: bool = False
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """A query whose answer is a file (None: there is none)."""

    path: str
    query: Callable[[Reading], Awaitable[Sent | None]]
    roles: Sequence[str]
    projection: str
    media_types: Sequence[str]
    params: type[Params] | type[OneParams] = field(default=OneParams)
    text_ids: bool = False
    """The path's ids are codes, not UUIDs."""
    public: bool = False
    """Asked without a login; `roles` say nothing then."""


class ProofParams(BaseModel):
    """Query parameters of a receipt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_position: Annotated[
        int | None, Field(ge=0, lt=1 << 63, description="Wait up to 2 s until this position of the service's lane is known")
    ] = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A query that says at which position of the lane an event stands (None: nowhere); the answer is its receipt (c2sp.org/tlog-proof)."""

    path: str
    query: Callable[[Reading], Awaitable[int | None]]
    roles: Sequence[str]
    projection: str
    params: type[ProofParams] = field(default=ProofParams)
    text_ids: bool = False
    """The path's ids are codes, not UUIDs."""
    public: bool = False
    """Asked without a login; `roles` say nothing then."""


class NoParams(BaseModel):
    """An upload that takes no query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Give(Protocol):
    """Gives a command the way its own address would: its body checked, decided and appended, or only decided."""

    async def __call__(
        self, command: type[Command], raw: bytes, *, filled: Mapping[str, Any], key: str | None = None, rehearsed: bool = False
    ) -> Answer | None:
        """Return the answer, under `key` where one is given.

        Rehearsed, nothing is written: the first answer under this key, None if there is none yet. Problem where it is refused.
        """


@dataclass(frozen=True, slots=True)
class Receiving:
    """What an upload may use: the file from its beginning, who sends it, and the way to give commands."""

    file: IO[bytes]
    size: int
    county: str
    actor: Actor
    params: Any
    ids: Mapping[str, Any]
    headers: Mapping[str, str]
    opened: Any
    head: int
    """The lane's position before any command of this request."""
    give: Give
    told: Callable[[Awaitable[Mapping[str, Any]]], Awaitable[Mapping[str, Any]]]
    """Awaits the answer to one item of many; what refuses it becomes `{status, problem}`, as in a batch."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that becomes commands; the body is the file itself."""

    path: str
    take: Callable[[Receiving], Awaitable[Mapping[str, Any]]]
    gives: type[Command]
    roles: Sequence[str]
    """Whom the rules behind it let in."""
    media_types: Sequence[str]
    most: int
    """Bytes it may have."""
    status: int
    params: type[BaseModel] = NoParams
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers it must have besides (percent-encoded UTF-8): name and what it says."""
    public: bool = False
    """Sent without a login; what the headers hold must prove enough, and `roles` say nothing then."""
    text_ids: bool = False
    """The path's ids are codes, not UUIDs."""


def header(request: Request, name: str) -> str | None:
    """Return a header that holds percent-encoded UTF-8; a Problem where it does not."""
    told = request.headers.get(name)
    if told is None:
        return None
    try:
        return unquote(told, errors="strict")
    except UnicodeDecodeError as fault:
        raise Problem("header_malformed", header=name) from fault


async def read_file(request: Request, most: int) -> tuple[IO[bytes], int]:
    """Return the body as a file from its beginning, and its bytes; a Problem (413) as soon as it is known to have more than `most`."""
    length = request.headers.get("content-length")
    if length is not None and length.isdecimal() and int(length) > most:
        raise Problem("file_too_large", limit=most // _MIB)
    file: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by who reads it
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                break
            file.write(part)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    if size > most:
        file.close()
        raise Problem("file_too_large", limit=most // _MIB)
    return file, size


def receipt_file(service: str, county: str, position: int) -> Sent:
    """Return what the receipt of an event is sent as."""
    return Sent(f"{service}-{county}-{position}.tlog-proof", RECEIPT, bytes)


def response_of(sent: Sent, content: bytes | None) -> Response:
    """Return the HTTP response; `content` is what the function made, where there is one."""
    headers = {
        "Content-Disposition": disposition(sent.name, inline=sent.inline),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    if content is not None:
        return Response(content, headers=headers, media_type=sent.media_type)
    if isinstance(sent.content, Path):
        return _TemporaryFile(sent.content, headers=headers, media_type=sent.media_type)
    if sent.size is not None:
        headers["Content-Length"] = str(sent.size)
    return StreamingResponse(sent.content, headers=headers, media_type=sent.media_type)  # type: ignore[arg-type]


class _TemporaryFile(FileResponse):
    """A file that is gone after it was sent, whoever hung up."""

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:  # noqa: ANN401 - the base class's
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.unlink(self.path)  # noqa: PTH108 - one call to the kernel, nothing to wait for


def disposition(name: str, *, inline: bool) -> str:
    """Return a Content-Disposition with the name in UTF-8 (RFC 6266, 8187) and, for old readers, in ASCII."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
