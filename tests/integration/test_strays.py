"""Records that are no event of any lane: kept as they came, and nothing waits for them."""

from typing import Any

import orjson
import pytest

from tests.support.lab import Lab, eventually

BAD_RECORDS: dict[str, dict[str, Any]] = {
    "null value": {"value": None},
    "empty": {"value": b""},
    "broken json": {"value": b'{"specversion":'},
    "not an object": {"value": b"[1,2]"},
    "not utf-8": {"value": b"\xff\xfe\x00"},
    "no envelope": {"value": b"{}"},
    "deep": {"value": b"[" * 20_000},
    "null header": {"value": b"{}", "headers": [("ce_type", None)]},
    "header not utf-8": {"value": b"{}", "headers": [("ce_type", b"\xff\xfe")]},
}


@pytest.mark.parametrize("what", BAD_RECORDS)
async def test_a_record_that_is_no_event_is_kept_and_the_partition_flows(lab: Lab, what: str) -> None:
    bad = BAD_RECORDS[what]
    await lab.produce(lab.body(1))
    await lab.produce(bad["value"], headers=bad.get("headers", ()))
    await lab.produce(lab.body(2))
    async with lab.consuming():
        await eventually(lab.standing, 2)
    strays = await lab.rows("SELECT value, error, headers FROM read.strays")
    assert [stray["value"] for stray in strays] == [bad["value"]]
    assert strays[0]["error"]


@pytest.mark.parametrize("header", [("ce_type", None), ("ce_id", b"\xff\xfe"), ("", b"")])
async def test_a_good_event_with_bad_headers_is_applied(lab: Lab, header: tuple[str, bytes | None]) -> None:
    await lab.produce(lab.body(1), headers=[header])
    async with lab.consuming():
        await eventually(lab.standing, 1)
    assert len(await lab.rows("SELECT FROM read.thing_board")) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", "/elsewhere/430523"),
        ("county", "610330"),
        ("position", "x"),
        ("position", "0"),
        ("time", "yesterday"),
        ("time", "2021-11-01T00:00:00"),
        ("id", 7),
        ("specversion", "0.3"),
        ("data", []),
        ("subject", ""),
    ],
)
async def test_an_envelope_that_names_no_lane_is_kept_as_a_stray(lab: Lab, field: str, value: object) -> None:
    broken = {**orjson.loads(lab.body(2)), field: value}
    await lab.produce(lab.body(1), orjson.dumps(broken), lab.body(2))
    async with lab.consuming():
        await eventually(lab.standing, 2)
    assert len(await lab.rows("SELECT FROM read.strays")) == 1
