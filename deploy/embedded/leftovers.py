"""The list of running programs on disk, and the end of those a killed supervisor left behind."""

import json
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from deploy.embedded.datadir import write_private

_FILE = "processes.json"
_SAME_START_SECONDS = 2.0
_POLITE_SECONDS = 5.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Running:
    """One program: its process id, the second of the epoch it was created in, and the command it executes."""

    name: str
    pid: int
    created: float
    command: list[str]
    stop_signal: int = signal.SIGTERM


def record(folder: Path, running: Sequence[Running]) -> None:
    """Write what is running now to `processes.json` in `folder`, whole or not at all."""
    write_private(folder / _FILE, json.dumps([asdict(entry) for entry in running], indent=1) + "\n")


def recorded(folder: Path) -> list[Running]:
    """Return what the last supervisor wrote; nothing if it wrote none, or a disk error spoilt it."""
    try:
        return [Running(**entry) for entry in json.loads((folder / _FILE).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def end_leftovers(folder: Path) -> list[str]:
    """End the recorded programs that still run, politely and then not; return their names.

    A process is touched only if id, time of creation and command all match: an id alone may have passed to a stranger.
    """
    found = [(entry, process) for entry in recorded(folder) if (process := _matching(entry))]
    for entry, process in found:
        _send(process, entry.stop_signal)
    for process in _still_alive([process for _, process in found]):
        _send(process, signal.SIGKILL)
    _still_alive([process for _, process in found])
    return [entry.name for entry, _ in found]


def created_at(pid: int) -> float:
    """Return when a process was created, in seconds of the epoch; 0 if it is gone already."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0


def _matching(entry: Running) -> psutil.Process | None:
    try:
        process = psutil.Process(entry.pid)
        command = process.cmdline()
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        same_start = abs(process.create_time() - entry.created) < _SAME_START_SECONDS
    except psutil.Error:
        return None
    # The launcher's own words stand before the command until it has become the program.
    return process if same_start and command[-len(entry.command) :] == entry.command else None


def _still_alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that have not ended within the polite time; a dead one that nobody has reaped has ended."""
    deadline = time.monotonic() + _POLITE_SECONDS
    while (alive := [process for process in processes if _alive(process)]) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return alive


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
