"""The gate in: mended projects, spot checks anyone can draw again, demonstration projects within their quota."""

import hashlib
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.projects.commands import (
    AnnounceFigure,
    DesignateDemonstration,
    DrawSpotCheck,
    EndDemonstration,
    JudgeDrawnProject,
    MendProject,
    ProposeDemonstration,
    Shown,
)
from services.projects.decider import ANNOUNCEMENT, DEMONSTRATIONS, PROJECT, SPOT_CHECK
from services.projects.decider.checking import MOST_DRAWN, digest_of, drawn
from services.projects.projections import PROJECT_BOARD
from services.projects.queries.projects import with_changes
from shared.contracts.profile import EntryRules, Quota
from shared.contracts.projects import (
    DemonstrationDesignated,
    DemonstrationEnded,
    DemonstrationProposed,
    FigureAnnounced,
    MergedProjectTakenIn,
    ProjectApproved,
    ProjectClaimed,
    ProjectProposed,
    ProjectReopened,
    ProjectReturned,
    ProjectWithdrawn,
    SpotCheckDrawn,
    SpotCheckFailed,
    SpotCheckPassed,
)
from shared.kernel.derived import derived
from shared.kernel.projection import Fact
from shared.kernel.testing import COUNTY, by, given
from tests.support.a_project import (
    APPROVED,
    COMMITTEE,
    IN_HAND,
    LEADER,
    LI,
    NEEDS,
    OFFICE,
    OPEN,
    OTHER_ID,
    PROFILE,
    PROJECT_ID,
    RETURNED,
    SIGNED_OFF,
    WANG,
    claim,
    completed,
    found,
    member_id,
    proposed,
    review,
)
from tests.support.envelopes import meta
from tests.support.events import folded
from tests.support.refusals import told

CHEN = by("member", sub="chen", unit="T1")
CHECK_ID = UUID("0199c1a8-3333-7000-8000-000000000001")
MEND = MendProject(project_id=PROJECT_ID, title="修村口三盏路灯", need_ids=NEEDS[:1], planned_completion=date(2021, 12, 15))
CANDIDATES = tuple(UUID(int=number) for number in range(1, 41))
UUIDS = st.lists(st.uuids(), max_size=60, unique=True)


def test_a_returned_project_is_mended_under_the_same_id_and_reviewed_again() -> None:
    mended = given(PROJECT, proposed(), RETURNED).and_then(MEND, CHEN)
    again = mended.history[-1]
    assert isinstance(again, ProjectProposed)
    assert (again.submission, again.title, again.need_ids, again.level) == (2, "修村口三盏路灯", NEEDS[:1], "member")
    mended.when(MEND, CHEN).nothing()
    mended.when(claim(), LI).rejected("project_not_approved")
    mended.when(review(), COMMITTEE).then_one(ProjectApproved, ledger="member")
    mended.when(review(True, False, True), COMMITTEE).then_one(ProjectReturned)


def test_mending_drops_no_need_that_came_with_a_merged_project() -> None:
    theirs = UUID("0199c1a8-1111-7000-8000-000000000009")
    taken_in = MergedProjectTakenIn(project_id=PROJECT_ID, merged_project_id=OTHER_ID, added=(theirs,))
    given(PROJECT, proposed(), taken_in, RETURNED).when(MEND, CHEN).then_one(ProjectProposed, need_ids=(NEEDS[0], theirs))


def test_only_the_proposer_mends_and_only_what_was_returned() -> None:
    given(PROJECT, proposed(), RETURNED).when(MEND, LI).rejected("not_the_proposer")
    for story in ((proposed(),), OPEN, IN_HAND):
        given(PROJECT, *story).when(MEND, CHEN).rejected("project_not_returned")
    past = MEND.model_copy(update={"planned_completion": date(2021, 10, 31)})
    given(PROJECT, proposed(), RETURNED).when(past, CHEN).rejected("planned_completion_past")


def test_earlier_verdicts_stay_on_record_and_the_difference_can_be_read() -> None:
    story = given(PROJECT, proposed(), RETURNED).and_then(MEND, CHEN).and_then(review(), COMMITTEE).history
    facts = [Fact(event, meta(event, "projects", position=at, version=at)) for at, event in enumerate(story, 1)]
    row = folded([PROJECT_BOARD], facts)["project_board"][PROJECT_ID,]
    first, second = with_changes(row.submissions)
    assert (first["outcome"], second["outcome"], first["changes"]) == ("returned", "approved", {})
    assert [verdict["met"] for verdict in first["verdicts"]] == [True, False, True]
    assert second["changes"] == {
        "title": {"before": "修路灯", "after": "修村口三盏路灯"},
        "need_ids": {"before": [str(need) for need in NEEDS], "after": [str(NEEDS[0])]},
        "planned_completion": {"before": "2021-11-30", "after": "2021-12-15"},
    }
    assert (row.position, row.status) == (1, "approved")


def test_the_first_approval_enters_the_register_and_a_later_one_does_not() -> None:
    entered = given(PROJECT, proposed()).and_then(review(), COMMITTEE)
    assert entered.history[-1] == APPROVED.model_copy(update={"ledger": "member"})
    again = given(PROJECT, *entered.history, failed(None))
    again.when(review(), COMMITTEE).then_one(ProjectApproved, ledger=None)


def draw(percent: int = 10, candidates: tuple[UUID, ...] = CANDIDATES, seed: str = "seed") -> DrawSpotCheck:
    rules = PROFILE.model_copy(update={"entry": EntryRules(spot_check_percent=percent)})
    return DrawSpotCheck(spot_check_id=CHECK_ID, unit="T1", seed=seed, candidates=candidates, profile=rules)


def judge(*met: bool, drawn_: bool = True) -> JudgeDrawnProject:
    return JudgeDrawnProject(project_id=PROJECT_ID, spot_check_id=CHECK_ID, verdicts=found(*met), drawn=drawn_)


def failed(claimant: str | None = "li") -> SpotCheckFailed:
    freed = () if claimant is None else (member_id(claimant),)
    return SpotCheckFailed(
        project_id=PROJECT_ID,
        spot_check_id=CHECK_ID,
        verdicts=found(True, False, True),
        claimant=claimant,
        freed=freed,
        checked_by="xjb-1",
    )


def test_a_draw_says_all_that_is_needed_to_draw_it_again() -> None:
    event = (
        given(SPOT_CHECK).when(draw(), OFFICE).then_one(SpotCheckDrawn, candidates=40, percent=10, seed="seed", profile_version="2021-1")
    )
    assert isinstance(event, SpotCheckDrawn)
    assert len(event.project_ids) == 4
    assert event.project_ids == drawn(event.seed, event.percent, reversed(CANDIDATES))
    by_hand = sorted(CANDIDATES, key=lambda candidate: hashlib.sha256(f"seed:{candidate}".encode()).hexdigest())
    assert event.project_ids == tuple(by_hand[:4])
    assert event.digest == hashlib.sha256("".join(f"{candidate}\n" for candidate in CANDIDATES).encode()).hexdigest()


@for_all(st.text(max_size=20), st.integers(0, 100), UUIDS, st.randoms())
def test_a_draw_depends_on_the_seed_and_the_candidates_and_on_nothing_else(
    seed: str, percent: int, candidates: list[UUID], chance: object
) -> None:
    shuffled = sorted(candidates, key=lambda _: chance.random())  # type: ignore[attr-defined]
    chosen = drawn(seed, percent, candidates)
    assert drawn(seed, percent, shuffled) == chosen
    assert digest_of(shuffled) == digest_of(candidates)
    assert len(chosen) == -(-len(candidates) * percent // 100)
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(candidates)


def test_only_the_office_draws_and_only_where_there_is_something_to_draw() -> None:
    given(SPOT_CHECK).when(draw(), COMMITTEE).rejected("role_not_allowed")
    given(SPOT_CHECK).when(draw(candidates=()), OFFICE).rejected("nothing_to_check")
    given(SPOT_CHECK).when(draw(percent=0), OFFICE).rejected("nothing_to_check")
    given(SPOT_CHECK).when(draw().model_copy(update={"profile": None}), OFFICE).rejected("profile_not_adopted")
    many = tuple(UUID(int=number) for number in range(MOST_DRAWN + 1))
    assert told(given(SPOT_CHECK).when(draw(100, many), OFFICE)) == ("draw_too_large", None, {"drawn": 1001, "most": 1000})
    given(SPOT_CHECK).and_then(draw(), OFFICE).when(draw(), OFFICE).nothing()


def test_what_passes_a_spot_check_goes_on_as_it_was() -> None:
    passed = given(PROJECT, *IN_HAND).and_then(judge(True, True, True), OFFICE)
    assert passed.history[-1] == SpotCheckPassed(
        project_id=PROJECT_ID, spot_check_id=CHECK_ID, verdicts=found(True, True, True), checked_by="xjb-1"
    )
    passed.when(claim(), LI).nothing()
    passed.when(judge(True, False, True), OFFICE).rejected("project_already_checked")


def test_what_fails_a_spot_check_is_reviewed_again_and_claimed_anew() -> None:
    back = given(PROJECT, *IN_HAND).and_then(judge(True, False, True), OFFICE)
    assert back.history[-1] == failed()
    back.when(claim(), LI).rejected("project_not_approved")
    anew = back.and_then(review(), COMMITTEE).and_then(claim(), WANG)
    assert isinstance(anew.history[-1], ProjectClaimed)
    assert anew.state().claim.pledge is None


def test_what_was_declared_complete_goes_back_to_work_before_it_is_claimed_anew() -> None:
    outcome = given(PROJECT, *IN_HAND, completed()).when(judge(True, False, True), OFFICE)
    outcome.then(ProjectReopened(project_id=PROJECT_ID, reason="有据", round=1, because="spot-check"), failed())
    given(PROJECT, *IN_HAND, completed(), SIGNED_OFF).when(judge(True, False, True), OFFICE).rejected("project_not_open")


def test_what_is_gone_from_the_list_or_back_at_its_gate_is_not_judged() -> None:
    gone = ProjectWithdrawn(project_id=PROJECT_ID, reason="统一安排", withdrawn_by="xjb-1")
    for story in ((*IN_HAND, gone), (proposed(),), (proposed(), RETURNED)):
        for met in (True, False):
            given(PROJECT, *story).when(judge(True, met, True), OFFICE).rejected("project_not_open")
    given(PROJECT, *IN_HAND, completed(), SIGNED_OFF).when(judge(True, True, True), OFFICE).then_one(SpotCheckPassed)


def test_only_drawn_projects_are_judged_only_by_the_office_and_never_by_whose_they_are() -> None:
    given(PROJECT, *IN_HAND).when(judge(True, True, True, drawn_=False), OFFICE).rejected("project_not_drawn")
    given(PROJECT, *IN_HAND).when(judge(True, True, True), COMMITTEE).rejected("role_not_allowed")
    for sub in ("chen", "li"):
        given(PROJECT, *IN_HAND).when(judge(True, True, True), by("office", sub=sub)).rejected("own_item")
    twice = judge(True, True, True).model_copy(update={"verdicts": (found(True, True, True)[0],) * 3})
    given(PROJECT, *IN_HAND).when(twice, OFFICE).rejected("principles_incomplete")


def rules(least: int = 1, most: int = 2) -> object:
    quotas = tuple(Quota(whose=whose, least=least, most=most) for whose in ("committee", "leader"))
    return PROFILE.model_copy(update={"entry": EntryRules(demonstration=quotas)})


HOLDER_ID = derived(COUNTY, "demonstrations", "committee", "T1")


def put_forward(project_id: UUID = PROJECT_ID, **project: str) -> ProposeDemonstration:
    shown = Shown(unit="T1", claimant="li", role="member").model_copy(update=project)
    return ProposeDemonstration(whose="committee", holder="T1", project_id=project_id, reason="可复制", project=shown)


def designate(project_id: UUID = PROJECT_ID, most: int = 2) -> DesignateDemonstration:
    return DesignateDemonstration(whose="committee", holder="T1", project_id=project_id, profile=rules(most=most))


END = EndDemonstration(whose="committee", holder="T1", project_id=PROJECT_ID, reason="管护不到位")


def test_a_committee_puts_its_own_claimed_project_forward() -> None:
    for actor in (COMMITTEE, OFFICE):
        given(DEMONSTRATIONS).when(put_forward(), actor).then_one(
            DemonstrationProposed, holder_id=HOLDER_ID, holder="T1", proposed_by=actor.sub
        )
    given(DEMONSTRATIONS).when(put_forward(unit="T2"), OFFICE).rejected("demonstration_not_of_holder")
    given(DEMONSTRATIONS).when(put_forward(), by("unit", unit="T2")).rejected("demonstration_not_of_holder")
    given(DEMONSTRATIONS).when(put_forward(), LEADER).rejected("demonstration_not_of_holder")
    given(DEMONSTRATIONS).when(put_forward(), LI).rejected("role_not_allowed")
    unclaimed = put_forward().model_copy(update={"project": None})
    given(DEMONSTRATIONS).when(unclaimed, COMMITTEE).rejected("project_not_claimed")
    given(DEMONSTRATIONS).and_then(put_forward(), COMMITTEE).when(put_forward(), COMMITTEE).nothing()


def test_a_leader_puts_forward_what_they_claimed_as_a_leader() -> None:
    shown = Shown(unit="T1", claimant="leader-7", role="leader")
    ask = ProposeDemonstration(whose="leader", holder="leader-7", project_id=PROJECT_ID, reason="带头", project=shown)
    given(DEMONSTRATIONS).when(ask, LEADER).then_one(DemonstrationProposed, whose="leader", holder="leader-7")
    given(DEMONSTRATIONS).when(ask, by("leader", sub="leader-8")).rejected("demonstration_not_of_holder")
    as_member = ask.model_copy(update={"project": Shown(unit="T1", claimant="leader-7", role="member")})
    given(DEMONSTRATIONS).when(as_member, LEADER).rejected("demonstration_not_of_holder")


def test_no_more_are_designated_than_the_rules_in_force_let_a_holder_have() -> None:
    both = given(DEMONSTRATIONS).and_then(put_forward(), COMMITTEE).and_then(put_forward(OTHER_ID), COMMITTEE)
    one = both.and_then(designate(most=1), OFFICE)
    assert one.history[-1] == DemonstrationDesignated(
        holder_id=HOLDER_ID,
        whose="committee",
        holder="T1",
        project_id=PROJECT_ID,
        least=1,
        most=1,
        profile_version="2021-1",
        designated_by="xjb-1",
    )
    one.when(designate(most=1), OFFICE).nothing()
    assert told(one.when(designate(OTHER_ID, most=1), OFFICE)) == ("demonstration_quota_full", None, {"most": 1})
    one.when(designate(OTHER_ID, most=2), OFFICE).then_one(DemonstrationDesignated)
    one.and_then(END, OFFICE).when(designate(OTHER_ID, most=1), OFFICE).then_one(DemonstrationDesignated)
    both.when(designate(), COMMITTEE).rejected("role_not_allowed")


def test_a_county_without_quotas_sets_none() -> None:
    ask = designate().model_copy(update={"profile": PROFILE})
    put = given(DEMONSTRATIONS).and_then(put_forward(), COMMITTEE)
    put.when(ask, OFFICE).then_one(DemonstrationDesignated, least=None, most=None)
    put.when(ask.model_copy(update={"profile": None}), OFFICE).rejected("profile_not_adopted")


def test_only_what_was_put_forward_is_designated_or_ended() -> None:
    given(DEMONSTRATIONS).when(designate(), OFFICE).rejected("demonstration_not_proposed")
    given(DEMONSTRATIONS).when(END, OFFICE).rejected("demonstration_not_proposed")
    ended = given(DEMONSTRATIONS).and_then(put_forward(), COMMITTEE).and_then(END, OFFICE)
    assert isinstance(ended.history[-1], DemonstrationEnded)
    ended.when(put_forward(), COMMITTEE).then_one(DemonstrationProposed)


@pytest.mark.parametrize(("role", "code"), [("office", None), ("unit", "role_not_allowed"), ("leader", "role_not_allowed")])
def test_the_office_records_an_announced_figure(role: str, code: str | None) -> None:
    ask = AnnounceFigure(
        announcement_id=CHECK_ID,
        label="三张清单台账",
        levels=("county-leader", "unit-collective"),
        figure=598,
        announced_on=date(2021, 11, 12),
        source="全县共建立台账598件。",
        profile=PROFILE,
    )
    outcome = given(ANNOUNCEMENT).when(ask, by(role))
    if code is None:
        outcome.then_one(FigureAnnounced, figure=598, levels=("county-leader", "unit-collective"))
        unknown = ask.model_copy(update={"levels": ("town",)})
        given(ANNOUNCEMENT).when(unknown, by(role)).rejected("level_unknown")
    else:
        outcome.rejected(code)
