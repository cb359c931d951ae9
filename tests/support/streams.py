"""A reader of server-sent events as a dashboard is one: it remembers the last id, and comes again with it."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

_SECONDS = 20.0


@dataclass(frozen=True)
class Told:
    """One event of a stream."""

    event: str
    data: dict[str, Any]
    id: str | None

    @property
    def place(self) -> tuple[str, int]:
        """The lane's service and the position, of an event of a lane."""
        return self.data["source"].split("/")[1], int(self.data["position"])


@dataclass
class Reading:
    """A stream read in the background until it is left; `again` goes on from the last id."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    last_id: str | None = None
    told: list[Told] = field(default_factory=list)
    status: int = 0
    ended: bool = False
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _task: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.until(lambda: self.status != 0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._loop is not None and self._task is not None and not self.ended:
            with contextlib.suppress(RuntimeError):  # it ended by itself this very moment
                self._loop.call_soon_threadsafe(self._task.cancel)
        assert self._thread is not None
        self._thread.join(timeout=20)

    @property
    def events(self) -> list[Told]:
        """What came of lanes, without what the stream says of itself."""
        return [each for each in self.told if each.event not in {"ready", "reset", "end"}]

    def until(self, happened: Callable[[], bool], seconds: float = _SECONDS) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < deadline, f"still {[each.event for each in self.told][-5:]} after {seconds} s"
            time.sleep(0.02)

    def has(self, service: str, position: int) -> "Reading":
        """Wait for a position of a lane."""
        self.until(lambda: (service, position) in {each.place for each in self.events})
        return self

    def again(self) -> "Reading":
        """Return a reader that goes on from the last id."""
        return Reading(self.address, self.headers, self.last_id)

    def _run(self) -> None:
        loop = self._loop = asyncio.new_event_loop()
        self._task = loop.create_task(self._read())
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(self._task)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        self.status = self.status or 599
        self.ended = True

    async def _read(self) -> None:
        headers = {**self.headers, **({} if self.last_id is None else {"Last-Event-ID": self.last_id})}
        with contextlib.suppress(httpx.HTTPError):
            async with (
                httpx.AsyncClient(timeout=httpx.Timeout(5, read=None), trust_env=False) as http,
                http.stream("GET", self.address, headers=headers) as response,
            ):
                self.status = response.status_code
                fields: dict[str, str] = {}
                async for line in response.aiter_lines():
                    name, _, value = line.partition(":")
                    if line:
                        fields[name] = value.removeprefix(" ")
                        continue
                    self._take(fields)
                    fields = {}

    def _take(self, fields: Mapping[str, str]) -> None:
        self.last_id = fields.get("id", self.last_id)
        if "data" in fields:
            self.told.append(Told(fields.get("event", "message"), orjson.loads(fields["data"]), fields.get("id")))
