"""`yinuo` as an operator runs it: a process of its own, its output, its end."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from cli.exits import Exit
from cli.main import run
from deploy.embedded import launch


def yinuo(*arguments: str | Path, environment: Mapping[str, str] | None = None, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end; its output is text."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "cli.main", *map(str, arguments)],
        env={**os.environ, **(environment or {})},
        timeout=seconds,
        capture_output=True,
        text=True,
        check=False,
    )


def yinuo_within(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end within this process, which spares the second it takes to load one; for verbs that set no signals."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline=""), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    out.flush()
    out.seek(0)
    return subprocess.CompletedProcess(arguments, int(code), out.read(), err.getvalue())


class Up:
    """A running `yinuo up --json`; `info` is the line it printed when it was ready, `seconds` how long that took."""

    def __init__(self, *arguments: str | Path) -> None:
        self.start(*arguments)

    def start(self, *arguments: str | Path) -> None:
        """Start it, again if need be; AssertionError with what it said if it did not become ready."""
        began = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [*_bound_to_us(), sys.executable, "-m", "cli.main", "up", "--json", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.seconds = time.monotonic() - began
        if not line:
            raise AssertionError(self.process.communicate()[1])
        self.info: dict[str, Any] = json.loads(line)

    def pids(self) -> dict[str, int]:
        """Return the process ids of this moment, from the list the supervisor keeps."""
        entries = json.loads((Path(self.info["data"]) / "run" / "processes.json").read_text(encoding="utf-8"))
        return {entry["name"]: entry["pid"] for entry in entries}

    def kill(self) -> None:
        """Kill the supervisor alone, as `kill -9` does."""
        self.process.kill()
        self.process.communicate()

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal, and return exit code and what was said on stderr in all."""
        self.process.send_signal(number)
        return self.process.wait(30), self.process.communicate()[1]


def _bound_to_us() -> list[str]:
    """Return the words before a command that have it told to stop if this test run is killed."""
    return [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(signal.SIGTERM)), "-1", "-1"]


def programs_of(data: Path) -> list[psutil.Process]:
    """Return the processes that work for a data directory, backends and helpers included, by the folder they name or stand in."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and (
                Path(process.cwd()).is_relative_to(data) or any(str(data) in word for word in process.cmdline())
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def soon(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until the condition holds; AssertionError if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True)
class Ended:
    """A verb that was carried out in this process."""

    returncode: Exit
    stdout: str
    stderr: str


def yinuo_here(*arguments: str | Path) -> Ended:
    """Run a verb as the command line does, without a process of its own, which takes a second to start."""
    said, told = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(said), redirect_stderr(told):
        code = run([str(argument) for argument in arguments])
    texts = []
    for stream in (said, told):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    return Ended(code, *texts)
