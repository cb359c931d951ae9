"""Three projects at the gate in, spot checks among them, whatever anybody asks: what fails is claimed anew, and every figure adds up."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis.stateful import invariant, rule

from services.projects.commands import Claimant, DrawSpotCheck, JoinProject, JudgeDrawnProject, MendProject, SignOffProject, WithdrawProject
from services.projects.decider import PROJECT, SPOT_CHECK
from services.projects.decider.checking import digest_of, drawn
from services.projects.handlers import HANDLERS
from services.projects.projections import LEDGER_BOOK, MEMBERS, PROJECT_BOARD, SPOT_CHECKS
from services.projects.queries.ledger import reconcile
from services.projects.state.project import Project, Status
from services.projects.state.spot_check import SpotCheck
from shared.contracts.profile import EntryRules
from shared.contracts.projects import (
    ProjectApproved,
    ProjectClaimed,
    ProjectReopened,
    ProjectReturned,
    SpotCheckDrawn,
    SpotCheckFailed,
    SpotCheckPassed,
)
from shared.kernel.actor import Actor
from shared.kernel.rules import Command
from shared.kernel.testing import by
from tests.support.a_project import COMMITTEE, COMPLETE, LI, OFFICE, PROFILE, SYSTEM, WANG, claim, found, pledge, propose, review
from tests.support.a_service import Ask, Choice, Service, anything, explore, together

PROJECTS = tuple(UUID(int=number) for number in (1, 2, 3))
CHECKS = (UUID(int=7), UUID(int=8))
CHEN = by("member", sub="chen", unit="T1")
OWN = tuple(by("office", sub=sub) for sub in ("chen", "li", "wang"))
ANYBODY = (OFFICE, COMMITTEE, LI, WANG, CHEN, *OWN, by("unit", sub="chen", unit="T1"), by("unit", sub="committee-9", unit="T2"), SYSTEM)
LATER = date(2022, 12, 31)


def of(project_id: UUID) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about a project."""
    which: Any = {"project_id": project_id}
    mend = MendProject(**which, title="修三盏路灯", planned_completion=LATER)
    join = JoinProject(**which, member=Claimant(registered=True, unit="T1", branch="B1"))
    promise, off = pledge(complete_by=LATER), [SignOffProject(**which, round=number) for number in (1, 2)]
    judge = [JudgeDrawnProject(**which, spot_check_id=check, verdicts=found(True, met, True)) for check in CHECKS for met in (False, True)]
    usual: list[Ask] = [(review(), COMMITTEE), (review(True, False, True), COMMITTEE), (mend, CHEN), (join, WANG)]
    usual += [(command, member) for command in (claim(), promise, COMPLETE) for member in (LI, WANG)]
    usual += [(command, OFFICE) for command in judge]
    odd: list[Ask] = [(command, judge_) for command in judge for judge_ in OWN]
    odd += [(WithdrawProject(**which, reason="统一安排"), COMMITTEE)] if project_id == PROJECTS[2] else []
    odd += [(review(), by("unit", sub="chen", unit="T1")), *((command, SYSTEM) for command in off)]
    return [(command.model_copy(update=which), actor) for command, actor in usual], [(at.model_copy(update=which), who) for at, who in odd]


DRAWS: list[Ask] = [(DrawSpotCheck(spot_check_id=check, unit=unit), OFFICE) for check, unit in zip(CHECKS, (None, "T1"), strict=True)]
USUAL, ODD = together([*(of(project_id) for project_id in PROJECTS), (DRAWS, [*DRAWS, (DRAWS[0][0], COMMITTEE)])])


class Gate(Service):
    """Three proposed projects; the office draws half of what the unit has reviewed itself."""

    handlers, usual, odd = HANDLERS, USUAL, ODD
    reads = (PROJECT_BOARD, SPOT_CHECKS, LEDGER_BOOK, MEMBERS)

    def __init__(self) -> None:
        super().__init__()
        for project_id in PROJECTS:
            self.ask(propose(project_id=project_id, need_ids=(), planned_completion=LATER), CHEN)
        in_hand: list[Ask] = [(review(), COMMITTEE), (claim(), LI), (pledge(complete_by=LATER), LI), (COMPLETE, LI)]
        for project_id, done in zip(PROJECTS, (4, 2, 1), strict=True):
            for command, actor in in_hand[:done]:
                self.ask(command.model_copy(update={"project_id": project_id}), actor)

    @rule(choice=anything(USUAL, ODD, ANYBODY))
    def go_on(self, choice: Choice) -> None:
        self.go(choice)

    def prepared(self, command: Command) -> Command:
        match command:
            case DrawSpotCheck():
                entry = EntryRules(spot_check_percent=50)
                known = {"seed": f"seed-{len(self.told)}", "profile": PROFILE.model_copy(update={"entry": entry})}
                return command.model_copy(update={**known, "candidates": tuple(self.candidates(command.unit))})
            case JudgeDrawnProject():
                check: SpotCheck = self.state(SPOT_CHECK, f"spotcheck-{command.spot_check_id}")
                return command.model_copy(update={"drawn": command.project_id in check.drawn})
            case _:
                return command

    def candidates(self, unit: str | None) -> list[UUID]:
        """Return what the unit reviewed itself and nobody drew yet, as the board shows it."""
        board = self.rows["project_board"].values()
        open_ = [row for row in board if row.review_by == "unit" and row.status in ("approved", "claimed", "completed")]
        return sorted(row.project_id for row in open_ if row.spot_check is None and unit in (None, row.unit))

    def project(self, project_id: UUID) -> Project:
        state: Project = self.state(PROJECT, f"project-{project_id}")
        return state

    def allowed(self, before: Any, event: Any, actor: Actor) -> None:
        match event:
            case SpotCheckDrawn():
                candidates = self.candidates(event.unit)
                assert before.drawn == frozenset()
                assert (event.candidates, event.digest) == (len(candidates), digest_of(candidates))
                assert event.project_ids == drawn(event.seed, event.percent, reversed(candidates)) != ()
            case SpotCheckPassed() | SpotCheckFailed():
                check: SpotCheck = self.state(SPOT_CHECK, f"spotcheck-{event.spot_check_id}")
                passed = isinstance(event, SpotCheckPassed)
                assert event.project_id in check.drawn
                assert event.spot_check_id not in before.spot_checks
                assert actor.sub not in {before.proposed_by, before.claimant, *(account for account, _ in before.claim.team)}
                on_the_list = (Status.APPROVED, Status.CLAIMED, *((Status.COMPLETED, Status.SIGNED_OFF) if passed else ()))
                assert before.status in on_the_list
                assert getattr(event, "freed", before.claim.members) == before.claim.members
            case ProjectApproved() | ProjectReturned():
                assert before.status is Status.PROPOSED
                assert actor.sub != before.proposed_by
                assert getattr(event, "ledger", None) == (None if before.on_ledger or isinstance(event, ProjectReturned) else before.level)
            case ProjectClaimed():
                assert (before.status, before.claimant) == (Status.APPROVED, None)
            case ProjectReopened():
                assert (before.status, event.because, event.ledger) == (Status.COMPLETED, "spot-check", None)
            case _:
                pass

    @invariant()
    def what_failed_is_free_until_it_is_reviewed_and_claimed_anew(self) -> None:
        last: dict[UUID, type] = {}
        for event in self.events(SpotCheckFailed, ProjectApproved, ProjectClaimed):
            assert not (isinstance(event, ProjectClaimed) and last.get(event.project_id) is SpotCheckFailed)
            last[event.project_id] = type(event)
        for project_id, kind in last.items():
            project = self.project(project_id)
            if kind is SpotCheckFailed:
                assert (project.claimant, project.claim.pledge, project.claim.team, project.percent) == (None, None, (), 0)

    @invariant()
    def the_board_says_what_the_rules_remember(self) -> None:
        for project_id in PROJECTS:
            project, row = self.project(project_id), self.rows["project_board"][project_id,]
            assert (row.status, row.claimant, row.round) == (project.status.value, project.claimant, project.round)
            assert (row.promise, row.team or []) == (project.claim.promise or None, [account for account, _ in project.claim.team])
            assert row.version == self.version(f"project-{project_id}")

    @invariant()
    def the_board_says_where_each_project_is_with_spot_checks(self) -> None:
        said: dict[UUID, str | None] = dict.fromkeys(PROJECTS)
        for event in self.events(SpotCheckDrawn, SpotCheckPassed, SpotCheckFailed, ProjectApproved):
            match event:
                case SpotCheckDrawn():
                    said |= dict.fromkeys(event.project_ids, "drawn")
                case ProjectApproved():
                    said[event.project_id] = None if said[event.project_id] == "failed" else said[event.project_id]
                case _:
                    said[event.project_id] = "passed" if isinstance(event, SpotCheckPassed) else "failed"
        assert {project_id: row.spot_check for (project_id,), row in self.rows["project_board"].items()} == said

    @invariant()
    def a_spot_check_adds_up(self) -> None:
        verdicts = self.events(SpotCheckPassed, SpotCheckFailed)
        for (check,), row in self.rows["spot_checks"].items():
            mine = [event for event in verdicts if event.spot_check_id == check]
            assert row.drawn == len(row.project_ids) == -(-row.candidates * row.percent // 100)
            assert (row.passed, row.failed) == (
                sum(isinstance(event, SpotCheckPassed) for event in mine),
                row.drawn and len(mine) - row.passed,
            )
            assert len({event.project_id for event in mine}) == len(mine) <= row.drawn
        waiting = Counter(
            project_id
            for (check,), row in self.rows["spot_checks"].items()
            for project_id in row.project_ids
            if (UUID(project_id), check) not in {(event.project_id, event.spot_check_id) for event in verdicts}
        )
        assert not waiting or max(waiting.values()) == 1, "nothing is drawn again while it waits for its verdict"

    @invariant()
    def the_register_and_the_members_reconcile(self) -> None:
        standing: Counter[str] = Counter(row.ledger_moves[-1][1] for row in self.rows["project_board"].values() if row.ledger_moves)
        books = {level: row.days for (level,), row in self.rows["ledger_book"].items()}
        assert reconcile(books, {"member": standing} if standing else {})["verdict"] == "reconciled"
        projects = [self.project(project_id) for project_id in PROJECTS]
        assert standing["open"] == sum(project.on_ledger for project in projects)
        assert standing["signed_off"] == sum(project.status is Status.SIGNED_OFF for project in projects)
        held = Counter(member for project in projects for member in project.claim.members)
        assert {member: row.claims for (member,), row in self.rows["members"].items() if row.claims} == dict(held)


def test_no_order_of_asking_slips_past_a_spot_check() -> None:
    facts = {"SpotCheckDrawn", "SpotCheckPassed", "SpotCheckFailed", "ProjectReopened", "ProjectReturned", "ProjectSignedOff"}
    refused = {"own_item", "project_already_checked", "project_not_drawn"}
    explore(Gate, examples=100, steps=50, reaching=facts | refused)
