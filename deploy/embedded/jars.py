"""Kafka's jars: fetched once, checked against the committed list, kept in the user's cache."""

import hashlib
import os
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.failures import DependencyDownError, disk_sentences

KAFKA_VERSION = "4.3.1"
LOCK_FILE = Path(__file__).with_name("kafka.lock")
_WORKERS = 6
_ATTEMPTS = 3
_PAUSE_SECONDS = 0.5
_TIMEOUT_SECONDS = 15
_CHUNK_BYTES = 1024**2
_DRAFT_PREFIX = ".kafka-"
_DRAFT_SECONDS = 3600


@dataclass(frozen=True)
class Jar:
    """One file of a repository: Maven coordinates, the SHA-256 of its bytes in hexadecimal, and what kind of file it is."""

    group: str
    artifact: str
    version: str
    sha256: str
    packaging: str = "jar"

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.artifact}-{self.version}.{self.packaging}"


Progress = Callable[[int, int], None]


def locked_jars() -> list[Jar]:
    """Read the committed list, one `sha256  group:artifact:version` a line."""
    jars = []
    for line in LOCK_FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            sha256, coordinates = line.split()
            group, artifact, version = coordinates.split(":")
            jars.append(Jar(group, artifact, version, sha256))
    return jars


def cache_folder() -> Path:
    """Return where the jars are kept for this user, following the XDG base directories."""
    return user_cache() / f"kafka-{KAFKA_VERSION}"


def user_cache() -> Path:
    """Return where this user's fetched files are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yinuo"


def cached() -> bool:
    """Whether every jar is in the cache with the bytes the list demands."""
    folder = cache_folder()
    return all((folder / jar.name).is_file() and sha256_of(folder / jar.name) == jar.sha256 for jar in locked_jars())


def ensure_jars(progress: Progress) -> Path:
    """Return the folder with the jars, fetched first if they are not all there and whole.

    `progress` is told how many of how many are here while they are fetched. DependencyDownError if one cannot be fetched, or is
    not the file that was listed. A fetch cut short leaves nothing that a later start could take for whole.
    """
    folder = cache_folder()
    if cached():
        return folder
    with disk_sentences(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_old_drafts(folder.parent)
        draft = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=folder.parent))
        try:
            (draft / "jars").mkdir()
            _fetch(locked_jars(), draft, progress)
            if not cached():  # else another first start was quicker
                shutil.rmtree(folder, ignore_errors=True)
                try:
                    (draft / "jars").rename(folder)
                except OSError:
                    if not cached():
                        raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return folder


def _remove_old_drafts(folder: Path) -> None:
    """Remove what a killed fetch left; a young one may belong to a fetch that is still under way."""
    for draft in folder.glob(f"{_DRAFT_PREFIX}*"):
        with suppress(FileNotFoundError):  # another fetch has just removed its own
            if time.time() - draft.stat().st_mtime > _DRAFT_SECONDS:
                shutil.rmtree(draft, ignore_errors=True)


def _fetch(jars: list[Jar], draft: Path, progress: Progress) -> None:
    """Fetch with a few daemon threads: an interrupt must not wait for a slow connection."""
    stop = threading.Event()
    waiting: queue.SimpleQueue[Jar] = queue.SimpleQueue()
    results: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    for jar in jars:
        waiting.put(jar)

    def work() -> None:
        while not stop.is_set():
            try:
                jar = waiting.get_nowait()
                fetch_checked(jar, draft, stop).rename(draft / "jars" / jar.name)
                results.put(None)
            except queue.Empty:
                return
            except BaseException as failure:  # noqa: BLE001 - raised where the results are collected
                results.put(failure)
                return

    progress(0, len(jars))
    for _ in range(_WORKERS):
        threading.Thread(target=work, daemon=True).start()
    try:
        for count in range(1, len(jars) + 1):
            failure = results.get()
            if failure is not None:
                raise failure
            progress(count, len(jars))
    finally:
        stop.set()


def fetch_checked(jar: Jar, draft: Path, stop: threading.Event | None = None) -> Path:
    """Fetch one file into a folder of its own below `draft`; DependencyDownError if it cannot be had, or is not the listed one."""
    for attempt in range(1, _ATTEMPTS + 1):
        # A repository of its own per attempt: what a broken connection left in one would be taken for the whole file.
        try:
            file = fetch(jar, draft / f"{jar.name}.{attempt}")
        except (OSError, RuntimeError) as failure:
            if isinstance(failure, OSError) and failure.errno is not None:
                raise  # the disk's trouble, not the network's
            if attempt == _ATTEMPTS:
                raise DependencyDownError(
                    f"{jar.name} could not be fetched ({type(failure).__name__}): check the network and proxy settings, and start again; "
                    "what is fetched is needed once, then kept in the cache."
                ) from failure
            if (stop or threading.Event()).wait(_PAUSE_SECONDS):
                raise
        else:
            break
    found = sha256_of(file)
    if found != jar.sha256:
        raise DependencyDownError(f"{jar.name} was fetched with SHA-256 {found}, not {jar.sha256} as listed: not used.")
    return file


def fetch(jar: Jar, repository: Path) -> Path:
    """Fetch one file into a Maven repository folder, unchecked; mirrors named in the user's jgo settings are asked first."""
    from jgo.config import GlobalSettings  # noqa: PLC0415 - the resolver is loaded only when something is fetched
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    remotes = {**GlobalSettings.load().repositories}
    remotes.setdefault("central", MAVEN_CENTRAL_URL)
    context = MavenContext(repo_cache=repository, remote_repos=remotes, timeout=_TIMEOUT_SECONDS)
    return context.project(jar.group, jar.artifact).at_version(jar.version).artifact(packaging=jar.packaging).resolve()


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
