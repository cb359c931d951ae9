"""One program under supervision: how it is started, where it writes, how it is stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.accounts import Account
from deploy.embedded.leftovers import Running, created_at

_LAUNCHER = Path(__file__).with_name("launch.py")
_LOG_BYTES = 5 * 1024**2
_LOGS_KEPT = 3
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Program:
    """A command with what it needs around it.

    `tier` orders stopping: the highest first. `stop` is a ladder of signals, each with the seconds it is given before the next;
    SIGKILL stands at its end. `death_signal` is what the kernel sends it, on Linux, if the supervisor is killed.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    environment: Mapping[str, str]
    tier: int
    stop: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 10.0),)
    death_signal: signal.Signals = signal.SIGKILL
    account: Account | None = None
    folder: Path = Path("/")


@dataclass
class Child:
    """A program as the supervisor holds it; a kept one is started again whenever it ends."""

    program: Program
    keep: bool
    process: subprocess.Popen[bytes] | None = None
    created: float = 0.0
    started: float = 0.0
    deaths: int = 0
    retry_at: float = 0.0
    exited: Future[int] = field(default_factory=Future)

    def spawn(self) -> None:
        """Start the program; its output is appended to its log, which is rotated first if it has grown.

        Must be called from a thread that lives as long as the program: its death signal is bound to that thread.
        """
        program = self.program
        _rotate(program.log)
        uid, gid = (program.account.uid, program.account.gid) if program.account else (-1, -1)
        arguments = [str(number) for number in (os.getpid(), int(program.death_signal), uid, gid)]
        log = os.open(program.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_LAUNCHER), *arguments, *program.command],
                env=dict(program.environment),
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C on the terminal reaches the supervisor alone, which stops all in order
            )
        finally:
            os.close(log)
        self.started = time.monotonic()
        self.created = created_at(self.process.pid)

    def running(self) -> Running | None:
        """Return the entry for the list on disk, or None if it does not run."""
        if self.process is None:
            return None
        program = self.program
        return Running(program.name, self.process.pid, self.created, list(program.command), program.stop[0][0])

    def end(self) -> None:
        """Take the program down its ladder of signals, and wait until it is gone."""
        if self.process is None:
            return
        for number, seconds in self.program.stop:
            self.process.send_signal(number)
            if _gone(self.process, seconds):
                return
        self.process.kill()
        self.process.wait()


def last_lines(log: Path, count: int = 1) -> str:
    """Return the last lines of a log that are not empty, joined by ` | `; nothing if there is none."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 8192))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return " | ".join([line.strip() for line in lines if line.strip()][-count:])


def _gone(process: subprocess.Popen[bytes], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _rotate(log: Path) -> None:
    if not log.exists() or log.stat().st_size < _LOG_BYTES:
        return
    for age in range(_LOGS_KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{age}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{age + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))
