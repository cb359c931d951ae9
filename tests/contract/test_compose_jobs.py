"""The one-off jobs of docker-compose.yml, against a real PostgreSQL and a real Kafka."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from psycopg import sql

from deploy.embedded.databases import drop_database
from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack
from deploy.kafka import create_topics as topics
from shared.kernel.proof.trust import Policy
from tests.support.lab import eventually
from tests.support.stack import embedded_stack

__all__ = ["embedded_stack"]

ROOT = Path(__file__).parents[2]
NAME = "composed"


def test_a_new_database_server_gets_an_owner_and_a_role_that_owns_nothing(embedded_stack: Stack, tmp_path: Path) -> None:
    server = embedded_stack.postgres
    for role in ("owner", "app"):
        (tmp_path / f"{NAME}_{role}_password").write_text(f"it's {role}'s")
    environment = {
        "PATH": f"{server.binaries}{os.pathsep}{os.defpath}",
        "PGHOST": parse_qs(urlsplit(server.dsn()).query)["host"][0],
        "SECRETS": str(tmp_path),
        "SERVICE": NAME,
    }
    try:
        subprocess.run([ROOT / "deploy/postgres/10-roles.sh"], env=environment, check=True)  # noqa: S603 - our own script
        with psycopg.connect(server.dsn(NAME, f"{NAME}_owner")) as owner:
            locale = owner.execute("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = %s", (NAME,))
            assert locale.fetchone() == ("b", "C.UTF-8")  # text sorts the same on every machine
            owner.execute("CREATE TABLE needs (id int)")
            owner.execute(sql.SQL("GRANT SELECT ON needs TO {}").format(sql.Identifier(f"{NAME}_app")))
        with psycopg.connect(server.dsn(NAME, f"{NAME}_app")) as app:
            assert app.execute("SELECT count(*) FROM needs").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE public.mine (id int)")
        with psycopg.connect(server.dsn()) as superuser:
            query = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolpassword FROM pg_authid WHERE rolname LIKE %s"
            found = superuser.execute(query, (f"{NAME}_%",)).fetchall()
        assert [row[:4] for row in found] == [(False,) * 4] * 2
        assert all(row[4].startswith("SCRAM-SHA-256$") for row in found)
    finally:
        drop_database(server, NAME)


async def test_topics_are_created_once_and_another_shape_is_refused(embedded_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap = embedded_stack.info.kafka
    made = topics.Topic(name="composed.events.v1", partitions=3, replication_factor=3, config={"retention.ms": "-1"})
    monkeypatch.setattr(topics, "read_topics", lambda: [made])
    for _ in range(2):
        await topics.create_topics(bootstrap, replication_factor=1)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await eventually(lambda: _partitions(admin, made.name), 3)  # the broker knows of what it made a moment later
        monkeypatch.setattr(topics, "read_topics", lambda: [made.model_copy(update={"partitions": 4})])
        with pytest.raises(topics.TopicsDifferError, match="3 partitions instead of 4"):
            await topics.create_topics(bootstrap, replication_factor=1)
    finally:
        await admin.delete_topics([made.name])
        await admin.close()


async def _partitions(admin: AIOKafkaAdminClient, topic: str) -> int:
    (found,) = await admin.describe_topics([topic])
    return len(found["partitions"])


@pytest.mark.parametrize(
    ("environment", "code", "says"),
    [({}, 2, "YINUO_KAFKA"), ({"YINUO_KAFKA": "127.0.0.1:9", "YINUO_KAFKA_REPLICATION": "1"}, 7, "127.0.0.1:9")],
)
def test_topics_that_cannot_be_created_are_a_sentence_and_a_code(environment: dict[str, str], code: int, says: str) -> None:
    command = [sys.executable, "-m", "deploy.kafka.create_topics"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    assert run.returncode == code
    assert says in run.stderr
    assert "Traceback" not in run.stderr


def test_the_policy_believes_every_service_of_every_county(tmp_path: Path) -> None:
    words = []
    for index, name in enumerate(SERVICES):
        (tmp_path / f"{name}.log").write_text(f"{index:064x}\n{index + 16:064x} # the one before\n")
        (tmp_path / f"{name}.witness").write_text(f"{index + 32:064x}\n")
        words.append(f"{name}={tmp_path / name}.log,{tmp_path / name}.witness")
    command = [sys.executable, "-m", "deploy.trust", str(tmp_path / "trust.policy"), *words]
    environment = {"YINUO_COUNTIES": "430523, 610330", "YINUO_DEPLOYMENT": "here.example"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    assert (run.returncode, run.stderr) == (0, "")
    policy = Policy.parse((tmp_path / "trust.policy").read_bytes())
    assert len(policy.logs) == 2 * 2 * len(SERVICES)
    assert {log.key.name for log in policy.logs} == {
        f"here.example/{name}/{county}" for name in SERVICES for county in ("430523", "610330")
    }
    assert [witness.name for witness in policy.witnesses] == [f"here.example/witness/{name}" for name in SERVICES]
    assert [group.threshold for group in policy.groups] == [2]


@pytest.mark.parametrize(
    ("content", "says"), [("moon\n", "must hold keys, 64 hexadecimal digits a line"), ("", "must hold keys"), (None, "must hold keys")]
)
def test_a_policy_over_keys_that_are_none_is_a_sentence(tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    command = [sys.executable, "-m", "deploy.trust", str(tmp_path / "policy"), f"intake={tmp_path / 'key'},{tmp_path / 'key'}"]
    run = subprocess.run(command, cwd=ROOT, env={"YINUO_COUNTIES": "430523"}, capture_output=True, text=True, check=False)  # noqa: S603
    assert (run.returncode, run.stdout) == (2, "")
    assert says in run.stderr
    assert not (tmp_path / "policy").exists()
