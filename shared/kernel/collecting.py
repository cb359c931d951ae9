"""Long work on many small things without the collector of cycles, which would look at every one of them again and again."""

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
