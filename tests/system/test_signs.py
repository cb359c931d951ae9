"""Signs of formality, found in what the projections make of events: each rule at its threshold, and not one short of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest

from services.scoring.projections.records import PHOTO_USES, PROJECT_RECORDS, RATINGS
from services.scoring.queries.signs import MANY_RATINGS, ONE_RATERS, RULES, SignRule
from shared.contracts.intake import NeedRated
from shared.contracts.projects import EvidenceAttached, PledgeAmended, PledgePublished, ProjectClaimed
from shared.contracts.values import Rating
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from shared.kernel.tenancy import county_transaction, create_pool
from shared.kernel.testing import COUNTY
from tests.support.client import Platform
from tests.support.envelopes import meta

HIDDEN = "unseen"


async def found(platform: Platform, rule: SignRule, events: Sequence[tuple[Event, str]], unit: str | None = None) -> list[dict[str, Any]]:
    """Return the signs of a rule after these events, each told by an account; nothing of it is kept."""
    service = "intake" if rule in ("no-bad-rating", "one-rater-many") else "projects"
    facts = [Fact(event, meta(event, service, position=at)._replace(actor=actor)) for at, (event, actor) in enumerate(events, 1)]
    query, thresholds, _ = RULES[rule]
    pool = await create_pool(platform.stack.postgres.dsn("scoring"))
    try:
        async with county_transaction(pool, COUNTY) as connection:
            await connection.execute("SAVEPOINT before")
            await connection.execute("TRUNCATE read.project_records, read.ratings, read.photo_uses")
            for projection in (PROJECT_RECORDS, RATINGS, PHOTO_USES):
                await projection.apply(connection, COUNTY, facts)
            rows = [dict(row) for row in await connection.fetch(query, COUNTY, 0, 50, unit, *thresholds)]
            await connection.execute("ROLLBACK TO SAVEPOINT before")
    finally:
        await pool.close()
    return rows


def photo(project: int, digest: str, unit: str = HIDDEN) -> tuple[Event, str]:
    event = EvidenceAttached(
        project_id=UUID(int=project),
        evidence_id=UUID(int=project),
        digest=digest,
        media_type="image/jpeg",
        size=1,
        caption="亮灯",
        unit=unit,
        attached_by="li",
    )
    return event, "li"


async def test_one_photo_in_two_projects_is_shown_and_twice_in_one_is_not(platform: Platform) -> None:
    events = [photo(1, "aa"), photo(2, "aa", "other"), photo(3, "bb"), photo(3, "bb")]
    (sign,) = await found(platform, "reused-photo", events)
    assert (sign["digest"], sign["count"], sign["positions"], set(sign["units"])) == ("aa", 2, [1, 2], {HIDDEN, "other"})
    assert await found(platform, "reused-photo", events, "other")
    assert not await found(platform, "reused-photo", events, "third")


@pytest.mark.parametrize(("due", "moved_to", "shown"), [(4, 20, True), (5, 20, False), (4, 3, False), (1, 20, True)])
async def test_a_promise_moved_on_within_three_days_of_its_day_is_shown(
    platform: Platform, due: int, moved_to: int, *, shown: bool
) -> None:
    """The envelopes are of 1 November 2021."""
    project = UUID(int=1)
    claimed = ProjectClaimed(project_id=project, claimant="li", role="member", unit=HIDDEN, branch=None, level="member", need_ids=())
    pledged = PledgePublished(project_id=project, promise="亮灯", complete_by=date(2021, 11, due), venue="website")
    moved = PledgeAmended(project_id=project, promise="亮灯", complete_by=date(2021, 11, moved_to), reason="雨", approved_by="xjb-1")
    signs = await found(platform, "moved-just-before-due", [(each, "li") for each in (claimed, pledged, moved)], HIDDEN)
    assert [(sign["was"], sign["now"], sign["positions"]) for sign in signs] == (
        [(date(2021, 11, due), date(2021, 11, moved_to), [3])] if shown else []
    )


def ratings(number: int, last: Rating, account: str | None = None) -> list[tuple[Event, str]]:
    return [
        (
            NeedRated(
                need_id=UUID(int=at),
                closing=1,
                petitioner="p",
                rating=last if at == number else "satisfied",
                good=True,
                handling_unit=HIDDEN,
                project_id=None,
                text=None,
            ),
            account or f"citizen-{at}",
        )
        for at in range(1, number + 1)
    ]


async def test_many_ratings_without_a_bad_one_are_shown(platform: Platform) -> None:
    (sign,) = await found(platform, "no-bad-rating", ratings(MANY_RATINGS, "basically-satisfied"), HIDDEN)
    assert (sign["unit"], sign["count"]) == (HIDDEN, MANY_RATINGS)
    assert not await found(platform, "no-bad-rating", ratings(MANY_RATINGS, "dissatisfied"), HIDDEN)
    assert not await found(platform, "no-bad-rating", ratings(MANY_RATINGS - 1, "satisfied"), HIDDEN)


async def test_one_account_that_enters_many_ratings_is_shown_by_a_pseudonym(platform: Platform) -> None:
    (sign,) = await found(platform, "one-rater-many", ratings(ONE_RATERS, "satisfied", "clerk-1"), HIDDEN)
    assert sign["count"] == ONE_RATERS
    assert "clerk-1" not in str(sign)
    assert not await found(platform, "one-rater-many", ratings(ONE_RATERS, "satisfied"), HIDDEN)
    assert set(RULES) == set(get_args(SignRule))
