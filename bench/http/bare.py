"""The peer: a bare FastAPI route, a pydantic body, one INSERT. `python -m bench.http.bare DSN PORT BODY_BYTES`."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import httpx
import psycopg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from bench.lab import Database
from bench.material import body_bytes
from bench.waiting import until
from shared.kernel.ids import uuid7

_TABLE = "CREATE TABLE needs (need_id uuid PRIMARY KEY, body bytea NOT NULL)"
_INSERT = "INSERT INTO needs (need_id, body) VALUES ($1, $2)"
_READY_SECONDS = 30.0
_STOP_SECONDS = 10


class Petitioner(BaseModel):
    """Who asks."""

    name: str
    phone: str | None = None


class NeedGiven(BaseModel):
    """The same body that intake takes."""

    kind: str
    channel: str
    title: str
    detail: str
    town: str
    petitioner: Petitioner | None


class Bare:
    """The running peer."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def check(self) -> None:
        """Raise RuntimeError if it has ended in the meantime."""
        if self._process.poll() is not None:
            raise RuntimeError(f"the bare app ended with {self._process.returncode}")


@contextmanager
def bare_app(where: Database, port: int) -> Iterator[Bare]:
    """Yield the peer, serving from a process of its own with a table of its own."""
    with psycopg.connect(where.owner) as connection:
        connection.execute(_TABLE)
    command = [sys.executable, "-m", "bench.http.bare", where.owner, str(port), str(body_bytes())]
    process = subprocess.Popen(command)
    try:
        bare = Bare(process)
        until(lambda: bare.check() or _serves(port), "the bare app", _READY_SECONDS)
        yield bare
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def app(dsn: str, size: int) -> FastAPI:
    """Return the whole application; each row holds `size` bytes, as many as an event has."""

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=2, max_size=10) as pool:
            application.state.pool = pool
            yield

    bare = FastAPI(lifespan=lifespan)

    @bare.post("/needs", status_code=201)
    async def submit(need: NeedGiven) -> dict[str, Any]:
        need_id = uuid7()
        await bare.state.pool.execute(_INSERT, need_id, need.model_dump_json().encode().ljust(size))
        return {"id": need_id}

    return bare


def _serves(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/openapi.json", trust_env=False).is_success
    except httpx.TransportError:
        return False


def main() -> None:
    """Serve, with the settings the services have."""
    dsn, port, size = sys.argv[1:]
    uvicorn.run(
        app(dsn, int(size)), host="127.0.0.1", port=int(port), loop="uvloop", http="httptools", ws="none",
        access_log=False, log_level="warning", server_header=False,
    )


if __name__ == "__main__":
    main()
