"""`yinuo up` as an operator meets it: started, disturbed, killed, stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from tests.support.stack import data_folder, free_port_base
from tests.support.up import Up, programs_of, yinuo

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


def soon(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


def answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
    pids = [up.process.pid, *up.pids().values()]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    up.process.communicate()

    up.__init__("--no-services", "--data", data, "--port-base", str(base))  # type: ignore[misc] # the fixture's stack goes on

    assert remembered(up) == [1]
    assert (await consume(up.info["kafka"], 1)) == [b"before"]


async def test_nothing_outlives_a_killed_supervisor(up: Up, data: Path, base: int) -> None:
    """And the next start, on other ports even, ends what might and goes on."""
    remember(up, 2)
    os.kill(up.process.pid, signal.SIGKILL)
    up.process.communicate()
    if sys.platform == "linux":
        soon(lambda: programs_of(data) == [], 10)

    up.__init__("--no-services", "--data", data, "--port-base", str(base + 16))  # type: ignore[misc] # the fixture's stack goes on

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


def test_an_interrupt_while_starting_leaves_nothing() -> None:
    with data_folder() as folder:
        command = [sys.executable, "-m", "cli.main", "up", "--no-services", "--data", str(folder), "--port-base", str(free_port_base())]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as starting:  # noqa: S603 - our own
            soon((folder / "kafka" / "log.new").exists)
            starting.send_signal(signal.SIGINT)
            assert starting.stderr is not None
            said = starting.stderr.read()
        assert starting.returncode == 8, said
        assert said.endswith("yinuo: Interrupted; starting again goes on from here.\n")
        assert programs_of(folder) == []


def test_a_disk_that_fills_up_while_starting_is_a_sentence() -> None:
    """A limit on the size of a file stands for it: the kernel refuses the write, as on a disk without room."""
    with data_folder() as folder:
        command = f"ulimit -f 512; exec {sys.executable} -m cli.main up --no-services --data {folder} --port-base {free_port_base()}"
        full = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
        assert full.returncode == 7, full.stderr
        assert "initdb failed" in full.stderr.splitlines()[-1]
        assert programs_of(folder) == []


def test_jars_that_cannot_be_fetched_are_a_sentence() -> None:
    with data_folder() as cache, data_folder() as parent:
        parent.chmod(0o755)
        nowhere = {"XDG_CACHE_HOME": str(cache), "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        data = parent / "data"
        failed = yinuo("up", "--no-services", "--data", data, "--port-base", str(free_port_base()), environment=nowhere)
        assert failed.returncode == 7
        assert "could not be fetched (ProxyError): check the network and proxy settings" in failed.stderr.splitlines()[-1]
        assert list((cache / "yinuo").iterdir()) == []
        assert not data.exists()


def test_root_is_refused_a_folder_the_servers_account_cannot_reach() -> None:
    """For an ordinary user, whose own account runs the server, the same folder will do."""
    with data_folder() as closed:
        before = closed.stat()
        outcome = yinuo("doctor", "--data", closed / "data", "--port-base", str(free_port_base()))
        if os.geteuid() == 0:
            assert outcome.returncode == 7
            refused = yinuo("up", "--no-services", "--data", closed / "data", "--port-base", str(free_port_base()))
            assert refused.returncode == 7
            assert f"may not enter {closed}: choose another folder with --data" in refused.stderr
        else:
            assert outcome.returncode == 0, outcome.stdout
        after = closed.stat()
        assert (after.st_mode, after.st_mtime_ns, list(closed.iterdir())) == (before.st_mode, before.st_mtime_ns, [])


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["token", "--role", "king", "--county", "430523"], 2, "'king' is no role"),
        (["token", "--role", "office", "--county", "shaoyang"], 2, "'shaoyang' is no county"),
        (["token", "--role", "office", "--county", "430523", "--ttl", "soon"], 2, "'soon' is no length of time"),
        (["token", "--county", "430523"], 2, "Missing option '--role'"),
        (["up", "--port-base", "80"], 2, "--port-base"),
        (["fly"], 2, "No such command 'fly'"),
    ],
)
def test_a_slip_on_the_command_line_is_a_sentence(arguments: list[str], code: int, sentence: str) -> None:
    outcome = yinuo(*arguments)
    assert (outcome.returncode, outcome.stdout) == (code, "")
    assert sentence in outcome.stderr


def test_a_token_stands_alone_on_stdout_and_is_quick() -> None:
    yinuo("token", "--role", "office", "--county", "430523")
    began = time.monotonic()
    outcome = yinuo("token", "--role", "office", "--county", "430523")
    assert time.monotonic() - began < 1  # half a second on an idle machine; this one may be busy
    assert outcome.returncode == 0
    assert outcome.stderr == ""
    assert [len(outcome.stdout.splitlines()), outcome.stdout.count(".")] == [1, 2]


def test_health_names_what_does_not_answer() -> None:
    outcome = yinuo("health", "--port-base", str(free_port_base()))
    assert outcome.returncode == 7
    assert [line.split()[0] for line in outcome.stdout.splitlines()] == list(SERVICES)
    assert outcome.stderr == "yinuo: Not ready: intake, projects, supervision, scoring.\n"


def test_the_doctor_says_what_stands_in_the_way() -> None:
    base = free_port_base()
    with socket.socket() as listener, data_folder() as data:
        listener.bind(("127.0.0.1", base + 1))
        listener.listen()
        (data / "thesis.doc").touch()
        outcome = yinuo("doctor", "--data", data, "--port-base", str(base))
    assert outcome.returncode == 7
    findings = {line.split()[1]: line for line in outcome.stdout.splitlines()}
    assert findings["python"].startswith("ok ")
    assert findings["packages"].startswith("ok ")
    assert findings["ports"].startswith(f"no  ports      Port {base + 1}, for intake, is taken")
    assert "holds files that are not yinuo's" in findings["data"]
