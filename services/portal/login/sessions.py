"""Sessions: tokens stay here, the browser holds a secret that opens them."""

import time
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from services.portal.login.oidc import Granted
from services.portal.login.vault import Vault, digest, new_secret
from shared.kernel.tenancy import COUNTY, county_transaction
from shared.kernel.tokens import Principal

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

COOKIE = "__Host-yinuo"
LONGEST_SECONDS = 12 * 3600
_CACHED_SECONDS = 5.0
_MOST_CACHED = 10_000
_KEEP = """
INSERT INTO portal.sessions (county, digest, sub, sealed, expires_at) VALUES ($1, $2, $3, $4, to_timestamp($5))
"""
_RENEW = "UPDATE portal.sessions SET sealed = $3 WHERE county = $1 AND digest = $2"
"""Only where it still is: somebody may sign out, or have their right taken, while the provider is asked."""
_FIND = "SELECT sealed, extract(epoch FROM expires_at)::float8 AS until FROM portal.sessions WHERE county = $1 AND digest = $2"
_END = "DELETE FROM portal.sessions WHERE county = $1 AND digest = $2"
_FORGET = "DELETE FROM portal.sessions WHERE county = $1 AND expires_at < now()"
_KEEP_FORM = "INSERT INTO portal.forms (county, digest, sealed) VALUES ($1, $2, $3)"
_TAKE_FORM = "DELETE FROM portal.forms WHERE county = $1 AND digest = $2 AND kept_at > now() - interval '1 hour' RETURNING sealed"
_FORGET_FORMS = "DELETE FROM portal.forms WHERE county = $1 AND kept_at < now() - interval '1 hour'"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in: the tokens they have here, and when the session ends (seconds since 1970)."""

    county: str
    digest: bytes
    granted: Granted
    until: float


class Sessions:
    """Keeps sessions, sealed, and remembers for seconds what it read."""

    def __init__(self, pool: "Pool", vault: Vault) -> None:
        self._pool = pool
        self._vault = vault
        self._cache: dict[bytes, tuple[float, Session | None]] = {}
        self._refused: OrderedDict[bytes, None] = OrderedDict()
        """Sessions that the provider ended: whoever comes with one is told so."""

    async def begin(self, principal: Principal, granted: Granted) -> str:
        """Keep a new session, as long as its token or, where that can be renewed, half a day; return the cookie's value."""
        secret, county = new_secret(), principal.county
        longest = time.time() + LONGEST_SECONDS
        until = longest if granted.refresh is not None else min(principal.expires_at, longest)
        await self._keep(principal.actor.sub, Session(county, digest(secret), granted, until))
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(_FORGET, county)
            await connection.execute(_FORGET_FORMS, county)
        return f"{county}.{secret}"

    async def find(self, cookie: str | None) -> Session | None:
        """Return the session a cookie opens; None where there is none, or it is over."""
        county, _, secret = (cookie or "").partition(".")
        if COUNTY.match(county) is None or not secret:
            return None
        key = digest(secret)
        cached = self._cache.get(key)
        if cached is None or cached[0] < time.monotonic():
            cached = (time.monotonic() + _CACHED_SECONDS, await self._read(county, key))
            if len(self._cache) >= _MOST_CACHED:
                self._cache.clear()
            self._cache[key] = cached
        session = cached[1]
        return session if session is not None and session.until > time.time() and session.county == county else None

    async def of(self, county: str, key: bytes) -> Session | None:
        """Return a session by its digest, as the database has it now."""
        session = await self._read(county, key)
        return session if session is not None and session.until > time.time() else None

    async def renew(self, session: Session, granted: Granted) -> Session:
        """Keep the tokens a session has from now on."""
        renewed = replace(session, granted=granted)
        async with county_transaction(self._pool, session.county) as connection:
            await connection.execute(_RENEW, session.county, session.digest, self._sealed(renewed))
        self._cache.pop(session.digest, None)
        return renewed

    def forget(self) -> None:
        """Read all sessions anew: some were ended at once."""
        self._cache.clear()

    async def end(self, session: Session) -> None:
        """End a session."""
        self._cache.pop(session.digest, None)
        async with county_transaction(self._pool, session.county) as connection:
            await connection.execute(_END, session.county, session.digest)

    async def refuse(self, session: Session) -> None:
        """End a session because the provider does not renew it, and remember that it was so."""
        self._refused[session.digest] = None
        if len(self._refused) > _MOST_CACHED:
            self._refused.popitem(last=False)
        await self.end(session)

    def was_refused(self, cookie: str | None) -> bool:
        """Tell whether the session that a cookie opened was ended by the provider."""
        _, _, secret = (cookie or "").partition(".")
        return digest(secret) in self._refused

    async def keep_form(self, county: str, form: dict[str, Any]) -> str:
        """Keep what was typed when a session had ended; return the secret that opens it once, for an hour."""
        secret = new_secret()
        sealed = self._vault.seal("form", f"{county} {secret}", form)
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(_KEEP_FORM, county, digest(secret), sealed)
        return secret

    async def take_form(self, county: str, secret: str) -> dict[str, Any] | None:
        """Return what was kept, and keep it no longer."""
        async with county_transaction(self._pool, county) as connection:
            sealed = await connection.fetchval(_TAKE_FORM, county, digest(secret))
        found: dict[str, Any] | None = None if sealed is None else self._vault.open("form", f"{county} {secret}", sealed)
        return found

    async def _keep(self, sub: str, session: Session) -> None:
        async with county_transaction(self._pool, session.county) as connection:
            await connection.execute(_KEEP, session.county, session.digest, sub, self._sealed(session), session.until)

    def _sealed(self, session: Session) -> bytes:
        return self._vault.seal("session", f"{session.county} {session.digest.hex()}", asdict(session.granted))

    async def _read(self, county: str, key: bytes) -> Session | None:
        async with county_transaction(self._pool, county) as connection:
            row = await connection.fetchrow(_FIND, county, key)
        told = None if row is None else self._vault.open("session", f"{county} {key.hex()}", row["sealed"])
        if row is None or told is None:
            return None
        return Session(county, key, Granted(**told), row["until"])
