"""Shows what a stack or a long verb reports: progress on a terminal, plain lines elsewhere. All of it on stderr."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deploy.embedded.events import Event, Listener

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

_LINE_EVERY_SECONDS = 10.0


@contextmanager
def reporter(*, quiet: bool = False) -> Iterator[Listener]:
    """Yield the listener that suits stderr; colours follow NO_COLOR, and a dumb terminal gets lines."""
    if quiet:
        yield _warnings
        return
    if not _is_terminal():
        yield Lines()
        return
    from rich.console import Console  # noqa: PLC0415 - see cli.main

    console = Console(stderr=True)
    bars = _Bars(console)
    try:
        yield bars
    finally:
        bars.close()


@contextmanager
def paced(text: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Yield what a verb tells how far it has come: a bar on a terminal, elsewhere a line every ten seconds, from the tenth on."""
    if quiet:
        yield lambda _: None
        return
    if not _is_terminal():
        yield _Slow(text, total)
        return
    with reporter() as listener:
        yield lambda done: listener(Event("progress", text, text, done, total))


class _Slow:
    """Says nothing of a verb that is soon done."""

    def __init__(self, text: str, total: int) -> None:
        self._text, self._total = text, total
        self._began = self._said = time.monotonic()

    def __call__(self, done: int) -> None:
        """Write a line if the last is ten seconds ago."""
        now = time.monotonic()
        if now - self._said >= _LINE_EVERY_SECONDS:
            self._said = now
            event = Event("progress", self._text, self._text, done, self._total)
            _write(f"{self._text}: {done} of {self._total}{_pace(event, now - self._began)}")


class _Bars:
    """A bar per step under way, with its time; steps done and warnings stay as lines above."""

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._console = console
        self._progress = Progress(*columns, console=console, transient=True)
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Move the step's bar. Steps are reported from several threads."""
        with self._lock:
            if event.kind in {"started", "progress"}:
                self._move(event)
            elif event.step in self._tasks:
                self._remove(event.step)
            if event.kind in {"finished", "warning"}:
                self._console.print(event.text, markup=False, highlight=False)

    def close(self) -> None:
        """Take the bars off the terminal."""
        with self._lock:
            self._progress.stop()

    def _move(self, event: Event) -> None:
        if not self._tasks:
            self._progress.start()
        if event.step not in self._tasks:
            self._tasks[event.step] = self._progress.add_task(event.text, total=None)
        step = self._tasks[event.step]
        text = event.text
        if event.total:
            elapsed = next(task.elapsed for task in self._progress.tasks if task.id == step) or 0.0
            text = f"{text}: {event.done} of {event.total}{_pace(event, elapsed)}"
        self._progress.update(step, description=text, total=event.total or None, completed=event.done)
        if event.total and event.done == event.total:
            self._remove(event.step)

    def _remove(self, step: str) -> None:
        self._progress.remove_task(self._tasks.pop(step))
        if not self._tasks:
            # A display left running would redraw nothing ten times a second for as long as the stack is up.
            self._progress.stop()


class Lines:
    """One line per step done or warning, and every ten seconds one for a step that takes long."""

    def __init__(self) -> None:
        self._began = 0.0
        self._said = 0.0

    def __call__(self, event: Event) -> None:
        """Write the event's line, if it is due one."""
        now = time.monotonic()
        if event.kind == "progress":
            if event.done == 0:
                self._began = now
            elif event.done < event.total and now - self._said < _LINE_EVERY_SECONDS:
                return
            self._said = now
            _write(f"{event.text}: {event.done} of {event.total}{_pace(event, now - self._began)}")
        elif event.kind != "started":
            _write(event.text)


def _is_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


def _warnings(event: Event) -> None:
    if event.kind == "warning":
        _write(event.text)


def _pace(event: Event, seconds: float) -> str:
    if event.done == 0 or seconds == 0:
        return ""
    rate = event.done / seconds
    return f", {rate:.1f}/s, {(event.total - event.done) / rate:.0f} s left"


def _write(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
