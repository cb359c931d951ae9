"""Looking for texts that must be nowhere: in bytes, whatever way they are written, and in every row of a database."""

import base64
import json
from collections.abc import Iterable, Iterator

from psycopg import sql

from tests.support.client import Platform


def found_in(texts: Iterable[str], content: bytes) -> list[str]:
    """Return which of these texts stand in bytes: as they are, in hexadecimal, in JSON's escapes, in base64."""
    return [text for text in texts for written in writings(text) if written in content]


def writings(text: str) -> Iterator[bytes]:
    plain = text.encode()
    yield plain
    yield plain.hex().encode()
    if not text.isascii():
        yield json.dumps(text)[1:-1].encode()
    for shift in range(3):  # base64 in any of its three alignments, without the letters that neighbours share
        encoded = base64.b64encode(b"\x00" * shift + plain)
        yield encoded[4 if shift else 0 : len(plain) // 3 * 4]


def tables(platform: Platform, service: str) -> Iterator[tuple[str, bytes]]:
    """Every row of every table of a service's database, as text, seen by who sees all; what is temporary only its own session may read."""
    with platform.superuser(service) as connection:
        names = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND NOT starts_with(schemaname, 'pg_temp_')"
        ).fetchall()
        for schema, table in names:
            rows = connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, table)))
            yield f"{schema}.{table}", "\n".join(row[0] for row in rows).encode()
