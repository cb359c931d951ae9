"""What the stack tells whoever started it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Event:
    """A step begun or done, a share of a longer step, or something that went wrong and is being healed.

    `done` and `total` count bytes or parts of a step in progress; both 0 where there is nothing to count.
    """

    kind: Literal["started", "progress", "finished", "warning"]
    step: str
    text: str
    done: int = 0
    total: int = 0


Listener = Callable[[Event], None]


def silent(_: Event) -> None:
    """Listen to nothing."""
