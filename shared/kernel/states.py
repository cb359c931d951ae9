"""States of streams kept in memory: what a decision starts from without reading the stream again."""

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.kernel.event_log import EventLog
from shared.kernel.events import Event
from shared.kernel.gathering import Gathering
from shared.kernel.rules import Decider

S = TypeVar("S")
_MOST = 50_000
"""Streams remembered by a process; a state is some hundred bytes."""
_RECENT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Known(Generic[S]):
    """A stream's state at a version; `seen` is when the log said so, on the monotonic clock."""

    state: S
    version: int
    seen: float = 0.0


class States:
    """The states this process has seen last, the least used forgotten first.

    Other processes may append to the same streams. Whoever appends on a state from here is told by the log when it was not the
    last one; whoever does not append asks for `last`.
    """

    def __init__(self, log: EventLog) -> None:
        self._streams = Gathering(log.streams)
        self._known: OrderedDict[tuple[str, str], Known[Any]] = OrderedDict()

    async def at_hand(self, county: str, decider: Decider[S], stream: str) -> Known[S]:
        """Return what is remembered of a stream, however old, or else the last."""
        known: Known[S] | None = self._known.get((county, stream))
        return known if known is not None else await self.last(county, decider, stream)

    async def last(self, county: str, decider: Decider[S], stream: str) -> Known[S]:
        """Return a stream's state as the log has it now: only what is new is read."""
        known: Known[S] = self._known.get((county, stream)) or Known(decider.initial, 0)
        state, version = known.state, known.version
        for envelope in await self._streams.ask(county, (stream, version)):
            state = decider.evolve(state, envelope.event(decider.contract))
            version = envelope.meta.version
        return self._keep(county, stream, Known(state, version, time.monotonic()))

    async def recent(self, county: str, decider: Decider[S], stream: str) -> tuple[S, int]:
        """Return state and version of a stream as they were a second ago at most."""
        known: Known[S] | None = self._known.get((county, stream))
        if known is None or time.monotonic() - known.seen > _RECENT_SECONDS:
            known = await self.last(county, decider, stream)
        return known.state, known.version

    def moved(self, county: str, decider: Decider[S], stream: str, known: Known[S], events: Iterable[Event]) -> None:
        """Remember a stream after events this process has appended to what it knew."""
        state, version = known.state, known.version
        for event in events:
            state, version = decider.evolve(state, event), version + 1
        self._keep(county, stream, Known(state, version, time.monotonic()))

    def forget(self, county: str, stream: str) -> None:
        """Remember nothing of a stream."""
        self._known.pop((county, stream), None)

    def _keep(self, county: str, stream: str, known: Known[S]) -> Known[S]:
        """Keep what is newest; of streams that do not exist nothing is kept."""
        key = (county, stream)
        before = self._known.get(key)
        if known.version and (before is None or before.version <= known.version):
            self._known[key] = known
            self._known.move_to_end(key)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return known
