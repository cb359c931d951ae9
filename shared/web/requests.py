"""Reading a request: who asks, for which county, under which id, with which body."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from opentelemetry import trace
from starlette.requests import Request

from shared.kernel.actor import PUBLIC, Actor
from shared.kernel.clock import Clock
from shared.kernel.commands import fingerprint
from shared.kernel.derived import derived
from shared.kernel.ids import uuid7
from shared.kernel.rules import Asked
from shared.kernel.telemetry import traceparent_of
from shared.kernel.tenancy import COUNTY
from shared.kernel.tokens import Principal, TokenRefused, Tokens
from shared.web.catalogue import language_of
from shared.web.problem import Problem

MAX_BODY = 1 << 20
"""Bytes a request body may have (1 MiB)."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?\Z')
_RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})\Z")
_YEARS = range(1970, 3000)
"""Years a county may be told to live in: outside of them deadlines and zones leave the calendar."""
_CORRELATION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True, slots=True)
class Door:
    """What every request is checked against."""

    tokens: Tokens
    counties: frozenset[str]
    clock: Clock

    async def principal(self, request: Request) -> Principal:
        """Return who asks, for the path's county; a Problem without a good token or with another county's."""
        county = request.path_params["county"]
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem("token_missing", headers={"WWW-Authenticate": "Bearer"})
        try:
            principal = await self.tokens.principal(token.strip())
        except TokenRefused as refused:
            raise Problem(refused.code, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}) from refused
        if COUNTY.match(county) is None or county not in self.counties:
            raise Problem("county_unknown")
        if principal.county != county:
            raise Problem("county_not_yours")
        return principal

    def anyone(self, request: Request) -> Principal:
        """Return whoever asks without a login, for the path's county; a token that comes along proves nothing and is not looked at."""
        county = request.path_params["county"]
        if COUNTY.match(county) is None or county not in self.counties:
            raise Problem("county_unknown")
        return Principal(county, Actor.anyone(), 0.0)

    def asked(self, request: Request, principal: Principal, body: bytes, span: trace.Span) -> Asked:
        """Return the circumstances of a command from its headers; a Problem where one is malformed."""
        county = principal.county
        self._simulated_time(request, county)
        key = request.headers.get("idempotency-key")
        if key is not None and _KEY.match(key) is None:
            raise Problem("idempotency_key_malformed")
        actor = principal.actor
        mark = fingerprint(request.method.encode(), request.scope["path"].encode(), actor.sub.encode(), body)
        return Asked(
            county=county,
            actor=actor,
            at=self.clock.now(county),
            command_id=command_id_of(county, actor, key) if key is not None else uuid7(),
            correlation_id=correlation_of(request),
            expected=_if_match(request),
            fingerprint=mark,
            traceparent=traceparent_of(span),
        )

    def _simulated_time(self, request: Request, county: str) -> None:
        told = request.headers.get("simulated-time")
        if told is None:
            return
        if not self.clock.simulated:
            raise Problem("simulated_time_refused")
        if _RFC_3339.match(told) is None:
            raise Problem("simulated_time_malformed")
        try:
            moment = datetime.fromisoformat(told)
        except ValueError as fault:
            raise Problem("simulated_time_malformed") from fault
        if moment.year not in _YEARS:
            raise Problem("simulated_time_malformed")
        self.clock.observe(county, moment)


def command_id_of(county: str, actor: Actor, key: str) -> UUID:
    """Return the id of a keyed command; strangers have keys of their own, so that none takes the key of somebody signed in."""
    return derived(county, PUBLIC, key) if actor.has(PUBLIC) else derived(county, key)


def correlation_of(request: Request) -> str:
    """Return the id that ties this request's traces together: the caller's `X-Correlation-ID`, or a new one."""
    known: str | None = getattr(request.state, "correlation_id", None)
    if known is None:
        told = request.headers.get("x-correlation-id", "")
        known = told if _CORRELATION.match(told) else str(uuid7())
        request.state.correlation_id = known
    return known


def language(request: Request) -> str:
    """Return the language the caller reads."""
    return language_of(request.headers.get("accept-language"))


async def read_body(request: Request) -> bytes:
    """Return the body; a Problem (413) as soon as it is known to exceed 1 MiB."""
    length = request.headers.get("content-length")
    if length is not None and length.isdecimal() and int(length) > MAX_BODY:
        raise Problem("body_too_large")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise Problem("body_too_large")
        parts.append(part)
    return b"".join(parts)


def path_id(request: Request, name: str) -> UUID:
    """Return a UUID of the path; a Problem (404) when it is none, as no such thing can exist."""
    return an_id(request.path_params[name])


def an_id(text: str) -> UUID:
    """Return the UUID of a text in its one usual form; a Problem (404) when it is none."""
    try:
        value = UUID(text)
    except ValueError as fault:
        raise Problem("not_found") from fault
    if str(value) != text.lower():
        raise Problem("not_found")
    return value


def _if_match(request: Request) -> int | None:
    told = request.headers.get("if-match")
    if told is None or told.strip() == "*":
        return None
    found = _ETAG.match(told.strip())
    if found is None:
        raise Problem("if_match_malformed")
    return int(found[1])
