"""Exit codes, the same for every verb."""

from enum import IntEnum


class Exit(IntEnum):
    """What a script may rely on; each is documented with the command line and tested."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    VERIFICATION_FAILED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    DENIED = 6
    DEPENDENCY_DOWN = 7
    INTERRUPTED = 8


class CommandError(Exception):
    """A verb's refusal: one sentence for stderr, and the code to exit with."""

    def __init__(self, sentence: str, code: Exit) -> None:
        super().__init__(sentence)
        self.code = code
