"""Single rows of the past in milliseconds: only the events that can have touched them are read.

Most events that touch a row are those of its own stream, which an index finds. Which types of events name rows of other streams is
learned from the first and the last of each type, where a projection does not say so itself; of those, every one that holds the
row's id is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.kernel.as_of.archive import Archive
from shared.kernel.as_of.folding import Folder, Rows
from shared.kernel.as_of.lanes import Found, Lanes, Stretch
from shared.kernel.as_of.mentions import Mentions
from shared.kernel.as_of.moments import Vector
from shared.kernel.envelope import open_body
from shared.kernel.events import Contract
from shared.kernel.projection import Projection, types_of

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_ID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class _Way:
    """How events of one type get to rows: in streams of these nouns that carry the rows' id, or by naming it; `seen` unless neither."""

    nouns: frozenset[str] = frozenset()
    named: bool = False
    seen: bool = True

    def __or__(self, other: "_Way") -> "_Way":
        return _Way(self.nouns | other.nouns, self.named or other.named, self.seen and other.seen)


class Singles:
    """Folds the rows of a read model whose key holds one id."""

    def __init__(self, pool: "Pool", lanes: Lanes, archive: Archive, folder: Folder, sources: Sequence[Contract]) -> None:
        self._lanes = lanes
        self._mentions = Mentions(pool, lanes)
        self._archive = archive
        self._folder = folder
        self._sources = sources
        self._ways: dict[tuple[str, int, str], _Way] = {}

    async def rows(self, projection: Projection[Any], column: str, one: UUID, county: str, vector: Vector) -> Rows | None:
        """Return the rows whose key has this id in this column; None where that cannot be told from single events."""
        place = projection.key.index(column)
        bodies: list[bytes] = []
        for source, types in types_of(projection, self._sources).items():
            stretch = Stretch(county, source, vector[source])
            await self._archive.reach(*stretch)
            ways = await self._ways_of(projection, place, stretch, types)
            if not all(way.seen for way in ways.values()):
                return None
            bodies += [body for _, body in await self._touching(ways, stretch, one)]
        return await self._folder.of_events(projection, bodies, lambda key: key[place] == one)

    async def _touching(self, ways: dict[str, _Way], stretch: Stretch, one: UUID) -> Found:
        """Return the events of a lane that may touch rows of an id, in order."""
        streams = sorted({f"{noun}-{one}" for way in ways.values() for noun in way.nouns})
        own = [name for name, way in ways.items() if way.nouns and not way.named]
        named = [name for name, way in ways.items() if way.named]
        found = await self._lanes.of_streams(stretch, streams, own) if own else []
        if not named:
            return found
        await self._mentions.reach(stretch, named)
        return sorted([*found, *await self._lanes.holding(stretch, named, one)])

    async def _ways_of(self, projection: Projection[Any], place: int, stretch: Stretch, types: Sequence[str]) -> dict[str, _Way]:
        """Return the way of each type that occurs in a lane; what could be told from events is learned once for all counties."""
        contract = next(contract for contract in self._sources if contract.service == stretch.source)
        known = {kind: way for kind in types if (way := self._ways.get((projection.name, place, kind))) is not None}
        unknown = [kind for kind in types if kind not in known]
        either = _Way(named=projection.key[place] in projection.either)
        learned: dict[str, _Way] = {}
        for _, body in await self._lanes.samples(stretch, unknown) if unknown else ():
            envelope = open_body(body)
            keys = [str(key[place]) for key in projection.keys_of(envelope.event(contract))]
            kind, way = envelope.meta.type, _way(envelope.meta.stream, body, keys)
            learned[kind] = learned.get(kind, either) | way
            if keys:
                self._ways[projection.name, place, kind] = learned[kind]
        return known | learned


def _way(stream: str, body: bytes, keys: Sequence[str]) -> _Way:
    """Return what one event tells about its type; one that touches no row may be of a type whose others do."""
    if keys and all(key == stream[-_ID_LENGTH:] for key in keys):
        return _Way(nouns=frozenset({stream[: -_ID_LENGTH - 1]}))
    return _Way(named=True, seen=all(key.encode() in body for key in keys))
