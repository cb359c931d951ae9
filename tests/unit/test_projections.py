"""Projections are folds: whatever order the sources arrive in, whatever is resumed, the rows are the same."""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, find, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake import main as intake
from services.intake.projections import NEED_BOARD
from services.portal import main as portal
from services.projects import main as projects
from services.projects.projections import PROJECT_BOARD
from services.scoring import main as scoring
from services.supervision import main as supervision
from services.supervision.projections import NOTICE_BOARD, TIMERS
from shared.contracts.intake import INTAKE, NeedRouted
from shared.contracts.projects import PROJECTS, ProjectProposed
from shared.kernel.derived import derived
from shared.kernel.envelope import Meta
from shared.kernel.events import Event
from shared.kernel.projection import Fact, Projection
from shared.kernel.timers import TimerRow
from shared.kernel.worker import Parts
from tests.support.a_notice import NOTICE_ID, issued, overdue, responded, sent_back
from tests.support.a_project import IN_HAND, PROJECT_ID, REOPENED, completed, proposed
from tests.support.envelopes import meta
from tests.support.events import Story, folded, stories

SERVICES: Sequence[Parts] = [service.PARTS for service in (intake, projects, supervision, scoring, portal)]
EVERY = pytest.mark.parametrize("parts", SERVICES, ids=lambda parts: str(parts.contract.service))
THOROUGH = settings(max_examples=150, deadline=None)


def told(service: str, *events: Event) -> list[Fact]:
    return [Fact(event, meta(event, service, position=at, version=at)) for at, event in enumerate(events, 1)]


@EVERY
def test_any_interleaving_that_keeps_each_source_s_order_gives_the_same_rows(parts: Parts) -> None:
    @THOROUGH
    @for_all(stories(parts.sources, parts.projections))
    def holds(story: Story) -> None:
        assert folded(parts.projections, story.facts()) == folded(parts.projections, story.source_by_source())

    holds()


@EVERY
def test_a_reader_that_stops_anywhere_and_resumes_has_the_same_rows(parts: Parts) -> None:
    @THOROUGH
    @for_all(stories(parts.sources, parts.projections), st.integers(0, 24))
    def holds(story: Story, stop: int) -> None:
        facts = story.facts()
        before = folded(parts.projections, facts[:stop])
        kept = deepcopy(before)
        assert folded(parts.projections, facts[stop:], onto=before) == folded(parts.projections, facts)
        assert before == kept

    holds()


@dataclass(slots=True)
class LastRow:
    """What the last of two sources said: an order-dependent row, as none may be."""

    unit: str
    said: str | None = None


LAST_WORD = Projection("last_word", row=LastRow, key="unit")


@LAST_WORD.on(ProjectProposed)
def _proposed(row: LastRow, event: ProjectProposed, _meta: Meta) -> None:
    row.said = event.title


@LAST_WORD.on(NeedRouted, keys=lambda event: [(event.handling_unit,)])
def _routed(row: LastRow, event: NeedRouted, _meta: Meta) -> None:
    row.said = event.responsible_leader


def test_a_row_that_two_sources_write_would_be_found() -> None:
    told_by_both = stories([INTAKE, PROJECTS], [LAST_WORD])
    quick = settings(THOROUGH, phases=[Phase.generate])
    story = find(told_by_both, lambda at: folded([LAST_WORD], at.facts()) != folded([LAST_WORD], at.source_by_source()), settings=quick)
    assert {fact.meta.service for fact in story.facts()} == {"intake", "projects"}


def test_a_fact_folded_twice_counts_twice_so_only_the_checkpoint_may_drop_it() -> None:
    once = told("projects", *IN_HAND, completed(), REOPENED)
    assert folded([PROJECT_BOARD], once)["project_board"][PROJECT_ID,].reopened == 1
    assert folded([PROJECT_BOARD], [*once, once[-1]])["project_board"][PROJECT_ID,].reopened == 2


def test_an_effect_from_another_topic_may_come_before_its_cause() -> None:
    need_id = proposed().need_ids[0]
    early = folded([NEED_BOARD], told("projects", proposed()))["need_board"][need_id,]
    assert (early.project_id, early.position) == (PROJECT_ID, None)


@EVERY
def test_every_fact_a_projection_folds_is_told_on_a_topic_its_service_reads(parts: Parts) -> None:
    read = {event for contract in parts.sources for event in contract.events.values()}
    handled = {event for projection in parts.projections for event in projection.handles}
    assert handled <= read
    assert {contract for contract in parts.sources if not handled & {*contract.events.values()}} == set()


@EVERY
def test_every_fact_of_a_service_s_own_moves_one_of_its_rows(parts: Parts) -> None:
    handled = {event for projection in parts.projections for event in projection.handles}
    assert set(parts.contract.events.values()) <= handled


@EVERY
def test_a_projection_s_table_has_its_name_its_columns_and_its_key(parts: Parts) -> None:
    folder = Path(__file__).parents[2] / "services" / parts.contract.service / "migrations"
    ddl = "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.sql")))
    tables: dict[str, Any] = {}
    for name, body in re.findall(r"CREATE TABLE read\.(\w+) \((.*?)\n\);", ddl, re.DOTALL):
        columns = re.findall(r"^  (\w+) +([a-z ]+?) *(?:NOT NULL)?,?$", body, re.MULTILINE)
        key = re.search(r"PRIMARY KEY \((.*?)\)", body)
        tables[name] = (dict(columns), key and key[1])
    for name in re.findall(r"DROP TABLE read\.(\w+);", ddl):
        del tables[name]
    for name, added in re.findall(r"ALTER TABLE read\.(\w+)\s+(ADD COLUMN .*?);", ddl, re.DOTALL):
        tables[name][0].update(re.findall(r"ADD COLUMN (\w+) +([a-z ]+?) *(?:NOT NULL.*?)?(?:,|$)", added, re.MULTILINE))
    expected = {
        projection.name: ({"county": "text", **projection.columns}, ", ".join(("county", *projection.key)))
        for projection in parts.projections
        if projection.name != "timers"  # the kernel's own table
    }
    assert tables == expected


def timer_of(*parts: str) -> tuple[UUID]:
    return (derived("reply", str(NOTICE_ID), *parts),)


def timers_after(*events: Event) -> dict[Any, TimerRow]:
    rows: dict[Any, TimerRow] = folded([TIMERS], told("supervision", *events))["timers"]
    return rows


def test_a_reply_is_due_at_midnight_in_shanghai_and_settled_once_found_overdue() -> None:
    waiting = timers_after(issued())[timer_of()]
    assert (waiting.due_at, waiting.command, waiting.settled) == (datetime(2021, 11, 8, 16, tzinfo=UTC), "MarkOverdue", False)
    assert waiting.payload == {"notice_id": str(NOTICE_ID), "due_on": "2021-11-08"}
    assert timers_after(issued(), overdue(date(2021, 11, 8), "T1", "D1"))[timer_of()].settled
    assert timers_after(issued(reply_by=None))[timer_of()].settled


def test_a_date_that_was_moved_has_a_timer_of_its_own_that_the_old_one_does_not_settle() -> None:
    moved = (issued(), responded(), sent_back(date(2021, 11, 15)))
    late = timers_after(*moved, overdue(date(2021, 11, 8), "D1"))
    assert (late[timer_of()].settled, late[timer_of("T1")].settled) == (True, False)
    assert late[timer_of("T1")].due_at == datetime(2021, 11, 15, 16, tzinfo=UTC)
    found = (*moved, overdue(date(2021, 11, 15), "T1"))
    assert timers_after(*found)[timer_of("T1")].settled
    again = timers_after(*found, responded(), sent_back(date(2021, 11, 30)))[timer_of("T1")]
    assert (again.settled, again.payload) == (False, {"notice_id": str(NOTICE_ID), "due_on": "2021-11-30"})


def test_a_notice_shows_where_each_addressee_is() -> None:
    facts = told("supervision", issued(), responded(), sent_back(date(2021, 11, 15)), overdue(date(2021, 11, 8), "D1"))
    row = folded([NOTICE_BOARD], facts)["notice_board"][NOTICE_ID,]
    assert (row.overdue, row.status, row.version) == (True, "issued", 4)
    assert row.units["D1"] == {"status": "awaited", "reply_by": "2021-11-08", "overdue_since": "2021-11-08"}
    assert {name: row.units["T1"][name] for name in ("status", "reply_by", "reason")} == {
        "status": "sent-back",
        "reply_by": "2021-11-15",
        "reason": "仍不实",
    }
