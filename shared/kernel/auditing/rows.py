"""A lane's rows, one after the other: each body says its own place, in order, and the columns beside it say the same."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple, cast

from shared.kernel.auditing.faults import Fault, FaultCode
from shared.kernel.envelope import Meta, open_body
from shared.kernel.proof.merkle import HASH_BYTES

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


class Batch(NamedTuple):
    """Rows, column by column: half as dear to fetch as row by row. The leaf hashes are joined, 32 bytes each."""

    positions: Sequence[int]
    streams: Sequence[str]
    versions: Sequence[int]
    event_ids: Sequence[str]
    types: Sequence[str]
    recorded_at: Sequence[datetime]
    bodies: Sequence[bytes]
    leaf_hashes: bytes

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Batch":
        """Return rows as a batch."""
        positions, streams, versions, event_ids, types, recorded_at, bodies, hashes = zip(*rows, strict=True) if rows else [()] * 8
        return cls(positions, streams, versions, event_ids, types, recorded_at, bodies, b"".join(hashes))

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        hashes = (self.leaf_hashes[start : start + HASH_BYTES] for start in range(0, HASH_BYTES * len(self.bodies), HASH_BYTES))
        return map(Row, *self[:-1], hashes)


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

    def read(self, batch: Batch, leaves: list[bytes]) -> Fault | None:
        """Take rows in order, add their leaf hashes, and return the first fault."""
        if not batch.bodies:
            return None
        hashes = [sha256(b"\x00" + body).digest() for body in batch.bodies]
        if b"".join(hashes) != batch.leaf_hashes or not self._plain(batch):
            return self._one_by_one(batch.rows(), hashes, leaves)
        fault = self._versions_of(batch.positions, batch.streams, batch.versions)
        good = len(hashes) if fault is None else cast("int", fault.position) - self.position - 1
        leaves += hashes[:good]
        self.position += good
        self._recorded_at = batch.recorded_at[-1]
        return fault

    def _plain(self, batch: Batch) -> bool:
        """Tell whether all is well but for versions, seen at a glance: every body begins as the platform writes what its columns say."""
        written, read_time, last = self._written, datetime.fromisoformat, self._recorded_at
        if list(batch.positions) != list(range(self.position + 1, self.position + 1 + len(batch.bodies))):
            return False
        for position, stream, version, event_id, kind, recorded_at, body in zip(*batch[:-1], strict=True):
            if kind not in written and not self._learn(kind, body):
                return False
            before, after = written[kind]
            head = body[:_HEAD].decode("latin-1")
            start = f'{{"specversion":"1.0","id":"{event_id}{before}{stream}","time":"'
            at = len(start) + _TIME
            try:
                time = read_time(head[at - _TIME : at])
            except ValueError:
                return False
            if (
                not last < recorded_at == time
                or not head.startswith(start)
                or not head.startswith(f'{after}{position}","streamversion":{version},"actor":"', at)
                or '"' in stream
            ):
                return False
            last = recorded_at
        return True

    def _learn(self, kind: str, body: bytes) -> bool:
        """Note how events of a type are written; False where the body is none of them."""
        try:
            schema = open_body(body).dataschema
        except ValueError:
            return False
        place = f'","source":"/{self._service}/{self._county}","subject":"'
        county = f'"county":"{self._county}","position":"'
        self._written[kind] = f'","type":"{kind}{place}', f'","datacontenttype":"application/json","dataschema":"{schema}",{county}'
        return '"' not in kind + schema

    def _versions_of(self, positions: Iterable[int], streams: Iterable[str], numbers: Iterable[int]) -> Fault | None:
        versions = self._versions
        for position, stream, version in zip(positions, streams, numbers, strict=True):
            last = versions.get(stream, 0)
            if last + 1 != version:
                return Fault("version_out_of_order", position, {"stream": stream, "version": version, "after": last})
            versions[stream] = version
        return None

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
            if fault := self._versions_of([row.position], [row.stream], [row.version]):
                return fault
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
