"""Notifications follow the archive: what was before is not told, what comes is told once, whoever looks again, and however often."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from deploy.embedded.stack import Stack
from services.portal.interfaces.notifying.following import Following
from services.portal.interfaces.notifying.messages import Place
from services.portal.interfaces.notifying.outbox import done, later, take
from services.portal.interfaces.notifying.subscriptions import MOST, Asked, Kind, Subscription, Subscriptions, TooMany
from services.portal.login.vault import Vault
from services.portal.projections import ARCHIVE, NEED_CARDS, NOTICE_CARDS, PROJECT_CARDS
from shared.contracts.intake import INTAKE, NeedAccepted, NeedMerged, NeedSubmitted, PetitionerErased
from shared.contracts.projects import PROJECTS, PledgePublished
from shared.contracts.supervision import SUPERVISION
from shared.kernel.derived import derived
from shared.kernel.envelope import Cause, seal_body
from shared.kernel.events import Contract, Event, dump
from shared.kernel.migrations import migrate
from shared.kernel.projection import Fact
from shared.kernel.tenancy import Pool, county_reading, county_transaction, create_pool
from shared.kernel.testing import COUNTY
from tests.support.a_notice import issued
from tests.support.a_project import PROJECT_ID, proposed
from tests.support.envelopes import meta
from tests.support.stack import create_database

PLACE = Place("邵阳县", "https://x.cn/c/430523")
NEED, OTHER = UUID("0199c1a8-1111-7000-8000-00000000000a"), UUID("0199c1a8-1111-7000-8000-00000000000b")
_CAUSE = Cause("li", "office", None, "c", None, "d", None)
_numbers = count(1)


def fact(contract: Contract, position: int, event: Event) -> Fact:
    """Return an event as the portal's projections get it, its bytes as the service published them."""
    at = meta(event, contract.service, position=position)
    event_id = derived(contract.service, str(position))
    body = seal_body(
        contract=contract,
        county=COUNTY,
        position=position,
        stream=at.stream,
        version=1,
        event_id=event_id,
        event_type=at.type,
        recorded_at=at.recorded_at,
        cause=_CAUSE,
        data=dump(event),
    )
    return Fact(event, at._replace(event_id=str(event_id)), body)


def submitted(need_id: UUID) -> NeedSubmitted:
    return NeedSubmitted(
        need_id=need_id, kind="need", channel="website", title="t", detail="d", town="430523100", petitioner=None, submitted_by="li"
    )


class Desk:
    """A portal's tables, and what is done with them."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.subscriptions = Subscriptions(pool, Vault(b"k" * 32))
        self.following = Following(self.subscriptions, lambda text: text)

    async def heard(self, *facts: Fact) -> None:
        async with county_transaction(self.pool, COUNTY) as connection:
            for projection in (ARCHIVE, NEED_CARDS, PROJECT_CARDS, NOTICE_CARDS):
                await projection.apply(connection, COUNTY, facts)

    async def subscribed(self, kind: Kind, subject: str, address: str = "li@example.org", *, confirmed: bool = True) -> Subscription:
        async with county_transaction(self.pool, COUNTY) as connection:
            made = await self.subscriptions.make(connection, COUNTY, Asked(kind, subject, "2027-000001-5", "email", address))
        assert made is not None
        found = await self.subscriptions.opened(COUNTY, self.subscriptions.token(COUNTY, made[0]))
        assert found is not None
        assert not confirmed or await self.subscriptions.confirm(found)
        return found

    async def followed(self) -> None:
        async with county_transaction(self.pool, COUNTY, alone_of="notifying") as connection:
            place = PLACE if await self.following.anybody(connection, COUNTY) else None
            assert not await self.following.follow(connection, COUNTY, place)

    async def reminded(self, today: date) -> None:
        async with county_transaction(self.pool, COUNTY) as connection:
            await self.following.remind(connection, COUNTY, PLACE, today)

    async def rows(self, query: str, *values: Any) -> Sequence[Any]:
        async with county_reading(self.pool, COUNTY) as connection:
            return await connection.fetch(query, *values)

    async def queued(self) -> list[str]:
        return [row["title"] for row in await self.rows("SELECT title FROM portal.outbox WHERE NOT urgent ORDER BY made_at, title")]


@pytest.fixture
async def desk(embedded_stack: Stack) -> AsyncIterator[Desk]:
    databases = await asyncio.to_thread(create_database, embedded_stack, f"notifying{next(_numbers)}")
    await asyncio.to_thread(migrate, databases.owner, "services.portal")
    pool = await create_pool(databases.app, size=4)
    try:
        yield Desk(pool)
    finally:
        await pool.close()


async def test_what_was_there_before_the_first_look_is_not_told_and_what_comes_is_told_once_however_many_look(desk: Desk) -> None:
    await desk.heard(fact(INTAKE, 1, submitted(NEED)), fact(INTAKE, 2, NeedAccepted(need_id=NEED, accepted_by="li")))
    await desk.subscribed("need", str(NEED))
    await desk.followed()
    assert await desk.queued() == []
    await desk.heard(fact(INTAKE, 3, NeedAccepted(need_id=NEED, accepted_by="li")))
    await asyncio.gather(*(desk.followed() for _ in range(4)))
    assert await desk.queued() == ["邵阳县：您的诉求已受理"]


async def test_a_cursor_set_back_as_by_an_older_backup_tells_nobody_again(desk: Desk) -> None:
    await desk.subscribed("need", str(NEED))
    await desk.followed()
    await desk.heard(fact(INTAKE, 1, submitted(NEED)), fact(INTAKE, 2, NeedAccepted(need_id=NEED, accepted_by="li")))
    await desk.followed()
    async with county_transaction(desk.pool, COUNTY) as connection:
        await connection.execute("UPDATE portal.notified SET position = 0")
    await desk.followed()
    assert await desk.queued() == ["邵阳县：您的诉求已受理"]
    (row,) = await desk.rows("SELECT position FROM portal.notified WHERE source = 'intake'")
    assert row["position"] == 2


async def test_an_archive_that_is_built_anew_tells_nobody_again(desk: Desk) -> None:
    facts = [fact(INTAKE, 1, submitted(NEED)), fact(INTAKE, 2, NeedAccepted(need_id=NEED, accepted_by="li"))]
    await desk.subscribed("need", str(NEED))
    await desk.followed()
    await desk.heard(*facts)
    await desk.followed()
    async with county_transaction(desk.pool, COUNTY) as connection:
        await connection.execute("DELETE FROM read.event_archive")
    await desk.followed()
    await desk.heard(facts[0])
    await desk.followed()
    await desk.heard(facts[1])
    await desk.followed()
    assert len(await desk.queued()) == 1


async def test_those_who_were_merged_hear_of_the_need_that_goes_on_and_of_its_project(desk: Desk) -> None:
    for need_id in (NEED, OTHER):
        await desk.subscribed("need", str(need_id), f"{need_id}@example.org")
    await desk.followed()
    merged = NeedMerged(need_id=OTHER, into=NEED, reason="同一处", merged_by="li")
    await desk.heard(fact(INTAKE, 1, submitted(NEED)), fact(INTAKE, 2, submitted(OTHER)), fact(INTAKE, 3, merged))
    pledge = PledgePublished(project_id=PROJECT_ID, promise="修好", complete_by=date(2027, 3, 4), venue="website")
    project = proposed().model_copy(update={"need_ids": (NEED,)})
    await desk.heard(fact(PROJECTS, 1, project), fact(PROJECTS, 2, pledge))
    await desk.followed()
    told = Counter(await desk.queued())
    assert told == {"邵阳县：您的诉求已与相同诉求合并办理": 1, "邵阳县：您的诉求已公开承诺完成时间": 2}


async def test_a_unit_hears_of_what_is_addressed_to_it_and_is_reminded_once_a_day_that_counts(desk: Desk) -> None:
    await desk.subscribed("unit", "T1")
    await desk.followed()
    await desk.heard(fact(SUPERVISION, 1, issued("D1")), fact(SUPERVISION, 2, issued("T1", "D1", reply_by=date(2021, 11, 8))))
    await desk.followed()
    assert len(await desk.queued()) == 1
    for day in (4, 5, 5, 6, 7, 8, 9, 10):
        await desk.reminded(date(2021, 11, day))
    found = [title.split(" · ")[1:3] for title in (await desk.queued())[1:]]
    assert found == [["督办回复", when] for when in ("还有 3 天到期", "还有 1 天到期", "今天到期", "已逾期")]


async def test_nobody_is_told_before_it_is_confirmed_or_once_it_has_ended_and_the_address_is_gone_then(desk: Desk) -> None:
    asked = await desk.subscribed("need", str(NEED), confirmed=False)
    ended = await desk.subscribed("need", str(NEED), "zhang@example.org")
    assert desk.subscriptions.address(ended) == "zhang@example.org"
    await desk.subscriptions.end(ended)
    await desk.subscribed("unit", "D9")  # so that there is somebody to be told of something
    await desk.followed()
    await desk.heard(fact(INTAKE, 1, submitted(NEED)), fact(INTAKE, 2, NeedAccepted(need_id=NEED, accepted_by="li")))
    await desk.followed()
    assert await desk.queued() == []
    (row,) = await desk.rows("SELECT sealed FROM portal.subscriptions WHERE subscription_id = $1", ended.subscription_id)
    assert row["sealed"] is None
    raw = await desk.rows("SELECT s::text AS text FROM portal.subscriptions s")
    assert not [each for each in raw if "example" in each["text"] or b"li@".hex() in each["text"]]
    for wrong in (f"{asked.subscription_id}.{'0' * 32}", "nothing", f"{asked.subscription_id}", "x.y"):
        assert await desk.subscriptions.opened(COUNTY, wrong) is None
    assert await desk.subscriptions.opened("610330", desk.subscriptions.token(COUNTY, asked.subscription_id)) is None


async def test_erasing_a_petitioner_ends_what_was_subscribed_to_their_need(desk: Desk) -> None:
    found = await desk.subscribed("need", str(NEED))
    await desk.followed()
    erased = PetitionerErased(need_id=NEED, petitioner=1, person=OTHER, reason="本人要求", erased_by="li")
    await desk.heard(fact(INTAKE, 1, submitted(NEED)), fact(INTAKE, 2, erased))
    await desk.followed()
    (row,) = await desk.rows("SELECT sealed, ended_at FROM portal.subscriptions WHERE subscription_id = $1", found.subscription_id)
    assert row["sealed"] is None
    assert row["ended_at"] is not None


async def test_what_is_taken_is_nobody_else_s_and_comes_back_only_when_it_is_due(desk: Desk) -> None:
    await desk.subscribed("need", str(NEED))
    await desk.followed()
    await desk.heard(fact(INTAKE, 1, submitted(NEED)), fact(INTAKE, 2, NeedAccepted(need_id=NEED, accepted_by="li")))
    await desk.followed()
    async with county_transaction(desk.pool, COUNTY) as connection:
        assert await take(connection, COUNTY, awake=False) == []
        (dispatch,) = await take(connection, COUNTY, awake=True)
        assert await take(connection, COUNTY, awake=True) == []
        await later(connection, COUNTY, dispatch, "away", 0.0)
    async with county_transaction(desk.pool, COUNTY) as connection:
        (again,) = await take(connection, COUNTY, awake=True)
        await done(connection, COUNTY, again, "sent")
        assert (dispatch.attempts, again.attempts) == (1, 2)
    async with county_transaction(desk.pool, COUNTY) as connection:
        await connection.execute("UPDATE portal.outbox SET next_try = now()")
        assert await take(connection, COUNTY, awake=True) == []


async def test_a_need_has_no_crowd_of_subscribers(desk: Desk) -> None:
    for number in range(MOST):
        await desk.subscribed("need", str(NEED), f"a{number}@example.org")
    with pytest.raises(TooMany):
        await desk.subscribed("need", str(NEED), "one-more@example.org")
