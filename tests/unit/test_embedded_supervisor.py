"""Supervision with real, small programs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from deploy.embedded import leftovers
from deploy.embedded.events import Event
from deploy.embedded.failures import DependencyDownError, StoppedError
from deploy.embedded.leftovers import Running, end_leftovers, record, recorded
from deploy.embedded.program import Program, last_lines
from deploy.embedded.supervisor import Supervisor

SLEEPER = "import time; time.sleep(60)"
# Says when it is ready to be told, and notes its name when it is told to stop, a little later.
NOTER = """
import signal, sys, time
name, notes = sys.argv[1:]
def stop(*_):
    time.sleep(0.2)
    open(notes, "a").write(f"{name}\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
open(f"{notes}.{name}", "w").close()
time.sleep(60)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, events: list[Event]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, events.append)
    yield supervisor
    supervisor.close()


def program(folder: Path, name: str, code: str, *arguments: str, tier: int = 0, grace: float = 5.0) -> Program:
    command = (sys.executable, "-c", code, *arguments)
    return Program(name, command, folder / f"{name}.log", dict(os.environ), tier, ((signal.SIGTERM, grace),), folder=folder)


def soon(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)


def test_the_highest_tier_is_stopped_first_and_to_its_end(supervisor: Supervisor, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    for tier, name in enumerate(("database", "broker", "service")):
        supervisor.keep(program(tmp_path, name, NOTER, name, str(notes), tier=tier))
    soon(lambda: len(list(tmp_path.glob("notes.*"))) == 3)
    pids = list(supervisor.pids().values())

    supervisor.close()

    assert notes.read_text().split() == ["service", "broker", "database"]
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert recorded(tmp_path) == []


def test_a_killed_program_is_started_again(supervisor: Supervisor, tmp_path: Path, events: list[Event]) -> None:
    supervisor.keep(program(tmp_path, "sleeper", SLEEPER))
    first = supervisor.pids()["sleeper"]

    os.kill(first, signal.SIGKILL)

    soon(lambda: supervisor.pids().get("sleeper", first) != first)
    soon(lambda: [entry.pid for entry in recorded(tmp_path)] == [supervisor.pids()["sleeper"]])
    assert [event.text for event in events] == ["sleeper ended unexpectedly (SIGKILL); starting it again in 0.1 s"]


def test_a_program_that_keeps_dying_is_tried_less_and_less_often(supervisor: Supervisor, tmp_path: Path, events: list[Event]) -> None:
    supervisor.keep(program(tmp_path, "broken", "import sys; sys.exit('no such setting')"))

    with pytest.raises(DependencyDownError, match=r"broken does not stay up; see .*broken\.log: no such setting"):
        supervisor.wait_until(lambda: False, "broken", 20)

    assert [event.text.rsplit(" in ", 1)[1] for event in events[:3]] == ["0.1 s", "0.2 s", "0.4 s"]


def test_a_program_that_ignores_its_signal_is_killed_when_its_time_is_up(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.keep(program(tmp_path, "stubborn", STUBBORN, grace=0.3))
    soon(lambda: last_lines(tmp_path / "stubborn.log") == "deaf")
    pid = supervisor.pids()["stubborn"]

    began = time.monotonic()
    supervisor.close()

    assert 0.3 < time.monotonic() - began < 3
    assert not psutil.pid_exists(pid)


def test_a_task_that_fails_is_told_with_its_last_words(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.run(program(tmp_path, "good", "pass"), 20)
    with pytest.raises(DependencyDownError, match=r"bad failed \(exit status 1\); see .*bad.log: the reason"):
        supervisor.run(program(tmp_path, "bad", "import sys; sys.exit('the reason')"), 20)


def test_a_task_that_takes_too_long_is_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(DependencyDownError, match=r"slow did not end within 0\.5 s"):
        supervisor.run(program(tmp_path, "slow", SLEEPER), 0.5)
    assert recorded(tmp_path) == [] or not psutil.pid_exists(recorded(tmp_path)[0].pid)


def test_nothing_starts_after_closing(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.close()
    with pytest.raises(StoppedError):
        supervisor.keep(program(tmp_path, "late", SLEEPER))


def test_a_grown_log_is_put_aside_at_the_next_start(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "sleeper.log"
    log.write_bytes(b"x" * (5 * 1024**2))
    (tmp_path / "sleeper.log.1").write_text("older")
    supervisor.keep(program(tmp_path, "sleeper", SLEEPER))
    assert log.stat().st_size == 0
    assert (tmp_path / "sleeper.log.1").stat().st_size == 5 * 1024**2
    assert (tmp_path / "sleeper.log.2").read_text() == "older"


def test_a_leftover_is_ended_and_a_stranger_with_its_number_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLEEPER]
    with psutil.Popen(command) as ours, psutil.Popen(command) as stranger, psutil.Popen(command) as other:
        try:
            soon(lambda: all(process.cmdline() == command for process in (ours, stranger, other)))
            entries = [
                Running("ours", ours.pid, ours.create_time(), command),
                Running("same number, later", stranger.pid, stranger.create_time() - 60, command),
                Running("same number, another command", other.pid, other.create_time(), ["postgres"]),
            ]
            record(tmp_path, entries)

            assert end_leftovers(tmp_path) == ["ours"]

            assert ours.wait(5) == -signal.SIGTERM
            assert stranger.is_running()
            assert other.is_running()
        finally:
            for process in (ours, stranger, other):
                with suppress(psutil.NoSuchProcess):
                    process.kill()


def test_a_leftover_that_ignores_its_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_POLITE_SECONDS", 0.3)
    command = [sys.executable, "-c", STUBBORN]
    with psutil.Popen(command, stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout.readline() == b"deaf\n"
        record(tmp_path, [Running("stubborn", stubborn.pid, stubborn.create_time(), command)])
        end_leftovers(tmp_path)
        assert stubborn.wait(5) == -signal.SIGKILL


def test_a_list_spoilt_by_a_full_disk_names_no_leftovers(tmp_path: Path) -> None:
    (tmp_path / "processes.json").write_text('[{"name": "kafka", "pid"')
    assert end_leftovers(tmp_path) == []
