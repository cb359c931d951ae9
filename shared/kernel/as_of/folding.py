"""Folding a read model from lanes up to a vector, with the folds of the live one; a part at a time, so that the process stays awake."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any

from shared.kernel.as_of.lanes import Lanes, Stretch
from shared.kernel.as_of.moments import Vector
from shared.kernel.envelope import Meta, open_body
from shared.kernel.events import Contract
from shared.kernel.projection import Fact, Key, Projection

_AT_ONCE = 100
"""Events folded before others have their turn: a millisecond or two."""
Rows = dict[Key, Any]


class _Poison(Exception):  # noqa: N818 - tells where to begin anew
    """A fold did not take an event, and may have left a row half changed."""

    def __init__(self, meta: Meta) -> None:
        super().__init__(f"{meta.service}@{meta.position}")
        self.meta = meta


def types_of(projection: Projection[Any], sources: Iterable[Contract]) -> dict[str, list[str]]:
    """Return the types of events a read model folds, by the service that publishes them; only services that publish any."""
    handled = set(projection.handles)
    found = {contract.service: sorted(name for name, event in contract.events.items() if event in handled) for contract in sources}
    return {service: types for service, types in found.items() if types}


class Folder:
    """Folds read models of one service."""

    def __init__(self, lanes: Lanes, sources: Sequence[Contract]) -> None:
        self._lanes = lanes
        self._contracts = {contract.service: contract for contract in sources}

    async def whole(self, projection: Projection[Any], county: str, vector: Vector) -> Rows:
        """Return all rows of a read model as of a vector, by key."""

        async def bodies() -> AsyncIterator[Sequence[bytes]]:
            for source, types in types_of(projection, self._contracts.values()).items():
                async for part in self._lanes.of_types(Stretch(county, source, vector[source]), types):
                    yield [body for _, body in part]

        return await self._folded(projection, bodies)

    async def of_events(self, projection: Projection[Any], bodies: Sequence[bytes], wanted: Callable[[Key], bool]) -> Rows:
        """Return the wanted rows of a read model from events that are given, each lane's in its order."""

        async def once() -> AsyncIterator[Sequence[bytes]]:
            yield bodies

        return await self._folded(projection, once, wanted)

    async def _folded(
        self,
        projection: Projection[Any],
        bodies: Callable[[], AsyncIterator[Sequence[bytes]]],
        wanted: Callable[[Key], bool] | None = None,
    ) -> Rows:
        """Fold; an event that cannot be is passed over with what follows in its stream, as the live read model parks them."""
        parked: dict[tuple[str, str], int] = {}
        while True:
            rows: Rows = {}
            try:
                async for part in bodies():
                    for start in range(0, len(part), _AT_ONCE):
                        for body in part[start : start + _AT_ONCE]:
                            self._fold(projection, rows, body, parked, wanted)
                        await asyncio.sleep(0)
            except _Poison as poison:
                parked[poison.meta.service, poison.meta.stream] = poison.meta.position
            else:
                return rows

    def _fold(
        self,
        projection: Projection[Any],
        rows: Rows,
        body: bytes,
        parked: Mapping[tuple[str, str], int],
        wanted: Callable[[Key], bool] | None,
    ) -> None:
        envelope = open_body(body)
        meta = envelope.meta
        if parked and meta.position >= parked.get((meta.service, meta.stream), meta.position + 1):
            return
        try:
            projection.gather(rows, Fact(envelope.event(self._contracts[meta.service]), meta), wanted)
        except Exception as fault:
            raise _Poison(meta) from fault
