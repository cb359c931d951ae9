"""The peer: aiokafka, orjson and one upsert a batch into a table of the same shape, with nothing around it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import asyncpg
import orjson
import psycopg
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from bench.lab import Database
from bench.material import COUNTY
from shared.contracts.intake import INTAKE
from shared.kernel.ids import uuid7

_TABLE = """
CREATE SCHEMA raw;
CREATE TABLE raw.need_board (LIKE read.need_board INCLUDING ALL);
"""
_COLUMNS = "need_id, position, version, status, kind, channel, title, detail, town, named, submitted_by, submitted_at"
_TYPES = ("uuid", "bigint", "bigint", "text", "text", "text", "text", "text", "text", "boolean", "text", "timestamptz")
_UPDATES = ", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS.split(", ")[1:])
_CONFLICT = f"ON CONFLICT (county, need_id) DO UPDATE SET {_UPDATES}"
_UPSERT = f"""
INSERT INTO raw.need_board (county, {_COLUMNS})
SELECT '{COUNTY}', * FROM unnest({", ".join(f"${index}::{kind}[]" for index, kind in enumerate(_TYPES, 1))}) {_CONFLICT}
"""  # noqa: S608 - composed of constants
_ONE = ", ".join(f"${index}" for index in range(1, len(_TYPES) + 1))
_UPSERT_ONE = f"""
INSERT INTO raw.need_board (county, {_COLUMNS}) VALUES ('{COUNTY}', {_ONE}) {_CONFLICT}
"""  # noqa: S608 - as above
_COMMIT_EVERY_SECONDS = 1.0
Records = Sequence["ConsumerRecord[Any, Any]"]


class Raw:
    """A consumer written by hand; a context that opens and closes its connection."""

    BATCH = 2_000

    def __init__(self, runner: asyncio.Runner, kafka: str, where: Database) -> None:
        self._runner = runner
        self._kafka = kafka
        self._where = where
        self._connection: asyncpg.Connection[asyncpg.Record]
        with psycopg.connect(where.superuser) as connection:
            connection.execute(_TABLE)

    def __enter__(self) -> Self:
        """Connect."""
        self._connection = self._runner.run(asyncpg.connect(self._where.superuser))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._connection.close())

    def batched(self, events: int) -> float:
        """Return events per second with one upsert, and so one commit, a batch."""
        return self._runner.run(self._read(events, one_by_one=False))

    def one_by_one(self, events: int) -> float:
        """Return events per second with an upsert and a commit for each."""
        return self._runner.run(self._read(events, one_by_one=True))

    async def _read(self, events: int, *, one_by_one: bool) -> float:
        await self._connection.execute("TRUNCATE raw.need_board")
        async with self._consumer() as consumer:
            taken, began, committed = 0, 0.0, 0.0
            while taken < events:
                for records in (await consumer.getmany(timeout_ms=200, max_records=self.BATCH)).values():
                    began = began or time.perf_counter()
                    rows = [_row(record) for record in records[: events - taken]]
                    if one_by_one:
                        for row in rows:
                            await self._connection.execute(_UPSERT_ONE, *row)
                    else:
                        await self._connection.execute(_UPSERT, *zip(*rows, strict=True))
                    taken += len(rows)
                if time.perf_counter() - committed > _COMMIT_EVERY_SECONDS:
                    await consumer.commit()
                    committed = time.perf_counter()
            seconds = time.perf_counter() - began
        rows = await self._connection.fetchval("SELECT count(*) FROM raw.need_board")
        if rows != events:
            raise RuntimeError(f"{events} events gave {rows} rows")
        return events / seconds

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            INTAKE.topic,
            bootstrap_servers=self._kafka,
            group_id=f"raw-{uuid7()}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 << 20,
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()


def _row(record: "ConsumerRecord[Any, Any]") -> tuple[object, ...]:
    event = orjson.loads(record.value)
    data = event["data"]
    return (
        data["need_id"],
        int(event["position"]),
        event["streamversion"],
        "submitted",
        data["kind"],
        data["channel"],
        data["title"],
        data["detail"],
        data["town"],
        data["petitioner"] is not None,
        data["submitted_by"],
        datetime.fromisoformat(event["time"]),
    )
