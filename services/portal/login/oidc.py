"""The portal as a client of an OIDC provider: code flow with PKCE for people, client credentials for what visitors say."""

import time
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError

from services.portal.login.vault import new_secret
from shared.kernel.tokens import Tokens

_SECONDS = 10.0
_EARLY_SECONDS = 60.0
SCOPE = "openid"


class LoginFailed(Exception):  # noqa: N818 - the code tells
    """Signing in did not work; `code` is the catalogue's key."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Started:
    """A login under way, as the browser's cookie keeps it, sealed; and where the browser goes."""

    state: str
    nonce: str
    verifier: str
    address: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What the provider gave: the access token, and what renews it."""

    access: str
    refresh: str | None
    identity: str | None


class Provider:
    """One provider, its endpoints given, its keys those that services trust."""

    def __init__(
        self, tokens: Tokens, *, authorize: str, token: str, client_id: str, secret: str, redirect: str, visitor_scope: str
    ) -> None:
        self._tokens = tokens
        self._authorize = authorize
        self._token = token
        self._client_id = client_id
        self._secret = secret
        self._redirect = redirect
        self._visitor_scope = visitor_scope
        self._visitors: dict[str, tuple[float, str]] = {}

    def start(self, **hints: str) -> Started:
        """Begin a login; `hints` are passed to the provider, which takes no notice of those it does not know (`ui_locales`, `county`)."""
        verifier, nonce = new_secret() + new_secret()[:21], new_secret()
        address, state = self._client().create_authorization_url(self._authorize, code_verifier=verifier, nonce=nonce, **hints)
        return Started(state, nonce, verifier, address)

    async def finish(self, code: str, verifier: str, nonce: str) -> Granted:
        """Exchange a code; LoginFailed `login_refused` where the provider does not take it, `login_unavailable` where it is away."""
        async with self._client() as client:
            granted = await self._asked(client.fetch_token(self._token, grant_type="authorization_code", code=code, code_verifier=verifier))
        identity = granted.get("id_token")
        if identity is not None:
            await self._check(identity, nonce)
        return Granted(granted["access_token"], granted.get("refresh_token"), identity)

    async def refreshed(self, refresh: str, identity: str | None) -> Granted:
        """Return new tokens for a refresh token; `identity` stays where no new one comes."""
        async with self._client() as client:
            granted = await self._asked(client.refresh_token(self._token, refresh_token=refresh))
        return Granted(granted["access_token"], granted.get("refresh_token", refresh), granted.get("id_token", identity))

    async def visitor(self, county: str) -> str:
        """Return the token under which the portal carries in what people of a county say who do not sign in."""
        known = self._visitors.get(county)
        if known is not None and known[0] > time.time() + _EARLY_SECONDS:
            return known[1]
        async with self._client() as client:
            scope = self._visitor_scope.format(county=county)
            granted = await self._asked(client.fetch_token(self._token, grant_type="client_credentials", scope=scope))
        token: str = granted["access_token"]
        self._visitors[county] = ((await self._tokens.principal(token)).expires_at, token)
        return token

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id,
            self._secret,
            scope=SCOPE,
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method
            timeout=_SECONDS,
        )

    @staticmethod
    async def _asked(request: Any) -> dict[str, Any]:  # noqa: ANN401 - authlib is untyped
        try:
            granted: dict[str, Any] = await request
        except AuthlibBaseError as fault:
            raise LoginFailed("login_refused") from fault
        except (httpx.HTTPError, ValueError) as fault:
            raise LoginFailed("login_unavailable") from fault
        if not isinstance(granted.get("access_token"), str):
            raise LoginFailed("login_refused")
        return granted

    async def _check(self, identity: str, nonce: str) -> None:
        """Hold an identity token against the login it answers."""
        claims = await self._tokens.claims(identity)
        registry = jwt.JWTClaimsRegistry(
            leeway=5,
            aud={"essential": True, "value": self._client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
        )
        try:
            registry.validate(claims)
        except JoseError as fault:
            raise LoginFailed("login_refused") from fault
