"""What commands look up: asked for together, and remembered as long as it is true."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest

from shared.kernel.appender import Appender
from shared.kernel.checkpoints import Progress
from shared.kernel.gathering import Gathering
from shared.kernel.rows import Rows
from shared.kernel.tenancy import create_pool
from tests.support.lab import A, B, Lab, eventually
from tests.support.things.service import ThingRenamed

SAID = "SELECT $2::text AS said, $1 AS county"
NAME = "SELECT name FROM read.thing_board WHERE county = $1 AND thing_id = $2"
READ = """
SELECT t.seq_tup_read + sum(i.idx_tup_read) AS rows FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i USING (relid)
WHERE t.schemaname = 'log' AND t.relname = 'events' GROUP BY t.seq_tup_read
"""


async def test_questions_that_come_while_one_is_asked_share_the_next_round_trip() -> None:
    rounds: list[list[int]] = []

    async def double(_county: str, questions: Sequence[int]) -> list[int]:
        rounds.append(list(questions))
        await asyncio.sleep(0)
        return [2 * question for question in questions]

    gathering = Gathering(double)
    assert await asyncio.gather(*(gathering.ask(A, n) for n in range(600))) == [2 * n for n in range(600)]
    assert [len(asked) for asked in rounds] == [256, 256, 88]
    assert await gathering.ask(A, 7) == 14


async def test_a_question_that_fails_fails_nobody_else(lab: Lab) -> None:
    rows = Rows(lab.pool, Progress(lab.pool))
    answers = await asyncio.gather(
        *(rows.find(A, SAID, [f"n{n}"]) for n in range(5)),
        rows.find(A, "SELECT 1 / $2::int, $1::text", [0]),
        rows.find(B, SAID, ["there"]),
        return_exceptions=True,
    )
    assert [answer["said"] for answer in answers[:5]] == ["n0", "n1", "n2", "n3", "n4"]  # type: ignore[index]
    assert isinstance(answers[5], asyncpg.DivisionByZeroError)
    assert answers[6]["county"] == B  # type: ignore[index]


async def test_an_asker_that_gave_up_is_left_alone(lab: Lab) -> None:
    rows = Rows(lab.pool, Progress(lab.pool))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await rows.find(A, "SELECT pg_sleep(0.3), $1::text", [])
    row = await rows.find(A, SAID, ["after"])
    assert row is not None
    assert row["said"] == "after"


async def test_a_row_is_remembered_until_its_table_changes(lab: Lab) -> None:
    thing = await lab.make()
    await lab.produce(lab.body(1, lab.things.contract.events["ThingMade"](thing_id=thing, name="lamp")))  # type: ignore[call-arg]
    projecting = lab.projecting()
    rows, questions = Rows(lab.pool, projecting._progress), 0

    async def find() -> str | None:
        nonlocal questions
        questions += 1
        row = await rows.find(A, NAME, [thing])
        return None if row is None else str(row["name"])

    async def name() -> str | None:
        found: str | None = await rows.recent.get(A, "thing_board", thing, find)
        return found

    assert [await name(), await name()] == [None, None]
    assert questions == 2
    async with lab.consuming(projecting):
        await eventually(name, "lamp")
        questions = 0
        assert await name() == "lamp"
        assert questions <= 1
        await lab.produce(lab.body(2, ThingRenamed(thing_id=thing, name="moon")))
        await eventually(lab.standing, 2)
        assert await name() == "moon"


async def test_many_who_ask_at_once_are_answered_by_one_look_and_a_failure_is_everyone_s(lab: Lab) -> None:
    rows, questions = Rows(lab.pool, lab.projecting()._progress), 0

    async def find() -> str:
        nonlocal questions
        questions += 1
        await asyncio.sleep(0.05)
        if questions == 1:
            raise LookupError("away")
        return "lamp"

    async def ask() -> str | LookupError:
        try:
            return str(await rows.recent.get(A, "thing_board", "which", find))
        except LookupError as fault:
            return fault

    first = await asyncio.gather(*(ask() for _ in range(20)))
    assert all(isinstance(answer, LookupError) for answer in first)
    assert questions == 1
    impatient = asyncio.create_task(ask())
    await asyncio.sleep(0)
    others = [asyncio.create_task(ask()) for _ in range(5)]
    await asyncio.sleep(0)
    impatient.cancel()
    assert await asyncio.gather(*others) == ["lamp"] * 5
    assert questions == 2


async def test_an_append_to_an_old_stream_never_reads_the_whole_lane_whatever_the_planner_believes(lab: Lab) -> None:
    things = await asyncio.gather(*(lab.make() for _ in range(1_000)))
    async with _misled(lab) as appender:
        before = await _rows_read(lab)
        renamed = [ThingRenamed(thing_id=thing, name="moon") for thing in things]
        appends = [lab.an_append(f"thing-{event.thing_id}", 1, [event]) for event in renamed]
        for append in appends[:100]:
            await appender.append(A, append)
        await asyncio.gather(*(appender.append(A, append) for append in appends[100:]))
    assert 1_000 <= await _rows_read(lab) - before < 5_000


@asynccontextmanager
async def _misled(lab: Lab) -> AsyncIterator[Appender]:
    """Lend an appender whose database thinks little of looking rows up one by one, as it does when its statistics are old."""
    superuser = await asyncpg.connect(lab.databases.superuser)
    name = await superuser.fetchval("SELECT current_database()")
    await superuser.execute(f"ALTER DATABASE {name} SET enable_nestloop = off")
    pool = await create_pool(lab.databases.app)
    try:
        yield Appender(pool, lab.things.contract, lab.clock)
    finally:
        await pool.close()
        await superuser.execute(f"ALTER DATABASE {name} RESET enable_nestloop")
        await superuser.close()


async def _rows_read(lab: Lab) -> int:
    """Return how many rows of the log were read, by whatever way, once every connection has said so."""
    for connection in [await lab.pool.acquire() for _ in range(lab.pool.get_size())]:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        await lab.pool.release(connection)
    (row,) = await lab.rows(READ)
    return int(row["rows"])
