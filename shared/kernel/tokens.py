"""From a bearer token to a principal: any OIDC provider's JWT, with issuer, audience and algorithm pinned."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.kernel.actor import SYSTEM, Actor
from shared.kernel.tenancy import COUNTY

_log = structlog.get_logger(__name__)
_CACHE = 4_096
_RELOAD_SECONDS = 60.0
_LEEWAY_SECONDS = 5


class TokenRefused(Exception):  # noqa: N818
    """The token proves nothing here; `code` is the catalogue's key."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token speaks for, in which county, until when (seconds since 1970)."""

    county: str
    actor: Actor
    expires_at: float


class Tokens:
    """Verifies tokens against the issuer's public keys, from a file or an https address; remembers what it verified."""

    def __init__(self, *, issuer: str, audience: str, algorithm: str, keys: str) -> None:
        self._algorithm = algorithm
        self._keys_at = keys
        self._keys: KeySet | None = None
        self._loaded_at = 0.0
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._known: OrderedDict[str, Principal] = OrderedDict()

    async def principal(self, token: str) -> Principal:
        """Return whom the token speaks for; TokenRefused when it is malformed, foreign, unsigned or expired."""
        known = self._known.get(token)
        if known is not None:
            if known.expires_at + _LEEWAY_SECONDS < time.time():
                del self._known[token]
                raise TokenRefused("token_expired")
            return known
        principal = self._read(await self._decode(token))
        self._known[token] = principal
        if len(self._known) > _CACHE:
            self._known.popitem(last=False)
        return principal

    async def _decode(self, token: str) -> dict[str, Any]:
        for attempt in (1, 2):
            keys = await self._load(again=attempt > 1)
            try:
                return jwt.decode(token, keys, algorithms=[self._algorithm]).claims
            except (JoseError, ValueError) as fault:  # a key may have been rotated in: look once more
                if attempt > 1 or not self._may_reload():
                    raise TokenRefused("token_invalid") from fault
        raise TokenRefused("token_invalid")

    def _may_reload(self) -> bool:
        return time.monotonic() - self._loaded_at > _RELOAD_SECONDS

    async def _load(self, *, again: bool) -> KeySet:
        if self._keys is None or again:
            if self._keys_at.startswith("https://"):
                async with httpx.AsyncClient(timeout=5) as client:
                    raw = (await client.get(self._keys_at)).raise_for_status().content
            else:
                raw = Path(self._keys_at).read_bytes()  # noqa: ASYNC240 - a small file, once a minute at most
            try:
                self._keys = KeySet.import_key_set(orjson.loads(raw))
            except (JoseError, ValueError, KeyError, TypeError) as fault:
                _log.error("token_keys_unusable", keys=self._keys_at, error=repr(fault))
                raise TokenRefused("token_invalid") from fault
            self._loaded_at = time.monotonic()
        return self._keys

    def _read(self, claims: dict[str, Any]) -> Principal:
        try:
            self._claims.validate(claims)
        except JoseError as fault:
            raise TokenRefused("token_expired" if fault.error == "expired_token" else "token_invalid") from fault
        county, roles = claims.get("county"), claims.get("roles")
        if not isinstance(county, str) or COUNTY.match(county) is None:
            raise TokenRefused("token_invalid")
        if not isinstance(roles, list) or not roles or not all(isinstance(role, str) and role and role != SYSTEM for role in roles):
            raise TokenRefused("token_invalid")
        optional = {name: claims.get(name) for name in ("unit", "branch")}
        if not all(value is None or isinstance(value, str) for value in optional.values()) or not isinstance(claims["sub"], str):
            raise TokenRefused("token_invalid")
        actor = Actor(sub=claims["sub"], roles=tuple(roles), **optional)
        return Principal(county, actor, float(claims["exp"]))
