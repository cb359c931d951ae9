"""Running the bare peer beside the stack."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg

from bench.http.bare import TABLE
from bench.lab import Database
from bench.material import body_bytes
from bench.waiting import until

_READY_SECONDS = 30.0
_STOP_SECONDS = 10


@contextmanager
def bare_app(where: Database, port: int) -> Iterator[None]:
    """Serve the peer on a port, from a process of its own with a table of its own; RuntimeError if it does not come up."""
    with psycopg.connect(where.owner) as connection:
        connection.execute(TABLE)
    process = subprocess.Popen([sys.executable, "-m", "bench.http.bare", where.owner, str(port), str(body_bytes())])

    def serves() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"the bare app ended with {process.returncode}")
        try:
            return httpx.get(f"http://127.0.0.1:{port}/openapi.json", trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        until(serves, "the bare app", _READY_SECONDS)
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
