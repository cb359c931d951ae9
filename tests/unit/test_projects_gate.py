"""The gate in: mended projects, spot checks anyone can draw again, demonstration projects within their quota."""

import hashlib
from datetime import date
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.projects.decider import PROJECT, SPOT_CHECK
from services.projects.decider.checking import MOST_DRAWN, digest_of, drawn
from services.projects.projections import PROJECT_BOARD
from services.projects.queries.projects import with_changes
from shared.contracts.projects import (
    MergedProjectTakenIn,
    ProjectApproved,
    ProjectClaimed,
    ProjectProposed,
    ProjectReopened,
    ProjectReturned,
    ProjectWithdrawn,
    SpotCheckDrawn,
    SpotCheckPassed,
)
from shared.kernel.projection import Fact
from shared.kernel.testing import by, given
from tests.support.a_gate import CANDIDATES, CHECK_ID, CHEN, MEND, UUIDS, draw, failed, judge
from tests.support.a_project import (
    APPROVED,
    COMMITTEE,
    IN_HAND,
    LI,
    NEEDS,
    OFFICE,
    OPEN,
    OTHER_ID,
    PROJECT_ID,
    RETURNED,
    SIGNED_OFF,
    WANG,
    claim,
    completed,
    found,
    proposed,
    review,
)
from tests.support.envelopes import meta
from tests.support.events import folded
from tests.support.refusals import told


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
