"""Queries of live read models, put to tables of the past; and which rows of them a query can use."""

from uuid import UUID

import pytest

from shared.kernel.as_of.statements import confined, statement

ONE, OTHER = UUID(int=1), UUID(int=2)
KEYS = {"needs": ("need_id",), "voices": ("need_id", "number"), "units": ("code",)}


def test_a_query_is_put_to_temporary_tables_of_the_same_names() -> None:
    asked = statement("SELECT n.a, voices.b FROM read.needs AS n JOIN read.voices USING (need_id) WHERE thread.needs IS NULL")
    assert asked.tables == ["needs", "voices"]
    assert asked.on_temporary_tables() == (
        "SELECT n.a, voices.b FROM pg_temp.needs AS n JOIN pg_temp.voices USING (need_id) WHERE thread.needs IS NULL"
    )


def test_the_end_of_the_lane_is_a_table_too() -> None:
    asked = statement("SELECT recorded_at FROM log.heads WHERE county = $1")
    assert (asked.tables, asked.supported) == (["log_heads"], True)
    assert asked.on_temporary_tables() == "SELECT recorded_at FROM pg_temp.log_heads WHERE county = $1"


@pytest.mark.parametrize("query", ["SELECT log.stream_after($1, $2, 0, 1)", "SELECT body FROM log.events", "SELECT * FROM read.stand($1)"])
def test_what_reads_the_log_itself_is_no_question_about_the_past(query: str) -> None:
    assert not statement(query).supported


def test_given_rows_stand_before_the_query_and_what_it_defines_itself() -> None:
    given = "needs AS (SELECT * FROM jsonb_populate_recordset(NULL::read.needs, $3::jsonb))"
    plain = statement("SELECT 1 FROM read.needs WHERE a = $1").on_given_rows(3)
    assert plain.split(given) == ["WITH ", " SELECT 1 FROM needs WHERE a = $1"]
    with_own = statement("\nWITH RECURSIVE chain AS (SELECT 1 FROM read.needs) SELECT 1 FROM chain").on_given_rows(3)
    assert with_own.split(given) == ["WITH RECURSIVE ", ", chain AS (SELECT 1 FROM needs) SELECT 1 FROM chain"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT 1 FROM read.needs WHERE county = $1 AND need_id = $2", {"needs": ("need_id", ONE)}),
        ("SELECT 1 FROM read.needs n WHERE n.need_id = $2 AND n.position IS NOT NULL", {"needs": ("need_id", ONE)}),
        (
            "SELECT EXISTS (SELECT FROM read.voices v WHERE v.need_id = $2) FROM read.needs WHERE county = $1 AND need_id = $2",
            {"voices": ("need_id", ONE), "needs": ("need_id", ONE)},
        ),
        ("SELECT recorded_at FROM log.heads WHERE county = $1", {}),
    ],
)
def test_a_query_that_asks_for_one_id_can_use_its_rows_only(query: str, found: object) -> None:
    assert confined(statement(query), ["430523", ONE, OTHER], KEYS) == found


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 FROM read.needs WHERE county = $1",
        "SELECT 1 FROM read.needs WHERE county = $1 OR need_id = $2",
        "SELECT 1 FROM read.needs WHERE NOT (county = $1 AND need_id = $2)",
        "SELECT count(*) FILTER (WHERE need_id = $2) FROM read.needs",
        "SELECT CASE WHEN a AND need_id = $2 THEN 1 END FROM read.needs",
        "SELECT 1 FROM read.needs LEFT JOIN read.units u ON u.code = 'a' AND need_id = $2",
        "SELECT 1 FROM read.needs WHERE need_id = $2 AND need_id = $2 UNION SELECT 1 FROM read.needs",
        "SELECT 1 FROM read.needs JOIN read.voices USING (county) WHERE needs.need_id = $2",
        "SELECT 1 FROM read.needs a, read.needs b WHERE a.need_id = $2 AND b.need_id = $3",
        "SELECT 1 FROM read.needs WHERE need_id = $1",  # not an id
        "SELECT need_id = $2 FROM read.needs",
    ],
)
def test_in_doubt_a_query_can_use_any_row(query: str) -> None:
    assert confined(statement(query), ["430523", ONE, OTHER], KEYS) is None
