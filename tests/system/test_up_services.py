"""The whole stack, services included: up, healed, and down in order."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from cli.exits import Exit
from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack
from tests.support.cast import GOOD, Cast, at
from tests.support.cli import of, said
from tests.support.client import Platform
from tests.support.healing import (
    COUNTIES,
    a_new_service_reads_everything,
    caught_up,
    history,
    read_models_are_the_histories,
    topics_are_whole,
)
from tests.support.stack import data_folder, free_port_base
from tests.support.up import Up, listens, programs_of, soon, yinuo


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def base() -> int:
    return free_port_base()


@pytest.fixture(scope="module")
def up(data: Path, base: int) -> Iterator[Up]:
    running = Up("--data", data, "--port-base", str(base), "--simulated-clock")
    yield running
    running.end(signal.SIGTERM)


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def test_when_it_says_so_everything_is_ready(up: Up, base: int) -> None:
    assert list(up.info) == ["services", "kafka", "postgres", "postgres_owner", "data", "pids", "portal"]
    assert up.info["services"] == {service: f"http://127.0.0.1:{base + offset}" for offset, service in enumerate(SERVICES, 1)}
    assert all(ready(url) for url in up.info["services"].values())
    assert up.info["pids"] == up.pids()
    assert set(up.info["pids"]) == {*SERVICES, "portal", "issuer", "kafka", "postgres"}
    assert ready(up.info["portal"])


def test_health_finds_every_service(up: Up, base: int, data: Path) -> None:
    outcome = yinuo("health", "--port-base", str(base), "--data", data, "--json")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    found = json.loads(outcome.stdout)
    assert {service: (said["url"], said["ready"]) for service, said in found.items()} == {
        **{s: (up.info["services"][s], True) for s in SERVICES},
        "portal": (up.info["portal"], True),
    }
    assert [(said["parked"], said["strays"]) for said in found.values()] == [(0, 0)] * 5
    assert all(said["lag"] >= 0 and said["unpublished"] >= 0 for said in found.values())


def test_health_asks_the_services_alone_where_no_database_can_be_reached(up: Up, base: int) -> None:
    outcome = yinuo("health", "--port-base", str(base), "--plain", environment={"XDG_DATA_HOME": "/nonexistent", "HOME": "/nonexistent"})
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert [line.rstrip().split("\t") for line in outcome.stdout.splitlines()] == [[s, up.info["services"][s], "ready"] for s in SERVICES]


def test_services_killed_all_at_once_are_ready_again(up: Up) -> None:
    killed = {service: up.pids()[service] for service in SERVICES}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    soon(lambda: all(up.pids().get(service, pid) != pid for service, pid in killed.items()))
    soon(lambda: all(ready(url) for url in up.info["services"].values()), 60)


@pytest.mark.parametrize("program", ["kafka", "postgres"])
def test_the_services_are_ready_again_after_what_they_stand_on_was_killed(up: Up, program: str) -> None:
    killed = up.pids()[program]
    services = {service: up.pids()[service] for service in SERVICES}
    os.kill(killed, signal.SIGKILL)
    soon(lambda: up.pids().get(program, killed) != killed and listens(int(up.info["kafka"].split(":")[1])))
    soon(lambda: all(ready(url) for url in up.info["services"].values()), 60)
    assert {service: up.pids()[service] for service in SERVICES} == services  # they waited, rather than die with it


def test_kafka_wiped_heals_from_the_logs(up: Up, data: Path, base: int) -> None:
    """Its folder is lost while the stack is down: every lane is published again, and nobody who reads them loses or doubles anything."""
    options = ("--data", data, "--port-base", str(base), "--simulated-clock")
    with httpx.Client(timeout=30, trust_env=False) as http:
        platform = Platform(Stack(data, base, "simulated"), http)
        casts = [Cast(platform, county, "healing").registered() for county in COUNTIES]
        for cast in casts:
            told(cast, "2021-11-01T09:00:00")
        caught_up(platform)
        before = history(platform)

        up.end(signal.SIGTERM)
        shutil.rmtree(data / "kafka")
        up.start(*options)
        assert said("relay", "status", *of(platform.stack)).err.count(" published: where Kafka was lost") == len(SERVICES)
        for cast in casts:
            cast.submit("赶在前面")  # it is published before what came before it
        healed = said("relay", "rewind", "--all", "--to", 0, "--apply", "--wait", "--json", *of(platform.stack))
        assert healed.code is Exit.OK, healed.err
        assert sum(row["again"] for row in healed.json) >= sum(map(len, before.values()))
        for cast in casts:
            told(cast, "2021-12-01T09:00:00")

        caught_up(platform)
        events = history(platform)
        assert all(events[lane][: len(facts)] == facts for lane, facts in before.items())
        assert {len(events[lane]) > len(facts) for lane, facts in before.items()} == {True}
        assert read_models_are_the_histories(platform, events) > len(casts) * 20
        asyncio.run(topics_are_whole(platform, events))
        asyncio.run(a_new_service_reads_everything(platform, events))


def told(cast: Cast, day: str) -> None:
    """Tell a story through all four services."""
    need = cast.submit("水塘淤积", {"name": "陈秀英", "phone": "13800138000"}, at(day))["id"]
    project = cast.propose(need)
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    cast.score(project, GOOD)
    cast.judge.do("scoring", f"verifications/{project}/sign-off")
    cast.of("office").eventually("intake", f"needs/{need}", status="answered")


def test_sigterm_stops_services_then_kafka_then_postgres(up: Up, data: Path) -> None:
    pids = up.pids()
    ends: dict[str, float] = {}
    watched = {name: psutil.Process(pid) for name, pid in pids.items()}
    up.process.send_signal(signal.SIGTERM)

    def all_seen() -> bool:
        for name, process in watched.items():
            if name not in ends and not (process.is_running() and process.status() != psutil.STATUS_ZOMBIE):
                ends[name] = len(ends)
        return len(ends) == len(watched)

    soon(all_seen, 25)
    assert up.process.wait(5) == 0
    assert set(list(ends)[:-2]) == {*SERVICES, "portal", "issuer"}
    assert list(ends)[-2:] == ["kafka", "postgres"]
    assert programs_of(data) == []
