"""The limit: PostgreSQL's own `pgbench` inserting one row a transaction, the same bytes under the same key."""

import re
import subprocess
import tempfile
from pathlib import Path

import psycopg

from bench.lab import Database
from bench.material import COUNTY, body_bytes

_TABLE = """
CREATE TABLE rows (
  county text NOT NULL,
  position bigint NOT NULL GENERATED ALWAYS AS IDENTITY (CACHE 100),
  body bytea NOT NULL,
  PRIMARY KEY (county, position)
);
ALTER TABLE rows ALTER COLUMN body SET STORAGE EXTERNAL;
"""
_INSERT = f"INSERT INTO rows (county, body) VALUES ('{COUNTY}', :body);\n"  # noqa: S608 - a constant of ours
_THREADS = 2
_RATE = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)


class OneRow:
    """A table with the log's key and a body of an event's size, and a script of one insert."""

    def __init__(self, binaries: Path, where: Database) -> None:
        self._pgbench = binaries / "pgbench"
        self._where = where
        with psycopg.connect(where.superuser) as connection:
            connection.execute(_TABLE)

    def sample(self, clients: int, seconds: int) -> float:
        """Return inserts per second, prepared, without the time it takes to connect."""
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(_INSERT)
            script.flush()
            output = subprocess.run(self._command(script.name, clients, seconds), check=True, capture_output=True, text=True).stdout
        return rate_of(output)

    def _command(self, script: str, clients: int, seconds: int) -> list[str]:
        options = ["-n", "-M", "prepared", "-c", str(clients), "-j", str(min(_THREADS, clients)), "-T", str(seconds)]
        body = ["-D", f"body={'b' * body_bytes()}"]
        return [str(self._pgbench), *options, *body, "-f", script, "-h", self._where.socket_folder, "-U", "postgres", self._where.name]


def rate_of(output: str) -> float:
    """Return the transactions per second that pgbench tells; ValueError when it tells none."""
    found = _RATE.search(output)
    if found is None:
        raise ValueError(f"pgbench gave no rate: {output[-500:]!r}")
    return float(found[1])
