"""The standing register (台账): opened is open, signed off, withdrawn and merged, on every day, or the difference is named."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.projects.projections import LEDGER_BOOK, PROJECT_BOARD
from services.projects.queries.ledger import reconcile
from shared.contracts.projects import (
    ProjectApproved,
    ProjectMerged,
    ProjectReopened,
    ProjectSignedOff,
    ProjectWithdrawn,
)
from shared.kernel.envelope import Meta
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from tests.support.a_project import APPROVED, OTHER_ID, PROJECT_ID, proposed
from tests.support.envelopes import meta
from tests.support.events import folded

IDS = [UUID(int=number) for number in range(1, 600)]
APPROVED_ON_LIST = APPROVED.model_copy(update={"ledger": "member"})
OFF = ProjectSignedOff(project_id=PROJECT_ID, round=1, ledger="member")
BACK = ProjectReopened(project_id=PROJECT_ID, reason="坏", round=1, because="revoked", ledger="member")
GONE = ProjectWithdrawn(project_id=PROJECT_ID, reason="统一安排", withdrawn_by="xjb-1", ledger="member")
MERGED = ProjectMerged(project_id=PROJECT_ID, into=OTHER_ID, need_ids=(), reason="重复", merged_by="xjb-1", freed=(), ledger="member")
IN_BOOKS = {"opened": 0, "open": 0, "signed_off": 0, "withdrawn": 0, "merged": 0}


def of(project_id: UUID, event: Event, **fields: Any) -> Event:
    return event.model_copy(update={"project_id": project_id, **fields})


def at_instant(event: Event, instant: datetime, position: int = 1) -> Meta:
    return meta(event, "projects", position=position, version=position)._replace(recorded_at=instant)


def after(*dated: tuple[int, Event], on: int | None = None, **others: Any) -> Any:
    """Reconcile what the read models hold after events of November days, on one of them or now."""
    facts = [Fact(event, at_instant(event, datetime(2021, 11, day, 4, tzinfo=UTC), at)) for at, (day, event) in enumerate(dated, 1)]
    rows = folded([LEDGER_BOOK, PROJECT_BOARD], facts)
    day = None if on is None else date(2021, 11, on)
    standing: dict[str, dict[str, int]] = {}
    for row in rows["project_board"].values():
        moves = [move for move in row.ledger_moves or [] if day is None or move[0] <= day.isoformat()]
        if moves:
            counts = standing.setdefault(row.level or "unknown", {})
            counts[moves[-1][1]] = counts.get(moves[-1][1], 0) + 1
    books = {level: row.days for (level,), row in rows["ledger_book"].items()}
    return reconcile(books, standing, others.pop("announced", []), on=day, **others)


def test_every_project_on_the_register_is_open_signed_off_withdrawn_or_merged() -> None:
    story: list[tuple[int, Event]] = []
    for number, end in enumerate((None, OFF, GONE, MERGED)):
        story += [(1, of(IDS[number], proposed())), (2, of(IDS[number], APPROVED_ON_LIST))]
        story += [] if end is None else [(3, of(IDS[number], end))]
    told = after(*story)
    assert told["verdict"] == "reconciled"
    assert told["levels"] == [{"level": "member", "opened": 4, "open": 1, "signed_off": 1, "withdrawn": 1, "merged": 1, "balanced": True}]


def test_the_register_stands_as_it_stood_on_any_day() -> None:
    story = [(1, proposed()), (2, APPROVED_ON_LIST), (5, OFF), (9, BACK), (12, OFF)]
    for on, counts in ((1, None), (2, "open"), (4, "open"), (5, "signed_off"), (8, "signed_off"), (9, "open"), (12, "signed_off")):
        told = after(*story, on=on)
        assert told["verdict"] == "reconciled"
        opened = 0 if counts is None else 1
        assert told["total"] == {**IN_BOOKS, "opened": opened, **({counts: 1} if counts else {})}


def test_a_day_is_a_day_in_shanghai() -> None:
    late = datetime(2021, 11, 2, 16, 30, tzinfo=UTC)
    row = folded([LEDGER_BOOK], [Fact(APPROVED_ON_LIST, at_instant(APPROVED_ON_LIST, late))])["ledger_book"]["member",]
    assert row.days == {"2021-11-03": {"opened": 1}}


def test_what_was_never_approved_is_not_on_the_register() -> None:
    told = after((1, proposed()), (2, ProjectWithdrawn(project_id=PROJECT_ID, reason="重报", withdrawn_by="chen")))
    assert (told["verdict"], told["levels"]) == ("reconciled", [])


def test_a_difference_between_book_and_board_is_named_with_its_level() -> None:
    lost = after((2, APPROVED_ON_LIST))  # the board never heard of the proposal: no level to stand on
    assert {(each["level"], each["difference"]) for each in lost["differences"]} == {("member", 1), ("unknown", -1)}
    books = {"member": {"2021-11-02": {"opened": 3}, "2021-11-03": {"signed_off": 1}}}
    told = reconcile(books, {"member": {"open": 1, "signed_off": 1}})
    assert told["differences"] == [
        {"kind": "book-and-board", "level": "member", "what": "opened", "book": 3, "board": 2, "difference": 1},
        {"kind": "book-and-board", "level": "member", "what": "open", "book": 2, "board": 1, "difference": 1},
    ]
    assert [level["balanced"] for level in told["levels"]] == [False]


def test_a_project_whose_status_is_not_where_the_register_has_it_is_named() -> None:
    astray = [{"project_id": PROJECT_ID, "status": "signed-off", "standing": "open"}]
    told = reconcile({}, {}, astray=astray)
    assert told["differences"] == [{"kind": "standing", "project_id": str(PROJECT_ID), "status": "signed-off", "ledger": "open"}]


def test_the_figure_feng_announced_is_one_less_than_its_three_lists() -> None:
    lists = {"county-leader": 27, "section-leader": 436, "unit": 136}
    story: list[tuple[int, Event]] = []
    ids = iter(IDS)
    for level, count in lists.items():
        for _ in range(count):
            project_id = next(ids)
            story += [(1, of(project_id, proposed(), level=level)), (2, of(project_id, APPROVED, ledger=level))]
    announced = [
        {
            "id": OTHER_ID,
            "label": "三张清单台账",
            "levels": list(lists),
            "figure": 598,
            "announced_on": date(2021, 11, 12),
            "source": "公布",
        }
    ]
    told = after(*story, announced=announced, order=list(lists))
    assert (told["verdict"], told["total"]["opened"]) == ("differences", 599)
    assert [level["level"] for level in told["levels"]] == list(lists)
    (difference,) = told["differences"]
    assert {name: difference[name] for name in ("kind", "label", "announced", "register", "parts", "difference")} == {
        "kind": "announced",
        "label": "三张清单台账",
        "announced": 598,
        "register": 599,
        "parts": lists,
        "difference": 1,
    }


def test_a_figure_is_held_against_the_register_of_the_day_it_was_announced_for() -> None:
    story = [(1, proposed()), (2, APPROVED_ON_LIST), (5, of(OTHER_ID, proposed())), (6, of(OTHER_ID, APPROVED_ON_LIST))]
    announced = [{"id": OTHER_ID, "label": "台账", "levels": ["member"], "figure": 1, "announced_on": date(2021, 11, 4), "source": "公布"}]
    told = after(*story, announced=announced)
    assert (told["verdict"], told["announced"][0]["register"], told["total"]["opened"]) == ("reconciled", 1, 2)


def test_an_approval_of_before_there_was_a_register_moves_nothing() -> None:
    assert ProjectApproved.model_validate(APPROVED.model_dump(exclude={"ledger"})).ledger is None
    assert after((1, proposed()), (2, APPROVED))["levels"] == []
