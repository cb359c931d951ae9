"""A database put back to an older backup: noticed, refused, made whole; and a whole deployment that comes back from a pack."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from deploy.embedded.databases import copy_database, drop_database, ensure_databases, owner_of
from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.receipts import verify
from shared.kernel.proof.trust import Policy
from tests.support.cast import Cast
from tests.support.client import SHAOYANG, TOWN, Platform
from tests.support.deployments import described_in
from tests.support.stack import data_folder, free_port_base
from tests.support.strangers import fsck
from tests.support.up import soon, yinuo

COUNTIES = (SHAOYANG,)
NEED = {"kind": "need", "channel": "wechat", "title": "灾后", "detail": "一条也不能少。", "town": TOWN, "petitioner": {"name": "陈秀英"}}


@pytest.fixture(scope="module")
def own() -> Iterator[Platform]:
    """A stack that only this module breaks."""
    with (
        data_folder() as folder,
        Stack(folder, free_port_base(), "simulated", counties=COUNTIES) as stack,
        httpx.Client(timeout=30, trust_env=False) as http,
    ):
        yield Platform(stack, http)


@pytest.fixture(scope="module")
def deployment(own: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return described_in(own.stack.info, tmp_path_factory.mktemp("deployment"), COUNTIES)


def backed_up(own: Platform, name: str) -> None:
    copy_database(own.stack.postgres, "intake", name, owner_of("intake"))


def put_back(own: Platform, backup: str) -> None:
    """Put intake's database back to a backup, which stays, and start the service again."""
    copy_database(own.stack.postgres, backup, "intake", owner_of("intake"))
    ensure_databases(own.stack.postgres, ("intake",))
    before = own.stack.info.pids["intake"]
    psutil.Process(before).kill()
    soon(lambda: own.stack.info.pids.get("intake", before) != before)
    soon(lambda: answers(own, "livez"))


def answers(own: Platform, path: str) -> bool:
    try:
        return own.http.get(f"{own.urls['intake']}/{path}").status_code == 200
    except httpx.HTTPError:
        return False


def bodies(own: Platform, service: str = "intake") -> list[bytes]:
    with own.database(service, SHAOYANG) as connection:
        return [bytes(row[0]) for row in connection.execute("SELECT body FROM log.events ORDER BY position")]


def commands(own: Platform) -> dict[Any, Any]:
    with own.database("intake", SHAOYANG) as connection:
        rows = connection.execute("SELECT command_id, stream, version, position FROM log.commands").fetchall()
    return {row[0]: row[1:] for row in rows}


def at(own: Platform, path: str, service: str = "intake") -> httpx.Response:
    headers = {"Authorization": f"Bearer {own.person('auditor').token}"}
    return own.http.get(f"{own.urls[service]}/tlog/{SHAOYANG}/{path}", headers=headers)


def witnessed(own: Platform, service: str = "intake") -> int:
    """Return the size of the lane's last checkpoint if enough witnesses have cosigned it."""
    try:
        return Policy.parse(at(own, "policy").content).accept(at(own, "checkpoint", service).content).checkpoint.size
    except ProofError:
        return 0


def head(own: Platform, service: str = "intake") -> int:
    return own.written()[service, SHAOYANG][0]


def submitted(own: Platform, title: str, key: str | None = None) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    return own.person("clerk", sub="clerk-1").do("intake", "needs", {**NEED, "title": title}, headers)


def rebuilt(deployment: Path, *arguments: str) -> dict[tuple[str, str], str]:
    outcome = yinuo("rebuild", "--all", "--deployment", deployment, "--json", *arguments, seconds=180)
    assert outcome.returncode == 0, outcome.stderr
    found = [json.loads(line) for line in outcome.stdout.splitlines()]
    return {(each["county"], each["projection"]): each["digest"] for each in found}


def recover(deployment: Path, *arguments: str | Path, code: int = 0) -> tuple[dict[str, Any], str]:
    outcome = yinuo("events", "recover", "intake", SHAOYANG, "--deployment", deployment, "--json", *arguments)
    assert outcome.returncode == code, outcome.stderr
    return json.loads(outcome.stdout or "{}"), outcome.stderr


def sound(own: Platform) -> bool:
    checked = fsck(f"{own.urls['intake']}/tlog/{SHAOYANG}/", at(own, "vkey").text.strip(), token=own.person("auditor").token)
    assert checked.sound, checked.said
    return checked.sound


def history(own: Platform) -> None:
    """Something of everything, so that every service has a lane."""
    cast = Cast(own, SHAOYANG, "disaster").registered()
    project = cast.propose(submitted(own, "灾前提交的")["id"])
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    own.still()


@pytest.fixture(scope="module")
def lost(own: Platform, deployment: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A lane that has gone on after its backup, signed and witnessed; and what was to be had of it then."""
    history(own)
    early = submitted(own, "备份以前提交的", "early")
    own.still()
    soon(lambda: witnessed(own) == head(own))
    backed_up(own, "intake_backup")
    soon(lambda: answers(own, "readyz"))
    late = submitted(own, "备份以后提交的", "late")
    clerk = own.person("clerk", sub="clerk-1")
    clerk.batch("intake", "needs", [{"body": {**NEED, "title": f"备份以后提交的{number}"}} for number in range(300)])
    own.person("office").do("intake", f"needs/{early['id']}/erase", {"petitioner": 1, "reason": "本人要求"})
    own.still()
    soon(lambda: witnessed(own) == head(own))
    pack = tmp_path_factory.mktemp("pack") / "pack.zip"
    outcome = yinuo("events", "export", "--county", SHAOYANG, "--out", pack, "--deployment", deployment)
    assert outcome.returncode == 0, outcome.stderr
    return {
        "early": early,
        "late": late,
        "bodies": bodies(own),
        "commands": commands(own),
        "digests": rebuilt(deployment),
        "receipt": at(own, f"proof/{late['position']}").content,
        "policy": Policy.parse(at(own, "policy").content),
        "pack": pack,
    }


@pytest.mark.parametrize("source", ["kafka", "pack"])
def test_an_older_backup_is_noticed_takes_no_commands_and_is_made_whole(
    own: Platform, deployment: Path, lost: dict[str, Any], source: str
) -> None:
    put_back(own, "intake_backup")
    refusal = own.person("clerk").post("intake", "needs", NEED)
    assert (refusal.status_code, refusal.json()["code"]) == (503, "log_behind")
    batch = own.person("clerk").post("intake", "needs:batch", {"items": [{"body": NEED}]})
    assert batch.json()["items"][0]["problem"]["code"] == "log_behind"
    ready = own.http.get(f"{own.urls['intake']}/readyz")
    size = len(lost["bodies"])
    assert (ready.status_code, "yinuo events recover intake" in ready.json()["wrong"][f"log {SHAOYANG}"]) == (503, True)
    short = bodies(own)
    assert short == lost["bodies"][: len(short)]
    assert len(short) < size

    given = lost["pack"] if source == "pack" else source
    shown, said = recover(deployment, "--from", given)
    assert "Nothing was changed" in said
    assert bodies(own) == short
    done, _ = recover(deployment, "--from", given, "--apply")
    assert done == shown
    assert (done["events"], done["position"]) == (size - len(short), size)
    assert bodies(own) == lost["bodies"]
    assert "lacks nothing" in recover(deployment, "--from", given, "--apply")[1]

    soon(lambda: answers(own, "readyz"))
    missing = lost["commands"].keys() - commands(own).keys()
    assert {command: answer for command, answer in lost["commands"].items() if command not in missing} == commands(own)
    assert submitted(own, "备份以前提交的", "early") == lost["early"]
    assert submitted(own, "备份以后提交的", "late") == lost["late"]
    somebody = own.person("clerk", sub="clerk-2")
    assert somebody.refused("intake", "needs", {**NEED, "title": "备份以后提交的"}, {"Idempotency-Key": "late"}) == "command_reused"
    own.still()
    assert bodies(own) == lost["bodies"]
    assert rebuilt(deployment) == lost["digests"]
    verify(lost["receipt"], lost["policy"])


def test_a_lane_made_whole_is_signed_and_witnessed_on_from_where_it_was(own: Platform, lost: dict[str, Any]) -> None:
    assert bodies(own) == lost["bodies"]
    further = submitted(own, "恢复以后提交的")
    own.still()
    soon(lambda: witnessed(own) == head(own))
    assert at(own, f"proof/{further['position']}").status_code == 200
    verify(at(own, f"proof/{further['position']}").content, lost["policy"])
    verify(lost["receipt"], lost["policy"])
    sound(own)
    with own.superuser("projects") as connection:
        assert connection.execute("SELECT count(*) FROM proof.alarms").fetchone() == (0,)


def test_the_key_of_an_erased_person_does_not_come_back_with_the_backup(own: Platform, lost: dict[str, Any]) -> None:
    erased = json.loads(next(body for body in lost["bodies"] if b'"PetitionerErased"' in body))["data"]["person"]
    with own.superuser("intake") as connection:
        assert connection.execute("SELECT count(*) FROM vault.keys WHERE person = %s", [erased]).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM vault.keys").fetchone() != (0,)


def test_a_lane_that_went_another_way_since_is_not_made_whole_and_nothing_is_lost(
    own: Platform, deployment: Path, lost: dict[str, Any]
) -> None:
    whole = bodies(own)
    put_back(own, "intake_backup")
    with psycopg.connect(own.stack.postgres.dsn("intake")) as connection:
        connection.execute(
            "INSERT INTO log.events SELECT county, %s, stream || '9', 1, uuidv7(), type, now(), body FROM log.events"
            " WHERE county = %s AND position = 1",
            [len(bodies(own)) + 1, SHAOYANG],
        )
        connection.execute("UPDATE log.heads SET position = position + 1 WHERE county = %s", [SHAOYANG])
    forked = bodies(own)
    for source in ("kafka", lost["pack"]):
        _, said = recover(deployment, "--from", source, "--apply", code=5)
        assert f"Position {len(forked)} of intake in {SHAOYANG} is one event in the log and another" in said
    assert bodies(own) == forked
    put_back(own, "intake_backup")
    recover(deployment, "--apply")
    assert bodies(own) == whole


def test_a_whole_deployment_comes_back_from_a_pack_and_goes_on(
    own: Platform, deployment: Path, lost: dict[str, Any], tmp_path: Path
) -> None:
    own.still()
    soon(lambda: all(witnessed(own, service) == head(own, service) for service in SERVICES))
    pack = tmp_path / "pack.zip"
    outcome = yinuo("events", "export", "--county", SHAOYANG, "--out", pack, "--deployment", deployment)
    assert outcome.returncode == 0, outcome.stderr
    before, digests, written = {service: bodies(own, service) for service in SERVICES}, rebuilt(deployment), own.written()
    folder, ports = Path(own.stack.info.data), own.stack._ports.base
    own.stack.stop()
    with Stack(folder, ports, "simulated", counties=COUNTIES, services=()) as stores:
        with psycopg.connect(stores.postgres.dsn(), autocommit=True) as connection:
            connection.execute("DROP DATABASE intake_backup")
        for service in SERVICES:
            drop_database(stores.postgres, service)
        ensure_databases(stores.postgres, SERVICES)
        outcome = yinuo("events", "import", pack, "--deployment", deployment, "--apply", seconds=120)
        assert outcome.returncode == 0, outcome.stderr
        assert rebuilt(deployment, "--apply") == digests
    with Stack(folder, ports, "simulated", counties=COUNTIES) as stack, httpx.Client(timeout=30, trust_env=False) as http:
        restored = Platform(stack, http)
        heads = {lane: held[0] for lane, held in restored.still().items()}
        assert heads == {lane: held[0] for lane, held in written.items()}
        assert {service: bodies(restored, service) for service in SERVICES} == before
        assert submitted(restored, "备份以后提交的", "late") == lost["late"]
        assert bodies(restored) == before["intake"]
        submitted(restored, "搬家以后提交的")
        restored.still()
        soon(lambda: witnessed(restored) == head(restored))
        sound(restored)
