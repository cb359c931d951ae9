"""The loop of a project, its verification and its needs, under whatever people ask and however late a policy hears."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake.commands import AnswerNeed, SubmitNeed
from services.intake.decider import NEED
from services.intake.policies import ANSWER_PETITIONERS
from services.projects.decider import PROJECT
from services.projects.policies import REOPEN as REOPEN_POLICY
from services.projects.policies import SIGN_OFF
from services.projects.state.project import Status as ProjectStatus
from services.scoring.commands import OpenVerification, RefuseVerification, ScoreProject, SignOffVerification
from services.scoring.decider import VERIFICATION
from services.scoring.policies import OPEN_VERIFICATION
from services.scoring.state import Status as VerificationStatus
from shared.contracts.intake import NeedAnswered
from shared.contracts.projects import CompletionDeclared, PledgePublished, ProjectClaimed, ProjectReopened, ProjectSignedOff
from shared.contracts.scoring import ProjectScored, ProjectVerified, VerificationOpened
from shared.contracts.values import ScoreItem
from shared.kernel.actor import Actor
from shared.kernel.events import Event
from shared.kernel.rules import Command
from shared.kernel.testing import Scenario, by, given
from tests.support.a_project import (
    BRANCH,
    COMMITTEE,
    COMPLETE,
    LI,
    NEEDS,
    OFFICE,
    PROFILE,
    PROJECT_ID,
    REOPEN,
    REPORT,
    WANG,
    claim,
    pledge,
    propose,
    review,
)
from tests.support.envelopes import meta

POLICIES = {policy.name: policy for policy in (ANSWER_PETITIONERS, SIGN_OFF, REOPEN_POLICY, OPEN_VERIFICATION)}
SECRETARY_LI = by("branch", sub="li", unit="T1", branch="B1")
ACCOUNTS = (BRANCH, COMMITTEE, OFFICE, LI, WANG, SECRETARY_LI)


def score(quality: int) -> ScoreProject:
    points: dict[ScoreItem, int] = {"quality": quality}
    return ScoreProject(project_id=PROJECT_ID, points=points)


PASS, FAIL = SignOffVerification(project_id=PROJECT_ID), RefuseVerification(project_id=PROJECT_ID, reason="差")
STORY = [(review(), COMMITTEE), (claim(), LI), (pledge(), LI), (COMPLETE, LI)]
VERDICT = [(score(80), BRANCH), (PASS, BRANCH)]
OPENED, SENT_BACK = (OPEN_VERIFICATION.name, 100), (REOPEN_POLICY.name, 100)
GOOD_STORY: list[tuple[Any, Any]] = [*STORY, OPENED, *VERDICT]
LONG_STORY: list[tuple[Any, Any]] = [*STORY, OPENED, (score(80), BRANCH), (FAIL, BRANCH), SENT_BACK, (COMPLETE, LI), OPENED, *VERDICT]
OTHERS = [review(True, False, True), pledge(promise="另一诺"), REPORT, REOPEN, score(79), FAIL]
ANYTHING = [*OTHERS, *(command for command, _ in (*STORY, *VERDICT))]
ASKS = st.one_of(
    st.sampled_from(STORY),
    st.sampled_from(VERDICT),
    st.sampled_from([(REOPEN, OFFICE), (FAIL, BRANCH), (score(79), BRANCH)]),
    st.tuples(st.sampled_from(ANYTHING), st.sampled_from(ACCOUNTS)),
)
HEARS = st.tuples(st.sampled_from(sorted(POLICIES)), st.sampled_from([1, 2, 100]))


class Loop(RuleBasedStateMachine):
    """A project, its verification and its needs: anybody asks anything; each policy hears its topic in order, but late."""

    def __init__(self) -> None:
        super().__init__()
        self.project = given(PROJECT).and_then(propose(), by("member", sub="chen", unit="T1"))
        self.verification = given(VERIFICATION)
        self.needs = {need_id: self._submitted(need_id) for need_id in NEEDS}
        self.heard = dict.fromkeys(POLICIES, 0)

    @staticmethod
    def _submitted(need_id: UUID) -> Scenario:
        body = {"kind": "need", "channel": "visit", "title": "路灯坏了", "detail": "村口", "town": "430523100", "petitioner": None}
        return given(NEED).and_then(SubmitNeed.model_validate({"need_id": need_id, **body}), by("citizen"))

    @staticmethod
    def _ask(story: Scenario, command: Command, actor: Actor) -> Scenario:
        outcome = story.when(command, actor)
        return Scenario(story.decider, [*story.history, *outcome.events])

    @initialize(story=st.sampled_from([GOOD_STORY, LONG_STORY]), done=st.integers(0, len(LONG_STORY)))
    def begin(self, story: list[tuple[Any, Any]], done: int) -> None:
        for step in story[:done]:
            self.go_on(step)

    @rule(step=ASKS | HEARS)  # one rule, as hypothesis leaves whole rules out of most runs
    def go_on(self, step: tuple[Any, Any]) -> None:
        if isinstance(step[0], str):
            self.hear(*step)
        else:
            self.ask(*step)

    def ask(self, command: Command, actor: Actor) -> None:
        match command:
            case ScoreProject() | SignOffVerification() | RefuseVerification():
                self.verification = self._ask(self.verification, command, actor)
            case _:
                self.project = self._ask(self.project, command, actor)

    def hear(self, name: str, events: int) -> None:
        policy = POLICIES[name]
        source = self.project if policy.on is CompletionDeclared else self.verification
        for event in source.history[self.heard[name] : self.heard[name] + events]:
            self.heard[name] += 1
            if isinstance(event, policy.on):
                for command in policy.do(event, meta(event, source.decider.contract.service, position=self.heard[name])):
                    self._react(command, Actor.system(name))

    def _react(self, command: Any, actor: Actor) -> None:
        match command:
            case OpenVerification():
                asked = command.model_copy(update={"sheet": PROFILE.score_sheet})
                self.verification = self._ask(self.verification, asked, actor)
            case AnswerNeed():
                self.needs[command.need_id] = self._ask(self.needs[command.need_id], command, actor)
            case _:
                self.project = self._ask(self.project, command, actor)

    def _told(self, story: Scenario, event: type[Event]) -> list[Any]:
        return [told for told in story.history if isinstance(told, event)]

    @invariant()
    def claimed_and_promised_once(self) -> None:
        assert len(self._told(self.project, ProjectClaimed)) <= 1
        assert len(self._told(self.project, PledgePublished)) <= 1

    @invariant()
    def rounds_only_grow(self) -> None:
        declared = [event.round for event in self._told(self.project, CompletionDeclared)]
        assert declared == list(range(1, len(declared) + 1))
        opened = [event.round for event in self._told(self.verification, VerificationOpened)]
        assert opened == sorted(set(opened))
        assert set(opened) <= set(declared)

    @invariant()
    def what_is_declared_complete_is_sent_back_before_it_is_declared_again(self) -> None:
        steps = [event for event in self.project.history if isinstance(event, CompletionDeclared | ProjectReopened | ProjectSignedOff)]
        for before, after in pairwise(steps):
            assert not (isinstance(before, CompletionDeclared) and isinstance(after, CompletionDeclared))
            assert not isinstance(after, ProjectReopened) or isinstance(before, CompletionDeclared)

    @invariant()
    def signed_off_once_and_only_the_round_that_was_verified(self) -> None:
        off = [event.round for event in self._told(self.project, ProjectSignedOff)]
        assert len(off) <= 1
        assert set(off) <= {event.round for event in self._told(self.verification, ProjectVerified)}
        assert not off or isinstance(self.project.history[-1], ProjectSignedOff)

    @invariant()
    def verified_only_on_a_score_that_suffices_and_never_by_the_claimant(self) -> None:
        claimants = {event.claimant for event in self._told(self.project, ProjectClaimed)}
        last: dict[int, int] = {}
        for event in self.verification.history:
            if isinstance(event, ProjectScored):
                last[event.round] = event.total
                assert event.scored_by not in claimants
            elif isinstance(event, ProjectVerified):
                assert event.total == last[event.round] >= PROFILE.score_sheet.pass_mark
                assert event.signed_off_by not in claimants

    @invariant()
    def answered_once_and_only_for_a_verified_project(self) -> None:
        for need in self.needs.values():
            answers = self._told(need, NeedAnswered)
            assert len(answers) <= 1
            assert not answers or self._told(self.verification, ProjectVerified)

    def teardown(self) -> None:
        """Once everybody has heard everything, the services are of one mind."""
        for name in POLICIES:
            self.hear(name, 1_000)
        project, verification = self.project.state(), self.verification.state()
        if project.status is ProjectStatus.COMPLETED:
            assert (verification.status, verification.round) == (VerificationStatus.OPEN, project.round)
        if verification.status is VerificationStatus.VERIFIED:
            assert all(self._told(need, NeedAnswered) for need in self.needs.values())


TestLoop = Loop.TestCase
TestLoop.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
