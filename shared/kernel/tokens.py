"""From a bearer token to a principal: any OIDC provider's JWT, with issuer, audience and algorithm pinned."""

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.kernel.actor import PUBLIC, SYSTEM, Actor
from shared.kernel.same import same
from shared.kernel.text import Account, UnitCode

_log = structlog.get_logger(__name__)
_CACHE = 32_768
_RELOAD_SECONDS = 60.0
_LEEWAY_SECONDS = 5


class TokenRefused(Exception):  # noqa: N818
    """The token proves nothing here; `code` is the catalogue's key."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Claims(BaseModel):
    """The claims a principal is made of; they are recorded in events, so they must be plain and short."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: Account
    county: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{6}$")]
    roles: Annotated[
        tuple[Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z-]{0,31}$")], ...], Field(min_length=1, max_length=16)
    ]
    unit: UnitCode | None = None
    branch: UnitCode | None = None
    exp: Annotated[int | float, Field(gt=0, lt=1e11, allow_inf_nan=False)]
    iat: Annotated[int | float, Field(ge=0, lt=1e11, allow_inf_nan=False)] = 0


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token speaks for, in which county, until when and since when (seconds since 1970; 0: it does not say)."""

    county: str
    actor: Actor
    expires_at: float
    issued_at: float = 0.0


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
        self._known: OrderedDict[bytes, Principal] = OrderedDict()

    async def principal(self, token: str) -> Principal:
        """Return whom the token speaks for; TokenRefused when it is malformed, foreign, unsigned or expired."""
        mark = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(mark)
        if known is not None:
            if known.expires_at + _LEEWAY_SECONDS < time.time():
                del self._known[mark]
                raise TokenRefused("token_expired")
            return known
        principal = self._read(await self._decode(token))
        self._known[mark] = principal
        if len(self._known) > _CACHE:
            self._known.popitem(last=False)
        return principal

    async def claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a token signed by the issuer, whoever it is for; TokenRefused where it is not."""
        return await self._decode(token)

    async def _decode(self, token: str) -> dict[str, Any]:
        for attempt in (1, 2):
            keys = await self._load(again=attempt > 1)
            try:
                return jwt.decode(token, keys, algorithms=[self._algorithm]).claims
            except Exception as fault:  # whatever a stranger's token makes the library raise; or a key was rotated in: look once more
                if attempt > 1 or not self._may_reload():
                    raise TokenRefused("token_invalid") from fault
        raise TokenRefused("token_invalid")

    def _may_reload(self) -> bool:
        return time.monotonic() - self._loaded_at > _RELOAD_SECONDS

    async def _load(self, *, again: bool) -> KeySet:
        if self._keys is None or again:
            if self._keys_at.startswith("https://"):
                try:
                    async with httpx.AsyncClient(timeout=5) as client:
                        raw = (await client.get(self._keys_at)).raise_for_status().content
                except httpx.HTTPError as fault:
                    raise ConnectionError("the issuer's keys cannot be fetched") from fault
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
        except Exception as fault:
            raise TokenRefused("token_expired" if getattr(fault, "error", "") == "expired_token" else "token_invalid") from fault
        try:
            known = _Claims.model_validate(claims)
        except ValidationError as fault:
            raise TokenRefused("token_invalid") from fault
        if SYSTEM in known.roles or PUBLIC in known.roles:
            raise TokenRefused("token_invalid")
        actor = Actor(sub=known.sub, roles=same(known.roles), unit=known.unit, branch=known.branch)
        return Principal(known.county, actor, float(known.exp), float(known.iat))
