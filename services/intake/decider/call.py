"""Collection calls: people are asked what they need, for some days, over some channels."""

from collections.abc import Sequence
from typing import assert_never

from services.intake.commands import CloseCall, PublishCall
from services.intake.state.call import Call, CallEvent, evolve
from shared.contracts.intake import INTAKE, CallClosed, CallPublished
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day

CallCommand = PublishCall | CloseCall


def decide(command: CallCommand, call: Call, asked: Asked) -> Sequence[CallEvent]:
    """Return the facts a command makes."""
    match command:
        case PublishCall():
            return publish(command, call, asked)
        case CloseCall():
            return close(command, call, asked)
        case _:
            assert_never(command)


def publish(command: PublishCall, call: Call, asked: Asked) -> Sequence[CallEvent]:
    """The office publishes a call that ends today or later, and not before it begins."""
    asked.actor.require("office")
    if call.opens_on is not None:
        return []
    if not max(command.opens_on, business_day(asked.at)) <= command.closes_on:
        raise Rejected("call_days_wrong", pointer="/closes_on")
    if len({*command.channels}) < len(command.channels):
        raise Rejected("channel_twice", pointer="/channels")
    return [
        CallPublished(
            call_id=command.call_id,
            title=command.title,
            text=command.text,
            channels=command.channels,
            opens_on=command.opens_on,
            closes_on=command.closes_on,
            published_by=asked.actor.sub,
        )
    ]


def close(command: CloseCall, call: Call, asked: Asked) -> Sequence[CallEvent]:
    """The office ends a call before its day; a call that has ended stays ended."""
    asked.actor.require("office")
    if call.closes_on is None:
        raise Rejected("not_found")
    today = business_day(asked.at)
    if call.closed or today > call.closes_on:
        return []
    return [CallClosed(call_id=command.call_id, closed_on=today, reason=command.reason, closed_by=asked.actor.sub)]


CALL = Decider(contract=INTAKE, initial=Call(), evolve=evolve, decide=decide)
