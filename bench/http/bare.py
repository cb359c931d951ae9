"""The peer: a bare FastAPI route, a pydantic body, one INSERT. `python -m bench.http.bare DSN PORT BODY_BYTES`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from shared.kernel.ids import uuid7

TABLE = "CREATE TABLE needs (need_id uuid PRIMARY KEY, body bytea NOT NULL)"
_INSERT = "INSERT INTO needs (need_id, body) VALUES ($1, $2)"


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


def main() -> None:
    """Serve, with the settings the services have."""
    dsn, port, size = sys.argv[1:]
    uvicorn.run(
        app(dsn, int(size)),
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
    )


if __name__ == "__main__":
    main()
