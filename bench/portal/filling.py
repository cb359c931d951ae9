"""Both counties' campaigns carried out on a stack, as `yinuo demo` does it; every figure must be as it should."""

import asyncio
from typing import LiteralString

import psycopg

from bench.waiting import until
from campaigns import DEFAULT_SEED
from campaigns.calls import Actor
from campaigns.county import Size
from campaigns.demo import expected, people, run
from deploy.embedded.events import Event, Listener
from deploy.embedded.issuer import load_issuer
from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack

_HEADS = "SELECT county, position FROM log.heads"
_PUBLISHED = "SELECT county, position FROM log.cursors WHERE name = 'relay'"
_REST_SECONDS = 120.0
_STILL_SECONDS = 3.0
EXTRA = (Actor("auditor", "auditor-01"), Actor("operator", "operator-01"))


def fill(stack: Stack, size: Size, say: Listener) -> None:
    """Carry the campaigns out; RuntimeError where a figure is off."""
    issuer = load_issuer()

    def token(county: str, actor: Actor) -> str:
        return issuer.issue(actor.role, county, sub=actor.sub, unit=actor.unit, branch=actor.branch)

    def told(county: str, at: str, done: int, total: int) -> None:
        say(Event("progress", f"campaign {county}", at, done, total))

    outcomes = asyncio.run(run(stack.info.services, token, told, expected(size=size), size=size, seed=DEFAULT_SEED))
    off = {outcome.figures.name: outcome.off for outcome in outcomes if outcome.off}
    if off:
        raise RuntimeError(f"the campaigns did not come to what they should: {off}")
    rest(stack)


def cast(size: Size, county: str) -> list[Actor]:
    """Return one person of every role in a county."""
    return [*people(size, DEFAULT_SEED)[county], *EXTRA]


def rest(stack: Stack) -> None:
    """Return once services have nothing left to do and all lanes are published to their ends; TimeoutError if that takes too long."""
    before: dict[str, int] = {}

    def at_rest() -> bool:
        nonlocal before
        last, before = before, heads(stack)
        return last == before == _positions(stack, _PUBLISHED)

    until(at_rest, "the services' coming to rest", _REST_SECONDS, look_every=_STILL_SECONDS)


def heads(stack: Stack) -> dict[str, int]:
    """Return where each lane ends, by service and county."""
    return _positions(stack, _HEADS)


def _positions(stack: Stack, query: LiteralString) -> dict[str, int]:
    found: dict[str, int] = {}
    for service in SERVICES:
        with psycopg.connect(stack.postgres.dsn(service, "postgres")) as connection:
            found |= {f"{service}/{county}": int(position) for county, position in connection.execute(query).fetchall()}
    return found
