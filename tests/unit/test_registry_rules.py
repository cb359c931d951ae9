"""The rules of the county's profile and of the register, told by given, when, then."""

from collections.abc import Sequence
from datetime import date

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.projects.commands import (
    AdoptProfile,
    ExemptMember,
    RegisterMember,
    RegisterOrganisation,
)
from services.projects.decider import COUNTY, MEMBER, ORGANISATION
from shared.contracts.profile import (
    AnnualItem,
    AnnualRules,
    Cadence,
    Ladder,
    LadderStep,
    Level,
    Measure,
    Period,
    Quota,
    Rung,
    ScoreSheet,
    SheetItem,
    SupervisionRules,
)
from shared.contracts.projects import CountyProfileAdopted, MemberExempted, MemberRegistered, OrganisationRegistered
from shared.contracts.values import ScoreItem
from shared.kernel.derived import derived
from shared.kernel.sealed import Sealed
from shared.kernel.testing import COUNTY as SHAOYANG
from shared.kernel.testing import by, given
from tests.support.refusals import told

OFFICE = by("office", sub="xjb-1")
COMMITTEE = by("unit", sub="committee-1", unit="T1")
ITEMS: tuple[ScoreItem, ...] = ("materials", "satisfaction", "awareness", "quality", "demonstration")


def adopt(weights: Sequence[int] = (60, 40), items: Sequence[ScoreItem] = ITEMS, levels: Sequence[str] = ("member",)) -> AdoptProfile:
    rows = tuple(SheetItem(item=item, weight=weight) for item, weight in zip(items, weights, strict=False))
    named = tuple(Level(code=code, label="清单", claimed_by=("member",), review_by="unit", sign_off_by="branch") for code in levels)
    sheet = ScoreSheet(version="2021-1", items=rows, pass_mark=80)
    return AdoptProfile(name="邵阳县", version="2021-1", effective_from=date(2021, 5, 1), levels=named, score_sheet=sheet)


def test_the_office_alone_adopts_the_county_s_rules() -> None:
    event = given(COUNTY).when(adopt(), OFFICE).then_one(CountyProfileAdopted)
    assert isinstance(event, CountyProfileAdopted)
    assert event.profile.model_dump(exclude={"notices"}) == adopt().model_dump(exclude={"notices"})
    for role in ("citizen", "clerk", "member", "branch", "unit", "leader", "inspector", "auditor"):
        given(COUNTY).when(adopt(), by(role, unit="T1")).rejected("role_not_allowed")


def test_the_same_rules_again_change_nothing_and_others_are_adopted() -> None:
    adopted = given(COUNTY).and_then(adopt(), OFFICE)
    adopted.when(adopt(), OFFICE).nothing()
    adopted.when(adopt(weights=(50, 50)).model_copy(update={"version": "2021-2"}), OFFICE).then_one(CountyProfileAdopted)
    adopted.when(adopt(weights=(50, 50)), OFFICE).rejected("profile_version_used")


def test_rules_that_contradict_themselves_are_refused() -> None:
    def under(**sections: dict[str, object]) -> object:
        changed = {name: getattr(adopt(), name).model_copy(update=section) for name, section in sections.items()}
        return told(given(COUNTY).when(adopt().model_copy(update=changed), OFFICE))

    def rung(step: LadderStep, days: int) -> Rung:
        return Rung(step=step, after=Period(days=days, unit="working"), moved_by="clock")

    mild_first = Ladder(subject="unowned-need", rungs=(rung("reminder", 1), rung("bulletin", 5)))
    for rungs in ((rung("bulletin", 1), rung("reminder", 5)), (rung("reminder", 5), rung("bulletin", 1)), (rung("urging", 1),) * 2):
        ladder = Ladder(subject="unowned-need", rungs=rungs)
        assert under(supervision={"ladders": (ladder,)}) == ("rungs_out_of_order", "/supervision/ladders", {"ladder": "unowned-need"})
    assert under(supervision={"ladders": (mild_first,) * 2}) == ("rule_twice", "/supervision/ladders", {"rule": "unowned-need"})
    weekly, monthly = Cadence(activity="inspection", every="week"), Cadence(activity="inspection", every="month")
    assert under(supervision={"cadence": (weekly, monthly)}) == ("rule_twice", "/supervision/cadence", {"rule": "inspection"})
    quota = Quota(whose="leader", least=2, most=1)
    assert under(entry={"demonstration": (quota,)}) == ("quota_impossible", "/entry/demonstration", {"whose": "leader"})
    given(COUNTY).when(
        adopt().model_copy(update={"supervision": SupervisionRules(ladders=(mild_first,), cadence=(weekly,))}), OFFICE
    ).then_one(CountyProfileAdopted)


def test_the_annual_assessment_s_weights_make_a_hundred() -> None:
    for weights, refusal in (((60, 40), None), ((60, 30), ("weights_not_hundred", "/annual/items", {"sum": 90}))):
        measures: tuple[Measure, ...] = ("completion", "on-time")
        items = tuple(AnnualItem(measure=measure, weight=weight) for measure, weight in zip(measures, weights, strict=True))
        annual = AnnualRules(version="2021-1", items=items)
        outcome = given(COUNTY).when(adopt().model_copy(update={"annual": annual}), OFFICE)
        if refusal is None:
            outcome.then_one(CountyProfileAdopted)
        else:
            assert told(outcome) == refusal


def test_the_latest_rules_that_have_taken_effect_are_in_force() -> None:
    county = given(COUNTY)
    for version, effective_from in (("a", date(2021, 5, 1)), ("c", date(2021, 9, 1)), ("b", date(2021, 7, 1))):
        county = county.and_then(adopt().model_copy(update={"version": version, "effective_from": effective_from}), OFFICE)
    days = {date(2021, 4, 1): "a", date(2021, 5, 1): "a", date(2021, 8, 31): "b", date(2021, 9, 1): "c", date(2022, 1, 1): "c"}
    assert {day: county.state().in_force(day).version for day in days} == days
    assert given(COUNTY).state().in_force(date(2021, 5, 1)) is None


def test_no_level_is_claimed_by_the_tier_that_reviews_it_or_signs_it_off() -> None:
    for review_by, sign_off_by in (("unit", "office"), ("office", "unit")):
        level = Level(code="unit", label="清单", claimed_by=("unit",), review_by=review_by, sign_off_by=sign_off_by)
        refused = given(COUNTY).when(adopt().model_copy(update={"levels": (level,)}), OFFICE)
        assert told(refused) == ("level_signs_its_own", "/levels", {"level": "unit", "tier": "unit"})


def test_levels_and_items_are_each_named_once() -> None:
    twice = given(COUNTY).when(adopt(levels=("member", "branch", "member")), OFFICE)
    assert told(twice) == ("level_twice", "/levels", {"level": "member"})
    twice = given(COUNTY).when(adopt(items=("quality", "quality")), OFFICE)
    assert told(twice) == ("item_twice", "/score_sheet/items", {"item": "quality"})


@for_all(st.lists(st.integers(1, 100), min_size=1, max_size=5), st.booleans())
def test_the_weights_of_a_score_sheet_make_a_hundred(weights: list[int], whole: bool) -> None:  # noqa: FBT001 - drawn
    if whole and sum(weights[1:]) < 100:
        weights[0] = 100 - sum(weights[1:])
    outcome = given(COUNTY).when(adopt(weights=weights), OFFICE)
    if sum(weights) == 100:
        outcome.then_one(CountyProfileAdopted)
    else:
        assert told(outcome) == ("weights_not_hundred", "/score_sheet/items", {"sum": sum(weights)})


def test_the_office_registers_an_organisation_once() -> None:
    ask = RegisterOrganisation(code="T1", name="塘渡口镇", kind="town", order=100)
    registered = OrganisationRegistered(code="T1", name="塘渡口镇", kind="town", parent=None, order=100)
    given(ORGANISATION).when(ask, OFFICE).then(registered)
    given(ORGANISATION).when(ask, COMMITTEE).rejected("role_not_allowed")
    given(ORGANISATION, registered).when(ask, OFFICE).nothing()
    for other in ({"name": "黄亭市镇"}, {"kind": "department"}, {"parent": "T0"}, {"order": 101}):
        refused = given(ORGANISATION, registered).when(ask.model_copy(update=other), OFFICE)
        assert told(refused) == ("organisation_already_registered", "/code", {"organisation": "T1"})


MEMBER_ID = derived(SHAOYANG, "member", "li")
REGISTER_LI = RegisterMember(account="li", name="李𠮷", unit="T1", branch="B1")
REGISTERED = MemberRegistered(
    member_id=MEMBER_ID, name=Sealed(person=MEMBER_ID, ciphertext="c2VhbGVk"), unit="T1", branch="B1", exemption=None
)
EXEMPT_LI = ExemptMember(account="li", exemption="infirm", reason="年老体弱")
EXEMPTED = MemberExempted(member_id=MEMBER_ID, exemption="infirm", reason="年老体弱")


def test_the_office_registers_anyone_and_a_unit_its_own() -> None:
    for actor in (OFFICE, COMMITTEE):
        given(MEMBER).when(REGISTER_LI, actor).then_one(MemberRegistered, member_id=MEMBER_ID, unit="T1", branch="B1", exemption=None)
    given(MEMBER).when(REGISTER_LI, by("unit", unit="T2")).rejected("not_your_unit")
    given(MEMBER).when(REGISTER_LI, by("branch", unit="T1", branch="B1")).rejected("role_not_allowed")


def test_a_member_s_name_is_to_be_sealed_under_the_member_s_own_key() -> None:
    event = given(MEMBER).when(REGISTER_LI, OFFICE).then_one(MemberRegistered)
    assert isinstance(event, MemberRegistered)
    assert event.name.person == event.member_id
    assert "李" not in repr(event)


def test_a_member_is_registered_once() -> None:
    given(MEMBER, REGISTERED).when(REGISTER_LI, OFFICE).nothing()
    for other in ({"unit": "T2"}, {"branch": None}, {"exemption": "away"}):
        given(MEMBER, REGISTERED).when(REGISTER_LI.model_copy(update=other), OFFICE).rejected("member_already_registered")


def test_a_member_may_be_exempt_from_the_start() -> None:
    away = REGISTER_LI.model_copy(update={"exemption": "away"})
    given(MEMBER).when(away, OFFICE).then_one(MemberRegistered, exemption="away")
    story = given(MEMBER, REGISTERED.model_copy(update={"exemption": "away"}))
    story.when(away, OFFICE).nothing()
    story.when(ExemptMember(account="li", exemption=None, reason="已返乡"), COMMITTEE).then_one(MemberExempted, exemption=None)


def test_a_member_s_own_unit_or_the_office_exempts_with_a_reason_and_ends_it() -> None:
    end = ExemptMember(account="li", exemption=None, reason="已返乡")
    for actor in (OFFICE, COMMITTEE):
        given(MEMBER, REGISTERED).when(EXEMPT_LI, actor).then(EXEMPTED)
        given(MEMBER, REGISTERED, EXEMPTED).when(end, actor).then_one(MemberExempted, exemption=None, reason="已返乡")
    given(MEMBER, REGISTERED).when(EXEMPT_LI, by("unit", unit="T2")).rejected("not_your_unit")
    given(MEMBER, REGISTERED).when(EXEMPT_LI, by("member", sub="li")).rejected("role_not_allowed")


def test_exempting_again_changes_nothing_and_a_stranger_is_not_found() -> None:
    given(MEMBER, REGISTERED, EXEMPTED).when(EXEMPT_LI, OFFICE).nothing()
    given(MEMBER, REGISTERED).when(ExemptMember(account="li", exemption=None, reason="无"), OFFICE).nothing()
    given(MEMBER).when(EXEMPT_LI, OFFICE).rejected("not_found")
