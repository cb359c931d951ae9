"""The gate out where a county asks for more: a checklist, two scorers, nobody for their own leader, redone by a day."""

from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scoring.api import TABLE
from services.scoring.commands import OpenVerification, SignOffVerification
from services.scoring.decider import VERIFICATION
from services.scoring.decider.weighing import agreed
from services.scoring.state import Score
from shared.contracts.profile import ClosingRules, Period
from shared.contracts.scoring import MaterialsChecked, ProjectScored, ProjectVerified, VerificationOpened, VerificationRefused
from shared.kernel.actor import Actor
from shared.kernel.testing import Scenario, by, given
from shared.web.routes import Post, batch_path, body_of
from tests.support.a_verification import (
    ALL_SEEN,
    COMMITTEE,
    DEPUTY,
    INSPECTOR,
    NEEDS,
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
from tests.support.refusals import told

SYSTEM = Actor.system("open_verification_when_completion_declared")
READY = given(VERIFICATION, opened()).and_then(ALL_SEEN, COMMITTEE)


def test_the_rules_that_applied_are_kept_with_the_round() -> None:
    asked = OpenVerification(
        project_id=PROJECT_ID,
        round=1,
        title="修路灯",
        level="member",
        unit="T1",
        branch="B1",
        claimant="li",
        need_ids=NEEDS,
        tier="unit",
        sheet=SHEET,
        closing=STRICT,
        claimed_as="member",
        profile_version="2021-1",
    )
    given(VERIFICATION).when(asked, SYSTEM).then(opened())


def test_nothing_is_signed_off_before_every_material_was_seen_and_the_refusal_names_what_is_missing() -> None:
    scored = given(VERIFICATION, opened()).and_then(score(90), COMMITTEE).and_then(score(88), DEPUTY)
    assert told(scored.when(SIGN_OFF, COMMITTEE)) == ("materials_missing", None, {"materials": "承诺书、佐证资料"})
    half = scored.and_then(check("承诺书"), COMMITTEE)
    assert told(half.when(SIGN_OFF, COMMITTEE)) == ("materials_missing", None, {"materials": "佐证资料"})
    half.and_then(check("佐证资料"), INSPECTOR).when(SIGN_OFF, COMMITTEE).then_one(ProjectVerified, total=89)


def test_a_material_is_ticked_with_what_was_found_and_the_same_again_changes_nothing() -> None:
    READY.when(ALL_SEEN, DEPUTY).nothing()
    READY.when(check("承诺书", remark="缺签名"), COMMITTEE).then_one(MaterialsChecked, checked_by="committee-1")
    stranger = given(VERIFICATION, opened()).when(check("发票"), COMMITTEE)
    assert told(stranger) == ("material_not_listed", "/seen", {"material": "发票"})


def test_the_checklist_is_ticked_by_the_tier_or_an_inspector_while_the_round_is_open_and_never_by_the_claimant() -> None:
    story = given(VERIFICATION, opened())
    story.when(ALL_SEEN, by("member", unit="T1")).rejected("role_not_allowed")
    story.when(ALL_SEEN, by("unit", unit="T2")).rejected("not_your_unit")
    story.when(ALL_SEEN, by("inspector", sub="li")).rejected("own_item")
    given(VERIFICATION).when(ALL_SEEN, COMMITTEE).rejected("not_found")
    story.and_then(REFUSE, COMMITTEE).when(ALL_SEEN, COMMITTEE).rejected("verification_not_open")


def test_the_next_round_begins_with_an_empty_checklist() -> None:
    again = Scenario(VERIFICATION, [*READY.and_then(REFUSE, COMMITTEE).history, opened(number=2)])
    again.and_then(score(90), COMMITTEE).when(SIGN_OFF, COMMITTEE).rejected("materials_missing")


def test_where_two_score_one_alone_is_not_enough_and_the_mean_counts() -> None:
    one = READY.and_then(score(90), COMMITTEE)
    assert told(one.when(SIGN_OFF, COMMITTEE)) == ("scorer_missing", None, {"scored": 1, "spread": 15})
    READY.when(score(90), COMMITTEE).then_one(ProjectScored, agreed=None, awaiting=True)
    one.when(score(83), DEPUTY).then_one(ProjectScored, total=83, agreed=87, awaiting=False)
    one.and_then(score(83), DEPUTY).when(SIGN_OFF, COMMITTEE).then_one(ProjectVerified, total=87)


def test_two_scores_are_two_people_and_stand_once_both_are_given() -> None:
    one = READY.and_then(score(90), COMMITTEE)
    one.when(score(90), COMMITTEE).nothing()
    changed = one.and_then(score(80), COMMITTEE)
    changed.when(SIGN_OFF, COMMITTEE).rejected("scorer_missing")
    both = changed.and_then(score(84), DEPUTY)
    both.when(score(99), COMMITTEE).rejected("score_stands")
    both.when(score(99), DEPUTY).rejected("score_stands")
    both.when(score(82), INSPECTOR).rejected("scores_complete")


def test_beyond_the_spread_a_third_scorer_decides_by_the_median_and_a_fourth_is_not_heard() -> None:
    apart = READY.and_then(score(95), COMMITTEE).and_then(score(79), DEPUTY)
    apart.when(SIGN_OFF, COMMITTEE).rejected("scorer_missing")
    for third, total in ((60, 79), (85, 85), (99, 95)):
        apart.when(score(third), INSPECTOR).then_one(ProjectScored, total=third, agreed=total)
        decided = apart.and_then(score(third), INSPECTOR)
        decided.when(SIGN_OFF, COMMITTEE).then_one(ProjectVerified, total=total)
        decided.when(score(80), by("inspector", sub="team-3")).rejected("scores_complete")
    at_the_spread = READY.and_then(score(95), COMMITTEE).and_then(score(80), DEPUTY)
    at_the_spread.when(SIGN_OFF, COMMITTEE).then_one(ProjectVerified, total=88)


def test_a_minimum_is_measured_on_what_the_scorers_agree_on() -> None:
    low = READY.and_then(score(95, 72), COMMITTEE).and_then(score(95, 67), DEPUTY)
    low.when(SIGN_OFF, COMMITTEE).then_one(ProjectVerified)
    lower = READY.and_then(score(95, 72), COMMITTEE).and_then(score(95, 66), DEPUTY)
    assert told(lower.when(SIGN_OFF, COMMITTEE)) == ("score_below_threshold", None, {"total": 69, "needed": 70, "item": "quality"})


@for_all(st.lists(st.integers(0, 100), min_size=1, max_size=3), st.integers(0, 100))
def test_what_is_agreed_lies_between_the_scores_and_needs_a_third_only_beyond_the_spread(totals: list[int], spread: int) -> None:
    scores = tuple(Score(f"s{n}", (("quality", total),), total) for n, total in enumerate(totals))
    found = agreed(ClosingRules(scorers=2, spread=spread), scores)
    if len(totals) == 1 or (len(totals) == 2 and abs(totals[0] - totals[1]) > spread):
        assert found is None
    else:
        assert found is not None
        assert found[0] == {"quality": found[1]}
        assert min(totals) <= found[1] <= max(totals)


def test_the_item_of_one_s_own_leader_is_for_others_where_the_county_says_so() -> None:
    own: list[tuple[VerificationOpened, Actor]] = [
        (opened(tier="unit", claimant="chief", claimed_as="leader"), COMMITTEE),
        (opened(tier="office", claimant="chief", claimed_as="leader"), by("office", sub="xjb-2", unit="T1")),
        (opened(tier="branch", claimant="T1", claimed_as="unit"), by("branch", sub="secretary-1", unit="T1", branch="B1")),
    ]
    for story, actor in own:
        for ask in (ALL_SEEN, score(90), SIGN_OFF, REFUSE):
            given(VERIFICATION, story).when(ask, actor).rejected("own_leaders_item")
        lenient = story.model_copy(update={"closing": ClosingRules()})
        given(VERIFICATION, lenient).when(score(90), actor).then_one(ProjectScored)
    leaders = own[1][0]
    given(VERIFICATION, leaders).when(score(90), OFFICE).then_one(ProjectScored)
    given(VERIFICATION, leaders).when(score(90), by("inspector", sub="team-2", unit="T2")).then_one(ProjectScored)
    given(VERIFICATION, opened(tier="unit")).when(score(90), COMMITTEE).then_one(ProjectScored)


@pytest.mark.parametrize(
    ("within", "by_day"),
    [
        (Period(days=15, unit="working"), date(2021, 11, 22)),
        (Period(days=20, unit="working"), date(2021, 11, 29)),
        (Period(days=12, unit="calendar"), date(2021, 11, 15)),
    ],
)
def test_a_refusal_says_what_is_to_be_redone_and_by_which_day(within: Period, by_day: date) -> None:
    rules = ClosingRules(redo_within=within)
    given(VERIFICATION, opened(rules)).when(REFUSE, COMMITTEE).then(
        VerificationRefused(
            project_id=PROJECT_ID, round=1, reason="群众不满意", refused_by="committee-1", redo="补装两盏灯", redo_by=by_day
        )
    )


def test_rounds_from_before_the_checklist_are_signed_off_as_they_were() -> None:
    old = VerificationOpened.model_validate(opened().model_dump(exclude={"closing", "claimed_as", "profile_version"}))
    assert given(VERIFICATION, old).state().closing == ClosingRules()
    given(VERIFICATION, old).and_then(score(90), COMMITTEE).when(SIGN_OFF, COMMITTEE).then_one(ProjectVerified, total=90)


def test_many_are_signed_off_only_one_by_one_each_on_its_own_merits() -> None:
    ready = READY.and_then(score(90), COMMITTEE).and_then(score(88), DEPUTY)
    stories = [ready, READY, given(VERIFICATION, opened(claimant="committee-1")), given(VERIFICATION)]
    outcomes = [story.when(SIGN_OFF, COMMITTEE) for story in stories]
    assert [outcome.refusal.code if outcome.refusal else "signed off" for outcome in outcomes] == [
        "signed off",
        "not_scored",
        "own_item",
        "not_found",
    ]
    (row,) = (row for row in TABLE if isinstance(row, Post) and row.command is SignOffVerification)
    assert batch_path(row.path) == "/verifications/sign-off:batch"
    assert body_of(SignOffVerification).model_fields == {}, "a batch names items one by one, in their paths"
