"""The `eventsourcing` library with its PostgreSQL recorder: a new aggregate with one event, saved."""

import threading
import time
from types import TracebackType
from typing import Self
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.lab import Database
from bench.material import CLERK, DETAIL, TITLE, TOWN

_WARM_UP_EVENTS = 100
_POOL = "16"


class Need(Aggregate):
    """A need as that library would have it."""

    @event("Submitted")
    def __init__(self, *, kind: str, channel: str, title: str, detail: str, town: str, submitted_by: str) -> None:
        self.kind, self.channel, self.title, self.detail = kind, channel, title, detail
        self.town, self.submitted_by = town, submitted_by


class EventSourcing:
    """An application of that library on a database of its own; a context that closes its pool."""

    def __init__(self, where: Database) -> None:
        self._application = Application[UUID](
            env={
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": where.name,
                "POSTGRES_HOST": where.socket_folder,
                "POSTGRES_PORT": "5432",
                "POSTGRES_USER": "postgres",
                "POSTGRES_PASSWORD": "trusted",
                "POSTGRES_POOL_SIZE": _POOL,
                "POSTGRES_ENABLE_DB_FUNCTIONS": "yes",
            }
        )

    def __enter__(self) -> Self:
        """Save until connections, plans and caches are warm."""
        for _ in range(_WARM_UP_EVENTS):
            self._save()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._application.close()

    def sample(self, threads: int, seconds: float) -> float:
        """Return events appended per second by so many threads."""
        done = [0] * threads
        failures: list[BaseException] = []
        began = time.perf_counter()
        until = began + seconds

        def work(index: int) -> None:
            try:
                while time.perf_counter() < until:
                    self._save()
                    done[index] += 1
            except BaseException as failure:  # noqa: BLE001 - raised again in the thread that asked
                failures.append(failure)

        workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if failures:
            raise failures[0]
        return sum(done) / (time.perf_counter() - began)

    def _save(self) -> None:
        self._application.save(Need(kind="need", channel="counter", title=TITLE, detail=DETAIL, town=TOWN, submitted_by=CLERK))
