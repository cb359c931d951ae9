"""Which ids events name besides the need and the project they are filed under: what a story finds its way by without reading everything."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from asyncpg.pgproto import pgproto

from services.portal.lanes import SOURCES
from shared.kernel.events import Event
from shared.kernel.projection import Fact, Key, Projection

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_INSIDE = re.compile(rb"-(?=[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)")
"""What an id has inside: looked for first, since what begins with a dash is found three times as fast."""
_BEFORE = 8
_DATA = b'"data":'
_ID_LENGTH = 36


@dataclass(slots=True)
class Named:
    """An id that stands in an event's data, or is that of the stream that begins with it; and that event's place and stream."""

    named: UUID
    source: str
    position: int
    stream: str = ""


class Names(Projection[Named]):
    """Keeps names instead of folding them: they are written once, and never read while they are written."""

    kept = True

    @property
    def handles(self) -> Iterable[type[Event]]:
        """All events there are."""
        return [event for contract in SOURCES for event in contract.events.values()]

    async def apply(self, connection: "Connection", county: str, facts: Sequence[Fact]) -> int:
        """Keep what events name; return how many names that were."""
        rows = [row for fact in facts for row in names_of(fact)]
        if rows:
            await self.save(connection, county, rows)
        return len(rows)

    def gather(self, rows: dict[Key, Named], fact: Fact, wanted: Callable[[Key], bool] | None = None) -> None:
        """Keep the names in one event among rows in memory."""
        for row in names_of(fact):
            key = (row.named, row.source, row.position)
            if wanted is None or wanted(key):
                rows[key] = row


def names_of(fact: Fact) -> list[Named]:
    """Return the ids in an event's data but for its stream's, its need's and its project's; with the stream's where it begins here."""
    meta, event, body = fact.meta, fact.event, fact.body
    found = set(ids_in(body, body.find(_DATA)))
    own = meta.stream[-_ID_LENGTH:].encode()
    if meta.version > 1:
        found.discard(own)
    elif _UUID.fullmatch(own):
        found.add(own)
    if not found:  # as of most events: they name their own stream alone
        return []
    for name in _filed_under(type(event)):
        filed = str(getattr(event, name)).encode()
        if filed != own or meta.version > 1:
            found.discard(filed)
    return [Named(pgproto.UUID(one.decode()), meta.service, meta.position, meta.stream) for one in sorted(found)]


def ids_in(body: bytes, start: int) -> Iterator[bytes]:
    """Yield the ids that stand in some bytes from a place on."""
    for inside in _INSIDE.finditer(body, start):
        begin = inside.start() - _BEFORE
        if begin >= start and (id_ := _UUID.match(body, begin)) is not None:
            yield id_.group()


@cache
def _filed_under(event: type[Event]) -> Sequence[str]:
    """Return by which of their fields events are filed, asked once for each type of event."""
    return [name for name in ("need_id", "project_id") if name in event.model_fields]


NAMES = Names("event_names", row=Named, key=("named", "source", "position"))
