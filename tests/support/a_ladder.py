"""A watch on a ladder, and what moves it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from services.supervision.commands.watches import DelistSubject, ListSubject, listing_of
from services.supervision.decider import WATCH
from shared.kernel.testing import Scenario, by, given
from tests.support.a_watch import (
    END,
    LEADER,
    OFFICE,
    PAUSE,
    PLANNED,
    POLICY,
    PROJECT,
    TIMER,
    after,
    climb,
    escalate,
    move,
    reopen,
    resume,
    start,
    started,
)
from tests.support.envelopes import meta

PROJECT_ID = UUID(PROJECT)
OVERDUE = after(date(2021, 11, 8))
LISTING_ID = listing_of("project", PROJECT)
LIST = ListSubject(subject="project", subject_id=PROJECT, owner="T1", criterion="strong-feeling", reason="群众反映强烈")
DELIST = DelistSubject(listing_id=LISTING_ID, evidence="现场核查", digest="a" * 64)


def reached(rung: int, at: datetime = OVERDUE) -> Scenario:
    """A watch that climbed so far, each rung by whom the ladder names."""
    story = given(WATCH, started(), at=at)
    for number, planned in enumerate(PLANNED[:rung], 1):
        story = Scenario(WATCH, story.history, story.county, after(planned.on)).and_then(climb(number), TIMER)
        if planned.moved_by != "clock":
            story = story.and_then(escalate(number), OFFICE if planned.moved_by == "office" else LEADER)
    return story


def asked(policy: Any, fact: Any) -> list[tuple[str, str, date | None]]:
    return [(type(at).__name__, at.subject, getattr(at, "due_on", None)) for at in policy(fact, meta(fact, "projects"))]


ANYBODY = st.sampled_from([OFFICE, LEADER, TIMER, POLICY, by("unit", unit="T1"), by("inspector"), by("office", unit="T1")])


FACTS = st.sampled_from(
    [
        start(date(2021, 11, 8)),
        start(date(2021, 11, 20)),
        move(date(2021, 11, 12)),
        move(date(2021, 11, 8)),
        PAUSE,
        resume(date(2021, 11, 15)),
        resume(date(2021, 11, 8)),
        reopen(date(2021, 11, 8)),
        reopen(date(2021, 11, 25)),
        END,
    ]
)
