"""Facts of micro-wishes and of collection calls."""

from datetime import date
from uuid import UUID

from shared.contracts.values import Channel
from shared.kernel.events import Event


class WishPublished(Event):
    """A micro-wish (微心愿) may be claimed by members."""

    need_id: UUID
    title: str
    town: str
    published_by: str


class WishClaimed(Event):
    """A member took a published micro-wish on."""

    need_id: UUID
    member_id: UUID
    claimant: str
    unit: str
    branch: str | None


class WishGivenBack(Event):
    """The claimant gave the wish back: it can be claimed by another; `owner_by` where a day to be owned by is still to be watched."""

    need_id: UUID
    member_id: UUID
    reason: str
    owner_by: date | None


class WishFulfilled(Event):
    """The claimant made the wish come true; its petitioners are answered by the same decision."""

    need_id: UUID
    member_id: UUID
    text: str


class WishThanked(Event):
    """A petitioner, by number, thanked for a fulfilled wish."""

    need_id: UUID
    petitioner: int
    text: str


class CallPublished(Event):
    """A collection call (征求意见公告): people are asked what they need, over these channels, from one day to another."""

    call_id: UUID
    title: str
    text: str
    channels: tuple[Channel, ...]
    opens_on: date
    closes_on: date
    published_by: str


class CallClosed(Event):
    """A collection call ended before its day."""

    call_id: UUID
    closed_on: date
    reason: str
    closed_by: str
