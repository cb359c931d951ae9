"""Kafka's jars come whole and as listed, or not at all."""

import gc
import hashlib
import os
import threading
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.embedded import jars
from deploy.embedded.failures import DependencyDownError
from deploy.embedded.jars import Jar, cache_folder, cached, ensure_jars, locked_jars

CONTENT = b"the bytes of a jar"


class Repository(BaseHTTPRequestHandler):
    """A Maven repository with one jar, of which the first answers are cut short."""

    broken_answers = 0

    def do_GET(self) -> None:
        if not self.path.endswith("/org/example/thing/1.0/thing-1.0.jar"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if Repository.broken_answers:
            Repository.broken_answers -= 1
            self.wfile.write(CONTENT[:5])
            return
        self.wfile.write(CONTENT)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep the test's output quiet."""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the resolver's settings name a repository on this machine, and the cache be empty."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Repository)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = tmp_path / "jgo.conf"
    settings.write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Repository.broken_answers = 0
    yield
    server.shutdown()
    server.server_close()
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # the resolver leaves the connections of failed requests to the collector


def listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sha256: str) -> None:
    lock = tmp_path / "kafka.lock"
    lock.write_text(f"# a list\n{sha256}  org.example:thing:1.0\n")
    monkeypatch.setattr(jars, "LOCK_FILE", lock)


@pytest.mark.usefixtures("repository")
def test_a_jar_is_fetched_once_and_then_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed(monkeypatch, tmp_path, hashlib.sha256(CONTENT).hexdigest())
    steps: list[tuple[int, int]] = []
    folder = ensure_jars(lambda done, total: steps.append((done, total)))
    assert (folder / "thing-1.0.jar").read_bytes() == CONTENT
    assert ensure_jars(lambda done, total: steps.append((done, total))) == folder
    assert steps == [(0, 1), (1, 1)]
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


@pytest.mark.usefixtures("repository")
def test_a_connection_that_breaks_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed(monkeypatch, tmp_path, hashlib.sha256(CONTENT).hexdigest())
    Repository.broken_answers = 2
    ensure_jars(lambda *_: None)
    assert cached()


@pytest.mark.usefixtures("repository")
def test_a_jar_with_other_bytes_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed(monkeypatch, tmp_path, "0" * 64)
    with pytest.raises(DependencyDownError, match=r"thing-1\.0\.jar was fetched with SHA-256 .* not 0{64} as listed"):
        ensure_jars(lambda *_: None)
    assert list(cache_folder().parent.iterdir()) == []


@pytest.mark.usefixtures("repository")
def test_a_jar_spoilt_in_the_cache_is_fetched_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed(monkeypatch, tmp_path, hashlib.sha256(CONTENT).hexdigest())
    spoilt = ensure_jars(lambda *_: None) / "thing-1.0.jar"
    spoilt.write_bytes(b"the bytes of another")
    assert not cached()
    ensure_jars(lambda *_: None)
    assert spoilt.read_bytes() == CONTENT


@pytest.mark.usefixtures("repository")
def test_a_jar_that_is_nowhere_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jars, "locked_jars", lambda: [Jar("org.example", "other", "1.0", "0" * 64)])
    with pytest.raises(DependencyDownError, match=r"other-1\.0\.jar could not be fetched \(RuntimeError\): check the network"):
        ensure_jars(lambda *_: None)
    assert list((tmp_path / "cache" / "yinuo").iterdir()) == []


@pytest.mark.usefixtures("repository")
def test_what_a_killed_fetch_left_is_removed_and_a_running_ones_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed(monkeypatch, tmp_path, hashlib.sha256(CONTENT).hexdigest())
    folder = cache_folder().parent
    for name in (".kafka-killed", ".kafka-running"):
        (folder / name).mkdir(parents=True)
    os.utime(folder / ".kafka-killed", (0, 0))
    ensure_jars(lambda *_: None)
    assert sorted(entry.name for entry in folder.iterdir()) == [".kafka-running", cache_folder().name]


def test_the_committed_list_has_the_broker_and_its_own_clients() -> None:
    versions = {jar.artifact: jar.version for jar in locked_jars()}
    assert versions["kafka_2.13"] == versions["kafka-clients"] == jars.KAFKA_VERSION
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in locked_jars())
