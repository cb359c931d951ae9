"""`yinuo up` as an operator meets it: started, disturbed, killed, stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded.leftovers import Running, record
from tests.support.stack import data_folder, free_port_base
from tests.support.up import Up, listens, programs_of, soon, yinuo

SERVICES = ("intake", "projects", "supervision", "scoring")
TOPICS = {f"{service}.events.v1" for service in SERVICES}


@pytest.fixture(scope="module")
def base() -> int:
    return free_port_base()


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def up(data: Path, base: int) -> Iterator[Up]:
    running = Up("--no-services", "--data", data, "--port-base", str(base))
    yield running
    running.end(signal.SIGTERM)


def answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


async def produce(kafka: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait("intake.events.v1", value, partition=0)
    finally:
        await producer.stop()


async def consume(kafka: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        consumer.assign([TopicPartition("intake.events.v1", 0)])
        await consumer.seek_to_beginning()
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


def remember(up: Up, number: int) -> None:
    with psycopg.connect(up.info["postgres_owner"]["intake"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS remembered (number int)")
        connection.execute("INSERT INTO remembered VALUES (%s)", [number])


def remembered(up: Up) -> list[int]:
    with psycopg.connect(up.info["postgres_owner"]["intake"]) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM remembered ORDER BY number")]


@contextmanager
def number_passed_on(data: Path) -> Iterator[None]:
    """Have the killed server's lock files name a living program of the same account, which must stay alive."""
    with subprocess.Popen(["/bin/sleep", "60"], user=(data / "postgres").stat().st_uid) as stranger:
        try:
            for lock in (data / "postgres" / "postmaster.pid", data / "socket" / ".s.PGSQL.5432.lock"):
                lock.write_text("\n".join([str(stranger.pid), *lock.read_text().splitlines()[1:], ""]))
            yield
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_each_service_has_a_database_an_owner_and_a_powerless_role(up: Up) -> None:
    for service in SERVICES:
        with psycopg.connect(up.info["postgres"][service]) as connection:
            assert connection.info.dbname == service
            assert connection.info.user == f"{service}_app"
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine (x int)")
            connection.rollback()
            rows = connection.execute(
                "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname ~ '_(app|owner)$'"
            )
            assert set(rows) == {(False, False, False, False)}
            owner = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [service]).fetchone()
            assert owner == (f"{service}_owner",)


def test_one_services_role_cannot_enter_anothers_database(up: Up) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(up.info["postgres"]["intake"].replace("/intake?", "/projects?"))


def test_what_is_committed_is_on_the_disk(up: Up) -> None:
    with psycopg.connect(up.info["postgres"]["intake"]) as connection:
        settings = {name: connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit", "full_page_writes")}
    assert set(settings.values()) == {("on",)}


def test_the_socket_is_closed_to_other_accounts(up: Up, data: Path) -> None:
    assert (data / "socket").stat().st_mode & 0o007 == 0
    assert up.info["postgres"]["intake"].endswith(f"host={data}/socket")


async def test_the_topics_stand(up: Up) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=up.info["kafka"])
    await admin.start()
    try:
        topics = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics(list(TOPICS))}
    finally:
        await admin.close()
    assert topics == dict.fromkeys(TOPICS, 12)


def test_a_second_up_on_the_same_data_is_refused(up: Up, data: Path, base: int) -> None:
    second = yinuo("up", "--no-services", "--data", data, "--port-base", str(base + 32))
    assert (second.returncode, second.stdout) == (5, "")
    assert second.stderr == f"yinuo: Another yinuo is running on {data}: stop it first, or use another --data.\n"
    assert up.process.poll() is None


def test_a_port_taken_is_named_and_nothing_is_left(up: Up, data: Path, base: int) -> None:
    elsewhere = data.with_name(f"{data.name}-second")
    second = yinuo("up", "--no-services", "--data", elsewhere, "--port-base", str(base))
    assert second.returncode == 7
    assert second.stderr.count("\n") == 1
    assert f"Port {base + 12}, for kafka, is taken" in second.stderr
    assert "--port-base" in second.stderr
    assert not elsewhere.exists()
    assert up.process.poll() is None


async def test_kafka_killed_comes_back_with_what_it_had_acknowledged(up: Up) -> None:
    await produce(up.info["kafka"], b"before")
    killed = up.pids()["kafka"]
    os.kill(killed, signal.SIGKILL)
    soon(lambda: up.pids().get("kafka", killed) != killed and listens(int(up.info["kafka"].split(":")[1])))
    assert (await consume(up.info["kafka"], 1)) == [b"before"]


def test_postgres_killed_comes_back_with_what_it_had_committed(up: Up) -> None:
    remember(up, 1)
    killed = up.pids()["postgres"]
    os.kill(killed, signal.SIGKILL)
    soon(lambda: up.pids().get("postgres", killed) != killed and answers(up.info["postgres"]["intake"]))
    assert remembered(up) == [1]


async def test_after_kill_9_of_all_of_it_a_new_start_goes_on(up: Up, data: Path, base: int) -> None:
    """Even if the dead server's number has passed to another program of the same account."""
    os.kill(up.process.pid, signal.SIGSTOP)  # or it would start again what dies before it does
    for pid in up.pids().values():
        os.kill(pid, signal.SIGKILL)
    up.kill()
    soon(lambda: programs_of(data) == [])
    with number_passed_on(data):
        up.start("--no-services", "--data", data, "--port-base", str(base))
    assert remembered(up) == [1]
    assert (await consume(up.info["kafka"], 1)) == [b"before"]


async def test_nothing_outlives_a_killed_supervisor(up: Up, data: Path, base: int) -> None:
    """And the next start, on other ports even, ends what is on its list all the same, and goes on."""
    remember(up, 2)
    up.kill()
    if sys.platform == "linux":
        soon(lambda: programs_of(data) == [], 10)

    with psutil.Popen(["/bin/sleep", "60"]) as leftover:
        record(data / "run", [Running("kafka", leftover.pid, leftover.create_time(), ["/bin/sleep", "60"])])
        up.start("--no-services", "--data", data, "--port-base", str(base + 16))
        assert leftover.wait() == -signal.SIGTERM

    assert remembered(up) == [1, 2]
    assert (await consume(up.info["kafka"], 1)) == [b"before"]


def test_sigterm_stops_everything_cleanly(up: Up, data: Path) -> None:
    pids = up.pids()
    assert set(pids) == {"kafka", "postgres"}
    began = time.monotonic()

    code, said = up.end(signal.SIGTERM)

    assert code == 0, said
    assert time.monotonic() - began < 20
    assert said.endswith("Stopping.\n")
    assert programs_of(data) == []
    assert not any(psutil.pid_exists(pid) for pid in pids.values())
    assert (data / "kafka" / "log" / ".kafka_cleanshutdown").exists()
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text().splitlines()[-1]
