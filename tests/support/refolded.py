"""Read models as the logs alone would have them: every event of every lane folded in memory, without Kafka, checkpoints or a table."""

import importlib
from collections.abc import Sequence
from typing import Any

import orjson
import psycopg
from psycopg.rows import tuple_row

from shared.contracts.topics import CONTRACTS
from shared.kernel.envelope import open_body
from shared.kernel.projection import Fact, Projection
from shared.kernel.worker import Parts

_CONTRACTS = {contract.service: contract for contract in CONTRACTS}
Rows = dict[tuple[Any, ...], Any]


def parts_of(service: str) -> Parts:
    """Return what a service is made of."""
    parts: Parts = importlib.import_module(f"services.{service}.main").PARTS
    return parts


def facts_of(dsn: str, service: str, county: str) -> list[Fact]:
    """Return a lane's events, read as a superuser."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT body FROM log.events WHERE county = %s ORDER BY position", [county]).fetchall()
    envelopes = [open_body(body) for (body,) in rows]
    return [Fact(envelope.event(_CONTRACTS[service]), envelope.meta) for envelope in envelopes]


def refolded(projection: Projection[Any], facts: Sequence[Fact]) -> Rows:
    """Return the rows these facts make."""
    rows: Rows = {}
    for fact in facts:
        projection.fold(rows, fact)
    return {key: _plain(projection, row) for key, row in rows.items()}


def stored(projection: Projection[Any], dsn: str, county: str) -> Rows:
    """Return the rows a database holds."""
    columns = ", ".join(projection.columns)
    with psycopg.connect(dsn, row_factory=tuple_row) as connection:
        rows = connection.execute(f"SELECT {columns} FROM read.{projection.name} WHERE county = %s".encode(), [county])  # noqa: S608
        made = [projection.row(*row) for row in rows]
    return {tuple(getattr(row, name) for name in projection.key): _plain(projection, row) for row in made}


def _plain(projection: Projection[Any], row: Any) -> dict[str, Any]:
    """Return a row's columns as they come back from a database: what is JSON there, as JSON has it."""
    values = {name: getattr(row, name) for name in projection.columns}
    return {name: orjson.loads(orjson.dumps(value)) if projection.columns[name] == "jsonb" else value for name, value in values.items()}
