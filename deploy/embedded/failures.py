"""What the embedded stack refuses, each as one sentence for the operator."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StackError(RuntimeError):
    """The stack cannot run; the message is one sentence that says why and what to do."""


class DependencyDownError(StackError):
    """Something the stack needs is not there: a port, disk space, a package, a program that stays up."""


class AlreadyRunningError(StackError):
    """Another supervisor holds this data directory."""


class StoppedError(StackError):
    """The stack was asked to stop while it was still starting."""


@contextmanager
def disk_sentences(where: Path) -> Iterator[None]:
    """Turn an `OSError` met while writing below `where` into a sentence: a full disk as such, any other with its file."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise DependencyDownError(f"The disk that holds {where} is full: free some space, or choose another folder.") from error
        raise DependencyDownError(f"{error.filename or where} cannot be used: {error.strerror or error}.") from error
