"""The register's years: names and places that change, exemptions, moves, leaders and their contact points; told by given, when, then."""

from datetime import date
from typing import Any
from uuid import UUID

from services.projects.commands import (
    ApproveExemption,
    DissolveOrganisation,
    ExemptMember,
    MoveMember,
    Place,
    ProposeExemption,
    RefuseExemption,
    RegisterLeader,
    RegisterMember,
    RegisterOrganisation,
    ReleaseContactPoint,
    RenameOrganisation,
    ReorderOrganisation,
    TieContactPoint,
)
from services.projects.decider import LEADER, MEMBER, ORGANISATION
from services.projects.projections import CONTACT_POINTS, EXEMPTIONS, MEMBERS, ORGANISATIONS
from shared.contracts.projects import (
    ClaimGivenBack,
    ClaimTransferred,
    ContactPointReleased,
    ContactPointTied,
    ExemptionProposed,
    ExemptionRefused,
    LeaderRegistered,
    MemberExempted,
    MemberMoved,
    MemberRegistered,
    OrganisationDissolved,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationReordered,
    TeamJoined,
)
from shared.kernel.derived import derived
from shared.kernel.events import Event
from shared.kernel.projection import Fact, Projection
from shared.kernel.sealed import Sealed
from shared.kernel.testing import COUNTY, by, given
from tests.support.a_project import PROJECT_ID, claimed, member_id
from tests.support.envelopes import meta
from tests.support.events import folded
from tests.support.refusals import told

OFFICE = by("office", sub="xjb-1")
COMMITTEE = by("unit", sub="committee-1", unit="D14")
SECRETARY = by("branch", sub="secretary-1", unit="D14", branch="D14-1")
REGISTER = RegisterOrganisation(code="D14", name="县扶贫办", kind="department", order=214)
REGISTERED = OrganisationRegistered(code="D14", name="县扶贫办", kind="department", parent=None, order=214)
RENAME = RenameOrganisation(code="D14", name="县乡村振兴局", valid_from=date(2021, 6, 1))
DISSOLVE = DissolveOrganisation(code="D14", valid_to=date(2023, 3, 31), reason="机构改革")


def rows(projection: Projection[Any], *events: Event) -> dict[Any, Any]:
    facts = [Fact(event, meta(event, "projects", position=at, version=at)) for at, event in enumerate(events, 1)]
    return folded([projection], facts)[projection.name]


def test_an_organisation_keeps_its_code_and_what_it_was_called() -> None:
    renamed = given(ORGANISATION, REGISTERED).and_then(RENAME, OFFICE)
    assert renamed.history[-1] == OrganisationRenamed(code="D14", name="县乡村振兴局", valid_from=date(2021, 6, 1))
    renamed.when(RENAME, OFFICE).nothing()
    earlier = RENAME.model_copy(update={"name": "县农业局", "valid_from": date(2021, 6, 1)})
    assert told(renamed.when(earlier, OFFICE)) == ("name_not_later", "/valid_from", {"since": "2021-06-01"})
    row = rows(ORGANISATIONS, *renamed.history)["D14",]
    assert (row.name, row.former_names) == ("县乡村振兴局", [{"name": "县扶贫办", "from": None, "until": "2021-06-01"}])


def test_registering_as_before_changes_nothing_whatever_it_is_called_by_now() -> None:
    given(ORGANISATION, REGISTERED).and_then(RENAME, OFFICE).when(REGISTER, OFFICE).nothing()


def test_an_organisation_has_another_place_in_the_official_order() -> None:
    ask = ReorderOrganisation(code="D14", order=3)
    given(ORGANISATION, REGISTERED).when(ask, OFFICE).then(OrganisationReordered(code="D14", order=3))
    given(ORGANISATION, REGISTERED).when(ReorderOrganisation(code="D14", order=214), OFFICE).nothing()
    given(ORGANISATION).when(ask, OFFICE).rejected("not_found")


def test_a_dissolved_organisation_stays_as_it_was() -> None:
    gone = given(ORGANISATION, REGISTERED).and_then(DISSOLVE, OFFICE)
    assert gone.history[-1] == OrganisationDissolved(code="D14", valid_to=date(2023, 3, 31), reason="机构改革")
    gone.when(DISSOLVE, OFFICE).nothing()
    assert told(gone.when(RENAME, OFFICE)) == ("organisation_dissolved", None, {"day": "2023-03-31"})
    gone.when(ReorderOrganisation(code="D14", order=3), OFFICE).rejected("organisation_dissolved")
    early = DISSOLVE.model_copy(update={"valid_to": date(2021, 5, 1)})
    given(ORGANISATION, REGISTERED).and_then(RENAME, OFFICE).when(early, OFFICE).rejected("name_not_later")


def test_only_the_office_changes_organisations() -> None:
    for ask in (RENAME, DISSOLVE, ReorderOrganisation(code="D14", order=3)):
        given(ORGANISATION, REGISTERED).when(ask, COMMITTEE).rejected("role_not_allowed")


LI = MemberRegistered(
    member_id=member_id("li"),
    name=Sealed(person=member_id("li"), ciphertext="c2VhbGVk"),
    unit="D14",
    branch="D14-1",
    exemption=None,
)
PROPOSE = ProposeExemption(account="li", exemption="infirm", evidence="诊断证明已核")
PROPOSED = ExemptionProposed(
    member_id=member_id("li"),
    exemption="infirm",
    evidence=Sealed(person=member_id("li"), ciphertext="c2VhbGVk"),
    unit="D14",
    branch="D14-1",
    proposed_by="secretary-1",
)
APPROVE, REFUSE = ApproveExemption(account="li", reason="属实"), RefuseExemption(account="li", reason="可做力所能及的事")


def test_a_branch_proposes_an_exemption_with_what_shows_it_sealed_apart_from_the_name() -> None:
    event = given(MEMBER, LI).when(PROPOSE, SECRETARY).then_one(ExemptionProposed, exemption="infirm", proposed_by="secretary-1")
    assert isinstance(event, ExemptionProposed)
    assert event.evidence.person != member_id("li")
    assert "诊断" not in repr(event)
    given(MEMBER, LI).when(PROPOSE, by("branch", unit="D14", branch="D14-2")).rejected("not_your_unit")
    given(MEMBER, LI).when(PROPOSE, COMMITTEE).rejected("role_not_allowed")
    given(MEMBER).when(PROPOSE, SECRETARY).rejected("not_found")


def test_the_unit_decides_on_a_proposed_exemption_and_nobody_on_their_own() -> None:
    given(MEMBER, LI, PROPOSED).when(APPROVE, COMMITTEE).then(
        MemberExempted(member_id=member_id("li"), exemption="infirm", reason="属实", proposed_by="secretary-1", approved_by="committee-1")
    )
    given(MEMBER, LI, PROPOSED).when(REFUSE, COMMITTEE).then_one(ExemptionRefused, exemption="infirm", refused_by="committee-1")
    given(MEMBER, LI, PROPOSED).when(APPROVE, by("unit", sub="secretary-1", unit="D14")).rejected("own_item")
    for ask in (APPROVE, REFUSE):
        given(MEMBER, LI, PROPOSED).when(ask, by("unit", unit="D15")).rejected("not_your_unit")
        given(MEMBER, LI, PROPOSED).when(ask, SECRETARY).rejected("role_not_allowed")
        given(MEMBER, LI).when(ask, COMMITTEE).rejected("exemption_not_proposed")


def test_nobody_exempts_themselves_in_whatever_role() -> None:
    away = ExemptMember(account="li", exemption="away", reason="外出务工")
    for actor in (by("unit", sub="li", unit="D14"), by("office", sub="li")):
        given(MEMBER, LI).when(away, actor).rejected("own_item")
        given(MEMBER, LI.model_copy(update={"exemption": "away"})).when(away.model_copy(update={"exemption": None}), actor).then_one(
            MemberExempted, exemption=None
        )
        register = RegisterMember(account="li", name="李𠮷", unit="D14", branch="D14-1", exemption="away")
        given(MEMBER).when(register, actor).rejected("own_item")
        given(MEMBER).when(register.model_copy(update={"exemption": None}), actor).then_one(MemberRegistered)
    given(MEMBER, LI, PROPOSED).when(APPROVE, by("unit", sub="li", unit="D14")).rejected("own_item")


def test_a_member_is_named_by_account_or_by_id_and_by_one_of_them() -> None:
    by_id = {"account": None, "member_id": member_id("li")}
    given(MEMBER, LI).when(PROPOSE.model_copy(update=by_id), SECRETARY).then_one(ExemptionProposed, member_id=member_id("li"))
    for ask in (APPROVE, REFUSE):
        story = given(MEMBER, LI, PROPOSED)
        assert story.when(ask.model_copy(update=by_id), COMMITTEE) == story.when(ask, COMMITTEE)
        for wrong in ({"account": None}, {"member_id": member_id("li")}):
            story.when(ask.model_copy(update=wrong), COMMITTEE).rejected("member_needed")
    given(MEMBER, LI, PROPOSED).when(APPROVE.model_copy(update=by_id), by("unit", sub="li", unit="D14")).rejected("own_item")


def test_one_exemption_is_proposed_at_a_time() -> None:
    given(MEMBER, LI, PROPOSED).when(PROPOSE, SECRETARY).nothing()
    other = PROPOSE.model_copy(update={"exemption": "away"})
    given(MEMBER, LI, PROPOSED).when(other, SECRETARY).rejected("exemption_already_proposed")
    approved = given(MEMBER, LI, PROPOSED).and_then(APPROVE, COMMITTEE)
    approved.when(PROPOSE, SECRETARY).nothing()
    approved.when(other, SECRETARY).then_one(ExemptionProposed, exemption="away")


def test_the_list_of_exemptions_says_what_became_of_each() -> None:
    refused = ExemptionRefused(member_id=member_id("li"), exemption="infirm", reason="不实", refused_by="committee-1")
    approved = MemberExempted(
        member_id=member_id("li"), exemption="infirm", reason="属实", proposed_by="secretary-1", approved_by="committee-1"
    )
    ended = MemberExempted(member_id=member_id("li"), exemption=None, reason="已康复")
    moved = MemberMoved(member_id=member_id("li"), unit="D14", branch="D14-2", reason="转接组织关系", moved_by="committee-1")
    for story, status in (
        ((PROPOSED,), "proposed"),
        ((PROPOSED, refused), "refused"),
        ((PROPOSED, refused, PROPOSED, approved), "approved"),
        ((PROPOSED, moved), "lapsed"),
        ((PROPOSED, ended), "lapsed"),
        ((PROPOSED, refused, moved), "refused"),
        ((moved, PROPOSED), "proposed"),
    ):
        assert rows(EXEMPTIONS, LI, *story)[member_id("li"),].status == status
    assert rows(EXEMPTIONS, LI, moved, ended)[member_id("li"),].position is None, "what was never proposed is not listed"


def test_a_unit_moves_its_members_between_its_branches_and_the_office_between_units() -> None:
    inside = MoveMember(account="li", unit="D14", branch="D14-2", reason="转接组织关系")
    for actor in (COMMITTEE, OFFICE):
        moved = MemberMoved(member_id=member_id("li"), unit="D14", branch="D14-2", reason="转接组织关系", moved_by=actor.sub)
        given(MEMBER, LI).when(inside, actor).then(moved)
    outside = inside.model_copy(update={"unit": "D15", "branch": "D15-1"})
    given(MEMBER, LI).when(outside, COMMITTEE).rejected("not_your_unit")
    given(MEMBER, LI).when(outside, OFFICE).then_one(MemberMoved, unit="D15")
    given(MEMBER, LI).when(inside.model_copy(update={"branch": "D14-1"}), COMMITTEE).nothing()
    given(MEMBER).when(inside, COMMITTEE).rejected("not_found")
    lapsed = given(MEMBER, LI, PROPOSED).and_then(inside, COMMITTEE)
    lapsed.when(APPROVE, COMMITTEE).rejected("exemption_not_proposed")


def test_an_exemption_can_still_be_given_by_the_unit_at_once() -> None:
    ask = ExemptMember(account="li", exemption="away", reason="外出务工")
    given(MEMBER, LI).when(ask, COMMITTEE).then_one(MemberExempted, exemption="away", proposed_by=None)


def test_who_holds_a_project_has_claimed_until_it_is_freed() -> None:
    li, wang = (member_id("li"),), (member_id("wang"),)
    joined = TeamJoined(project_id=PROJECT_ID, account="wang", member_id=member_id("wang"), branch="B1")
    given_back = ClaimGivenBack(project_id=PROJECT_ID, claimant="li", reason="外派", freed=(*li, *wang))
    held = rows(MEMBERS, claimed(), joined)
    assert (held[li].claims, held[wang].claims) == (1, 1)
    freed = rows(MEMBERS, claimed(), joined, given_back)
    assert (freed[li].claims, freed[wang].claims) == (0, 0)
    passed = ClaimTransferred(
        project_id=PROJECT_ID,
        claimant="li",
        to="wang",
        role="member",
        branch=None,
        member_id=member_id("wang"),
        freed=li,
        reason="外派",
        transferred_by="li",
    )
    after = rows(MEMBERS, claimed(), passed)
    assert (after[li].claims, after[wang].claims) == (0, 1)
    assert rows(MEMBERS, claimed("T1", "unit")) == {}


LEADER_ID: UUID = derived(COUNTY, "leader", "leader-7")
LEADER_7 = RegisterLeader(account="leader-7", name="周𡈽", post="县委常委", order=7)
CHIEF = RegisterLeader(account="chief", name="陈局", post="局长", unit="D14", order=1)
TIE = TieContactPoint(account="leader-7", organisation="430523100", tied_from=date(2021, 5, 10), place=Place(kind="town", parent=None))
BRANCH_OF_D14 = Place(kind="branch", parent="D14")
RELEASE = ReleaseContactPoint(account="leader-7", organisation="430523100", until=date(2021, 10, 31), reason="分工调整")


def test_a_leader_is_registered_once_with_the_name_sealed() -> None:
    event = given(LEADER).when(LEADER_7, OFFICE).then_one(LeaderRegistered, leader_id=LEADER_ID, order=7, post="县委常委", unit=None)
    assert "周" not in repr(event)
    known = given(LEADER).and_then(LEADER_7, OFFICE)
    known.when(LEADER_7, OFFICE).nothing()
    known.when(LEADER_7.model_copy(update={"post": "县长"}), OFFICE).rejected("leader_already_registered")
    given(LEADER).when(LEADER_7, COMMITTEE).rejected("role_not_allowed")


def test_a_leader_is_tied_to_a_contact_point_from_a_day_to_a_day() -> None:
    tied = given(LEADER).and_then(LEADER_7, OFFICE).and_then(TIE, OFFICE)
    assert tied.history[-1] == ContactPointTied(
        leader_id=LEADER_ID, account="leader-7", organisation="430523100", tied_from=date(2021, 5, 10), tied_by="xjb-1"
    )
    tied.when(TIE, OFFICE).nothing()
    again = TIE.model_copy(update={"tied_from": date(2021, 11, 1)})
    assert told(tied.when(again, OFFICE)) == ("contact_point_already_tied", "/organisation", {"since": "2021-05-10"})
    tied.when(RELEASE, OFFICE).then_one(ContactPointReleased, until=date(2021, 10, 31))
    tied.when(RELEASE.model_copy(update={"until": date(2021, 5, 9)}), OFFICE).rejected("contact_point_ends_early")
    released = tied.and_then(RELEASE, OFFICE)
    released.when(RELEASE, OFFICE).rejected("contact_point_not_tied")
    for day in (date(2021, 6, 1), date(2021, 10, 31)):
        overlapping = released.when(TIE.model_copy(update={"tied_from": day}), OFFICE)
        assert told(overlapping) == ("contact_point_tied_then", "/tied_from", {"until": "2021-10-31"})
    back = released.and_then(again, OFFICE)
    row = rows(CONTACT_POINTS, *back.history[1:])[LEADER_ID, "430523100"]
    assert (row.tied_from, row.until, row.before) == (date(2021, 11, 1), None, [{"from": "2021-05-10", "until": "2021-10-31"}])


def test_a_unit_s_leader_is_tied_to_branches_of_the_unit() -> None:
    chief = given(LEADER).and_then(CHIEF, OFFICE)
    inside = TieContactPoint(account="chief", organisation="D14-1", tied_from=date(2021, 5, 10), place=BRANCH_OF_D14)
    for actor in (OFFICE, COMMITTEE):
        chief.when(inside, actor).then_one(ContactPointTied, organisation="D14-1")
    for place in (Place(kind="town", parent=None), Place(kind="branch", parent="D15")):
        elsewhere = chief.when(inside.model_copy(update={"place": place}), OFFICE)
        assert told(elsewhere) == ("contact_point_outside_unit", "/organisation", {"unit": "D14"})
    chief.when(inside, by("unit", unit="D15")).rejected("not_your_unit")
    chief.when(inside.model_copy(update={"place": None}), OFFICE).rejected("unit_not_registered")
    given(LEADER).and_then(LEADER_7, OFFICE).when(TIE, COMMITTEE).rejected("not_your_unit")
    given(LEADER).when(TIE, OFFICE).rejected("not_found")
