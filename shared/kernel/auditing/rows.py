"""A lane's rows, one after the other: each body says its own place, in order, and the columns beside it say the same."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from shared.kernel.auditing.faults import Fault, FaultCode
from shared.kernel.envelope import Meta, open_body

if TYPE_CHECKING:
    from asyncpg import Record

_HEAD = 480
"""Bytes that surely hold what comes before the actor in a body as the platform writes it."""
_TIME = 27
"""Characters of a time as envelopes write it, `2021-11-12T01:00:00.000001Z`."""
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class Row(NamedTuple):
    """A row of `log.events`: what its columns say, and the body."""

    position: int
    stream: str
    version: int
    event_id: str
    type: str
    recorded_at: datetime
    body: bytes
    leaf_hash: bytes


class Reader:
    """Reads the rows of one lane and remembers where it and each of its streams stand."""

    def __init__(self, service: str, county: str) -> None:
        self.position = 0
        self._service = service
        self._county = county
        self._recorded_at = _BEFORE_ALL
        self._versions: dict[str, int] = {}
        self._written: dict[str, tuple[str, str]] = {}
        """By type: what the platform writes between id and stream, and between time and position."""

    def read(self, rows: "Sequence[Row | Record]", leaves: list[bytes]) -> Fault | None:
        """Take rows in order, add their leaf hashes, and return the first fault.

        What the database answers will do, with the columns in the order of `Row`.
        """
        hashes = [sha256(b"\x00" + row[6]).digest() for row in rows]  # by its place: a name would be looked up in every row
        plain = self._plain(rows, hashes)
        leaves += hashes[:plain]
        return None if plain == len(rows) else self._one_by_one([Row(*row) for row in rows[plain:]], hashes[plain:], leaves)

    def _plain(self, rows: "Sequence[Row | Record]", hashes: Sequence[bytes]) -> int:
        """Pass the rows, from the first, that are seen at a glance to be well; return how many.

        The body begins as the platform writes what the columns say, and hashes to the leaf beside it.
        """
        written, versions, read_time = self._written, self._versions, datetime.fromisoformat
        expected, last = self.position + 1, self._recorded_at
        for (position, stream, version, event_id, kind, recorded_at, body, kept), leaf in zip(rows, hashes, strict=True):
            if kind not in written and not self._learn(kind, body):
                break
            before, after = written[kind]
            head = body[:_HEAD].decode("latin-1")
            start = f'{{"specversion":"1.0","id":"{event_id}{before}{stream}","time":"'
            at = len(start) + _TIME
            try:
                time = read_time(head[at - _TIME : at])
            except ValueError:
                break
            if (
                position != expected
                or kept != leaf
                or not last < recorded_at == time
                or version != versions.get(stream, 0) + 1
                or not head.startswith(start)
                or not head.startswith(f'{after}{position}","streamversion":{version},"actor":"', at)
                or '"' in stream
            ):
                break
            versions[stream] = version
            last = recorded_at
            expected += 1
        passed = expected - self.position - 1
        self.position, self._recorded_at = expected - 1, last
        return passed

    def _learn(self, kind: str, body: bytes) -> bool:
        """Note how events of a type are written; False where the body is none of them."""
        try:
            schema = open_body(body).dataschema
        except ValueError:
            return False
        place = f'","source":"/{self._service}/{self._county}","subject":"'
        county = f'"county":"{self._county}","position":"'
        if '"' in kind + schema:
            return False
        self._written[kind] = f'","type":"{kind}{place}', f'","datacontenttype":"application/json","dataschema":"{schema}",{county}'
        return True

    def _one_by_one(self, rows: Iterable[Row], hashes: Iterable[bytes], leaves: list[bytes]) -> Fault | None:
        """Open every body and judge it by what it means: another writing is no fault, another meaning is."""
        for row, leaf in zip(rows, hashes, strict=True):
            expected = self.position + 1
            if row.position != expected:
                return Fault("position_missing" if row.position > expected else "position_out_of_order", expected, {"found": row.position})
            if fault := self._judged(row):
                return fault
            if leaf != row.leaf_hash:
                return Fault("leaf_hash_wrong", row.position)
            if row.recorded_at <= self._recorded_at:
                return Fault("time_went_back", row.position, {"recorded_at": row.recorded_at, "after": self._recorded_at})
            after = self._versions.get(row.stream, 0)
            if row.version != after + 1:
                return Fault("version_out_of_order", row.position, {"stream": row.stream, "version": row.version, "after": after})
            self._versions[row.stream] = row.version
            self._recorded_at, self.position = row.recorded_at, row.position
            leaves.append(leaf)
        return None

    def _judged(self, row: Row) -> Fault | None:
        try:
            meta = open_body(row.body).meta
        except ValueError as fault:
            return Fault("body_unreadable", row.position, {"why": str(fault)})
        for name, said, expected in self._compared(meta, row):
            if said != expected:
                code: FaultCode = "envelope_differs" if name in {"service", "county", "position"} else "column_differs"
                return Fault(code, row.position, {"name": name, "said": said, "expected": expected})
        return None

    def _compared(self, meta: Meta, row: Row) -> Iterator[tuple[str, object, object]]:
        """Yield name, what the body says, and what it should."""
        yield "service", meta.service, self._service
        yield "county", meta.county, self._county
        yield "position", meta.position, row.position
        yield "stream", meta.stream, row.stream
        yield "version", meta.version, row.version
        yield "event_id", meta.event_id, row.event_id
        yield "type", meta.type, row.type
        yield "recorded_at", meta.recorded_at, row.recorded_at
