"""Keeps programs running: starts them, starts them again when they die, stops them in order."""

import itertools
import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import TypeVar

from deploy.embedded.events import Event, Listener
from deploy.embedded.failures import DependencyDownError, StackError, StoppedError
from deploy.embedded.leftovers import record
from deploy.embedded.program import Child, Program, last_lines

_TICK_SECONDS = 0.05
_FIRST_RETRY_SECONDS = 0.1
_LONGEST_RETRY_SECONDS = 5.0
_STEADY_SECONDS = 10.0
_DEATHS_WHILE_STARTING = 4

T = TypeVar("T")


class Supervisor:
    """One thread that owns every child process.

    All starting and reaping happens in that thread: a child's death signal is bound to the thread that started it, so a helper
    thread that comes to its end would take its children along.
    """

    def __init__(self, run_folder: Path, listener: Listener) -> None:
        self._run_folder = run_folder
        self._listener = listener
        self._children: list[Child] = []
        self._tasks: queue.Queue[Callable[[], None]] = queue.Queue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="supervisor", daemon=True)
        self._thread.start()

    def keep(self, program: Program) -> None:
        """Start a program, and start it again with growing pauses whenever it dies."""
        self._start(Child(program, keep=True))

    def run(self, program: Program, seconds: float) -> None:
        """Run a program to its end; DependencyDownError with its last words if it fails or takes longer."""
        child = Child(program, keep=False)
        self._start(child)
        try:
            status = child.exited.result(seconds)
        except TimeoutError:
            self._ask(child.end)
            raise DependencyDownError(f"{program.name} did not end within {seconds:g} s; see {program.log}.") from None
        if status:
            raise DependencyDownError(f"{program.name} failed ({_ending(status)}); see {program.log}: {last_lines(program.log)}")

    def wait_until(self, ready: Callable[[], bool], name: str, seconds: float, pause: float = 0.05) -> None:
        """Wait until `ready` says so; DependencyDownError if the named program keeps dying, or it takes longer."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._closing.is_set():
                raise StoppedError("Stopped while starting.")
            child = self._child(name)
            if child.deaths >= _DEATHS_WHILE_STARTING:
                raise DependencyDownError(f"{name} does not stay up; see {child.program.log}: {last_lines(child.program.log)}")
            if time.monotonic() > deadline:
                raise DependencyDownError(
                    f"{name} was not ready after {seconds:g} s; see {child.program.log}: {last_lines(child.program.log)}"
                )
            self._closing.wait(pause)

    def pids(self) -> dict[str, int]:
        """Return the process id of each kept program that runs now."""
        return {child.program.name: child.process.pid for child in list(self._children) if child.keep and child.process is not None}

    def close(self) -> None:
        """Stop everything, the highest tier first, and end the thread. A second interrupt does not cut this short."""
        self._closing.set()
        while self._thread.is_alive():
            try:
                self._thread.join()
            except KeyboardInterrupt:
                continue

    def _start(self, child: Child) -> None:
        def spawn() -> None:
            child.spawn()
            self._children.append(child)
            self._record()

        self._ask(spawn)

    def _ask(self, action: Callable[[], T]) -> T:
        """Have the supervising thread do something, and return or raise what it does."""
        answer: Future[T] = Future()

        def task() -> None:
            try:
                answer.set_result(action())
            except BaseException as failure:  # noqa: BLE001 - handed to the thread that asked
                answer.set_exception(failure)

        self._tasks.put(task)
        while not wait([answer], timeout=_TICK_SECONDS).done:
            if not self._thread.is_alive():
                raise StoppedError("Stopped while starting.")
        return answer.result()

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                self._tasks.get(timeout=_TICK_SECONDS)()
            except queue.Empty:
                self._look_after()
        self._stop_all()

    def _look_after(self) -> None:
        for child in list(self._children):
            if child.process is not None and (status := child.process.poll()) is not None:
                self._bury(child, status)
            elif child.process is None and time.monotonic() >= child.retry_at:
                self._revive(child)

    def _bury(self, child: Child, status: int) -> None:
        steady = time.monotonic() - child.started > _STEADY_SECONDS
        child.process = None
        if not child.keep:
            self._children.remove(child)
            child.exited.set_result(status)
            return
        child.deaths = 1 if steady else child.deaths + 1
        pause = min(_FIRST_RETRY_SECONDS * 2 ** (child.deaths - 1), _LONGEST_RETRY_SECONDS)
        child.retry_at = time.monotonic() + pause
        name = child.program.name
        self._tell(Event("warning", name, f"{name} ended unexpectedly ({_ending(status)}); starting it again in {pause:g} s"))

    def _revive(self, child: Child) -> None:
        try:
            child.spawn()
            self._record()
        except (OSError, StackError) as failure:
            # A full disk must not end supervision: the next attempt comes with the next pause.
            child.deaths += child.process is None
            child.retry_at = time.monotonic() + _LONGEST_RETRY_SECONDS
            self._tell(Event("warning", child.program.name, f"{child.program.name} could not be started again: {failure}"))

    def _stop_all(self) -> None:
        ordered = sorted(self._children, key=lambda child: child.program.tier, reverse=True)
        for _, tier in itertools.groupby(ordered, key=lambda child: child.program.tier):
            stoppers = [threading.Thread(target=child.end) for child in tier]
            for stopper in stoppers:
                stopper.start()
            for stopper in stoppers:
                stopper.join()
        for child in ordered:
            if not child.keep and not child.exited.done():
                child.exited.set_exception(StoppedError("Stopped while starting."))
        self._children.clear()
        try:
            self._record()
        except StackError as failure:
            self._tell(Event("warning", "stop", str(failure)))

    def _record(self) -> None:
        record(self._run_folder, [entry for child in self._children if (entry := child.running())])

    def _tell(self, event: Event) -> None:
        try:
            self._listener(event)
        except Exception:  # noqa: BLE001 - a listener's trouble, such as a closed terminal, must not end supervision
            os.write(2, f"{event.text}\n".encode())

    def _child(self, name: str) -> Child:
        return next(child for child in list(self._children) if child.program.name == name)


def _ending(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name
