"""`yinuo events|county|projection` on databases that a file describes: exact bytes, every position, nothing of another county."""

import json

import pytest

from cli.exits import Exit
from cli.output import counted
from tests.support.cli import said
from tests.support.lab import A, B
from tests.support.written_lanes import DAMAGED, Written, as_superuser


def test_events_are_printed_as_the_very_bytes_and_counted_on_stderr(written: Written) -> None:
    found = said("events", "ls", "intake", A, "--json", *written.options)
    assert found.code is Exit.OK
    assert found.raw == b"".join(body + b"\n" for body in written.bodies)
    assert json.loads(found.err) == {"count": 9, "first": 1, "last": 9}


@pytest.mark.parametrize(
    ("chosen", "positions"),
    [
        (("--from", 4, "--to", 6), [4, 5, 6]),
        (("--from", 8), [8, 9]),
        (("--to", 999, "--limit", 2), [1, 2]),
        (("--type", "NeedSubmitted"), [1, 2, 3]),
        (("--stream", "need-1"), [3, 6, 9]),
        (("--stream", "need-1", "--type", "NeedAccepted", "--limit", 1), [6]),
        (("--from", 12), []),
        (("--stream", "need-9"), []),
    ],
)
def test_a_part_of_a_lane_is_chosen(written: Written, chosen: tuple[object, ...], positions: list[int]) -> None:
    found = said("events", "ls", "intake", A, "--plain", *map(str, chosen), *written.options)
    assert found.code is Exit.OK
    assert [int(line[0]) for line in found.lines] == positions
    assert found.err == (
        f"{counted(len(positions), 'event')}, positions {positions[0]} to {positions[-1]}.\n" if positions else "No events.\n"
    )


def test_a_missing_position_is_told_and_what_stands_before_it_printed(written: Written) -> None:
    found = said("events", "ls", "intake", DAMAGED, "--plain", *written.options)
    assert (found.code, [line[0] for line in found.lines]) == (Exit.VERIFICATION_FAILED, ["1", "2", "3", "4"])
    assert found.err == f"yinuo: Position 5 of intake in {DAMAGED} is missing.\n"
    assert said("events", "ls", "intake", DAMAGED, "--from", 6, "--to", 9, *written.options).code is Exit.OK


def test_a_cut_tail_is_told(written: Written) -> None:
    found = said("events", "ls", "intake", DAMAGED, "--from", 6, "--plain", *written.options)
    assert (found.code, len(found.lines)) == (Exit.VERIFICATION_FAILED, 4)
    assert found.err == f"yinuo: Position 10 of intake in {DAMAGED} is missing.\n"


def test_one_event_is_found_by_position_and_by_id(written: Written) -> None:
    event = json.loads(written.bodies[0])
    by_position = said("events", "show", "intake", A, 1, "--json", *written.options)
    assert by_position.raw == written.bodies[0] + b"\n"
    assert said("events", "show", "intake", A, event["id"], "--json", *written.options).raw == by_position.raw
    shown = said("events", "show", "intake", A, 1, *written.options).out
    assert event["id"] in shown
    assert event["data"]["title"] in shown


def test_what_is_sealed_stays_sealed(written: Written) -> None:
    shown = said("events", "show", "intake", A, 1, *written.options).out
    assert json.loads(written.bodies[0])["data"]["petitioner"]["name"]["ciphertext"] in shown


def test_an_event_of_another_county_is_not_found(written: Written) -> None:
    elsewhere = json.loads(written.bodies[2])["id"]
    assert said("events", "show", "intake", B, elsewhere, *written.options).code is Exit.NOT_FOUND
    assert [line[3] for line in said("events", "ls", "intake", B, "--plain", *written.options).lines] == ["need-9"]


def test_counties_are_shown_with_their_rules_and_lanes(written: Written) -> None:
    rows = said("county", "ls", "--json", *written.options).json
    assert [(row["county"], row["name"], row["profiles"], row["events"]) for row in rows] == [
        (A, "邵阳县", 1, 10),
        (B, None, 0, 1),
        (DAMAGED, None, 0, 12),
    ]
    shown = said("county", "show", A, "--json", *written.options).json
    assert [(profile["version"], profile["position"]) for profile in shown["profiles"]] == [("2021-1", 1)]
    assert {lane["service"]: (lane["events"], lane["first_recorded_at"], lane["last_recorded_at"]) for lane in shown["lanes"]} == {
        "intake": (9, "2021-11-01T00:01:00.000000Z", "2021-11-01T00:09:00.000000Z"),
        "projects": (1, "2021-11-01T00:01:00.000000Z", "2021-11-01T00:01:00.000000Z"),
    }


def test_a_lane_shorter_than_what_others_read_of_it_is_named(written: Written) -> None:
    with as_superuser(written.intake) as connection:
        connection.execute("INSERT INTO read.checkpoints VALUES (%s, 'need_board', 'projects', 5, NULL)", (A,))
    found = said("health", *written.options)
    assert found.code is Exit.DEPENDENCY_DOWN
    assert f"projects in {A} ends before what others have read of it" in found.err
    with as_superuser(written.intake) as connection:
        connection.execute("DELETE FROM read.checkpoints")


def test_a_projection_is_shown_beside_the_head_of_its_lane(written: Written) -> None:
    with as_superuser(written.intake) as connection:
        connection.execute(
            "INSERT INTO read.checkpoints VALUES (%s, 'need_board', 'intake', 7, NULL), (%s, 'gone', 'intake', 2, NULL)", (A, B)
        )
        connection.execute(
            "INSERT INTO read.parked (county, projection, source, position, stream, body, error, code_version)"
            " SELECT %s, 'need_board', 'intake', position, 'need-1', '\\x00', 'x', '1' FROM generate_series(6, 7) AS position",
            (A,),
        )
    rows = said("projection", "ls", "--service", "intake", "--json", *written.options).json
    found = {(row["county"], row["projection"], row["source"]): (row["kind"], row["position"], row["lag"], row["parked"]) for row in rows}
    assert found[A, "need_board", "intake"] == ("projection", 7, 2, 2)
    assert found[A, "need_board", "projects"] == ("projection", 0, 1, 0)
    assert found[A, "reopen_the_other_when_need_reopened", "intake"] == ("policy", 0, 9, 0)
    assert found[B, "gone", "intake"] == ("unknown", 2, -1, 0)
    shown = said("projection", "show", "intake", "need_board", "--county", A, "--json", *written.options).json
    assert shown["table"] == "read.need_board"
    assert "NeedSubmitted" in shown["facts"]
    assert shown["parked_streams"] == [{"county": A, "source": "intake", "stream": "need-1"}]
