"""Two verifications and the look-backs at them, whatever anybody asks: drawn once a period, judged once by strangers, adding up."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.scoring.commands import ConfirmSignOff, DrawLookBack, OpenVerification, RevokeSignOff, WithdrawVerification
from services.scoring.decider import LOOK_BACK, VERIFICATION, look_back_id
from services.scoring.decider.looking_back import digest_of, draw
from services.scoring.handlers import HANDLERS
from services.scoring.projections.look_backs import LOOK_BACK_ITEMS, LOOK_BACKS
from services.scoring.projections.verifications import VERIFICATION_BOARD
from services.scoring.state.look_back import LookBack
from services.scoring.state.verification import Status, Verification
from shared.contracts.profile import ClosingRules
from shared.contracts.scoring import LookBackDrawn, ProjectVerified, SignOffConfirmed, VerificationOpened, VerificationRevoked
from shared.kernel.actor import Actor
from shared.kernel.rules import Command
from shared.kernel.testing import COUNTY, by
from shared.kernel.workdays import end_of
from tests.support.a_service import Ask, Choice, Service, anything, explore, together
from tests.support.a_verification import COMMITTEE, INSPECTOR, OFFICE, REFUSE, SIGN_OFF, opened, score

PROJECTS = (UUID(int=1), UUID(int=2))
SYSTEM = Actor.system("open_verification_when_completion_declared")
OWN = (by("office", sub="li"), by("inspector", sub="committee-1"), by("inspector", sub="deputy-1"))
ANYBODY = (OFFICE, INSPECTOR, COMMITTEE, *OWN, by("unit", sub="deputy-1", unit="T1"), by("leader"), by("auditor"), SYSTEM)
FIRST, DAY = date(2021, 11, 1), timedelta(days=1)


def period(number: int, unit: str | None = None, seed: str = "双色球 03 07 16") -> DrawLookBack:
    """Draw on three days in turn."""
    since = FIRST + 3 * number * DAY
    return DrawLookBack(since=since, until=since + 2 * DAY, seed=seed, unit=unit)


DRAWN = [period(number, unit) for number, unit in ((0, None), (0, "T1"), (1, None))]
IDS = {look_back_id(command, COUNTY): command for command in DRAWN}


def of(project_id: UUID) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about a verification."""
    which: Any = {"project_id": project_id}
    begin = OpenVerification(**{**dict(opened(ClosingRules())), **which})
    holds = [ConfirmSignOff(**which, look_back_id=each, remark="灯都亮着") for each in IDS]
    fails = [RevokeSignOff(**which, look_back_id=each, reason="两盏不亮") for each in IDS]
    steps: list[Ask] = [(begin, SYSTEM), (score(90), COMMITTEE), (score(80), OWN[2]), (SIGN_OFF, COMMITTEE)]
    usual = [*steps, *((command, INSPECTOR) for command in (*holds, *fails))]
    odd: list[Ask] = [(command, own) for command in fails for own in OWN]
    odd += [(command, OFFICE) for command in holds]
    odd += [(REFUSE, COMMITTEE), (WithdrawVerification(**which, round=1), SYSTEM)]
    return about(which, usual), about(which, odd)


def about(which: dict[str, Any], asks: list[Ask]) -> list[Ask]:
    return [(command.model_copy(update=which), actor) for command, actor in asks]


DRAWS: list[Ask] = [(command, OFFICE) for command in DRAWN]
AGAIN: list[Ask] = [(period(number, seed="再抽一次"), OFFICE) for number in (0, 1)]
BACKWARDS = period(1).model_copy(update={"until": FIRST})
USUAL, ODD = together([*(of(project_id) for project_id in PROJECTS), (DRAWS, [*AGAIN, (BACKWARDS, OFFICE), (DRAWS[0][0], INSPECTOR)])])


class LookBacks(Service):
    """Two projects are verified and drawn from, every three days."""

    handlers, usual, odd = HANDLERS, USUAL, ODD
    reads = (VERIFICATION_BOARD, LOOK_BACKS, LOOK_BACK_ITEMS)

    def __init__(self) -> None:
        super().__init__()
        for project_id in PROJECTS:
            for command, actor in of(project_id)[0][:4]:
                self.ask(command, actor)

    @rule(choice=anything(USUAL, ODD, ANYBODY), days=st.sampled_from((0, 0, 0, 1)))
    def go_on(self, choice: Choice, days: int) -> None:
        self.pass_days(days)
        self.go(choice)

    def now(self, command: Any, _actor: Actor) -> Command:
        """Declare a completion anew once the last round is over."""
        asked: Command = command
        if isinstance(command, OpenVerification):
            known = self.verification(command.project_id)
            over = known.status in (Status.REFUSED, Status.WITHDRAWN, Status.REVOKED)
            asked = command.model_copy(update={"round": known.round + 1 if over else max(known.round, 1)})
        return asked

    def prepared(self, command: Command) -> Command:
        match command:
            case DrawLookBack():
                known = {
                    "candidates": tuple(self.candidates(command)),
                    "seen_to": len(self.told),
                    "percent": 60,
                    "profile_version": "2021-1",
                }
                return command.model_copy(update=known)
            case ConfirmSignOff() | RevokeSignOff():
                drawn: LookBack = self.state(LOOK_BACK, f"lookback-{command.look_back_id}")
                return command.model_copy(update={"drawn": command.project_id in drawn.drawn})
            case _:
                return command

    def candidates(self, command: DrawLookBack | LookBackDrawn) -> list[UUID]:
        """Return the sign-offs of the period that stand, as the board shows them."""
        first, last = end_of(command.since - DAY), end_of(command.until)
        board = [row for row in self.rows["verification_board"].values() if row.status == "verified" and first <= row.decided_at < last]
        return sorted(row.project_id for row in board if command.unit in (None, row.unit))

    def verification(self, project_id: UUID) -> Verification:
        state: Verification = self.state(VERIFICATION, f"verification-{project_id}")
        return state

    def allowed(self, before: Any, event: Any, actor: Actor) -> None:
        match event:
            case LookBackDrawn():
                candidates = self.candidates(event)
                assert before.seed is None
                assert event.since <= event.until < self.today
                assert (event.candidates, event.digest) == (len(candidates), digest_of(reversed(candidates)))
                assert event.drawn == draw(event.seed, reversed(candidates), event.percent)
                assert 0 < len(event.drawn) == -(-len(candidates) * event.percent // 100)
            case SignOffConfirmed() | VerificationRevoked():
                known: LookBack = self.state(LOOK_BACK, f"lookback-{event.look_back_id}")
                assert event.project_id in known.drawn
                assert (before.status, before.round) == (Status.VERIFIED, event.round)
                assert event.look_back_id not in before.looked_at
                assert actor.sub not in {before.claimant, before.signed_off_by, *(each.scorer for each in before.scores)}
            case ProjectVerified():
                assert before.status is Status.OPEN
            case VerificationOpened():
                assert event.round > before.round
            case _:
                pass

    @invariant()
    def every_draw_is_accounted_for(self) -> None:
        items = self.rows["look_back_items"]
        verdicts = self.events(SignOffConfirmed, VerificationRevoked)
        for (known,), row in self.rows["look_backs"].items():
            mine = {project_id: item.status for (of, project_id), item in items.items() if of == known}
            found = Counter(mine.values())
            assert (row.drawn, row.confirmed, row.revoked) == (found.total(), found["confirmed"], found["revoked"])
            assert sorted(item.place for (of, _), item in items.items() if of == known) == list(range(1, row.drawn + 1))
            state: LookBack = self.state(LOOK_BACK, f"lookback-{known}")
            assert row.seed == state.seed
            assert set(mine) == state.drawn
            said = [event.project_id for event in verdicts if event.look_back_id == known]
            assert len(said) == len(set(said)) == row.confirmed + row.revoked

    @invariant()
    def what_stands_is_what_was_signed_off_and_not_revoked(self) -> None:
        for project_id in PROJECTS:
            verification = self.verification(project_id)
            row = self.rows["verification_board"].get((project_id,))
            assert (row is None) is (verification.status is Status.ABSENT)
            if row is not None:
                shown = {"scored": "open"}.get(row.status, row.status)
                assert (shown, row.round) == (verification.status.value, verification.round)
        rounds = [(event.project_id, event.round) for event in self.events(ProjectVerified)]
        gone = [(event.project_id, event.round) for event in self.events(VerificationRevoked)]
        assert (len(rounds), len(gone)) == (len(set(rounds)), len(set(gone)))
        assert set(gone) <= set(rounds)


def test_no_order_of_asking_judges_a_look_back_twice() -> None:
    facts = {"LookBackDrawn", "SignOffConfirmed", "VerificationRevoked", "ProjectVerified", "VerificationOpened"}
    refused = {"look_back_already_drawn", "period_not_over", "nothing_to_draw", "not_drawn", "own_verdict", "own_item"}
    explore(LookBacks, examples=60, steps=50, reaching=facts | refused)
