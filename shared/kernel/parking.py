"""Events set aside, by stream: which they are, taken off the list once applied, discarded with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.kernel.checkpoints import CODE_VERSION, ERROR_LENGTH
from shared.kernel.envelope import open_body
from shared.kernel.events import Contract
from shared.kernel.records import Received

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_OF_STREAM = """
SELECT body FROM read.parked WHERE county = $1 AND projection = $2 AND source = $3 AND stream = $4 ORDER BY position
"""
_STREAMS = "SELECT DISTINCT projection, stream FROM read.parked WHERE county = $1 AND source = $2 AND projection = ANY($3)"
_REMOVE = "DELETE FROM read.parked WHERE county = $1 AND projection = $2 AND source = $3 AND position = ANY($4)"
_STILL = """
UPDATE read.parked SET error = $5, code_version = $6 WHERE county = $1 AND projection = $2 AND source = $3 AND position = $4
"""
_DISCARD = """
WITH gone AS (
  DELETE FROM read.parked WHERE county = $1 AND projection = $2 AND source = $3 AND position = $4
  RETURNING county, projection, source, position, stream, body, error, code_version, parked_at
)
INSERT INTO read.discarded
  (county, projection, source, position, discarded_by, reason, stream, leaf_hash, error, code_version, parked_at)
SELECT county, projection, source, position, $5, $6, stream, sha256('\\x00'::bytea || body), error, code_version, parked_at FROM gone
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """The parked events of one stream for one projection or policy (`reader`), whose source has this contract."""

    county: str
    reader: str
    contract: Contract
    stream: str

    @property
    def key(self) -> tuple[str, str, str]:
        """County, reader and source, as the table's key begins."""
        return self.county, self.reader, self.contract.service


@dataclass(frozen=True, slots=True)
class Redriven:
    """What came of trying again: events applied and taken off the list, those left, and why the first of them is."""

    applied: int
    left: int
    error: str | None


async def parked_of(connection: "Connection", queue: Queue) -> list[Received]:
    """Return the events of a queue in their order, as if they had just come."""
    rows = await connection.fetch(_OF_STREAM, *queue.key, queue.stream)
    return [Received(open_body(row["body"]), queue.contract, queue.contract.topic, -1, -1) for row in rows]


async def parked_streams(connection: "Connection", county: str, source: str, readers: Sequence[str]) -> Mapping[str, set[str]]:
    """Return the streams that are parked now for each of these readers."""
    found: dict[str, set[str]] = {}
    for reader, stream in await connection.fetch(_STREAMS, county, source, list(readers)):
        found.setdefault(reader, set()).add(stream)
    return found


async def take_off(connection: "Connection", queue: Queue, positions: Sequence[int]) -> None:
    """Take events off the list, in the transaction in which they have their effect."""
    await connection.execute(_REMOVE, *queue.key, list(positions))


async def still_parked(connection: "Connection", queue: Queue, position: int, error: str) -> None:
    """Keep why an event still cannot be applied, and which code tried."""
    await connection.execute(_STILL, *queue.key, position, error[:ERROR_LENGTH].replace("\x00", ""), CODE_VERSION)


async def discard(connection: "Connection", county: str, reader: str, source: str, position: int, *, by: str, reason: str) -> bool:
    """Pass an event over for good and keep who said so and why; False if it is not parked."""
    return await connection.execute(_DISCARD, county, reader, source, position, by, reason) == "INSERT 0 1"
