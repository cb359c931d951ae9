"""Events as frames of a stream: written once for each level, chosen by what a reader asked for."""

from dataclasses import dataclass, field

from fastapi.sse import format_sse_event

from services.portal.lanes import LANES, Vector
from services.portal.queries.archive import Kept
from services.portal.stream.cursor import Cursors
from services.portal.stream.masking import Level, masked


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked for; an empty set or None asks for everything."""

    types: frozenset[str] = frozenset()
    stream: str | None = None
    unit: str | None = None
    town: str | None = None

    @property
    def all(self) -> bool:
        """Whether nothing is left out."""
        return not self.types and self.stream is None and self.unit is None and self.town is None

    def take(self, kept: Kept) -> bool:
        """Tell whether an event is one of those asked for."""
        return (
            (not self.types or kept.type in self.types)
            and (self.stream is None or kept.stream == self.stream)
            and (self.unit is None or self.unit in kept.units)
            and (self.town is None or kept.town == self.town)
        )


@dataclass(slots=True)
class Frame:
    """An event and the vector behind it; as bytes for each level somebody asked for."""

    county: str
    kept: Kept
    after: Vector
    _written: dict[Level, bytes] = field(default_factory=dict)

    def bytes_for(self, level: Level, cursors: Cursors) -> bytes:
        """Return the event as a level sees it; nothing where it sees nothing of it."""
        written = self._written.get(level)
        if written is None:
            body = masked(self.kept.body, level)
            written = b"" if body is None else frame(body.decode(), self.kept.type, cursors.write(self.county, level, self.after))
            self._written[level] = written
        return written


def frames(county: str, kept: list[Kept], after: Vector) -> list[Frame]:
    """Return events as frames, each with the vector behind it."""
    made: list[Frame] = []
    vector = list(after)
    for each in kept:
        vector[LANES.index(each.source)] = each.position
        made.append(Frame(county, each, tuple(vector)))
    return made


def frame(data: str, event: str, cursor: str | None = None) -> bytes:
    """Return one server-sent event."""
    return format_sse_event(data_str=data, event=event, id=cursor)
