"""Evidence packs: the same bytes for the same history, whole by strangers' tools, refused when anything is off, restored alike."""

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from cli.main import run
from deploy.embedded.preflight import SERVICES
from shared.kernel.proof.algorithms import ED25519
from shared.kernel.proof.keys import generate_key
from shared.kernel.proof.trust import Policy
from tests.support.cast import Cast
from tests.support.client import COUNTIES, FENG, SHAOYANG, TOWN, Platform
from tests.support.deployments import described_in
from tests.support.hostile_packs import HOSTILE, files_of, turned, zipped
from tests.support.stack import create_database
from tests.support.strangers import fsck
from tests.support.up import yinuo

NEED = {"kind": "need", "channel": "wechat", "title": "打包", "detail": "要能搬走。", "town": TOWN, "petitioner": {"name": "陈秀英"}}
Lane = tuple[int, int, str]


@pytest.fixture(scope="module")
def deployment(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return described_in(platform.stack.info, tmp_path_factory.mktemp("deployment"), COUNTIES)


@pytest.fixture(scope="module", autouse=True)
def _history(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "packs").registered()
    clerk = cast.of("clerk")
    clerk.batch("intake", "needs", [{"body": NEED} for _ in range(300)])
    project = cast.propose()
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    platform.still()


@pytest.fixture(scope="module")
def pack(deployment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("packs") / "pack.zip"
    exported(deployment, file)
    return file


@pytest.fixture(scope="module")
def empty(platform: Platform, deployment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment of the same name and keys, whose databases are new."""
    said = yaml.safe_load(deployment.read_text())
    for name in SERVICES:
        made = create_database(platform.stack, f"{name}_anew")
        said["services"][name] |= {"dsn": made.app, "owner_dsn": made.owner}
    file = tmp_path_factory.mktemp("empty") / "deployment.yaml"
    file.write_text(yaml.safe_dump(said))
    return file


def exported(deployment: Path, file: Path, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    outcome = yinuo("events", "export", "--county", SHAOYANG, "--out", file, "--deployment", deployment, "--json", *arguments)
    assert outcome.returncode == code, outcome.stderr
    return [json.loads(line) for line in outcome.stdout.splitlines()]


class Operator:
    """`yinuo events` in this very process: hostile packs are many."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def refused(self, code: int, *arguments: str | Path) -> str:
        """Run a verb that must end with this code and one sentence; return the sentence."""
        self._capsys.readouterr()
        outcome = run(["events", *map(str, arguments)])
        printed, said = self._capsys.readouterr()
        assert (int(outcome), printed) == (code, ""), (printed, said)
        assert said.startswith("yinuo: ")
        return said


@pytest.fixture
def operator(capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(capsys)


def test_the_same_history_gives_the_same_bytes_and_they_verify_offline(deployment: Path, pack: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    lanes = exported(deployment, again)
    assert {lane["service"] for lane in lanes} == set(SERVICES)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(pack.read_bytes()).digest()
    outcome = yinuo("events", "verify-pack", pack, "--json", environment={"YINUO_DATA": "/nowhere"})
    assert outcome.returncode == 0, outcome.stderr
    held = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert {(each["service"], each["size"]) for each in held} == {(lane["service"], lane["size"]) for lane in lanes}
    assert all(len(each["witnesses"]) >= 2 for each in held)
    assert "own policy" in outcome.stderr


def test_public_tools_find_every_lane_of_a_pack_whole(pack: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(tmp_path)
    for line in (tmp_path / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    for service in SERVICES:
        lane = tmp_path / service / SHAOYANG
        checked = fsck(f"file://{lane}/", (lane / "vkey").read_text().strip())
        assert checked.sound, (service, checked.said)


def test_the_lines_are_the_very_bytes_of_the_log_and_can_be_cut_by_position_and_time(
    platform: Platform, deployment: Path, pack: Path, tmp_path: Path
) -> None:
    with platform.database("intake", SHAOYANG) as connection:
        rows = connection.execute("SELECT position, recorded_at, body FROM log.events ORDER BY position").fetchall()
    assert files_of(pack)[f"intake/{SHAOYANG}/events.ndjson"] == b"".join(bytes(row[2]) + b"\n" for row in rows)
    wanted = rows[99:280]
    by_position = exported(deployment, tmp_path / "cut.zip", "--service", "intake", "--from", "100", "--to", "280")
    moments = (wanted[0][1].isoformat(), wanted[-1][1].isoformat())
    by_time = exported(deployment, tmp_path / "time.zip", "--service", "intake", "--from", moments[0], "--to", moments[1])
    assert by_position == by_time
    assert (by_time[0]["count"], by_time[0]["first"], by_time[0]["last"]) == (181, 100, 280)
    files = files_of(tmp_path / "cut.zip")
    assert files[f"intake/{SHAOYANG}/events.ndjson"] == b"".join(bytes(row[2]) + b"\n" for row in wanted)
    assert files[f"intake/{SHAOYANG}/checkpoint"] == files_of(pack)[f"intake/{SHAOYANG}/checkpoint"]
    assert yinuo("events", "verify-pack", tmp_path / "cut.zip").returncode == 0


def test_a_lane_that_is_not_what_was_signed_is_not_packed(platform: Platform, deployment: Path, tmp_path: Path) -> None:
    turn = "UPDATE log.events SET body = set_bit(body, 77, 1 - get_bit(body, 77)) WHERE county = %s AND position = 5"
    with psycopg.connect(platform.stack.postgres.dsn("intake"), autocommit=True) as connection:
        connection.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
        try:
            connection.execute(turn, [SHAOYANG])
            exported(deployment, tmp_path / "pack.zip", code=3)
        finally:
            connection.execute(turn, [SHAOYANG])
            connection.execute("ALTER TABLE log.events ENABLE TRIGGER append_only")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_pack_that_was_touched_is_refused_and_nothing_is_written(
    name: str, pack: Path, empty: Path, tmp_path: Path, operator: Operator
) -> None:
    change, sentence = HOSTILE[name]
    hostile = zipped(change(files_of(pack)), tmp_path / "hostile.zip")
    assert sentence in operator.refused(3, "verify-pack", hostile)
    assert sentence in operator.refused(3, "import", hostile, "--deployment", empty, "--apply")
    assert written_in(empty) == {}


def test_an_archive_that_is_not_whole_or_would_swell_is_refused_before_it_is_read(pack: Path, tmp_path: Path, operator: Operator) -> None:
    data, hostile = pack.read_bytes(), tmp_path / "hostile.zip"
    for end in (len(data) // 2, len(data) - 1):
        hostile.write_bytes(data[:end])
        assert "cut short" in operator.refused(3, "verify-pack", hostile)
    patched = bytearray(data)
    for entry in (found.start() for found in re.finditer(rb"PK\x01\x02", data)):
        patched[entry + 8] |= 0x20  # "compressed patched data", which nobody reads
    hostile.write_bytes(patched)
    assert "is damaged" in operator.refused(3, "verify-pack", hostile)
    hostile.write_bytes(turned(data, data.index(b"specversion")))
    assert "is damaged" in operator.refused(3, "verify-pack", hostile)
    hostile.write_bytes(b"nothing of the kind")
    assert "is no evidence pack" in operator.refused(2, "verify-pack", hostile)
    bomb = zipped({"README.md": b" " * (1 << 26)}, hostile, zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 1 << 17
    assert "is compressed or encrypted" in operator.refused(3, "verify-pack", bomb)
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr("README.md", b"one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("README.md", b"two")
    assert "names README.md twice" in operator.refused(3, "verify-pack", hostile)
    claimed = zipped({"README.md": b"x" * 100}, hostile).read_bytes()
    sizes = (100).to_bytes(4, "little") * 2
    hostile.write_bytes(claimed.replace(sizes, (1 << 30).to_bytes(4, "little") * 2))
    assert "larger together" in operator.refused(3, "verify-pack", hostile)
    assert "cannot be read" in operator.refused(4, "verify-pack", tmp_path / "moon.zip")


def test_a_pack_of_other_keys_another_deployment_or_county_is_not_imported(
    pack: Path, empty: Path, tmp_path: Path, operator: Operator
) -> None:
    keys = [generate_key(f"yinuo.local/{service}/{SHAOYANG}", ED25519).verifying for service in SERVICES]
    others = tmp_path / "others.policy"
    others.write_bytes(Policy.k_of_n(keys, [], 0).dump())
    assert "log_signature_missing" in operator.refused(3, "verify-pack", pack, "--policy", others)
    assert "log_signature_missing" in operator.refused(3, "import", pack, "--deployment", empty, "--policy", others, "--apply")
    said = yaml.safe_load(empty.read_text())
    for change, code, sentence in (({"name": "elsewhere"}, 3, "of deployment yinuo.local"), ({"counties": [FENG]}, 4, "does not serve")):
        other = tmp_path / "other.yaml"
        other.write_text(yaml.safe_dump(said | change))
        assert sentence in operator.refused(code, "import", pack, "--deployment", other, "--apply")
    assert written_in(empty) == {}


def test_a_pack_restores_lanes_trees_and_answers_byte_for_byte_and_a_rebuild_the_rows(
    platform: Platform, deployment: Path, pack: Path, empty: Path, tmp_path: Path
) -> None:
    assert yinuo("events", "import", pack, "--deployment", empty).returncode == 0
    assert written_in(empty) == {}
    only = tmp_path / "intake.zip"
    exported(deployment, only, "--service", "intake")
    for file in (only, pack, pack):  # what an interrupted import has left is gone on from
        outcome = yinuo("events", "import", file, "--deployment", empty, "--apply", "--json")
        assert outcome.returncode == 0, outcome.stderr
        assert made_in(platform) == list(SERVICES), "a service whose lane is not in the pack is to be rebuilt too"
    there, here = written_in(empty), written_in(deployment)
    assert {name: (count, digest) for name, (count, _, digest) in there.items()} == {
        name: (count, digest) for name, (count, _, digest) in here.items()
    }
    assert all(0 < there[name][1] <= here[name][1] for name in here)
    assert rebuilt(empty, "--apply") == rebuilt(deployment) == rebuilt(empty)
    assert trees(platform, "intake_anew") == trees(platform, "intake")


def test_a_lane_that_holds_something_else_is_not_imported_into(
    platform: Platform, deployment: Path, pack: Path, operator: Operator
) -> None:
    platform.person("clerk").do("intake", "needs", NEED)
    before = platform.still()
    for apply in ([], ["--apply"]):
        assert "imported into empty lanes" in operator.refused(2, "import", pack, "--deployment", deployment, *apply)
    assert platform.written() == before


def rebuilt(deployment: Path, *arguments: str) -> dict[str, str]:
    """Return the digest of every projection's rows, built anew from the logs."""
    outcome = yinuo("rebuild", "--all", "--county", SHAOYANG, "--deployment", deployment, "--json", *arguments, seconds=120)
    assert outcome.returncode == 0, outcome.stderr
    found = [json.loads(line) for line in outcome.stdout.splitlines()]
    if not arguments:
        assert {each["projection"] for each in found if each["differing"]} == set()
    return {each["projection"]: each["digest"] for each in found}


def made_in(platform: Platform) -> list[str]:
    """Return the services whose new databases have read models."""
    made = []
    for name in SERVICES:
        with psycopg.connect(platform.stack.postgres.dsn(f"{name}_anew")) as connection:
            if connection.execute("SELECT to_regclass('read.checkpoints') IS NOT NULL").fetchone() == (True,):
                made.append(name)
    return made


def trees(platform: Platform, database: str) -> tuple[Any, ...]:
    with psycopg.connect(platform.stack.postgres.dsn(database)) as connection:
        tree = connection.execute("SELECT size, edge FROM proof.trees WHERE county = %s", [SHAOYANG]).fetchone()
        tiles = connection.execute("SELECT level, number, hashes FROM proof.tiles WHERE county = %s ORDER BY 1, 2", [SHAOYANG]).fetchall()
    return tree, tiles


def written_in(deployment: Path) -> dict[str, Lane]:
    """Return how much each database of a deployment holds, of those that hold something."""
    found = {}
    for name, access in yaml.safe_load(deployment.read_text())["services"].items():
        with psycopg.connect(access["dsn"]) as connection:
            connection.execute("SELECT set_config('app.county', %s, true)", [SHAOYANG])
            if connection.execute("SELECT to_regclass('log.events')").fetchone() == (None,):
                continue
            rows = connection.execute("SELECT body FROM log.events ORDER BY position").fetchall()
            commands = connection.execute("SELECT count(*) FROM log.commands").fetchone()
            assert commands is not None
            if rows:
                found[name] = (len(rows), int(commands[0]), hashlib.sha256(b"\n".join(bytes(row[0]) for row in rows)).hexdigest())
    return found
