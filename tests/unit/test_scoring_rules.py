"""Scoring's rules, told by given, when, then: the score sheet, the thresholds, and who may sign off."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scoring.commands import OpenVerification, RefuseVerification, ScoreProject, SignOffVerification, WithdrawVerification
from services.scoring.decider import VERIFICATION, weighted
from shared.contracts.profile import ScoreSheet, SheetItem
from shared.contracts.scoring import ProjectScored, ProjectVerified, VerificationOpened, VerificationRefused, VerificationWithdrawn
from shared.contracts.values import ScoreItem, Tier
from shared.kernel.actor import Actor
from shared.kernel.testing import by, given
from tests.support.refusals import told

PROJECT_ID = UUID("0199c1a8-2222-7000-8000-000000000001")
NEEDS = (UUID("0199c1a8-1111-7000-8000-000000000001"),)
OFFICE, INSPECTOR = by("office", sub="xjb-1"), by("inspector", sub="team-2")
COMMITTEE = by("unit", sub="committee-1", unit="T1")
BRANCH = by("branch", sub="secretary-1", unit="T1", branch="B1")
SYSTEM = Actor.system("open_verification_when_completion_declared")
SHEET = ScoreSheet(
    version="2021-1",
    items=(
        SheetItem(item="materials", weight=20),
        SheetItem(item="satisfaction", weight=30, minimum=80),
        SheetItem(item="awareness", weight=15),
        SheetItem(item="quality", weight=25, minimum=70),
        SheetItem(item="demonstration", weight=10, optional=True),
    ),
    pass_mark=80,
)
GOOD: dict[ScoreItem, int] = {"materials": 90, "satisfaction": 92, "awareness": 80, "quality": 85}
SIGN_OFF = SignOffVerification(project_id=PROJECT_ID)
REFUSE = RefuseVerification(project_id=PROJECT_ID, reason="群众不满意")


def open_round(number: int = 1, sheet: ScoreSheet | None = SHEET) -> OpenVerification:
    return OpenVerification(
        project_id=PROJECT_ID,
        round=number,
        title="修路灯",
        level="member",
        unit="T1",
        branch="B1",
        claimant="li",
        need_ids=NEEDS,
        tier="branch",
        sheet=sheet,
    )


def opened(
    tier: Tier = "branch", *, number: int = 1, claimant: str = "li", branch: str | None = "B1", sheet: ScoreSheet = SHEET
) -> VerificationOpened:
    return VerificationOpened(
        project_id=PROJECT_ID,
        round=number,
        title="修路灯",
        level="member",
        unit="T1",
        branch=branch,
        claimant=claimant,
        need_ids=NEEDS,
        tier=tier,
        sheet=sheet,
    )


def score(points: Mapping[ScoreItem, int]) -> ScoreProject:
    return ScoreProject(project_id=PROJECT_ID, points=dict(points), remark=None)


def scored(points: Mapping[ScoreItem, int], total: int, by_whom: str = "secretary-1") -> ProjectScored:
    return ProjectScored(project_id=PROJECT_ID, round=1, points=dict(points), total=total, scored_by=by_whom, remark=None, agreed=total)


VERIFIED = ProjectVerified(
    project_id=PROJECT_ID, round=1, level="member", unit="T1", need_ids=NEEDS, tier="branch", total=88, signed_off_by="secretary-1"
)
REFUSED = VerificationRefused(project_id=PROJECT_ID, round=1, reason="群众不满意", refused_by="secretary-1", redo_by=date(2021, 11, 22))
BY_TIER: list[tuple[Tier, Actor]] = [("office", OFFICE), ("unit", COMMITTEE), ("branch", BRANCH)]


def test_a_declared_completion_opens_its_round_once_with_the_sheet_of_the_day() -> None:
    given(VERIFICATION).when(open_round(), SYSTEM).then(opened())
    given(VERIFICATION, opened()).when(open_round(), SYSTEM).nothing()
    given(VERIFICATION, opened(number=2)).when(open_round(1), SYSTEM).nothing()
    given(VERIFICATION).when(open_round(sheet=None), SYSTEM).rejected("profile_not_adopted")
    given(VERIFICATION).when(open_round(), OFFICE).rejected("role_not_allowed")


def test_the_next_round_begins_without_points() -> None:
    for end in (REFUSED, scored(GOOD, 88)):
        second = given(VERIFICATION, opened(), scored(GOOD, 88), end).and_then(open_round(2), SYSTEM)
        second.when(SIGN_OFF, BRANCH).rejected("not_scored")
        second.and_then(score(GOOD), BRANCH).when(SIGN_OFF, BRANCH).then_one(ProjectVerified, round=2, total=88)


@pytest.mark.parametrize(("tier", "signer"), BY_TIER)
def test_each_tier_scores_signs_off_and_refuses_its_own_items_and_no_other_s(tier: Tier, signer: Actor) -> None:
    open_, ready = given(VERIFICATION, opened(tier)), given(VERIFICATION, opened(tier), scored(GOOD, 88))
    open_.when(score(GOOD), signer).then(scored(GOOD, 88, signer.sub))
    ready.when(SIGN_OFF, signer).then(VERIFIED.model_copy(update={"tier": tier, "signed_off_by": signer.sub}))
    open_.when(REFUSE, signer).then(REFUSED.model_copy(update={"refused_by": signer.sub}))
    for other_tier, other in [*BY_TIER, (None, by("leader")), (None, by("member", unit="T1", branch="B1"))]:
        if other_tier != tier:
            for ask in (score(GOOD), SIGN_OFF, REFUSE):
                ready.when(ask, other).rejected("role_not_allowed")


def test_another_unit_or_branch_signs_off_nothing_here() -> None:
    strangers: list[tuple[VerificationOpened, Actor]] = [
        (opened("unit"), by("unit", unit="T2")),
        (opened("unit"), by("unit")),
        (opened("branch"), by("branch", unit="T1", branch="B2")),
        (opened("branch", branch=None), by("branch", unit="T1")),
    ]
    for story, stranger in strangers:
        for ask in (score(GOOD), SIGN_OFF, REFUSE):
            given(VERIFICATION, story, scored(GOOD, 88)).when(ask, stranger).rejected("not_your_unit")


def test_an_inspector_scores_anywhere_and_signs_off_nowhere() -> None:
    for tier, _ in BY_TIER:
        given(VERIFICATION, opened(tier)).when(score(GOOD), INSPECTOR).then(scored(GOOD, 88, "team-2"))
        given(VERIFICATION, opened(tier), scored(GOOD, 88)).when(SIGN_OFF, INSPECTOR).rejected("role_not_allowed")
        given(VERIFICATION, opened(tier)).when(REFUSE, INSPECTOR).rejected("role_not_allowed")


def test_nobody_verifies_their_own_be_it_as_account_unit_or_branch() -> None:
    own: list[tuple[VerificationOpened, Actor]] = [
        (opened("branch"), by("branch", sub="li", unit="T1", branch="B1")),
        (opened("unit", claimant="T1"), COMMITTEE),
        (opened("unit", claimant="B1"), by("unit", sub="committee-1", unit="T1", branch="B1")),
        (opened("branch", claimant="B1"), BRANCH),
        (opened("office", claimant="xjb-1"), OFFICE),
        (opened("office", claimant="T1"), by("office", sub="xjb-2", unit="T1")),
    ]
    for story, actor in own:
        for ask in (score(GOOD), SIGN_OFF, REFUSE):
            given(VERIFICATION, story, scored(GOOD, 88)).when(ask, actor).rejected("own_item")
    given(VERIFICATION, opened("office", claimant="T1")).when(score(GOOD), by("inspector", unit="T1")).rejected("own_item")


def test_every_item_of_the_sheet_is_scored_but_an_optional_one_and_no_other() -> None:
    given(VERIFICATION, opened()).when(score({**GOOD, "demonstration": 60}), BRANCH).then_one(ProjectScored, total=85)
    for missing in ("materials", "satisfaction", "awareness", "quality"):
        rest = {item: points for item, points in GOOD.items() if item != missing}
        assert told(given(VERIFICATION, opened()).when(score(rest), BRANCH)) == ("item_not_scored", "/points", {"item": missing})
    short = ScoreSheet(version="2021-1", items=SHEET.items[:2], pass_mark=80)
    beyond = given(VERIFICATION, opened(sheet=short)).when(score(GOOD), BRANCH)
    assert told(beyond) == ("item_not_on_sheet", "/points/awareness", {"item": "awareness"})


def test_the_last_score_before_the_sign_off_counts_and_the_same_again_changes_nothing() -> None:
    given(VERIFICATION, opened(), scored(GOOD, 88)).when(score(dict(reversed(GOOD.items()))), BRANCH).nothing()
    poor: dict[ScoreItem, int] = {**GOOD, "satisfaction": 79}
    lowered = given(VERIFICATION, opened(), scored(GOOD, 88)).and_then(score(poor), BRANCH)
    lowered.when(SIGN_OFF, BRANCH).rejected("score_below_threshold")
    lowered.and_then(score(GOOD), BRANCH).when(SIGN_OFF, BRANCH).then(VERIFIED)


def test_a_score_may_carry_a_remark() -> None:
    asked = ScoreProject(project_id=PROJECT_ID, points=GOOD, remark="材料齐全")
    given(VERIFICATION, opened()).when(asked, BRANCH).then_one(ProjectScored, remark="材料齐全")


def test_what_is_not_scored_is_not_signed_off_but_may_be_refused() -> None:
    given(VERIFICATION, opened()).when(SIGN_OFF, BRANCH).rejected("not_scored")
    given(VERIFICATION, opened()).when(REFUSE, BRANCH).then(REFUSED)


def test_a_mean_on_the_half_is_rounded_up() -> None:
    halves = ScoreSheet(version="1", items=(SheetItem(item="quality", weight=50), SheetItem(item="awareness", weight=50)), pass_mark=80)
    assert weighted(halves, {"quality": 80, "awareness": 79}) == 80
    assert weighted(halves, {"quality": 79, "awareness": 79}) == 79
    ready = given(VERIFICATION, opened(sheet=halves)).and_then(score({"quality": 80, "awareness": 79}), BRANCH)
    ready.when(SIGN_OFF, BRANCH).then_one(ProjectVerified, total=80)


POINTS = st.fixed_dictionaries(
    {item.item: st.integers(0, 100) for item in SHEET.items if not item.optional}, optional={"demonstration": st.integers(0, 100)}
)


@for_all(POINTS)
def test_the_total_is_the_weighted_mean_of_what_was_scored_rounded_half_up(points: dict[ScoreItem, int]) -> None:
    weights = {row.item: row.weight for row in SHEET.items if row.item in points}
    exact = Decimal(sum(weights[item] * points[item] for item in weights)) / sum(weights.values())
    total = weighted(SHEET, points)
    assert total == exact.quantize(Decimal(1), ROUND_HALF_UP)
    assert min(points.values()) <= total <= max(points.values())


@for_all(st.fixed_dictionaries({item: st.integers(60, 100) for item in GOOD}))
def test_the_pass_mark_and_every_minimum_are_needed_and_enough(points: dict[ScoreItem, int]) -> None:
    outcome = given(VERIFICATION, opened()).and_then(score(points), BRANCH).when(SIGN_OFF, BRANCH)
    if points["satisfaction"] >= 80 and points["quality"] >= 70 and weighted(SHEET, points) >= 80:
        outcome.then_one(ProjectVerified, total=weighted(SHEET, points))
    else:
        outcome.rejected("score_below_threshold")


@pytest.mark.parametrize(("item", "needed"), [("satisfaction", 80), ("quality", 70)])
def test_a_minimum_met_exactly_is_met_and_a_point_less_is_not(item: ScoreItem, needed: int) -> None:
    high: dict[ScoreItem, int] = dict.fromkeys(GOOD, 100)
    given(VERIFICATION, opened()).and_then(score({**high, item: needed}), BRANCH).when(SIGN_OFF, BRANCH).then_one(ProjectVerified)
    short = given(VERIFICATION, opened()).and_then(score({**high, item: needed - 1}), BRANCH).when(SIGN_OFF, BRANCH)
    assert told(short) == ("score_below_threshold", None, {"total": needed - 1, "needed": needed, "item": item})


def test_the_pass_mark_met_exactly_is_met_and_a_point_less_is_not() -> None:
    even: dict[ScoreItem, int] = {"materials": 70, "satisfaction": 82, "awareness": 82, "quality": 84}
    given(VERIFICATION, opened()).and_then(score(even), BRANCH).when(SIGN_OFF, BRANCH).then_one(ProjectVerified, total=80)
    short = given(VERIFICATION, opened()).and_then(score({**even, "quality": 80}), BRANCH).when(SIGN_OFF, BRANCH)
    assert told(short) == ("score_below_threshold", None, {"total": 79, "needed": 80, "item": "total"})


def test_a_round_is_decided_once() -> None:
    for end in (VERIFIED, REFUSED):
        for ask in (score(GOOD), SIGN_OFF, REFUSE):
            given(VERIFICATION, opened(), scored(GOOD, 88), end).when(ask, BRANCH).rejected("verification_not_open")


def test_what_was_never_declared_complete_is_not_found() -> None:
    for ask in (score(GOOD), SIGN_OFF, REFUSE):
        given(VERIFICATION).when(ask, OFFICE).rejected("not_found")


def test_a_project_sent_back_to_work_is_neither_signed_off_nor_refused_in_that_round() -> None:
    withdraw, withdrawn = WithdrawVerification(project_id=PROJECT_ID, round=1), VerificationWithdrawn(project_id=PROJECT_ID, round=1)
    story = given(VERIFICATION, opened(), scored(GOOD, 88))
    story.when(withdraw, SYSTEM).then(withdrawn)
    gone = story.and_then(withdraw, SYSTEM)
    gone.when(withdraw, SYSTEM).nothing()
    for ask in (SIGN_OFF, REFUSE):
        gone.when(ask, BRANCH).rejected("verification_not_open")
    gone.and_then(open_round(2), SYSTEM).when(withdraw, SYSTEM).nothing()
    for end in (REFUSED, VERIFIED):
        given(VERIFICATION, opened(), end).when(withdraw, SYSTEM).nothing()
    story.when(withdraw, BRANCH).rejected("role_not_allowed")


def test_a_withdrawal_heard_before_its_round_was_opened_keeps_it_closed() -> None:
    early = given(VERIFICATION).and_then(WithdrawVerification(project_id=PROJECT_ID, round=1), SYSTEM)
    early.when(open_round(1), SYSTEM).nothing()
    early.when(open_round(2), SYSTEM).then_one(VerificationOpened, round=2)
