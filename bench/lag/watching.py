"""Looking at one checkpoint again and again, and noting when it moved."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bench.material import COUNTY

LOOK_EVERY_SECONDS = 0.0002
_KNOWN = "SELECT position FROM read.checkpoints WHERE county = %s AND projection = 'known_needs' AND source = 'intake'"


class Watch:
    """When each position of intake's lane was first seen in projects' known needs; positions known before are not in it."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._ended = threading.Event()
        self.seen: dict[int, float] = {}
        self.failure: Exception | None = None

    def look(self) -> None:
        """Look until told to end. From a thread of its own: the loop that submits must not make it late."""
        try:
            with psycopg.connect(self._dsn, autocommit=True) as connection:
                last = self._position(connection)
                while not self._ended.is_set():
                    position = self._position(connection)
                    self.seen.update(dict.fromkeys(range(last + 1, position + 1), time.perf_counter()))
                    last = position
                    time.sleep(LOOK_EVERY_SECONDS)
        except psycopg.Error as failure:
            self.failure = failure

    def end(self) -> None:
        """Let it look no more."""
        self._ended.set()

    @staticmethod
    def _position(connection: "psycopg.Connection[tuple[int]]") -> int:
        row = connection.execute(_KNOWN, (COUNTY,), prepare=True).fetchone()
        return row[0] if row is not None else 0


@contextmanager
def watching(dsn: str) -> Iterator[Watch]:
    """Watch for as long as the context lasts."""
    watch = Watch(dsn)
    thread = threading.Thread(target=watch.look, name="watch")
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()
