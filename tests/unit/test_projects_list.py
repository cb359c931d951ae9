"""Two projects of the list under whatever anybody asks in any order: no forbidden state, and figures reconcile after every step."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.projects.commands import (
    AmendPledge,
    ApproveExtension,
    AskExtension,
    Claimant,
    GiveClaimBack,
    JoinProject,
    JudgeDrawnProject,
    LeaveProject,
    MendProject,
    MergeProject,
    MergeTarget,
    ReachMilestone,
    RedoProject,
    RefuseExtension,
    ResumeProject,
    SetMilestones,
    Successor,
    SuspendProject,
    TransferClaim,
    WithdrawProject,
)
from services.projects.decider import PROJECT
from services.projects.policies import take_in
from services.projects.projections import LEDGER_BOOK, MEMBERS, PROJECT_BOARD
from services.projects.queries.ledger import reconcile
from services.projects.state.project import Project, Status
from shared.contracts.projects import (
    ClaimGivenBack,
    CompletionDeclared,
    ExtensionApproved,
    MergedProjectTakenIn,
    PledgeAmended,
    PledgePublished,
    ProgressReported,
    ProjectClaimed,
    ProjectMerged,
    ProjectReopened,
    ProjectResumed,
    ProjectSignedOff,
    SpotCheckFailed,
)
from shared.contracts.values import Milestone
from shared.kernel.projection import Fact
from shared.kernel.rules import Command
from shared.kernel.testing import Scenario, by, given
from tests.support.a_project import (
    COMMITTEE,
    COMPLETE,
    LI,
    NEEDS,
    OFFICE,
    OTHER_ID,
    PROJECT_ID,
    REOPEN,
    REPORT,
    SYSTEM,
    WANG,
    claim,
    found,
    member_id,
    pledge,
    propose,
    review,
    sign_off,
)
from tests.support.envelopes import meta
from tests.support.events import Rows, folded

CHEN = by("member", sub="chen", unit="T1")
LI_OF_THE_COMMITTEE = by("unit", sub="li", unit="T1")
STRANGER = by("unit", sub="committee-9", unit="T2")
ACTORS = (LI, WANG, CHEN, COMMITTEE, LI_OF_THE_COMMITTEE, OFFICE, STRANGER, SYSTEM)
NEEDS_OF = {PROJECT_ID: NEEDS[:1], OTHER_ID: NEEDS[1:]}
OPEN_STATUS = (Status.PROPOSED, Status.RETURNED, Status.APPROVED, Status.CLAIMED, Status.COMPLETED)
FREE = (Status.ABSENT, Status.PROPOSED, Status.RETURNED, Status.APPROVED, Status.WITHDRAWN, Status.MERGED)
CHECKS = tuple(UUID(int=number) for number in (7, 8))
NO_ID = PROJECT_ID
MENDED = MendProject(project_id=NO_ID, title="修三盏路灯", need_ids=(), planned_completion=date(2022, 6, 1))
MERGING = "merge"


def judged(check: UUID, *met: bool) -> JudgeDrawnProject:
    return JudgeDrawnProject(project_id=NO_ID, spot_check_id=check, verdicts=found(*met), drawn=True)


def heir(to: str) -> TransferClaim:
    known = Successor(registered=True, unit="T1", branch="B1", member_id=member_id(to))
    return TransferClaim(project_id=NO_ID, to=to, reason="外派", successor=known)


PLAIN: list[Any] = [
    review(),
    claim(),
    pledge(complete_by=date(2022, 3, 1)),
    REPORT,
    COMPLETE,
    sign_off(1),
    sign_off(2),
    RedoProject(project_id=NO_ID, because="revoked", reason="坏", round=1),
]
TURNS: list[Any] = [
    review(True, False, True),
    MENDED,
    REOPEN,
    GiveClaimBack(project_id=NO_ID, reason="外派"),
    heir("li"),
    heir("wang"),
    JoinProject(project_id=NO_ID, member=Claimant(registered=True, unit="T1", branch="B1")),
    JoinProject(project_id=NO_ID, member=Claimant(registered=True, unit="T1", exempt=True)),
    LeaveProject(project_id=NO_ID, reason="调离"),
    AmendPledge(project_id=NO_ID, promise="加装护栏", complete_by=date(2022, 4, 1), reason="群众要求"),
    AskExtension(project_id=NO_ID, complete_by=date(2022, 9, 1), reason="连续降雨"),
    ApproveExtension(project_id=NO_ID),
    RefuseExtension(project_id=NO_ID, reason="应按期"),
    SuspendProject(project_id=NO_ID, reason="汛期"),
    ResumeProject(project_id=NO_ID),
    SetMilestones(project_id=NO_ID, milestones=(Milestone(title="立杆", due_on=date(2022, 1, 1)),)),
    ReachMilestone(project_id=NO_ID, number=1, text="已立"),
    judged(CHECKS[0], True, False, True),
    judged(CHECKS[1], True, True, True),
    RedoProject(project_id=NO_ID, because="rated-badly", reason="不满意"),
    WithdrawProject(project_id=NO_ID, reason="统一安排"),
    MERGING,
]
GOOD: list[tuple[Any, Any]] = [
    (PLAIN[0], COMMITTEE),
    (PLAIN[1], LI),
    (PLAIN[2], LI),
    (PLAIN[3], LI),
    (PLAIN[4], LI),
    (PLAIN[5], SYSTEM),
]
LIKELY: list[tuple[Any, Any]] = [
    *GOOD,
    *((turn, actor) for turn in TURNS for actor in (LI, COMMITTEE, OFFICE)),
]
ASKS = st.one_of(st.sampled_from(LIKELY), st.tuples(st.sampled_from([*PLAIN, *TURNS]), st.sampled_from(ACTORS)))


class TheList(RuleBasedStateMachine):
    """Anybody asks anything of two projects; the policy on merging hears its topic in order, but late."""

    def __init__(self) -> None:
        super().__init__()
        self.day = 0
        self.facts: list[Fact] = []
        self.rows: Rows = {}
        self.stories: dict[UUID, Scenario] = {}
        self.projects: dict[UUID, Project] = {}
        self.heard = 0
        for project_id, needs in NEEDS_OF.items():
            self.stories[project_id], self.projects[project_id] = given(PROJECT), Project()
            self.ask(project_id, propose(project_id=project_id, need_ids=needs, planned_completion=date(2022, 3, 1)), CHEN)

    @initialize(done=st.integers(2, len(GOOD)))
    def begin(self, done: int) -> None:
        for command, actor in GOOD[:done]:
            self.ask(PROJECT_ID, command, actor)

    @rule(
        step=ASKS,
        project_id=st.sampled_from((PROJECT_ID, PROJECT_ID, PROJECT_ID, OTHER_ID)),
        days=st.integers(0, 5),
        hear=st.integers(0, 2),
    )  # one rule, so that every run has them all
    def go_on(self, step: tuple[Any, Any], project_id: UUID, days: int, hear: int) -> None:
        self.day += days
        self.ask(project_id, *step)
        self.hear(hear)

    def ask(self, project_id: UUID, command: Command | str, actor: Any) -> None:
        if isinstance(command, str):
            into = OTHER_ID if project_id == PROJECT_ID else PROJECT_ID
            target = self.projects[into]
            known = MergeTarget(unit="T1", open=target.status in (Status.PROPOSED, Status.APPROVED, Status.CLAIMED))
            command = MergeProject(project_id=project_id, into=into, reason="重复", target=known)
        before = self.projects[project_id]
        at = datetime(2021, 11, 1, 4, tzinfo=UTC) + timedelta(days=self.day)
        story = Scenario(PROJECT, self.stories[project_id].history, at=at)
        outcome = story.when(command.model_copy(update={"project_id": project_id}), actor)
        if outcome.events:
            self.stories[project_id] = Scenario(PROJECT, [*story.history, *outcome.events])
            self.projects[project_id] = self.stories[project_id].state()
        for event in outcome.events:
            place = len(self.facts) + 1
            self._allowed(before, event, actor)
            self.facts.append(Fact(event, meta(event, "projects", position=place, version=place)._replace(recorded_at=at)))
            self.rows = folded([PROJECT_BOARD, LEDGER_BOOK, MEMBERS], self.facts[-1:], onto=self.rows)

    def hear(self, events: int) -> None:
        for fact in self.facts[self.heard : self.heard + events]:
            self.heard += 1
            if isinstance(fact.event, ProjectMerged):
                for command in take_in(fact.event, fact.meta):
                    self.ask(fact.event.into, command, SYSTEM)

    def _allowed(self, before: Project, event: Any, actor: Any) -> None:  # noqa: C901 - one case a fact
        holders = {before.claimant, *(account for account, _ in before.claim.team)}
        if before.status in (Status.WITHDRAWN, Status.MERGED):
            assert isinstance(event, MergedProjectTakenIn)
        if before.claim.suspended:
            assert not isinstance(event, ProgressReported | CompletionDeclared | ExtensionApproved | PledgeAmended | ClaimGivenBack)
        match event:
            case ProjectClaimed():
                assert (before.status, before.claimant) == (Status.APPROVED, None)
            case PledgePublished():
                assert before.claim.pledge is None
            case ExtensionApproved() | PledgeAmended():
                assert actor.sub not in holders
            case CompletionDeclared():
                assert event.round == before.round + 1
            case ProjectSignedOff():
                assert (before.status, before.round) == (Status.COMPLETED, event.round)
            case ProjectReopened():
                assert before.status in (Status.COMPLETED, Status.SIGNED_OFF)
                assert (event.ledger is not None) == (before.status is Status.SIGNED_OFF)
            case ProjectResumed() if event.complete_by is not None:
                assert event.complete_by >= before.claim.complete_by
            case SpotCheckFailed():
                assert event.spot_check_id not in before.spot_checks
            case _:
                pass

    @invariant()
    def what_nobody_holds_has_no_promise_and_what_is_in_hand_has_a_claimant(self) -> None:
        for project in self.projects.values():
            assert (project.claimant is None) == (project.status in FREE)
            assert project.claimant is not None or (project.claim.pledge, project.claim.team) == (None, ())
            assert project.claimant not in [account for account, _ in project.claim.team]

    @invariant()
    def the_first_promise_stands_as_long_as_the_claim(self) -> None:
        for project_id, project in self.projects.items():
            row = self.rows["project_board"][project_id,]
            pledged = project.claim.pledge
            assert row.first_promise == (pledged and pledged.promise)
            assert row.first_complete_by == (pledged and pledged.complete_by)
            assert row.complete_by == project.claim.complete_by

    @invariant()
    def the_board_says_what_the_rules_see(self) -> None:
        for project_id, project in self.projects.items():
            row = self.rows["project_board"][project_id,]
            assert (row.status, row.claimant, row.suspended) == (project.status.value, project.claimant, project.claim.suspended)
            assert row.need_ids == [str(need_id) for need_id in project.need_ids]
            assert (row.extension_asked is None) == (project.claim.asked is None)

    @invariant()
    def members_hold_what_the_projects_say_they_hold(self) -> None:
        held = Counter(member for project in self.projects.values() for member in project.claim.members)
        counted = {member: row.claims for (member,), row in self.rows.get("members", {}).items() if row.claims}
        assert counted == dict(held)

    @invariant()
    def the_register_reconciles(self) -> None:
        standing: dict[str, Counter[str]] = {}
        for row in self.rows["project_board"].values():
            if row.ledger_moves:
                standing.setdefault(row.level, Counter())[row.ledger_moves[-1][1]] += 1
                gone = {"signed-off": "signed_off", "withdrawn": "withdrawn", "merged": "merged"}
                assert row.ledger_moves[-1][1] == gone.get(row.status, "open")
        books = {level: row.days for (level,), row in self.rows["ledger_book"].items()} if "ledger_book" in self.rows else {}
        assert reconcile(books, standing)["verdict"] == "reconciled"

    def teardown(self) -> None:
        """Once the policy has heard everything, what was merged has been taken in."""
        self.hear(1_000)
        for fact in self.facts:
            if isinstance(fact.event, ProjectMerged):
                taken_in = self.projects[fact.event.into]
                assert set(fact.event.need_ids) <= set(taken_in.need_ids)


TestTheList = TheList.TestCase
TestTheList.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
