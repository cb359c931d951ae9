"""What is regular: due in every week or month, held, or missed."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from services.supervision.commands.hearings import BeginCadence, HoldActivity, TurnPeriod
from services.supervision.state.hearings import Cadence, CadenceEvent, evolve_cadence
from shared.contracts.inspections import ActivityExpected, ActivityHeld, ActivityMissed, CadenceEnded, Every
from shared.contracts.supervision import SUPERVISION
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day
from shared.kernel.workdays.periods import LAST_START

CadenceCommand = BeginCadence | TurnPeriod | HoldActivity
MOST_TURNS = 60


def period_of(day: date, every: Every) -> tuple[str, date]:
    """Return the week (ISO 8601, `2021-W45`) or month (`2021-11`) of a day, and its last day."""
    match every:
        case "week":
            year, week, weekday = day.isocalendar()
            return f"{year}-W{week:02}", day + timedelta(days=7 - weekday)
        case "month":
            return f"{day:%Y-%m}", day.replace(day=monthrange(day.year, day.month)[1])
        case _:
            assert_never(every)


def last_day_of(period: str, every: Every) -> date:
    """Return the last day of a week or month by its name."""
    match every:
        case "week":
            return date.fromisoformat(f"{period}-7")
        case "month":
            return period_of(date.fromisoformat(f"{period}-01"), every)[1]
        case _:
            assert_never(every)


def decide(command: CadenceCommand, cadence: Cadence, asked: Asked) -> Sequence[CadenceEvent]:
    """Return the facts a command makes."""
    match command:
        case BeginCadence():
            return begin(command, cadence, asked)
        case TurnPeriod():
            return turn(command, cadence, asked)
        case HoldActivity():
            return hold(command, cadence, asked)
        case _:
            assert_never(command)


def begin(command: BeginCadence, cadence: Cadence, asked: Asked) -> Sequence[CadenceEvent]:
    """What the county's rules ask for is due from the week or month they begin in; none that was due is due again."""
    asked.actor.require(SYSTEM)
    since = command.since if cadence.due_on is None else max(command.since, cadence.due_on + timedelta(days=1))
    return [] if cadence.period is not None or since > LAST_START else [_expected(command, since)]


def turn(command: TurnPeriod, cadence: Cadence, asked: Asked) -> Sequence[CadenceEvent]:
    """A week or month that is over was missed unless it was held, and the next one follows while the rules ask for it.

    A clock that jumped turns as many as have passed, MOST_TURNS at a time.
    """
    asked.actor.require(SYSTEM)
    return [] if command.period != cadence.period else _turned(command, cadence, business_day(asked.at))


def hold(command: HoldActivity, cadence: Cadence, asked: Asked) -> Sequence[CadenceEvent]:
    """What is named took place on a day of the week or month that is due, or of one that was missed for want of the record.

    Where the clock has not told yet that an earlier one is over, this tells it: whoever is first, nothing that took place is lost.
    """
    asked.actor.require("office", "inspector", "leader", SYSTEM)
    if command.held_on is None or command.held_on > business_day(asked.at):
        raise Rejected("reference_not_known", pointer="/reference_id")
    period, _ = period_of(command.held_on, command.every)
    if (period, command.reference_id) in cadence.held:
        return []
    turned = _turned(command, cadence, command.held_on)
    due = next((event.period for event in reversed(turned) if isinstance(event, ActivityExpected)), cadence.period)
    if period != due and period not in cadence.missed:
        raise Rejected("activity_not_due")
    return [
        *turned,
        ActivityHeld(
            activity=command.activity,
            every=command.every,
            period=period,
            held_on=command.held_on,
            reference_id=command.reference_id,
            held_by=asked.actor.sub,
        ),
    ]


def _turned(command: TurnPeriod | HoldActivity, cadence: Cadence, day: date) -> list[CadenceEvent]:
    """Return the facts by which the weeks or months before a day's are over, MOST_TURNS at most."""
    found: list[CadenceEvent] = []
    period, held = cadence.period, cadence.held_now
    while period is not None and (due_on := last_day_of(period, command.every)) < day and len(found) < 2 * MOST_TURNS:
        if not held:
            found.append(ActivityMissed(activity=command.activity, every=command.every, period=period, due_on=due_on))
        if not command.still:
            return [*found, CadenceEnded(activity=command.activity, every=command.every, period=period)]
        following = _expected(command, due_on + timedelta(days=1))
        found.append(following)
        period, held = following.period, False
    return found


def _expected(command: BeginCadence | TurnPeriod | HoldActivity, day: date) -> ActivityExpected:
    period, due_on = period_of(day, command.every)
    return ActivityExpected(activity=command.activity, every=command.every, period=period, due_on=due_on)


CADENCE = Decider(contract=SUPERVISION, initial=Cadence(), evolve=evolve_cadence, decide=decide)
