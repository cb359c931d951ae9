"""`yinuo relay` on databases whose relays do not run: cursors are shown and set back, never forward."""

from pathlib import Path

import pytest
import yaml

from cli import relay
from cli.exits import Exit
from tests.support.cli import Said, said
from tests.support.lab import A, B
from tests.support.written_lanes import DAMAGED, Written, as_superuser


@pytest.fixture
def cursors(written: Written) -> Written:
    """The relay of intake has published seven of nine events in one county, one of one in another, nothing in the third."""
    with as_superuser(written.intake) as connection:
        connection.execute("DELETE FROM log.cursors")
        connection.execute("INSERT INTO log.cursors VALUES (%s, 'relay', 7), (%s, 'relay', 1)", (A, B))
    return written


def at(written: Written, county: str) -> int:
    """Return where a relay stands, as its row says."""
    with as_superuser(written.intake) as connection:
        row = connection.execute("SELECT position FROM log.cursors WHERE county = %s", (county,)).fetchone()
    return row[0] if row else 0


def rewind(written: Written, *arguments: str | int) -> Said:
    """Run the verb."""
    return said("relay", "rewind", *arguments, *written.options)


def test_a_relay_is_shown_beside_its_lane_s_head(cursors: Written) -> None:
    rows = said("relay", "status", "--service", "intake", "--json", *cursors.options).json
    assert [(row["county"], row["cursor"], row["head"], row["unpublished"]) for row in rows] == [
        (A, 7, 9, 2),
        (B, 1, 1, 0),
        (DAMAGED, 0, 12, 12),
    ]
    assert [row["waiting_s"] is None for row in rows] == [False, True, False]
    assert rows[0]["waiting_s"] >= 0


def test_a_topic_that_holds_less_than_was_published_is_named(cursors: Written) -> None:
    found = said("relay", "status", *cursors.options)
    assert found.code is Exit.OK
    assert found.err == "intake.events.v1 holds 0 records of 8 published: where Kafka was lost, yinuo relay rewind heals.\n"


def test_a_broker_that_does_not_answer_is_named(cursors: Written, tmp_path: Path) -> None:
    described = yaml.safe_load(Path(cursors.options[1]).read_text())
    file = tmp_path / "deployment.yaml"
    file.write_text(yaml.safe_dump(described | {"kafka": "127.0.0.1:9"}))
    found = said("relay", "status", "--plain", "--deployment", file)
    assert (found.code, len(found.lines)) == (Exit.OK, 6)
    assert found.err.startswith("Kafka at 127.0.0.1:9 does not answer")


def test_without_apply_it_only_tells(cursors: Written) -> None:
    found = rewind(cursors, "intake", A, "--to", 3, "--json")
    assert (found.code, found.json) == (Exit.OK, [{"service": "intake", "county": A, "cursor": 7, "to": 3, "again": 4}])
    assert found.err == "Nothing was changed. With --apply, 4 events of 1 lane will be published again.\n"
    assert at(cursors, A) == 7


def test_applied_it_sets_the_one_cursor_back(cursors: Written) -> None:
    assert rewind(cursors, "intake", A, "--to", 3, "--apply").code is Exit.OK
    assert (at(cursors, A), at(cursors, B)) == (3, 1)


def test_all_lanes_that_stand_beyond_are_set_back_and_no_other(cursors: Written) -> None:
    found = rewind(cursors, "--all", "--to", 2, "--apply", "--json")
    assert [(row["service"], row["county"], row["again"]) for row in found.json] == [("intake", A, 5)]
    assert (at(cursors, A), at(cursors, B), at(cursors, DAMAGED)) == (2, 1, 0)


def test_a_relay_is_never_moved_forward(cursors: Written) -> None:
    found = rewind(cursors, "intake", A, "--to", 8, "--apply")
    assert (found.code, found.out, at(cursors, A)) == (Exit.CONFLICT, "", 7)
    assert found.err == f"yinuo: The relay of intake in {A} stands at 7 and is never moved forward, to 8.\n"


def test_a_relay_that_moved_on_meanwhile_is_set_back_all_the_same(cursors: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = relay.cursor

    async def moved_on(pool: object, service: str, county: str) -> object:
        found = await looked(pool, service, county)  # type: ignore[arg-type]
        if found.position < 9:
            with as_superuser(cursors.intake) as connection:
                connection.execute("UPDATE log.cursors SET position = position + 1 WHERE county = %s", (A,))
        return found

    monkeypatch.setattr(relay, "cursor", moved_on)
    found = rewind(cursors, "intake", A, "--to", 3, "--apply", "--json")
    assert (found.code, found.json[0]["cursor"], at(cursors, A)) == (Exit.OK, 9, 3)


def test_waiting_for_a_relay_that_does_not_run_ends(cursors: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "_STILL_SECONDS", 0.0)
    found = rewind(cursors, "intake", A, "--to", 3, "--apply", "--wait")
    assert (found.code, at(cursors, A)) == (Exit.DEPENDENCY_DOWN, 3)
    assert "do the services run? What was set back stands." in found.err


@pytest.mark.parametrize("arguments", [(), ("intake",), ("intake", A, "--all"), ("intake", "--all")])
def test_lanes_are_named_or_all_meant(cursors: Written, arguments: tuple[str, ...]) -> None:
    found = rewind(cursors, *arguments, "--to", 0, "--apply")
    assert (found.code, at(cursors, A)) == (Exit.USAGE, 7)
