"""Intake's deadlines: by when somebody must own a need, by when what was asked for is waited for."""

from datetime import date
from uuid import UUID

from shared.contracts.intake import (
    MoreAsked,
    MoreGiven,
    MoreMissed,
    NeedAnswered,
    NeedDeclined,
    NeedMerged,
    NeedReopened,
    NeedRouted,
    NeedSubmitted,
    NeedUnmerged,
    NeedUnowned,
    WishClaimed,
    WishGivenBack,
)
from shared.kernel.derived import derived
from shared.kernel.envelope import Meta
from shared.kernel.projection import Key, Projection
from shared.kernel.timers import TimerRow, timers
from shared.kernel.workdays import end_of

_Watched = NeedSubmitted | NeedUnmerged | NeedReopened | WishGivenBack
_Owned = NeedRouted | NeedDeclined | NeedAnswered | NeedMerged | NeedUnowned | WishClaimed
_Asked = MoreAsked | MoreGiven | MoreMissed
TIMERS: Projection[TimerRow] = timers()


def _owner(event: _Watched | _Owned) -> list[Key]:
    return [(derived("owner", str(event.need_id)),)]


def _more(event: _Asked) -> list[Key]:
    return [(derived("more", str(event.need_id)),)]


def _watch(row: TimerRow, event: _Watched, _meta: Meta) -> None:
    if event.owner_by is None:
        row.settled = True
    else:
        _set(row, "MarkUnowned", "owner_by", event.need_id, event.owner_by)


TIMERS.on(NeedSubmitted, keys=_owner)(_watch)
TIMERS.on(NeedUnmerged, keys=_owner)(_watch)
TIMERS.on(NeedReopened, keys=_owner)(_watch)
TIMERS.on(WishGivenBack, keys=_owner)(_watch)


def _owned(row: TimerRow, _event: _Owned, _meta: Meta) -> None:
    row.settled = True


TIMERS.on(NeedRouted, keys=_owner)(_owned)
TIMERS.on(NeedDeclined, keys=_owner)(_owned)
TIMERS.on(NeedAnswered, keys=_owner)(_owned)
TIMERS.on(NeedMerged, keys=_owner)(_owned)
TIMERS.on(NeedUnowned, keys=_owner)(_owned)
TIMERS.on(WishClaimed, keys=_owner)(_owned)


@TIMERS.on(MoreAsked, keys=_more)
def _asked(row: TimerRow, event: MoreAsked, _meta: Meta) -> None:
    _set(row, "MissMore", "answer_by", event.need_id, event.answer_by)


def _over(row: TimerRow, _event: MoreGiven | MoreMissed, _meta: Meta) -> None:
    row.settled = True


TIMERS.on(MoreGiven, keys=_more)(_over)
TIMERS.on(MoreMissed, keys=_more)(_over)


def _set(row: TimerRow, command: str, day: str, need_id: UUID, by: date) -> None:
    row.due_at, row.command, row.settled = end_of(by), command, False
    row.payload = {"need_id": str(need_id), day: by.isoformat()}
