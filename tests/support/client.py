"""A stranger's way to the running services: tokens, requests, and what the databases say was written."""

import asyncio
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
import psycopg

from deploy.embedded.issuer import Issuer, load_issuer
from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack
from tests.support.faults import faults_of
from tests.support.settling import level, swept

SHAOYANG, FENG, THIRD, INVENTED = COUNTIES = ("430523", "610330", "431128", "520199")
"""Two counties with rules of their own from the start, one that has none yet, and one that a test invents."""
TOWN = "430523100"
"""A unit that is on Shaoyang's register from the start, and a town to submit needs for."""
_SHARE = 20
_BEHIND_SECONDS = 15
_BIND = "SELECT set_config('app.county', %s, true)"
_WRITTEN = """
SELECT coalesce((SELECT position FROM log.heads), 0), (SELECT count(*) FROM log.events), (SELECT count(*) FROM log.commands),
  (SELECT count(*) FROM vault.keys)
"""
Written = dict[tuple[str, str], tuple[int, int, int, int]]
"""Per service and county: position of the head, and how many events, commands and keys there are."""


@dataclass
class Platform:
    """The running stack as a stranger meets it."""

    stack: Stack
    http: httpx.Client
    issuer: Issuer = field(default_factory=load_issuer)
    killed: set[str] = field(default_factory=set)
    """Services that a test has killed."""
    _descriptions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def urls(self) -> Mapping[str, str]:
        """Base URL per service."""
        return self.stack.info.services

    def person(
        self, *roles: str, county: str = SHAOYANG, sub: str | None = None, unit: str | None = None, branch: str | None = None
    ) -> "Person":
        """Return somebody signed in."""
        return Person(self, county, self.issuer.issue(roles, county, sub=sub, unit=unit, branch=branch))

    def description(self, service: str) -> dict[str, Any]:
        """Return what a service serves as its OpenAPI document."""
        if service not in self._descriptions:
            self._descriptions[service] = self.http.get(f"{self.urls[service]}/openapi.json").raise_for_status().json()
        return self._descriptions[service]

    @contextmanager
    def database(self, service: str, county: str | None = None, *, owner: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """Lend a transaction in a service's database, bound to a county or to none; nothing of it is kept."""
        info = self.stack.info
        with psycopg.connect((info.postgres_owner if owner else info.postgres)[service]) as connection:
            if county is not None:
                connection.execute(_BIND, [county])
            yield connection
            connection.rollback()

    @contextmanager
    def superuser(self, service: str) -> Iterator[psycopg.Connection[Any]]:
        """Lend a transaction that sees every county's rows; nothing of it is kept."""
        with psycopg.connect(self.stack.postgres.dsn(service)) as connection:
            yield connection
            connection.rollback()

    def written(self) -> Written:
        """Return how much every lane holds."""
        found: Written = {}
        for service in SERVICES:
            with self.database(service) as connection:
                for county in COUNTIES:
                    connection.execute(_BIND, [county])
                    row = connection.execute(_WRITTEN).fetchone()
                    assert row is not None
                    found[service, county] = row
        return found

    def level(self) -> Written:
        """Return how much every lane holds once every reader has passed that, the portal's too."""
        return level(self)

    def still(self) -> Written:
        """Return the same once nothing follows from it any more, neither by policies nor by deadlines."""
        while True:
            before = self.level()
            swept(self)
            if self.written() == before:
                return before


@dataclass(frozen=True)
class Person:
    """Somebody with a token, who asks for things of their county."""

    platform: Platform
    county: str
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        """The header that says who it is."""
        return {"Authorization": f"Bearer {self.token}"}

    def url(self, service: str, path: str) -> str:
        """Return the address of a path below the county's."""
        return f"{self.platform.urls[service]}/v1/{self.county}/{path}"

    def post(self, service: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Give a command."""
        return self.platform.http.post(
            self.url(service, path), json={} if body is None else body, headers={**self.bearer, **(headers or {})}
        )

    def do(self, service: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Give a command that must be carried out; return its answer."""
        answer = self.post(service, path, body, headers)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        assert set(found) == {"id", "version", "position"}
        return found

    def batch(self, service: str, path: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give many commands that must all be carried out; return their answers."""
        answer = self.post(service, f"{path}:batch", {"items": items})
        assert answer.status_code == 200, answer.text
        items_said: list[dict[str, Any]] = answer.json()["items"]
        assert {item["status"] for item in items_said} == {201}, answer.text[:2_000]
        return items_said

    def refused(self, service: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> str:
        """Give a command that must be refused; return the problem's code."""
        answer = self.post(service, path, body, headers)
        assert faults_of(answer) == []
        return str(answer.json()["code"])

    def get(self, service: str, path: str, **params: Any) -> httpx.Response:
        """Ask; again where rows are not yet at the position asked for, as any client does."""
        deadline = time.monotonic() + _BEHIND_SECONDS
        while True:
            answer = self.platform.http.get(self.url(service, path), params=params, headers=self.bearer)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                return answer
            if answer.json()["code"] != "projection_behind":
                return answer
            time.sleep(float(answer.headers["Retry-After"]))

    def see(self, service: str, path: str, **params: Any) -> dict[str, Any]:
        """Ask what must be answered."""
        answer = self.get(service, path, **params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def history(self, service: str, path: str) -> list[dict[str, Any]]:
        """Return a resource's events."""
        found = self.see(service, f"{path}/history")
        assert found["next"] is None
        events: list[dict[str, Any]] = found["items"]
        return events

    def eventually(self, service: str, path: str, seconds: float = 15, **wanted: Any) -> dict[str, Any]:
        """Ask until the fields are as wanted: another service's facts take a moment to arrive."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.get(service, path)
            seen: dict[str, Any] = answer.json()
            if answer.status_code == 200 and all(seen[name] == value for name, value in wanted.items()):
                return seen
            assert time.monotonic() < deadline, f"wanted {wanted}, still {answer.text}"
            time.sleep(0.05)


Asked = tuple[Person, str, str, object, Mapping[str, str]]
"""Who asks, which service, path, body, headers."""


async def at_once(asked: Sequence[Asked]) -> list[httpx.Response]:
    """Give many commands at the same time, each over a connection of its own; in their order.

    A client's pool looks through all that wait in it at every step, so that the work is shared among small ones.
    """

    async def some(share: Sequence[Asked]) -> list[httpx.Response]:
        async with httpx.AsyncClient(timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None)) as http:
            return await asyncio.gather(
                *(http.post(by.url(service, path), json=body, headers={**by.bearer, **more}) for by, service, path, body, more in share)
            )

    shares = [asked[start : start + _SHARE] for start in range(0, len(asked), _SHARE)]
    return [answer for answers in await asyncio.gather(*map(some, shares)) for answer in answers]


def leaf_hash(body: bytes) -> bytes:
    """Return the leaf of a transparency log (RFC 6962), written here from the standard alone."""
    return hashlib.sha256(b"\x00" + body).digest()
