"""The collector of cycles kept from looking at many small things again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave what is made meanwhile to the counting of references; for work whose things hold no cycles. Not for services."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def collect_seldom() -> None:
    """Look for cycles seldom from now on, and never among what is there by now: for services, once they are loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
