"""Refusals and failures: a code for the catalogue, never prose."""

from collections.abc import Mapping


class Rejected(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule says no. `code` is the key of the sentence in the catalogue.

    `pointer` is the JSON pointer of the field that is at fault, where one is; `values` fill the sentence.
    """

    def __init__(self, code: str, *, pointer: str | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer
        self.values: Mapping[str, object] = values


class VersionConflict(Exception):  # noqa: N818 - an answer too: decide again
    """The stream has moved on since it was read."""


class CommandReused(Exception):  # noqa: N818
    """This command id was used before, for something else."""


class LogBehind(ConnectionError):  # noqa: N818 - a refusal too
    """The lane was longer once than it is: what were appended now would take the place of what is missing. It passes with recovery."""


class EventTooLarge(Exception):  # noqa: N818
    """An event's bytes exceed what a lane takes (65,535)."""

    def __init__(self, size: int, field: str) -> None:
        super().__init__(f"{size} bytes, most of them in {field}")
        self.size = size
        self.field = field
