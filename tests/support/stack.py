"""Real Kafka and PostgreSQL for tests: one stack a session, a fresh database for whoever asks."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.embedded.databases import app_of, drop_database, ensure_databases, owner_of
from deploy.embedded.preflight import Ports
from deploy.embedded.stack import Stack

PATIENT = {"YINUO_PAGE_WAIT_SECONDS": "20"}
"""Settings of a portal that waits for what was just done for as long as a busy machine may take."""
_FIRST_BASE = 20000
_BASES = 400
_STEP = 16
_APART = 37


@dataclass(frozen=True)
class Databases:
    """Connection strings to one database: as its owner, as the application that owns nothing, and as the superuser."""

    name: str
    owner: str
    app: str
    superuser: str


def free_port_base() -> int:
    """Return a base of which no port is taken now, below those the kernel gives to outgoing connections.

    Processes side by side, whose ids often follow each other, begin their search far from each other.
    """
    for attempt in range(_BASES):
        base = _FIRST_BASE + _STEP * ((_APART * os.getpid() + attempt) % _BASES)
        if Ports(base).taken() is None:
            return base
    raise RuntimeError("no free ports between 20000 and 26400")


@contextmanager
def data_folder() -> Iterator[Path]:
    """Yield a new folder that PostgreSQL's account can be let into, and remove it with all that is in it.

    Directly below the system's folder for temporary files: pytest's own are closed to every other account.
    """
    folder = Path(tempfile.mkdtemp(prefix="yinuo-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_stack(services: tuple[str, ...] = ()) -> Iterator[Stack]:
    """Yield a running stack with data of its own; Kafka and PostgreSQL alone unless services are named."""
    with data_folder() as folder, Stack(folder, free_port_base(), "simulated", services=services) as stack:
        yield stack


def create_database(stack: Stack, name: str) -> Databases:
    """Create a database with an owner's and an application's role, all new; one of that name from before is dropped."""
    drop_database(stack.postgres, name)
    ensure_databases(stack.postgres, (name,))
    return Databases(name, *(stack.postgres.dsn(name, role) for role in (owner_of(name), app_of(name), "postgres")))


@pytest.fixture(scope="session")
def embedded_stack() -> Iterator[Stack]:
    """Kafka and PostgreSQL, one pair for the whole session."""
    with running_stack() as stack:
        yield stack
