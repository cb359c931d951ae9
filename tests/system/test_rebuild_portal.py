"""The portal's read models built anew from the four services' logs and topics: equal where nothing is wrong, mended where something is."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.embedded.portal import PORTAL
from services.portal.consumers import PROJECTIONS
from tests.support.cast import Cast
from tests.support.client import COUNTIES, SHAOYANG, Platform
from tests.support.deployments import described_in
from tests.support.up import yinuo


@pytest.fixture(scope="module")
def deployment(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return described_in(platform.stack.info, tmp_path_factory.mktemp("deployment"), COUNTIES, with_portal_of=platform.stack)


@pytest.fixture(scope="module", autouse=True)
def project(platform: Platform) -> str:
    cast = Cast(platform, SHAOYANG, "portal-rebuild").registered()
    project = cast.propose()
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    platform.still()
    return project


def rebuilt(deployment: Path, *arguments: str, code: int = 0) -> dict[tuple[str, str], dict[str, Any]]:
    outcome = yinuo("rebuild", *arguments, "--deployment", deployment, "--json")
    found = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert outcome.returncode == code, (outcome.stderr, [each for each in found if each["differing"]])
    return {(each["county"], each["projection"]): each for each in found}


def archived(platform: Platform) -> tuple[int, int]:
    """Return how many events the archive holds of a county, and how many different ones."""
    with psycopg.connect(platform.stack.postgres.dsn(PORTAL)) as connection:
        ((count, different),) = connection.execute(
            "SELECT count(*), count(DISTINCT (source, position)) FROM read.event_archive WHERE county = %s", [SHAOYANG]
        ).fetchall()
    return count, different


def test_the_portal_s_rows_are_those_of_the_logs_and_of_the_topics(platform: Platform, deployment: Path) -> None:
    names = [f"portal.{projection.name}" for projection in PROJECTIONS]
    before = archived(platform)
    logs = rebuilt(deployment, "portal")
    topics = rebuilt(deployment, *names, "--from", "kafka")
    assert {name for _, name in logs} == set(names)
    assert [each["differing"] for each in (*logs.values(), *topics.values())] == [0] * (2 * len(COUNTIES) * len(names))
    assert {key: each["digest"] for key, each in logs.items()} == {key: each["digest"] for key, each in topics.items()}
    assert logs[SHAOYANG, "portal.event_archive"]["rows"] == before[0] == before[1] > 0
    assert set(logs[SHAOYANG, "portal.project_cards"]["positions"]) >= {"projects", "supervision", "scoring"}
    assert archived(platform) == before


def test_what_is_wrong_in_the_portal_s_rows_is_named_and_mended(platform: Platform, deployment: Path, project: str) -> None:
    with psycopg.connect(platform.stack.postgres.dsn(PORTAL)) as connection:
        connection.execute("UPDATE read.project_cards SET title = '改' WHERE project_id = %s", [project])
        connection.execute("DELETE FROM read.event_archive WHERE county = %s AND source = 'projects' AND position = 1", [SHAOYANG])
    wrong = ("portal.project_cards", "portal.event_archive")
    found = rebuilt(deployment, *wrong, "--county", SHAOYANG, code=3)
    assert {name: each["differing"] for (_, name), each in found.items()} == {"portal.project_cards": 1, "portal.event_archive": 1}
    assert found[SHAOYANG, "portal.project_cards"]["differences"][0]["live"]["title"] == "改"
    assert all(each["promoted"] for each in rebuilt(deployment, *wrong, "--county", SHAOYANG, "--apply").values())
    assert {each["differing"] for each in rebuilt(deployment, *wrong, "--county", SHAOYANG).values()} == {0}


def test_health_and_lists_of_readers_know_the_portal_and_verbs_about_logs_do_not(deployment: Path) -> None:
    health = yinuo("health", "--deployment", deployment, "--json")
    assert health.returncode == 0, health.stderr
    said = json.loads(health.stdout)["portal"]
    assert (said["ready"], said["lag"], said["parked"], said["unpublished"]) == (True, 0, 0, 0)
    listed = yinuo("projection", "ls", "--service", "portal", "--deployment", deployment, "--json")
    assert {row["projection"] for row in json.loads(listed.stdout)} == {projection.name for projection in PROJECTIONS}
    refused = yinuo("relay", "status", "--service", "portal", "--deployment", deployment)
    assert (refused.returncode, "There is no service portal" in refused.stderr) == (4, True)
