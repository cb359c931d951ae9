"""Identifiers of new things, ordered by time."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """Return a new UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 of a within-process sequence, 62 random.

    Unique without coordination; never use it as an order between processes, or as a secret.
    """
    global _last  # noqa: PLW0603 - the sequence is the process's own
    stamp = (time.time_ns() * 4096) // 1_000_000  # milliseconds with a 12-bit fraction
    with _lock:
        stamp = max(stamp, _last + 1)
        _last = stamp
    random = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=(stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | random)
