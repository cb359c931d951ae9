"""A verification under whatever anybody asks, in a county that asks for everything: no way leads around its gates."""

from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.scoring.commands import ConfirmSignOff, OpenVerification, RevokeSignOff, WithdrawVerification
from services.scoring.decider import VERIFICATION
from services.scoring.projections.verifications import VERIFICATION_BOARD, VERIFICATION_ROUNDS
from services.scoring.state import Status
from shared.contracts.scoring import (
    MaterialsChecked,
    ProjectScored,
    ProjectVerified,
    SignOffConfirmed,
    VerificationOpened,
    VerificationRefused,
    VerificationRevoked,
)
from shared.kernel.actor import Actor
from shared.kernel.projection import Fact
from shared.kernel.testing import Scenario, by, given
from tests.support.a_verification import (
    ALL_SEEN,
    COMMITTEE,
    DEPUTY,
    INSPECTOR,
    OFFICE,
    PROJECT_ID,
    REFUSE,
    SHEET,
    SIGN_OFF,
    STRICT,
    check,
    opened,
    score,
)
from tests.support.envelopes import meta
from tests.support.events import folded

LOOK_BACKS = [UUID(int=number) for number in (1, 2)]
SYSTEM = Actor.system("open_verification_when_completion_declared")
STRANGERS = [by("unit", sub="li", unit="T1"), by("office", sub="committee-1"), by("unit", unit="T2")]
PEOPLE = [COMMITTEE, DEPUTY, INSPECTOR, OFFICE, SYSTEM, *STRANGERS]
VERDICTS = [
    kind(**{"project_id": PROJECT_ID, "look_back_id": each, name: "看过", "drawn": drawn})
    for each in LOOK_BACKS
    for drawn in (True, True, False)
    for kind, name in ((ConfirmSignOff, "remark"), (RevokeSignOff, "reason"))
]
SCORES = [score(points) for points in (60, 76, 80, 90, 99)]
ASKS: list[Any] = [ALL_SEEN, check("承诺书"), SIGN_OFF, REFUSE, WithdrawVerification(project_id=PROJECT_ID, round=1), *SCORES, *VERDICTS]
OPENS = [OpenVerification(**dict(opened(number=number))) for number in (1, 2, 3)]
GATE = [(OPENS[0], SYSTEM), (ALL_SEEN, INSPECTOR), (score(90), COMMITTEE), (score(80), DEPUTY), (SIGN_OFF, COMMITTEE)]
STEPS = st.one_of(
    st.sampled_from(GATE),
    st.sampled_from([(each, SYSTEM) for each in OPENS]),
    st.tuples(st.sampled_from(ASKS), st.sampled_from(PEOPLE)),
)


class Lifecycle(RuleBasedStateMachine):
    """One verification; anybody asks anything."""

    def __init__(self) -> None:
        super().__init__()
        self.story = given(VERIFICATION)

    @rule(steps=st.lists(STEPS, min_size=1, max_size=4))
    def ask(self, steps: list[tuple[Any, Actor]]) -> None:
        for command, actor in steps:
            outcome = self.story.when(command, actor)
            self.story = Scenario(VERIFICATION, [*self.story.history, *outcome.events])

    @rule()
    def go_through_the_gate(self) -> None:
        self.ask(GATE)

    @invariant()
    def every_sign_off_went_through_every_gate(self) -> None:
        seen: dict[int, set[str]] = {}
        scorers: dict[int, dict[str, int]] = {}
        for event in self.story.history:
            match event:
                case MaterialsChecked():
                    seen.setdefault(event.round, set()).update(item.material for item in event.seen)
                case ProjectScored():
                    assert event.scored_by != "li"
                    scorers.setdefault(event.round, {})[event.scored_by] = event.total
                case ProjectVerified():
                    totals = list(scorers[event.round].values())
                    assert seen[event.round] == set(STRICT.materials)
                    assert event.signed_off_by not in {"li", "team-2", "xjb-1"}
                    assert len(totals) == (3 if abs(totals[0] - totals[1]) > STRICT.spread else 2)
                    assert min(totals) <= event.total <= max(totals)
                    assert event.total >= SHEET.pass_mark
                case VerificationRefused():
                    assert event.redo_by is not None
                case _:
                    pass

    @invariant()
    def a_round_ends_once_and_only_a_sign_off_is_looked_back_at(self) -> None:
        ended: dict[int, str] = {}
        verdicts: list[UUID | None] = []
        for event in self.story.history:
            match event:
                case ProjectVerified() | VerificationRefused():
                    assert event.round not in ended
                    ended[event.round] = type(event).__name__
                case SignOffConfirmed() | VerificationRevoked():
                    assert ended[event.round] == "ProjectVerified"
                    verdicts.append(event.look_back_id)
                    if isinstance(event, VerificationRevoked):
                        ended[event.round] = "VerificationRevoked"
                case VerificationOpened():
                    assert event.round not in ended
                case _:
                    pass
        assert len(verdicts) == len(set(verdicts))

    @invariant()
    def the_read_models_say_what_the_rules_remember(self) -> None:
        facts = [Fact(event, meta(event, "scoring", position=at, version=at)) for at, event in enumerate(self.story.history, 1)]
        tables = folded([VERIFICATION_BOARD, VERIFICATION_ROUNDS], facts)
        state = self.story.state()
        if state.status is Status.ABSENT:
            assert tables == {"verification_board": {}, "verification_rounds": {}}
            return
        board = tables["verification_board"][PROJECT_ID,]
        now = tables["verification_rounds"][PROJECT_ID, state.round]
        assert board.version == len(self.story.history)
        assert board.status in ({"open", "scored"} if state.status is Status.OPEN else {state.status.value})
        assert now.outcome == ("open" if state.status is Status.OPEN else state.status.value)
        assert {each["scored_by"]: each["total"] for each in now.scores or []} == {each.scorer: each.total for each in state.scores}
        assert set(now.seen or {}) == {material for material, _ in state.seen}


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
