"""What is due in a lane: duplicates dropped, holes seen, the contiguous rest handed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from shared.kernel.records import Received


@dataclass(frozen=True, slots=True)
class Due:
    """What follows a position without a gap; `hole` is the position that is missing before one that has come, if any is."""

    events: Sequence[Received]
    duplicates: int
    hole: int | None


@dataclass(frozen=True, slots=True)
class Hole:
    """A missing position, and the Kafka offset behind the last event applied (None: unknown)."""

    position: int
    offset: int | None


def due(received: Sequence[Received], position: int) -> Due:
    """Return what of these records comes next after `position` (the checkpoint).

    What is ahead of its turn is left out, and looked for further on: a lane published again brings it once more, in its place.
    """
    events: list[Received] = []
    duplicates = 0
    ahead = 0
    for record in received:
        at = record.envelope.meta.position
        if at <= position:
            duplicates += 1
        elif at == position + 1:
            events.append(record)
            position = at
        else:
            ahead = max(ahead, at)
    return Due(events, duplicates, position + 1 if ahead > position else None)


def steps(received: Sequence[Received], positions: Mapping[str, int]) -> dict[str, Due]:
    """Return what is due for each of several readers, from where each stands; counted once where they stand together."""
    found = {position: due(received, position) for position in set(positions.values())}
    return {name: found[position] for name, position in positions.items()}


_DATA_FAULTS = ("22", "23")
"""SQLSTATE classes that an event's own content causes: data exceptions and violated constraints."""


def poisonous(fault: BaseException) -> bool:
    """Tell an event that cannot be applied from trouble that passes; only the former may be parked.

    Lost connections, time limits, deadlocks, full disks and missing tables (a deployment's fault) are retried.
    """
    if isinstance(fault, asyncpg.PostgresError):
        return str(fault.sqlstate or "").startswith(_DATA_FAULTS)
    passing = OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError
    return not isinstance(fault, passing) or isinstance(fault, asyncpg.exceptions.DataError)
