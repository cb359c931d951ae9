"""The little the rules must remember of a collection call."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from shared.contracts.intake import CallClosed, CallPublished

CallEvent = CallPublished | CallClosed


@dataclass(frozen=True, slots=True)
class Call:
    """A collection call: from which day to which it takes needs in."""

    opens_on: date | None = None
    closes_on: date | None = None
    closed: bool = False


def evolve(call: Call, event: CallEvent) -> Call:
    """Return the call after a fact."""
    match event:
        case CallPublished():
            return replace(call, opens_on=event.opens_on, closes_on=event.closes_on)
        case CallClosed():
            return replace(call, closed=True, closes_on=event.closed_on)
        case _:
            assert_never(event)
