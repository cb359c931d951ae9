"""Whether somebody may still look: asked while streams run, answered from what is read of the database every few seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from shared.kernel.actor import Actor
from shared.kernel.tenancy import TROUBLE, county_reading, county_transaction
from shared.web.problem import Problem

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

Still = Callable[[str, bytes], Awaitable[float | None]]
"""Of county and session: until when its token is good; None where it is not any more."""
_EVERY_SECONDS = 5.0
_EARLY_SECONDS = 60.0
_REVOKED = "SELECT sub, extract(epoch FROM before)::float8 AS before FROM portal.revocations WHERE county = $1 AND sub = ANY($2)"
_SESSIONS = "SELECT digest FROM portal.sessions WHERE county = $1 AND digest = ANY($2) AND expires_at > now()"
_KIOSKS = "SELECT digest FROM portal.kiosks WHERE county = $1 AND digest = ANY($2) AND revoked_at IS NULL"
_REVOKE = """
INSERT INTO portal.revocations (county, sub, before, by) VALUES ($1, $2, now(), $3)
ON CONFLICT (county, sub) DO UPDATE SET before = now(), by = EXCLUDED.by
"""
_END_ALL = "DELETE FROM portal.sessions WHERE county = $1 AND sub = $2"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and by what right: a token's, a session's, a kiosk's, or everybody's."""

    county: str
    actor: Actor
    expires_at: float = float("inf")
    issued_at: float = 0.0
    session: bytes | None = None
    kiosk: bytes | None = None
    token_until: float = float("inf")
    """Until when a session's present token is good; sessions are longer than tokens."""


@dataclass(slots=True)
class Watched:
    """A viewer whose right is looked at while they read."""

    viewer: Viewer
    right: bool = field(default=True)
    token_until: float = field(init=False)

    def __post_init__(self) -> None:
        self.token_until = self.viewer.token_until

    def allowed(self) -> bool:
        """Tell whether they may still read, as far as is known."""
        return self.right and min(self.viewer.expires_at, self.token_until) > time.time()


class Authority:
    """Looks every few seconds whether those who read still may."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._watched: dict[int, Watched] = {}
        self._task: asyncio.Task[None] | None = None
        self._still: Still | None = None

    def start(self, still: Still) -> None:
        """Begin looking; `still` renews the tokens of sessions while they are read with."""
        self._still = still
        self._task = asyncio.create_task(self._run(), name="authority")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @contextmanager
    def watching(self, viewer: Viewer) -> Iterator[Watched]:
        """Watch a viewer's right while they read."""
        watched = Watched(viewer)
        self._watched[id(watched)] = watched
        try:
            yield watched
        finally:
            del self._watched[id(watched)]

    async def revoke(self, county: str, sub: str, by: str) -> None:
        """Let no token of an account count here that was issued before now, and end its sessions."""
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(_REVOKE, county, sub, by)
            await connection.execute(_END_ALL, county, sub)
        await self.look()

    async def demand(self, viewer: Viewer) -> None:
        """Ask the database now whether a viewer's right was taken; a Problem where it was."""
        watched = Watched(viewer)
        await self._judge(viewer.county, [watched])
        if not watched.right:
            raise Problem("token_expired")

    async def look(self) -> None:
        """Look now."""
        by_county: dict[str, list[Watched]] = {}
        for watched in self._watched.values():
            by_county.setdefault(watched.viewer.county, []).append(watched)
        for county, each in by_county.items():
            await self._judge(county, each)
        await self._renew()

    async def _renew(self) -> None:
        """Have the tokens renewed that end soon: nobody reads on whom the provider has let go."""
        due: dict[tuple[str, bytes], list[Watched]] = {}
        for watched in self._watched.values():
            session = watched.viewer.session
            if session is not None and watched.right and watched.token_until < time.time() + _EARLY_SECONDS:
                due.setdefault((watched.viewer.county, session), []).append(watched)
        for (county, session), each in due.items():
            if self._still is None:
                return
            try:
                until = await self._still(county, session)
            except Problem:
                continue  # the provider is away: they read on while their token is good
            for watched in each:
                watched.right, watched.token_until = until is not None, until or 0.0

    async def _judge(self, county: str, each: list[Watched]) -> None:
        subs = sorted({watched.viewer.actor.sub for watched in each})
        sessions = sorted({watched.viewer.session for watched in each if watched.viewer.session is not None})
        kiosks = sorted({watched.viewer.kiosk for watched in each if watched.viewer.kiosk is not None})
        async with county_reading(self._pool, county) as connection:
            before = {row["sub"]: row["before"] for row in await connection.fetch(_REVOKED, county, subs)}
            alive = {row["digest"] for row in await connection.fetch(_SESSIONS, county, sessions)} if sessions else set()
            standing = {row["digest"] for row in await connection.fetch(_KIOSKS, county, kiosks)} if kiosks else set()
        for watched in each:
            viewer = watched.viewer
            if (
                (viewer.session is not None and viewer.session not in alive)
                or (viewer.kiosk is not None and viewer.kiosk not in standing)
                or viewer.issued_at < before.get(viewer.actor.sub, -1.0)
            ):
                watched.right = False

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                await self.look()
            except TROUBLE as fault:
                _log.warning("authority_not_looked_at", error=repr(fault))
