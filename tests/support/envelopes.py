"""Envelopes for events that no log has written."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.kernel.envelope import Meta
from shared.kernel.events import Event
from shared.kernel.testing import COUNTY

_BEGAN = datetime(2021, 11, 1, tzinfo=UTC)


def meta(event: Event, service: str, *, position: int = 1, stream: str = "", version: int = 1) -> Meta:
    """Return the envelope of an event at this position of its lane; a minute passes from one position to the next."""
    return Meta(
        service=service,
        county=COUNTY,
        position=position,
        stream=stream or f"{service}-stream",
        version=version,
        event_id=str(UUID(int=position)),
        type=type(event).__name__,
        recorded_at=_BEGAN + timedelta(minutes=position),
        actor="li",
        role="member",
        unit=None,
        correlation_id="c",
        causation_id=None,
    )
