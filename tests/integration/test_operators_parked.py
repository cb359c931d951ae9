"""`yinuo parked` on a database of intake: seen, tried again, passed over, each only as far as the operator said."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cli.exits import Exit
from deploy.embedded.stack import Stack
from tests.support.cli import Said, deployment_file, said
from tests.support.lab import A, B
from tests.support.stack import Databases
from tests.support.written_lanes import as_superuser, body_of, leaf_of, park, service_database

BOARD, POLICY = "need_board", "reopen_the_other_when_need_reopened"
WRONG = {"need_id": "no uuid"}


@dataclass(frozen=True)
class Desk:
    """An operator's desk: a deployment of intake alone."""

    options: tuple[str, ...]
    databases: Databases

    def parked(self, *arguments: str | int) -> Said:
        """Run a verb of `yinuo parked`."""
        return said("parked", *arguments, *self.options)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return rows as who sees them all."""
        with as_superuser(self.databases) as connection:
            return connection.execute(query.encode()).fetchall()

    def positions(self) -> list[object]:
        """Return the positions that are parked in the first county."""
        return [row[0] for row in self.rows("SELECT position FROM read.parked WHERE county = '430523' ORDER BY position")]


@pytest.fixture(scope="module")
def database(embedded_stack: Stack) -> Databases:
    return service_database(embedded_stack, "intake", "parked_intake")


@pytest.fixture
def desk(embedded_stack: Stack, database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Three events of one stream are parked for the board, the second of a shape it cannot read, and one of another; one for a policy."""
    yield Desk(deployment_file(tmp_path_factory.mktemp("desk"), embedded_stack.info.kafka, (A, B), intake=database), database)
    with as_superuser(database) as connection:
        connection.execute("TRUNCATE read.parked, read.redrives, read.discarded, read.need_board")


@pytest.fixture
def queued(desk: Desk) -> list[bytes]:
    bodies = [
        body_of("intake", A, 4, "NeedSubmitted", "need-1"),
        body_of("intake", A, 6, "NeedAccepted", "need-1", 2, WRONG),
        body_of("intake", A, 7, "NeedAccepted", "need-1", 3),
        body_of("intake", A, 9, "NeedAccepted", "need-2", 1, {"need_id": "0199c1a8-0001-7000-8000-000000000002", "accepted_by": "xjb-1"}),
    ]
    park(desk.databases.superuser, BOARD, bodies)
    park(desk.databases.superuser, POLICY, [body_of("intake", A, 8, "NeedReopened", "need-3")])
    return bodies


@pytest.mark.usefixtures("queued")
def test_what_is_parked_is_listed_by_service_county_and_projection(desk: Desk) -> None:
    found = desk.parked("ls", "--plain")
    assert [line[1:7] for line in found.lines] == [
        [A, BOARD, "intake", "4", "need-1", "NeedSubmitted"],
        [A, BOARD, "intake", "6", "need-1", "NeedAccepted"],
        [A, BOARD, "intake", "7", "need-1", "NeedAccepted"],
        [A, BOARD, "intake", "9", "need-2", "NeedAccepted"],
        [A, POLICY, "intake", "8", "need-3", "NeedReopened"],
    ]
    assert len(desk.parked("ls", "--plain", "--projection", POLICY, "--service", "intake").lines) == 1
    assert desk.parked("ls", "--json", "--county", B).json == []


def test_one_is_shown_with_its_event_and_what_waits_behind_it(desk: Desk, queued: list[bytes]) -> None:
    found = desk.parked("show", "intake", A, BOARD, "intake", 4, "--json").json
    assert found["event"] == json.loads(queued[0])
    assert [other["position"] for other in found["behind"]] == [6, 7]
    assert "a test's" in desk.parked("show", "intake", A, BOARD, "intake", 4).out
    assert desk.parked("show", "intake", A, BOARD, "intake", 5).code is Exit.NOT_FOUND


@pytest.mark.usefixtures("queued")
def test_without_apply_a_redrive_tells_what_would_come_of_it_and_changes_nothing(desk: Desk) -> None:
    found = desk.parked("redrive", "intake", A, "--json")
    assert found.code is Exit.OK
    assert {(row["projection"], row["stream"]): (row["applied"], row["left"]) for row in found.json} == {
        (BOARD, "need-1"): (1, 2),
        (BOARD, "need-2"): (1, 0),
        (POLICY, "need-3"): (None, None),
    }
    assert found.err == "Nothing was changed. With --apply, 5 events of 3 streams will be applied again.\n"
    assert (desk.positions(), desk.rows("SELECT FROM read.need_board"), desk.rows("SELECT FROM read.redrives")) == ([4, 6, 7, 8, 9], [], [])


@pytest.mark.usefixtures("queued")
def test_applied_it_folds_in_order_and_says_what_stays(desk: Desk) -> None:
    found = desk.parked("redrive", "intake", A, BOARD, "--apply", "--json")
    assert (found.code, [row["applied"] for row in found.json]) == (Exit.CONFLICT, [1, 1])
    assert found.err == "yinuo: 2 events still parked: what each waits for cannot be applied yet.\n"
    assert desk.positions() == [6, 7, 8]
    assert "ValidationError" in str(desk.rows("SELECT error FROM read.parked WHERE position = 6")[0][0])
    assert len(desk.rows("SELECT FROM read.need_board")) == 2


@pytest.mark.usefixtures("queued")
def test_a_position_chooses_its_stream_alone(desk: Desk) -> None:
    assert desk.parked("redrive", "intake", A, BOARD, "intake", 9, "--apply").code is Exit.OK
    assert desk.positions() == [4, 6, 7, 8]
    assert desk.parked("redrive", "intake", A, BOARD, "intake", 9, "--apply").code is Exit.NOT_FOUND


@pytest.mark.usefixtures("queued")
def test_a_policy_is_asked_and_where_no_service_runs_that_is_said(desk: Desk) -> None:
    found = desk.parked("redrive", "intake", A, POLICY, "--apply", "--wait", 0)
    assert found.code is Exit.DEPENDENCY_DOWN
    assert "the service does it when it runs" in found.err
    assert desk.rows("SELECT county, projection, source, stream FROM read.redrives") == [(A, POLICY, "intake", "need-3")]
    assert desk.positions()[-2:] == [8, 9]


def test_where_nothing_is_parked_there_is_nothing_to_do(desk: Desk) -> None:
    found = desk.parked("redrive", "intake", B, "--apply")
    assert (found.code, found.out, found.err) == (Exit.OK, "", "Nothing is parked there.\n")


def test_what_no_code_of_today_reads_can_only_be_discarded(desk: Desk) -> None:
    park(desk.databases.superuser, "boards_of_old", [body_of("intake", A, 1, "NeedAccepted")])
    sentence = "intake has no projection or policy called boards_of_old: its events can only be discarded.\n"
    found = desk.parked("redrive", "intake", A, "--apply")
    assert (found.code, found.err) == (Exit.OK, f"{sentence}Nothing is parked there.\n")
    found = desk.parked("redrive", "intake", A, "boards_of_old", "--apply")
    assert (found.code, found.err) == (Exit.CONFLICT, f"yinuo: {sentence}")
    assert desk.parked("discard", "intake", A, "boards_of_old", "intake", 1, "--reason", "old", "--apply", f"--confirm={A}").code is Exit.OK
    assert desk.positions() == []


@pytest.mark.usefixtures("queued")
@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        ((), Exit.OK, f"Nothing was changed. With --apply, {BOARD} will never apply position 6 of intake in {A}."),
        (("--apply",), Exit.USAGE, f"Say --confirm={A} as well."),
        (("--apply", "--yes"), Exit.USAGE, "No such option: --yes"),
        (("--apply", "--confirm=610330"), Exit.DENIED, f"'610330' is not the county this is about, {A}."),
    ],
)
def test_nothing_is_discarded_on_half_a_word(desk: Desk, more: tuple[str, ...], code: Exit, sentence: str) -> None:
    found = desk.parked("discard", "intake", A, BOARD, "intake", 6, "--reason", "typed wrongly", *more)
    assert found.code is code
    assert sentence in found.err
    assert desk.positions() == [4, 6, 7, 8, 9]


def test_discarded_it_is_kept_on_record_and_the_others_can_go_on(desk: Desk, queued: list[bytes]) -> None:
    order = ("discard", "intake", A, BOARD, "intake", 6, "--reason", "编号写错", "--by", "li", "--apply", f"--confirm={A}")
    assert desk.parked(*order).code is Exit.OK
    assert desk.parked(*order).code is Exit.NOT_FOUND
    (record,) = desk.parked("ls", "--discarded", "--json").json
    assert (record["position"], record["discarded_by"], record["reason"]) == (6, "li", "编号写错")
    assert record["leaf_hash"] == leaf_of(queued[1])
    assert desk.parked("redrive", "intake", A, BOARD, "--apply").code is Exit.OK
    assert desk.positions() == [8]


@pytest.mark.usefixtures("queued")
@pytest.mark.parametrize("reason", ["", "  ", "长" * 2001])
def test_a_discard_has_a_reason(desk: Desk, reason: str) -> None:
    found = desk.parked("discard", "intake", A, BOARD, "intake", 6, "--reason", reason, "--apply", f"--confirm={A}")
    assert (found.code, desk.positions()) == (Exit.USAGE, [4, 6, 7, 8, 9])
