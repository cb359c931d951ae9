"""Projections built anew beside the live ones: equal where nothing is wrong, different by exactly what is."""

import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.cast import Cast
from tests.support.client import COUNTIES, SHAOYANG, TOWN, Person, Platform
from tests.support.deployments import described_in
from tests.support.up import yinuo

NEED = {"kind": "need", "channel": "wechat", "detail": "重建时也要看得见。", "town": TOWN, "petitioner": None}


@pytest.fixture(scope="module")
def deployment(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return described_in(platform.stack.info, tmp_path_factory.mktemp("deployment"), COUNTIES)


@pytest.fixture(scope="module", autouse=True)
def cast(platform: Platform) -> Cast:
    """Somebody who has done something of everything a projection could show, when this module runs alone too."""
    cast = Cast(platform, SHAOYANG, "rebuild").registered()
    submit(cast.of("citizen", "citizen-rebuild"), "重建以前提交的")
    project = cast.propose()
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    platform.still()
    return cast


def rebuilt(deployment: Path, *arguments: str, code: int = 0) -> dict[tuple[str, str], dict[str, Any]]:
    outcome = yinuo("rebuild", *arguments, "--deployment", deployment, "--json")
    assert outcome.returncode == code, outcome.stderr
    found = [json.loads(line) for line in outcome.stdout.splitlines()]
    return {(each["county"], each["projection"]): each for each in found}


def damage(platform: Platform, statement: str, need: dict[str, Any]) -> int:
    with psycopg.connect(platform.stack.postgres.dsn("intake")) as connection:
        return connection.execute(statement, [need["id"]]).rowcount


def submit(person: Person, title: str) -> dict[str, Any]:
    return person.do("intake", "needs", {**NEED, "title": title})


def test_every_projection_built_from_the_logs_or_the_topics_is_the_live_one(platform: Platform, deployment: Path) -> None:
    before = platform.still()
    logs = rebuilt(deployment, "--all")
    topics = rebuilt(deployment, "--all", "--from", "kafka")
    assert {key: each["digest"] for key, each in logs.items()} == {key: each["digest"] for key, each in topics.items()}
    assert {key for key, each in logs.items() if each["differing"]} == set()
    assert logs[SHAOYANG, "projects.project_board"]["rows"] > 0
    assert logs[SHAOYANG, "intake.need_board"]["positions"]["intake"] == before["intake", SHAOYANG][0]
    assert platform.still() == before  # policies had no part in it
    with platform.superuser("intake") as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'rebuild'").fetchone() == (0,)


def test_a_damaged_row_is_found_named_and_mended_while_people_read_and_write(platform: Platform, cast: Cast, deployment: Path) -> None:
    citizen, office = cast.of("citizen", "citizen-rebuild"), cast.of("office")
    damaged, lost, added = (submit(citizen, title) for title in ("被改动的", "被删去的", "不曾有过的"))
    office.see("intake", "needs", min_position=added["position"])
    assert damage(platform, "UPDATE read.need_board SET title = '改' WHERE need_id = %s", damaged) == 1
    assert damage(platform, "DELETE FROM read.need_board WHERE need_id = %s", lost) == 1
    assert damage(platform, "UPDATE read.need_board SET need_id = gen_random_uuid() WHERE need_id = %s", added) == 1

    (found,) = (each for each in rebuilt(deployment, "intake.need_board", "--county", SHAOYANG, code=3).values())
    assert found["differing"] == 4
    by_id = {each["key"]["need_id"]: each for each in found["differences"]}
    assert by_id[damaged["id"]]["live"] | {"title": "被改动的"} == by_id[damaged["id"]]["anew"]
    assert by_id[lost["id"]]["live"] is None
    assert sorted((each["live"] is None, each["anew"] is None) for each in by_id.values()) == [
        (False, False),
        (False, True),
        (True, False),
        (True, False),
    ]

    done, answers = threading.Event(), list[int]()

    def read() -> None:
        with_own = Person(platform, SHAOYANG, office.token)
        while not done.is_set():
            answers.append(with_own.get("intake", "needs").status_code)
            submit(citizen, "重建期间提交的")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        (mended,) = rebuilt(deployment, "intake.need_board", "--county", SHAOYANG, "--apply", "--resume").values()
    finally:
        done.set()
        reader.join()
    assert mended["promoted"]
    assert set(answers) == {200}
    platform.still()
    assert office.see("intake", f"needs/{damaged['id']}")["title"] == "被改动的"
    assert office.see("intake", f"needs/{lost['id']}")["title"] == "被删去的"
    (after,) = rebuilt(deployment, "intake.need_board", "--county", SHAOYANG).values()
    assert after["differing"] == 0


def test_a_rebuild_killed_anywhere_goes_on_to_the_same_bytes(platform: Platform, deployment: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - draws moments, no secrets
    command = [sys.executable, "-m", "cli.main", "rebuild", "--all", "--deployment", str(deployment)]
    for _ in range(5):
        with subprocess.Popen([*command, "--resume"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own
            time.sleep(chance.uniform(0.8, 3.0))
            process.kill()
    platform.still()
    resumed, anew = (rebuilt(deployment, "--all", *more) for more in (["--resume"], []))
    assert {key for key, each in resumed.items() if each["differing"]} == set()
    same = [key for key, each in resumed.items() if each["positions"] == anew[key]["positions"]]  # a timer may have moved some lane
    assert len(same) > len(resumed) / 2
    assert {key: resumed[key]["digest"] for key in same} == {key: anew[key]["digest"] for key in same}


def test_two_rebuilds_of_a_service_do_not_mix(platform: Platform, deployment: Path) -> None:
    with psycopg.connect(platform.stack.info.postgres_owner["intake"], autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('yinuo rebuild', 0))")
        outcome = yinuo("rebuild", "intake.calls", "--deployment", deployment)
    assert (outcome.returncode, outcome.stdout) == (5, "")
    assert "Another rebuild of intake is under way" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "name projections as SERVICE.PROJECTION, or give --all"),
        (["intake.calls", "--all"], 2, "name projections as SERVICE.PROJECTION, or give --all"),
        (["intake.moon"], 4, "intake has no projection moon"),
        (["moon.calls"], 4, "There is no service moon"),
        (["intake.calls", "--county", "999999"], 4, "does not serve county 999999"),
    ],
)
def test_a_rebuild_of_what_is_not_there_is_a_sentence(deployment: Path, arguments: list[str], code: int, sentence: str) -> None:
    outcome = yinuo("rebuild", *arguments, "--deployment", deployment)
    assert (outcome.returncode, outcome.stdout) == (code, "")
    assert sentence in outcome.stderr
