"""A lane of needs in the log with its tree and its signed checkpoints, as a service would have left it."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bench.lab import Database
from bench.material import COUNTY, Record, a_record
from shared.kernel.proof.algorithms import ED25519
from shared.kernel.proof.checkpoints import Checkpoint, sign_checkpoint
from shared.kernel.proof.keys import SigningKey
from shared.kernel.tenancy import Pool
from shared.kernel.transparency.trees import Trees

ORIGIN = f"bench.local/intake/{COUNTY}"
KEY = SigningKey(ORIGIN, ED25519, bytes(32))
_AT_ONCE = 5_000
_HEAD = "INSERT INTO log.heads VALUES ($1, $2, $3)"


async def filled(where: Database, events: int) -> list[UUID]:
    """Put this many new needs into the lane; return them."""
    needs: list[UUID] = []
    connection = await asyncpg.connect(where.superuser)
    try:
        for first in range(1, events + 1, _AT_ONCE):
            records = [(COUNTY, *a_record(position)) for position in range(first, min(first + _AT_ONCE, events + 1))]
            await connection.copy_records_to_table("events", schema_name="log", columns=("county", *Record._fields), records=records)
            needs += [UUID(record[2].removeprefix("need-")) for record in records]
        await connection.execute(_HEAD, COUNTY, events, records[-1][-2])
        await connection.execute("VACUUM ANALYZE log.events")  # or autovacuum would do it in the middle of some sample
    finally:
        await connection.close()
    return needs


async def fill(where: Database, pool: Pool, events: int) -> None:
    """Put this many events into the lane, grow its tree over them and sign a checkpoint for every 65,536."""
    await filled(where, events)
    trees = Trees(pool)
    while (growth := await trees.growth(COUNTY)) is not None:
        note = sign_checkpoint(Checkpoint(ORIGIN, growth.after.size, growth.after.root), KEY).dump()
        await trees.grow(COUNTY, growth, note, datetime(2025, 9, 2, tzinfo=UTC), b"")
