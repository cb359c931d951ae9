"""Lanes written straight into a service's database, for tests of what reads them: bodies as the kernel writes them, from the samples."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import shared.contracts
from deploy.embedded.stack import Stack
from shared.contracts.topics import CONTRACTS
from shared.kernel.envelope import Cause, seal_body
from shared.kernel.events import Contract
from shared.kernel.ids import uuid7
from shared.kernel.migrations import migrate
from tests.support.cli import deployment_file
from tests.support.lab import A, B
from tests.support.stack import Databases, create_database

DAMAGED = "431128"
"""A county whose lane in intake was tampered with."""

SAMPLES = Path(shared.contracts.__file__).parent / "samples"
BEGAN = datetime(2021, 11, 1, tzinfo=UTC)
_BY_SERVICE = {contract.service: contract for contract in CONTRACTS}
_EVENT = """
INSERT INTO log.events (county, position, stream, version, event_id, type, recorded_at, body) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_HEAD = """
INSERT INTO log.heads VALUES (%s, %s, %s)
ON CONFLICT (county) DO UPDATE SET position = EXCLUDED.position, recorded_at = EXCLUDED.recorded_at
"""
_PARK = """
INSERT INTO read.parked (county, projection, source, position, stream, body, error, code_version)
VALUES (%s, %s, %s, %s, %s, %s, 'a test''s', '0')
"""


@dataclass(frozen=True)
class Written:
    """A deployment of two services whose lanes are known: `bodies` are those of intake in the first county."""

    options: tuple[str, ...]
    intake: Databases
    bodies: list[bytes]


@pytest.fixture(scope="session")
def written(embedded_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Nine events of intake in one county, one in another; in a third the fifth and the end are gone; one event of projects."""
    intake = service_database(embedded_stack, "intake", "written_intake")
    projects = service_database(embedded_stack, "projects", "written_projects")
    bodies, damaged = ([_need(county, position) for position in range(1, 10)] for county in (A, DAMAGED))
    write_lane(intake, A, bodies)
    write_lane(intake, B, [body_of("intake", B, 1, "NeedAccepted", "need-9")])
    write_lane(intake, DAMAGED, damaged)
    with as_superuser(intake) as connection:
        connection.execute("DELETE FROM log.events WHERE county = %s AND position = 5", (DAMAGED,))
        connection.execute("UPDATE log.heads SET position = 12 WHERE county = %s", (DAMAGED,))
    write_lane(projects, A, [body_of("projects", A, 1, "CountyProfileAdopted", "profile-county")])
    folder = tmp_path_factory.mktemp("deployment")
    options = deployment_file(folder, embedded_stack.info.kafka, (A, B, DAMAGED), intake=intake, projects=projects)
    return Written(options, intake, bodies)


def _need(county: str, position: int) -> bytes:
    version = (position - 1) // 3 + 1
    return body_of("intake", county, position, "NeedAccepted" if version > 1 else "NeedSubmitted", f"need-{position % 3 + 1}", version)


def service_database(stack: Stack, service: str, name: str) -> Databases:
    """Return a new database with a service's tables."""
    databases = create_database(stack, name)
    migrate(databases.owner, f"services.{service}")
    return databases


def body_of(  # noqa: PLR0917 - an event's coordinates
    service: str, county: str, position: int, event_type: str, stream: str = "need-1", version: int = 1, data: Any = None
) -> bytes:
    """Return an event's bytes, by default with the data of the golden sample; a minute passes from one position to the next."""
    contract: Contract = _BY_SERVICE[service]
    sample = (SAMPLES / service / f"{event_type}.{contract.events[event_type].VERSION}.json").read_bytes()
    cause = Cause("maker-1", "office", None, "c", None, "c", None)
    return seal_body(
        contract=contract,
        county=county,
        position=position,
        stream=stream,
        version=version,
        event_id=uuid7(),
        event_type=event_type,
        recorded_at=BEGAN + timedelta(minutes=position),
        cause=cause,
        data=json.dumps(json.loads(sample) if data is None else data).encode(),
    )


@contextmanager
def as_superuser(databases: Databases) -> Iterator[psycopg.Connection[Any]]:
    """Lend a transaction nothing is refused to, not even changing the log."""
    with psycopg.connect(databases.superuser) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def write_lane(databases: Databases, county: str, bodies: Sequence[bytes]) -> None:
    """Put events into a lane from its beginning, and its head where they end."""
    with as_superuser(databases) as connection:
        for body in bodies:
            event = json.loads(body)
            position, at = int(event["position"]), datetime.fromisoformat(event["time"])
            connection.execute(_EVENT, (county, position, event["subject"], event["streamversion"], event["id"], event["type"], at, body))
            connection.execute(_HEAD, (county, position, at))


def park(dsn: str, reader: str, bodies: Sequence[bytes]) -> None:
    """Set events aside for a projection or policy, in the database a superuser's connection string names."""
    with psycopg.connect(dsn) as connection:
        for body in bodies:
            event = json.loads(body)
            _, source, county = event["source"].split("/")
            connection.execute(_PARK, (county, reader, source, int(event["position"]), event["subject"], body))


def leaf_of(body: bytes) -> str:
    """Return an event's leaf in a transparency log (RFC 6962), in hexadecimal, written here from the standard alone."""
    return hashlib.sha256(b"\x00" + body).hexdigest()
