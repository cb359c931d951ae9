"""Campaigns as they are written down, before anything is done."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import pytest
import yaml
from hypothesis import Phase as HypothesisPhase
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.calls import SHANGHAI, Call, Heard, Phase, Plan, Ref, Step, UpToDate, spread
from campaigns.county import County, Entry, counties, load_county
from campaigns.plan import plan_of
from deploy.embedded.profiles import COUNTIES_FOLDER
from tests.support.campaign_rows import anyhow

COUNTIES = counties()
PLANS = {code: plan_of(load_county(code)) for code in COUNTIES}
of_each_county = pytest.mark.parametrize("plan", PLANS.values(), ids=COUNTIES)


def calls(plan: Plan) -> Iterator[tuple[Call, datetime]]:
    for phase in plan.phases:
        for step in steps(phase):
            yield from zip(step.calls, step.times, strict=True)


def steps(phase: Phase) -> Iterator[Step]:
    return (anyhow(step) for step in phase.steps)


def refs(value: Any) -> Iterator[str]:
    match value:
        case Ref():
            yield value.thing
        case dict():
            for inner in value.values():
                yield from refs(inner)
        case list():
            for inner in value:
                yield from refs(inner)


def test_both_counties_have_a_campaign() -> None:
    assert COUNTIES == ("430523", "610330")


@settings(max_examples=5, deadline=None, phases=[HypothesisPhase.generate])  # a smaller seed explains nothing
@given(seed=st.integers(0, 2**64), code=st.sampled_from(COUNTIES))
def test_the_same_seed_gives_the_same_plan_and_another_seed_other_texts(seed: int, code: str) -> None:
    county = load_county(code)
    plan = plan_of(county, seed)
    same, other = plan_of(county, seed), plan_of(county, seed + 1)
    assert (list(plan.phases), list(calls(plan))) == (list(same.phases), list(calls(same)))
    assert list(calls(plan)) != list(calls(other))
    assert [phase.size for phase in plan.phases] == [phase.size for phase in other.phases]


@of_each_county
def test_no_service_is_given_a_key_twice(plan: Plan) -> None:
    keys = [(call.service, call.key) for call, _ in calls(plan)]
    assert len(set(keys)) == len(keys) == plan.size
    assert all(key.isascii() and key.isprintable() and " " not in key and len(key) < 256 for _, key in keys)


@of_each_county
def test_time_never_goes_back(plan: Plan) -> None:
    instants = [at for _, at in calls(plan)]
    assert instants == sorted(instants)
    assert {at.year for at in instants} == {2021}
    assert all(at.weekday() < 5 and 9 <= at.hour < 17 for at in instants)
    assert plan.begins == instants[0].date()


@of_each_county
def test_nothing_is_spoken_of_before_it_was_made(plan: Plan) -> None:
    made: set[str] = set()
    for phase in plan.phases:
        must_be_made(phase.before, made)
        in_this_phase = set[str]()
        for step in steps(phase):
            known = set(made)
            for sheet in step.sheets if step.bulk else [(call,) for call in step.calls]:
                for call in sheet:
                    assert {*call.parameters.values(), *refs(call.body)} <= known
                known |= {call.thing for call in sheet if call.opens}
            in_this_phase |= known
        made |= in_this_phase
        must_be_made(phase.after, made)


def must_be_made(waited_for: Sequence[Heard | UpToDate], made: set[str]) -> None:
    for heard in waited_for:
        if isinstance(heard, Heard):
            assert heard.things
            assert {*heard.things, *(listed.thing for listed in heard.among)} <= made


@of_each_county
def test_what_is_done_side_by_side_never_meets_on_one_thing(plan: Plan) -> None:
    for phase in plan.phases:
        steps_of: dict[tuple[str, str], set[int]] = {}
        for number, step in enumerate(steps(phase)):
            for call in step.calls:
                if not call.path.endswith(("/acknowledge", "/respond", "/accept")):  # by each unit for itself
                    steps_of.setdefault((call.service, call.thing), set()).add(number)
        assert {len(numbers) for numbers in steps_of.values()} <= {1}


@of_each_county
def test_everyone_acts_as_themselves(plan: Plan) -> None:
    for call, _ in calls(plan):
        actor = call.actor
        assert (actor.unit is not None) == (actor.role in {"office", "clerk", "unit", "branch", "member"})
        assert (actor.branch is not None) == (actor.role in {"branch", "member"})
    claimants = {call.actor.sub for call, _ in calls(plan) if call.path.endswith("/claim") and call.actor.role == "member"}
    signers = {call.actor.sub for call, _ in calls(plan) if call.path.endswith(("/sign-off", "/refuse", "/review"))}
    assert not claimants & signers


@pytest.mark.parametrize("code", COUNTIES)
def test_what_is_signed_off_is_rated_well_enough_for_the_countys_sheet_and_what_is_refused_is_not(code: str) -> None:
    sheet = yaml.safe_load((COUNTIES_FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))["score_sheet"]
    scores: dict[str, dict[str, int]] = {}
    seen: dict[bool, int] = {True: 0, False: 0}
    for call, _ in calls(PLANS[code]):
        if call.path.endswith("/score"):
            scores[call.thing] = dict(call.body["points"])
        if call.path.endswith(("/sign-off", "/refuse")):
            points = scores.pop(call.thing)
            assert {row["item"] for row in sheet["items"] if not row.get("optional")} <= points.keys()
            good = all(points.get(row["item"], 100) >= row.get("minimum", 0) for row in sheet["items"])
            assert good == call.path.endswith("/sign-off")
            seen[good] += 1
    assert all(seen.values())


def test_every_able_member_claims_a_wish_and_what_one_gives_back_another_claims() -> None:
    plan = PLANS["430523"]
    able = {call.body["account"] for call, _ in calls(plan) if call.path == "/members" and call.body["exemption"] is None}
    able -= {call.body["account"] for call, _ in calls(plan) if call.path == "/members/exemption"}
    of: dict[str, dict[str, list[str]]] = {}
    for call, _ in calls(plan):
        if call.path.startswith("/wishes/"):
            of.setdefault(call.thing, {}).setdefault(call.path.rpartition("/")[2], []).append(call.actor.sub)
    assert {wish["claim"][-1] for wish in of.values()} == able
    assert all(wish["fulfil"] == wish["claim"][-1:] for wish in of.values())
    back = [wish for wish in of.values() if "give-back" in wish]
    assert len(back) == 2
    assert all(wish["give-back"] == wish["claim"][:1] and len(set(wish["claim"])) == 2 for wish in back)


@of_each_county
@pytest.mark.parametrize("rare", ["𠮷", "𡈽", "𬜬"])
def test_rare_characters_occur_among_members_and_petitioners(plan: Plan, rare: str) -> None:
    assert ord(rare) > 0xFFFF
    members = [call.body["name"] for call, _ in calls(plan) if call.path == "/members"]
    petitioners = [call.body["petitioner"]["name"] for call, _ in calls(plan) if call.path == "/needs" and call.body["petitioner"]]
    assert any(rare in name for name in members)
    assert any(rare in name for name in petitioners)


@of_each_county
def test_every_batch_is_of_one_kind_and_of_one_person(plan: Plan) -> None:
    bulks = [step for phase in plan.phases for step in steps(phase) if step.bulk]
    assert bulks
    for sheet in (sheet for step in bulks for sheet in step.sheets):
        assert len({(call.path, call.actor) for call in sheet}) == 1
        assert len(sheet) <= 1_000


def test_a_calendar_that_goes_back_is_refused() -> None:
    county = load_county(COUNTIES[0])
    back = county.model_copy(update={"timeline": (county.timeline[1], county.timeline[0])})
    with pytest.raises(ValueError, match="organise begins on 2021-04-06, before enrol has ended on 2021-04-08"):
        plan_of(back)


def test_a_day_is_shared_by_lines_whose_hours_follow_each_other() -> None:
    county = load_county(COUNTIES[0])
    first, second = (entry.model_copy(update={"start": date(2021, 4, 6), "end": date(2021, 4, 6)}) for entry in county.timeline[:2])
    early, late = first.model_copy(update={"hours": (9, 12)}), second.model_copy(update={"hours": (12, 17)})
    times = [[at.hour for step in phase.steps for at in step.times] for phase in plan_of(with_calendar(county, early, late)).phases]
    assert max(times[0]) < 12 <= min(times[1])
    with pytest.raises(ValueError, match="enrol begins on 2021-04-06, before organise has ended on 2021-04-06"):
        plan_of(with_calendar(county, early, second))


def with_calendar(county: County, *entries: Entry) -> County:
    return county.model_copy(update={"timeline": entries})


def test_a_calendar_that_says_what_nobody_knows_is_refused() -> None:
    county = load_county(COUNTIES[0])
    unknown = county.timeline[0].model_copy(update={"do": "celebrate"})
    with pytest.raises(ValueError, match="the calendar says 'celebrate'"):
        plan_of(county.model_copy(update={"timeline": (unknown,)}))


def test_needs_whose_channels_and_ends_do_not_add_up_are_refused() -> None:
    county = load_county(COUNTIES[0])
    more = county.needs[0].model_copy(update={"waiting": county.needs[0].waiting + 1})
    with pytest.raises(ValueError, match="zip"):
        plan_of(county.model_copy(update={"needs": (more,)}))


@given(
    start=st.dates(date(2021, 1, 1), date(2021, 12, 31)),
    days=st.integers(2, 40),
    count=st.integers(0, 300),
    hours=st.sampled_from([(9, 17), (9, 10), (13, 17)]),
)
def test_instants_are_spread_in_order_over_hours_of_working_days(start: date, days: int, count: int, hours: tuple[int, int]) -> None:
    end = date.fromordinal(start.toordinal() + days)
    instants = spread(start, end, count, hours)
    assert len(instants) == count
    assert instants == sorted(instants)
    for at in instants:
        assert at.tzinfo is SHANGHAI
        assert start <= at.date() <= end
        assert at.weekday() < 5
        assert hours[0] <= at.hour < hours[1]


def test_a_weekend_holds_no_instants() -> None:
    with pytest.raises(ValueError, match="no day from Monday to Friday"):
        spread(date(2021, 7, 10), date(2021, 7, 11), 1)
