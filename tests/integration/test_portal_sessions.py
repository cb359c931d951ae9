"""Sessions on a real database: whom the provider lets go is let go, whoever reads on has a token that is good, and the ended stay ended."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

import pytest

from deploy.embedded.stack import Stack
from services.portal.login.authority import Authority, Viewer
from services.portal.login.oidc import Granted
from services.portal.login.sessions import Session, Sessions
from services.portal.login.vault import Vault
from shared.kernel.actor import Actor
from shared.kernel.tenancy import Pool, create_pool
from shared.kernel.tokens import Principal
from shared.web.problem import Problem
from tests.support.written_lanes import service_database

A = "430523"
LIN = Actor(sub="office-lin", roles=("office",))
OLD, NEW = Granted("old", "refresh", "identity"), Granted("new", "refresh", "identity")
_numbers = count(1)


@dataclass
class Kept:
    """A session somebody has, and what keeps it."""

    pool: Pool
    sessions: Sessions
    cookie: str
    session: Session


@asynccontextmanager
async def signed_in(stack: Stack) -> AsyncIterator[Kept]:
    pool = await create_pool(service_database(stack, "portal", f"sessions{next(_numbers)}").app)
    sessions = Sessions(pool, Vault(b"k" * 32))
    try:
        cookie = await sessions.begin(Principal(A, LIN, time.time() + 300), OLD)
        session = await sessions.find(cookie)
        assert session is not None
        yield Kept(pool, sessions, cookie, session)
    finally:
        await pool.close()


async def test_a_session_that_is_renewed_has_other_tokens_and_ends_when_it_would_have(embedded_stack: Stack) -> None:
    async with signed_in(embedded_stack) as kept:
        await kept.sessions.renew(kept.session, NEW)
        found = await kept.sessions.find(kept.cookie)
        assert found is not None
        assert (found.granted, found.until) == (NEW, kept.session.until)


async def test_a_renewal_does_not_bring_back_a_session_that_ended_meanwhile(embedded_stack: Stack) -> None:
    async with signed_in(embedded_stack) as kept:
        await kept.sessions.end(kept.session)
        await kept.sessions.renew(kept.session, NEW)
        assert await kept.sessions.find(kept.cookie) is None
        assert not kept.sessions.was_refused(kept.cookie)


async def test_a_session_that_the_provider_ended_is_over_and_remembered_as_such(embedded_stack: Stack) -> None:
    async with signed_in(embedded_stack) as kept:
        assert not kept.sessions.was_refused(None)
        await kept.sessions.refuse(kept.session)
        assert await kept.sessions.find(kept.cookie) is None
        assert await kept.sessions.of(A, kept.session.digest) is None
        assert kept.sessions.was_refused(kept.cookie)


async def renewed(until: float | None) -> float | None:
    return until


async def away(_county: str, _session: bytes) -> float | None:
    raise Problem("unavailable")


@pytest.mark.parametrize(
    ("seconds", "still", "reads_on", "asked"),
    [
        (30, lambda _county, _session: renewed(time.time() + 300), True, True),
        (30, lambda _county, _session: renewed(None), False, True),
        (30, away, True, True),
        (-1, away, False, True),
        (200, lambda _county, _session: renewed(None), True, False),
    ],
    ids=["renewed", "let go", "provider away", "provider away for too long", "not yet"],
)
async def test_who_reads_with_a_session_reads_on_while_the_provider_renews_it(
    embedded_stack: Stack, seconds: float, still: Callable[[str, bytes], Awaitable[float | None]], *, reads_on: bool, asked: bool
) -> None:
    calls = []

    async def noted(county: str, session: bytes) -> float | None:
        calls.append((county, session))
        return await still(county, session)

    async with signed_in(embedded_stack) as kept:
        authority = Authority(kept.pool)
        authority.start(noted)
        viewer = Viewer(A, LIN, kept.session.until, session=kept.session.digest, token_until=time.time() + seconds)
        with authority.watching(viewer) as one, authority.watching(viewer) as other:
            await authority.look()
            assert (one.allowed(), other.allowed()) == (reads_on, reads_on)
        await authority.stop()
        assert calls == [(A, kept.session.digest)] * asked, "once for all streams of a session"
