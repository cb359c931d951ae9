"""Two collection calls and the needs that name them, whatever anybody asks: nothing comes in before a call begins or after it ends."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.intake.commands import CallKnown, CloseCall, PublishCall, SubmitNeed
from services.intake.decider import CALL
from services.intake.handlers import HANDLERS
from services.intake.projections import CALLS, NEED_BOARD
from services.intake.state.call import Call, CallEvent
from shared.contracts.intake import CallClosed, CallPublished, NeedSubmitted
from shared.kernel.actor import Actor
from shared.kernel.rules import Command
from shared.kernel.testing import by
from tests.support.a_need import CITIZEN, CLERK, OFFICE, UNIT, submit
from tests.support.a_service import Ask, Choice, Service, anything, every, explore, together

CALL_IDS = (UUID(int=1), UUID(int=2))
ANYBODY = (OFFICE, CITIZEN, CLERK, UNIT, by("leader"), by("auditor"), by("inspector"))
FIRST = date(2021, 11, 1)


def of(call_id: UUID) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about a call; days are counted from today."""
    which: Any = {"call_id": call_id}
    at_once = PublishCall(
        **which, title="征集", text="您有何诉求？", channels=("visit", "website"), opens_on=FIRST, closes_on=FIRST + timedelta(days=9)
    )
    later = at_once.model_copy(update={"opens_on": FIRST + timedelta(days=3)})
    close = CloseCall(**which, reason="已满")
    needs = [submit(need_id=UUID(int=call_id.int * 100 + number), **which) for number in range(10)]
    usual: list[Ask] = [(at_once, OFFICE), (later, OFFICE), *((need, CITIZEN) for need in needs), (close, OFFICE)]
    wrong = ({"opens_on": FIRST + timedelta(days=10)}, {"closes_on": FIRST - timedelta(days=1)}, {"channels": ("visit", "visit")})
    return usual, [(at_once.model_copy(update=change), OFFICE) for change in wrong] + [(close, UNIT)]


USUAL, ODD = together(of(call_id) for call_id in CALL_IDS)
ODD.append((submit(need_id=UUID(int=999), call_id=UUID(int=9)), CLERK))


class Calls(Service):
    """Two calls; anybody submits needs to them at any time."""

    handlers, usual, odd = HANDLERS, USUAL, ODD
    reads = (CALLS, NEED_BOARD)

    @rule(choice=anything(USUAL, ODD, ANYBODY), days=st.sampled_from((0, 0, 1, 3)))
    def go_on(self, choice: Choice, days: int) -> None:
        self.pass_days(days)
        self.go(choice)

    def now(self, command: Any, _actor: Actor) -> Command:
        asked: Command = command
        if isinstance(command, PublishCall):
            passed = self.today - FIRST
            asked = command.model_copy(update={"opens_on": command.opens_on + passed, "closes_on": command.closes_on + passed})
        return asked

    def prepared(self, command: Command) -> Command:
        if isinstance(command, SubmitNeed) and command.call_id is not None:
            call = self.call(command.call_id)
            if call.opens_on is not None and call.closes_on is not None:
                known = CallKnown(opens_on=call.opens_on, closes_on=call.closes_on, closed=call.closed)
                return command.model_copy(update={"call": known})
        return command

    def call(self, call_id: UUID) -> Call:
        state: Call = self.state(CALL, f"call-{call_id}")
        return state

    def allowed(self, before: Any, event: Any, actor: Actor) -> None:
        match event:
            case CallPublished():
                assert before.opens_on is None
                assert max(self.today, event.opens_on) <= event.closes_on
                assert actor.has("office")
            case CallClosed():
                assert (before.closed, event.closed_on) == (False, self.today)
                assert self.today <= before.closes_on
                assert actor.has("office")
            case NeedSubmitted() if event.call_id is not None:
                call = self.call(event.call_id)
                assert call.opens_on is not None
                assert call.closes_on is not None
                assert not call.closed
                assert call.opens_on <= self.today <= call.closes_on
            case _:
                raise AssertionError(event)

    @invariant()
    def the_list_of_calls_says_what_the_rules_remember_and_every_need_stays(self) -> None:
        for (call_id,), row in self.rows["calls"].items():
            call = self.call(call_id)
            assert (row.opens_on, row.closed_on is not None) == (call.opens_on, call.closed)
            assert (row.closed_on or row.closes_on) == call.closes_on
        submitted = [(event.need_id, event.call_id) for event in self.events(NeedSubmitted)]
        assert len(dict(submitted)) == len(submitted) == len(self.rows["need_board"])


def test_no_order_of_asking_lets_a_need_in_when_no_call_is_open() -> None:
    refused = {"call_not_open", "call_not_known", "call_days_wrong", "role_not_allowed"}
    explore(Calls, examples=40, steps=40, reaching={*every(CallEvent), "NeedSubmitted", *refused})
