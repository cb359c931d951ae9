"""Operators' verbs beside running services."""

import pytest

from cli.exits import Exit
from tests.support.cast import Cast
from tests.support.cli import of, said
from tests.support.client import FENG, SHAOYANG, Platform
from tests.support.up import soon
from tests.support.written_lanes import park

POLICY = "open_verification_when_completion_declared"


@pytest.fixture(scope="module")
def declared(platform: Platform) -> int:
    """The position of a completion that scoring has reacted to, parked as if it had not."""
    cast = Cast(platform, SHAOYANG, "operators").registered()
    project = cast.propose()
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    platform.still()
    with platform.database("projects", SHAOYANG) as connection:
        row = connection.execute(
            "SELECT position, body FROM log.events WHERE stream = %s AND type = 'CompletionDeclared'", [f"project-{project}"]
        ).fetchone()
        assert row is not None
    park(platform.stack.postgres.dsn("scoring"), POLICY, [row[1]])
    return int(row[0])


def test_a_running_service_gives_a_policy_s_commands_again_and_nothing_doubles(platform: Platform, declared: int) -> None:
    before = platform.written()
    found = said("parked", "redrive", "scoring", SHAOYANG, POLICY, "projects", declared, "--apply", "--json", *of(platform.stack))
    assert (found.code, found.err) == (Exit.OK, "")
    assert [(row["applied"], row["left"], row["error"]) for row in found.json] == [(1, 0, None)]
    assert platform.still() == before


def test_what_flows_shows_no_lag_and_nothing_parked(platform: Platform) -> None:
    platform.still()

    def figures() -> set[tuple[object, ...]]:
        rows = said("projection", "ls", "--json", *of(platform.stack)).json
        return {(row["service"], row["lag"], row["parked"], row["kind"] == "unknown") for row in rows}

    soon(lambda: figures() == {(service, 0, 0, False) for service in (*platform.urls, "portal")})


def test_every_lane_is_printed_without_a_hole(platform: Platform) -> None:
    for (service, county), (position, *_) in platform.written().items():
        if county in (SHAOYANG, FENG):
            found = said("events", "ls", service, county, "--plain", *of(platform.stack))
            assert (found.code, len(found.lines)) == (Exit.OK, position)
