"""Demonstration projects and announced figures, told by given, when, then."""

from datetime import date

import pytest

from services.projects.commands import (
    AnnounceFigure,
    ProposeDemonstration,
    Shown,
)
from services.projects.decider import ANNOUNCEMENT, DEMONSTRATIONS
from shared.contracts.projects import (
    DemonstrationDesignated,
    DemonstrationEnded,
    DemonstrationProposed,
    FigureAnnounced,
)
from shared.kernel.testing import by, given
from tests.support.a_gate import CHECK_ID, END, HOLDER_ID, designate, put_forward
from tests.support.a_project import (
    COMMITTEE,
    LEADER,
    LI,
    OFFICE,
    OTHER_ID,
    PROFILE,
    PROJECT_ID,
)
from tests.support.refusals import told


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


def test_nobody_designates_what_is_on_their_own_quota() -> None:
    put = given(DEMONSTRATIONS).and_then(put_forward(), COMMITTEE)
    put.when(designate(), by("office", sub="xjb-9", unit="T1")).rejected("own_item")
    put.when(designate(), by("office", sub="xjb-9", unit="T2")).then_one(DemonstrationDesignated)
    shown = Shown(unit="T1", claimant="leader-7", role="leader")
    ask = ProposeDemonstration(whose="leader", holder="leader-7", project_id=PROJECT_ID, reason="带头", project=shown)
    own = designate().model_copy(update={"whose": "leader", "holder": "leader-7"})
    given(DEMONSTRATIONS).and_then(ask, LEADER).when(own, by("office", sub="leader-7")).rejected("own_item")


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
