"""Waiting for something that another process does."""

import time
from collections.abc import Callable


def until(reached: Callable[[], bool], what: str, seconds: float, *, look_every: float = 0.05) -> None:
    """Wait until something is so; TimeoutError, naming it, when it is not after so many seconds."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} took longer than {seconds:g} s")
        time.sleep(look_every)
