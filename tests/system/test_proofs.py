"""Receipts and lanes as citizens, auditors and operators verify them, on the running platform."""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.embedded.preflight import SERVICES
from shared.kernel.proof.receipts import Receipt
from tests.support.a_log import ALog
from tests.support.client import COUNTIES, FENG, SHAOYANG, TOWN, Person, Platform
from tests.support.deployments import described_in
from tests.support.up import yinuo, yinuo_within

NEED: dict[str, Any] = {
    "kind": "need",
    "channel": "wechat",
    "title": "留证",
    "detail": "要有凭据。",
    "town": TOWN,
    "petitioner": {"name": "陈秀英"},
}
ORIGIN = f"yinuo.local/intake/{SHAOYANG}"
_WITNESSED_SECONDS = 30
_TURN = "UPDATE log.events SET body = set_bit(body, 777, 1 - get_bit(body, 777)) WHERE county = '430523' AND position = :first"
_LOSE = """
CREATE TABLE public.kept AS SELECT * FROM log.events WHERE county = '430523' AND position BETWEEN :first AND :last;
DELETE FROM log.events WHERE county = '430523' AND position BETWEEN :first AND :last
"""
_GIVE_BACK = """
INSERT INTO log.events (county, position, stream, version, event_id, type, recorded_at, body)
SELECT county, position, stream, version, event_id, type, recorded_at, body FROM public.kept;
DROP TABLE public.kept
"""
_HIDE = """
UPDATE log.events SET county = ':to' WHERE county = ':from';
UPDATE log.heads SET county = ':to' WHERE county = ':from';
UPDATE proof.trees SET county = ':to' WHERE county = ':from';
UPDATE proof.tiles SET county = ':to' WHERE county = ':from';
UPDATE proof.checkpoints SET county = ':to' WHERE county = ':from'
"""


@pytest.fixture(scope="module")
def files(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """The options that say which deployment, and whom to believe."""
    folder = tmp_path_factory.mktemp("deployment")
    trusted = folder / "trust.policy"
    trusted.write_bytes(platform.http.get(f"{platform.urls['intake']}/tlog/{SHAOYANG}/policy").content)
    return ["--deployment", described_in(platform.stack.info, folder, COUNTIES), "--policy", trusted]


@pytest.fixture(scope="module")
def submitted(platform: Platform) -> dict[str, Any]:
    return platform.person("citizen", sub="citizen-proofs").do("intake", "needs", NEED)


def code_of(person: Person, need: str, position: str) -> str:
    (item,) = person.see("intake", f"needs/{need}/receipts", min_position=position)["items"]
    return str(item["code"])


def proof(platform: Platform, code: str, county: str = SHAOYANG) -> tuple[bytes, str]:
    """Ask with a query code alone, until enough witnesses have signed; return the file and its name."""
    deadline = time.monotonic() + _WITNESSED_SECONDS
    while True:
        answer = platform.http.get(f"{platform.urls['intake']}/v1/{county}/tracking/{code}/proof")
        if answer.status_code == 200:
            return answer.content, answer.headers["Content-Disposition"]
        assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "not_yet_witnessed", "5")
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture(scope="module")
def witnessed(platform: Platform, submitted: dict[str, Any]) -> bytes:
    """The receipt of what was submitted."""
    code = code_of(platform.person("citizen", sub="citizen-proofs"), submitted["id"], submitted["position"])
    return proof(platform, code)[0]


def test_whoever_holds_a_query_code_can_prove_their_own_voice_without_any_server(
    platform: Platform, files: list[str | Path], submitted: dict[str, Any], tmp_path: Path
) -> None:
    joining = platform.person("citizen", sub="citizen-joins")
    joined = joining.do("intake", f"needs/{submitted['id']}/join", {"channel": "wechat", "petitioner": {"name": "李大山"}})
    own = code_of(platform.person("citizen", sub="citizen-proofs"), submitted["id"], joined["position"])
    other = code_of(joining, submitted["id"], joined["position"])
    policy = files[2:]
    for code, position, event in ((own, submitted["position"], "NeedSubmitted"), (other, joined["position"], "NeedJoined")):
        content, name = proof(platform, code)
        assert f"intake-{SHAOYANG}-{position}.tlog-proof" in name
        file = tmp_path / f"{position}.tlog-proof"
        file.write_bytes(content)
        said = yinuo_within("receipt", "verify", file, *policy, "--origin", ORIGIN)
        assert said.returncode == 0, said.stderr
        assert f"in the log {ORIGIN}: {event}, recorded " in said.stdout
        assert f"county {SHAOYANG}, position {position}, need-{submitted['id']}" in said.stdout
        assert said.stdout.count("Witnessed by yinuo.local/witness/") >= 2
        found = json.loads(yinuo_within("receipt", "verify", file, *policy, "--json").stdout)
        assert (found["type"], found["position"], found["origin"]) == (event, int(position), ORIGIN)


def test_a_code_nobody_was_given_proves_nothing(platform: Platform, submitted: dict[str, Any]) -> None:
    code = code_of(platform.person("citizen", sub="citizen-proofs"), submitted["id"], submitted["position"])
    for wrong, county in (("2" * len(code), SHAOYANG), (code, FENG)):
        answer = platform.http.get(f"{platform.urls['intake']}/v1/{county}/tracking/{wrong}/proof")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_receipt_is_fetched_over_http_or_from_the_database_and_is_the_same_event(
    platform: Platform, files: list[str | Path], submitted: dict[str, Any], witnessed: bytes
) -> None:
    arguments = ["receipt", "get", "intake", SHAOYANG, submitted["position"], *files]
    database = yinuo_within(*arguments)
    http = yinuo_within(*arguments, "--token", platform.person("auditor").token)
    assert (database.returncode, http.returncode) == (0, 0), database.stderr + http.stderr
    events = {Receipt.parse(each).event for each in (witnessed, database.stdout.encode(), http.stdout.encode())}
    assert len(events) == 1
    refused = yinuo_within(*arguments, "--token", platform.person("office").token)
    assert (refused.returncode, refused.stdout) == (6, "")
    beyond = yinuo_within("receipt", "get", "intake", SHAOYANG, str(10**9), *files)
    assert (beyond.returncode, beyond.stdout) == (4, "")
    assert "try again in a minute" in beyond.stderr


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda text: text.replace("index ", "index 1", 1), "proves nothing"),
        (lambda text: text[:300], "only the beginning of a receipt"),
        (lambda text: text.replace("\n", "\r\n"), "no receipt, or was changed"),
        (lambda text: text[: text.index("\n— ") + 1] + "\n", "only the beginning"),
        (lambda text: "\n".join(line for line in text.split("\n") if "/witness/" not in line), "Too few of the policy's witnesses"),
    ],
)
def test_a_receipt_that_was_touched_proves_nothing_and_says_why(
    witnessed: bytes, files: list[str | Path], tmp_path: Path, spoil: Callable[[str], str], sentence: str
) -> None:
    file = tmp_path / "touched"
    file.write_bytes(spoil(witnessed.decode()).encode())
    outcome = yinuo_within("receipt", "verify", file, *files[2:])
    assert (outcome.returncode, outcome.stdout) == (3, "")
    assert sentence in outcome.stderr


def test_a_receipt_s_file_or_policy_that_is_not_there_is_a_sentence(files: list[str | Path], tmp_path: Path) -> None:
    missing = yinuo_within("receipt", "verify", tmp_path / "none", *files[2:])
    assert (missing.returncode, "name the receipt's file" in missing.stderr) == (4, True)
    (tmp_path / "empty").touch()
    nobody = yinuo_within("receipt", "verify", tmp_path / "empty", "--policy", tmp_path / "none")
    assert (nobody.returncode, "There is no policy at" in nobody.stderr) == (2, True)
    (tmp_path / "bad").write_text("log moon\nquorum none\n")
    bad = yinuo_within("receipt", "verify", tmp_path / "empty", "--policy", tmp_path / "bad")
    assert (bad.returncode, "line 1" in bad.stderr) == (2, True)


def verified(*arguments: str | Path, code: int = 0) -> dict[tuple[str, str], dict[str, Any]]:
    outcome = yinuo_within("verify", *arguments, "--json")
    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    return {(each["service"], each["county"]): each for each in map(json.loads, outcome.stdout.splitlines())}


def _at(statements: str, places: Mapping[str, object]) -> str:
    for name, value in places.items():
        statements = statements.replace(name, str(value))
    return statements


@contextmanager
def tampered(platform: Platform, change: str, back: str) -> Iterator[None]:
    """A change to intake's database that only its superuser could make, undone afterwards."""
    with psycopg.connect(platform.stack.postgres.dsn("intake"), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(change.encode())
        try:
            yield
        finally:
            connection.execute(back.encode())


@pytest.mark.usefixtures("witnessed")
def test_every_lane_is_whole(files: list[str | Path], submitted: dict[str, Any]) -> None:
    found = verified(*files)
    assert found.keys() == {(service, county) for service in SERVICES for county in COUNTIES}
    lane = found["intake", SHAOYANG]
    assert lane["events"] >= int(submitted["position"]) <= lane["witnessed"]["size"]
    assert lane["claims_held"] >= 4  # its own, on the topic, and what others saw
    assert all(each["faults"] == [] for each in found.values())
    text = yinuo("verify", "--service", "intake", "--county", SHAOYANG, *files)
    assert (text.returncode, "whole: " in text.stdout, "witnessed up to " in text.stdout) == (0, True, True)


def test_a_turned_bit_a_lost_event_and_a_cut_end_are_found_and_named(platform: Platform, files: list[str | Path]) -> None:
    platform.still()
    lane = ("--service", "intake", "--county", SHAOYANG, *files)
    head = verified(*lane)["intake", SHAOYANG]["events"]
    at = head // 2 + 1
    for change, back, first, last in ((_TURN, _TURN, at, at), (_LOSE, _GIVE_BACK, at, at), (_LOSE, _GIVE_BACK, head, head)):
        places = {":first": first, ":last": last}
        with tampered(platform, _at(change, places), _at(back, places)):
            found = verified(*lane, code=3)["intake", SHAOYANG]
        assert found["faults"][0]["position"] == first, (change, found)
        assert f"position {first}" in found["faults"][0]["says"]
    assert verified(*lane)["intake", SHAOYANG]["faults"] == []


def test_a_log_shorter_than_it_was_ever_signed_is_found_by_the_topic_and_by_what_others_saw(
    platform: Platform, files: list[str | Path]
) -> None:
    platform.still()
    lane = ("--service", "intake", "--county", SHAOYANG, *files)
    head = verified(*lane)["intake", SHAOYANG]["events"]
    away, home = {":from": SHAOYANG, ":to": "999999"}, {":from": "999999", ":to": SHAOYANG}
    with tampered(platform, _at(_HIDE, away), _at(_HIDE, home)):
        by_topic = verified(*lane, code=3)["intake", SHAOYANG]
        by_others = verified(*lane, "--no-topics", code=3)["intake", SHAOYANG]
    for found in (by_topic, by_others):
        assert (found["events"], found["faults"][0]["code"], found["faults"][0]["position"]) == (0, "lane_short", 1)
        assert f"once {head} long" in found["faults"][0]["says"]


def test_a_kept_checkpoint_is_held_against_the_lane(platform: Platform, files: list[str | Path], tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint"
    kept.write_bytes(platform.http.get(f"{platform.urls['intake']}/tlog/{SHAOYANG}/checkpoint").content)
    lane = ("--service", "intake", "--county", SHAOYANG, *files)
    assert verified(*lane, "--against", kept)["intake", SHAOYANG]["faults"] == []
    kept.write_bytes(ALog(3).note().dump())  # of the same name, but nobody the policy trusts has signed it
    outcome = yinuo_within("verify", *lane, "--against", kept)
    assert outcome.returncode == 3
    assert "may be forged" in outcome.stderr
    without = yinuo_within("verify", *files, "--against", kept)
    assert (without.returncode, "--against takes --service and --county" in without.stderr) == (2, True)


def test_a_receipt_holds_no_name(witnessed: bytes) -> None:
    event = base64.b64decode(witnessed.split(b"\n")[1].removeprefix(b"extra "))
    assert NEED["title"].encode() in event
    assert "陈秀英".encode() not in event
