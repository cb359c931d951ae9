"""Progress on stderr: a bar on a terminal, otherwise a line every ten seconds with rate, position and time left."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_EVERY_SECONDS = 10.0
Told = Callable[[int, int], None]


@contextmanager
def following(what: str) -> Iterator[Told]:
    """Yield a function that is told how much of how much is done."""
    if sys.stderr.isatty():
        with _bar(what) as told:
            yield told
    else:
        yield _lines(what)


@contextmanager
def _bar(what: str) -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _lines(what: str) -> Told:
    began = said = time.monotonic()

    def told(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said < _EVERY_SECONDS or not done:
            return
        said, rate = now, done / (now - began)
        sys.stderr.write(f"{what}: {done} of {total}, {rate:.0f}/s, {(total - done) / rate:.0f} s left\n")

    return told
