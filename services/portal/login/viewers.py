"""Who makes a request: the bearer of a token, somebody with a session, a screen on a wall, or anybody."""

import time
from dataclasses import dataclass

from starlette.requests import Request

from services.portal.login.authority import Viewer
from services.portal.login.kiosks import COOKIE as KIOSK_COOKIE
from services.portal.login.kiosks import Kiosks
from services.portal.login.oidc import LoginFailed, Provider
from services.portal.login.sessions import COOKIE, Session, Sessions
from shared.kernel.actor import Actor
from shared.kernel.tokens import Principal, TokenRefused, Tokens
from shared.web.problem import Problem
from shared.web.requests import Door

_EARLY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with a session: who they are, and the token that says so to the services."""

    session: Session
    principal: Principal


class Viewers:
    """Finds out who makes a request."""

    def __init__(self, door: Door, tokens: Tokens, sessions: Sessions, kiosks: Kiosks, provider: Provider) -> None:
        self._door = door
        self._tokens = tokens
        self._sessions = sessions
        self._kiosks = kiosks
        self._provider = provider

    async def of(self, request: Request) -> Viewer:
        """Return who asks, for the path's county; a Problem where a token is not good, or the county is none here."""
        if "authorization" in request.headers:
            principal = await self._door.principal(request)
            return Viewer(principal.county, principal.actor, principal.expires_at, principal.issued_at)
        county = self._door.anyone(request).county
        signed_in = await self.signed_in(request)
        if signed_in is not None and signed_in.principal.county == county:
            principal, session = signed_in.principal, signed_in.session
            until, token_until = session.until, principal.expires_at
            return Viewer(county, principal.actor, until, principal.issued_at, session=session.digest, token_until=token_until)
        kiosk = await self._kiosks.find(county, request.cookies.get(KIOSK_COOKIE))
        if kiosk is not None:
            return Viewer(county, Actor(sub="kiosk", roles=("kiosk",)), kiosk=kiosk)
        return Viewer(county, Actor.anyone())

    async def signed_in(self, request: Request) -> SignedIn | None:
        """Return who has a session, with a token that is good now; None where nobody has."""
        session = await self._sessions.find(request.cookies.get(COOKIE))
        return None if session is None else await self._good(session)

    def let_go(self, request: Request) -> bool:
        """Tell whether the provider has ended the session that a request comes with."""
        return self._sessions.was_refused(request.cookies.get(COOKIE))

    async def still(self, county: str, session: bytes) -> float | None:
        """Return until when the token of a session is good, renewed if need be; None where it is not any more."""
        found = await self._sessions.of(county, session)
        signed_in = None if found is None else await self._good(found)
        return None if signed_in is None else signed_in.principal.expires_at

    async def _good(self, session: Session) -> SignedIn | None:
        """Return a session with a token that is good now."""
        try:
            principal = await self._tokens.principal(session.granted.access)
            if principal.expires_at > time.time() + _EARLY_SECONDS or session.granted.refresh is None:
                return SignedIn(session, principal)
        except TokenRefused:
            if session.granted.refresh is None:
                return None
        return await self._renewed(session)

    async def _renewed(self, session: Session) -> SignedIn | None:
        try:
            granted = await self._provider.refreshed(session.granted.refresh or "", session.granted.identity)
            principal = await self._tokens.principal(granted.access)
        except LoginFailed as failed:
            if failed.code == "login_unavailable":
                raise Problem("unavailable", headers={"Retry-After": "1"}) from failed
            await self._sessions.refuse(session)
            return None
        except TokenRefused:
            await self._sessions.refuse(session)
            return None
        if principal.county != session.county:
            await self._sessions.refuse(session)
            return None
        return SignedIn(await self._sessions.renew(session, granted), principal)
