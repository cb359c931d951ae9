"""The annual target assessment: every figure of its counts, ranks with ties, commendations and their exclusions, reruns."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scoring.commands import AnswerRecord, AssessYear, LetterRecord, ProjectRecord, RatingRecord, Records, SubjectRecord
from services.scoring.decider import ANNUAL, assessment_id
from services.scoring.decider.measures import LISTED, Share, behind, line
from shared.contracts.judging import Tally
from shared.contracts.profile import AnnualItem, AnnualRules, Measure
from shared.contracts.scoring import SubjectAssessed, YearAssessed
from shared.kernel.testing import COUNTY, Outcome, Scenario, by, given
from tests.support.a_verification import OFFICE

AT = datetime(2022, 1, 10, tzinfo=UTC)
TODAY = date(2022, 1, 10)
BEGUN = given(ANNUAL, at=AT)
CLAIMED = ProjectRecord(UUID(int=1), "T1", "li", "member", date(2021, 5, 28), 10)
PROMISED = replace(CLAIMED, promised_by=date(2021, 11, 30), promised_at=11)
DONE = replace(
    PROMISED,
    declarations=((1, date(2021, 11, 20), 12),),
    signed_off=1,
    signed_off_on=date(2021, 11, 25),
    signed_off_at=13,
    verdicts=((1, "verified", date(2021, 11, 25), 7),),
)
REVOKED = replace(DONE, verdicts=(*DONE.verdicts, (1, "revoked", date(2021, 12, 20), 9)))
CONFIRMED = replace(DONE, verdicts=(*DONE.verdicts, (1, "confirmed", date(2021, 12, 20), 9)))
REDONE = replace(
    DONE,
    declarations=((1, date(2021, 9, 1), 12), (2, date(2021, 11, 20), 14)),
    signed_off=2,
    verdicts=((1, "refused", date(2021, 9, 3), 7), (2, "verified", date(2021, 11, 25), 8)),
)
LETTER = LetterRecord("T1", date(2021, 11, 8), 3, date(2021, 11, 5), 5)
RULES = AnnualRules(
    version="2021-1",
    items=(AnnualItem(measure="completion", weight=60), AnnualItem(measure="satisfaction", weight=40)),
    commended_from=90,
)


def counted(measure: Measure, share: Share) -> tuple[int, int]:
    found = line(AnnualItem(measure=measure, weight=1), share, 2021, TODAY)
    assert (found.points is None) == (found.whole == 0)
    return found.part, found.whole


@pytest.mark.parametrize(
    ("project", "completion", "on_time", "verification", "look_back"),
    [
        (CLAIMED, (0, 1), (0, 0), (0, 0), (0, 0)),
        (PROMISED, (0, 1), (0, 1), (0, 0), (0, 0)),
        (DONE, (1, 1), (1, 1), (1, 1), (0, 0)),
        (REDONE, (1, 1), (1, 1), (0, 2), (0, 0)),
        (CONFIRMED, (1, 1), (1, 1), (1, 1), (1, 1)),
        (REVOKED, (0, 1), (0, 1), (0, 1), (0, 1)),
        (replace(DONE, promised_by=date(2021, 11, 19)), (1, 1), (0, 1), (1, 1), (0, 0)),
        (replace(PROMISED, suspended=True), (0, 1), (0, 0), (0, 0), (0, 0)),
        (replace(PROMISED, gone=True), (0, 0), (0, 0), (0, 0), (0, 0)),
        (replace(PROMISED, promised_by=date(2022, 3, 1)), (0, 1), (0, 0), (0, 0), (0, 0)),
        (replace(CLAIMED, claimed_on=date(2020, 12, 31)), (0, 0), (0, 0), (0, 0), (0, 0)),
        (replace(DONE, signed_off_on=date(2022, 1, 5)), (0, 1), (1, 1), (1, 1), (0, 0)),
    ],
)
def test_what_a_project_counts_for(
    project: ProjectRecord,
    completion: tuple[int, int],
    on_time: tuple[int, int],
    verification: tuple[int, int],
    look_back: tuple[int, int],
) -> None:
    share = Share(projects=[project])
    found = [counted(measure, share) for measure in ("completion", "on-time", "verification", "look-back")]
    assert found == [completion, on_time, verification, look_back]


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (LETTER, (1, 1)),
        (replace(LETTER, replied_on=date(2021, 11, 9)), (0, 1)),
        (replace(LETTER, replied_on=None, replied_at=None), (0, 1)),
        (replace(LETTER, overdue_at=6), (0, 1)),
        (replace(LETTER, reply_by=date(2022, 1, 20)), (0, 0)),
        (replace(LETTER, reply_by=date(2021, 12, 31), replied_on=None), (0, 1)),
    ],
)
def test_a_letter_is_answered_in_time_where_it_never_was_overdue(letter: LetterRecord, expected: tuple[int, int]) -> None:
    assert counted("replies-on-time", Share(letters=[letter])) == expected


def test_ratings_and_answers_of_the_year_are_counted_one_by_one() -> None:
    ratings = [
        RatingRecord("T1", None, good, date(year, 6, 1), at)
        for at, (good, year) in enumerate([(True, 2021), (False, 2021), (True, 2020)], 1)
    ]
    assert counted("satisfaction", Share(ratings=ratings)) == (1, 2)
    answers = [AnswerRecord("T1", None, Tally(part=part, whole=2), date(2021, 6, 1), part + 1) for part in (0, 1, 2)]
    assert counted("awareness", Share(answers=answers)) == (3, 6)


def test_a_line_names_the_events_behind_it_so_that_anybody_can_count_again() -> None:
    found = line(AnnualItem(measure="completion", weight=60), Share(projects=[REVOKED]), 2021, TODAY)
    assert [(each.service, each.positions, each.count) for each in found.behind] == [("projects", (10, 13), 2), ("scoring", (9,), 1)]
    assert found.behind[0].digest == hashlib.sha256(b"10,13").hexdigest()
    many = behind([("projects", at) for at in range(1, LISTED + 100)])
    assert (many[0].count, len(many[0].positions)) == (LISTED + 99, LISTED)
    assert many[0].digest == hashlib.sha256(",".join(map(str, range(1, LISTED + 100))).encode()).hexdigest()


def unit(code: str, order: int, *projects: ProjectRecord) -> tuple[SubjectRecord, list[ProjectRecord]]:
    owned = [replace(project, unit=code, project_id=UUID(int=order * 100 + at)) for at, project in enumerate(projects)]
    return SubjectRecord(code, code, order), owned


def assess(*units: tuple[SubjectRecord, list[ProjectRecord]], **changes: Any) -> AssessYear:
    records = Records(
        subjects=tuple(subject for subject, _ in units),
        projects=tuple(project for _, owned in units for project in owned),
        seen_to=(("projects", 99), ("scoring", 9)),
    )
    ask = AssessYear(year=2021, subject="unit", rules=RULES, found_version="2021-1", records=records)
    return ask.model_copy(update=changes)


def places(outcome: Outcome) -> list[Any]:
    assert outcome.refusal is None, outcome.refusal
    return [event for event in outcome.events if isinstance(event, SubjectAssessed)]


COUNTY_WIDE = (unit("T3", 3, DONE), unit("T1", 1, DONE), unit("T2", 2, CLAIMED, DONE), unit("D9", 9), unit("D8", 8, DONE, REVOKED))


def test_equal_scores_share_a_rank_in_the_official_order_and_who_has_nothing_comes_last_without_one() -> None:
    outcome = BEGUN.when(assess(*COUNTY_WIDE), OFFICE)
    assert [(each.code, each.rank, each.score) for each in places(outcome)] == [
        ("T1", 1, 10_000),
        ("T3", 1, 10_000),
        ("T2", 3, 5_000),
        ("D8", 3, 5_000),
        ("D9", None, None),
    ]
    made = outcome.events[0]
    assert isinstance(made, YearAssessed)
    assert (made.run, made.subjects, made.rules, made.profile_version, made.seen_to) == (
        1,
        5,
        RULES,
        "2021-1",
        {"projects": 99, "scoring": 9},
    )


def test_a_commendation_needs_the_score_and_no_revoked_sign_off_and_every_exclusion_says_why() -> None:
    found = {each.code: (each.commendable, each.exclusions) for each in places(BEGUN.when(assess(*COUNTY_WIDE), OFFICE))}
    assert found == {
        "T1": (True, ()),
        "T3": (True, ()),
        "T2": (False, ("score-below",)),
        "D8": (False, ("score-below", "revoked-at-look-back")),
        "D9": (False, ("nothing-assessed",)),
    }


def test_the_weight_of_what_has_nothing_to_count_is_left_out_and_halves_are_rounded_up() -> None:
    (place,) = places(BEGUN.when(assess(unit("T1", 1, DONE, CLAIMED, CLAIMED)), OFFICE))
    assert [(each.measure, each.points, each.weight) for each in place.lines] == [("completion", 3_333, 60), ("satisfaction", None, 40)]
    assert place.score == 3_333
    rated = assess(unit("T1", 1, DONE))
    ratings = tuple(RatingRecord("T1", None, good, date(2021, 6, 1), at) for at, good in enumerate((True, False, False), 1))
    mixed = rated.model_copy(update={"records": replace(rated.records, ratings=ratings)})
    (place,) = places(BEGUN.when(mixed, OFFICE))
    assert place.score == (60 * 10_000 + 40 * 3_333 + 50) // 100 == 7_333


def test_the_same_year_under_changed_rules_is_another_run_and_the_first_stays_with_its_rules() -> None:
    first = BEGUN.and_then(assess(*COUNTY_WIDE), OFFICE)
    first.when(assess(*COUNTY_WIDE), OFFICE).nothing()
    stricter = RULES.model_copy(update={"version": "2021-2", "items": (AnnualItem(measure="look-back", weight=100),)})
    second = first.and_then(assess(*COUNTY_WIDE, rules=stricter, found_version="2021-2"), OFFICE)
    runs = [(event.run, event.rules.version) for event in second.history if isinstance(event, YearAssessed)]
    assert runs == [(1, "2021-1"), (2, "2021-2")]
    assert {event.run for event in second.history if isinstance(event, SubjectAssessed)} == {1, 2}
    third = second.and_then(assess(*COUNTY_WIDE), OFFICE)
    assert [event.digest for event in third.history if isinstance(event, YearAssessed)][::2] == [first.history[0].digest] * 2  # type: ignore[attr-defined]


def test_people_of_a_unit_are_assessed_by_the_projects_they_took_on_and_the_ratings_of_those() -> None:
    li, wang = CLAIMED, replace(DONE, claimant="wang", project_id=UUID(int=2))
    records = Records(
        subjects=(SubjectRecord("li", "T1", 0), SubjectRecord("wang", "T1", 0)),
        projects=(li, wang),
        ratings=(RatingRecord("T1", UUID(int=2), True, date(2021, 6, 1), 4), RatingRecord("T1", None, False, date(2021, 6, 1), 5)),
        letters=(LETTER,),
    )
    ask = AssessYear(year=2021, subject="person", unit="T1", rules=RULES, found_version="2021-1", records=records)
    found = [(each.code, each.rank, [(line.part, line.whole) for line in each.lines]) for each in places(BEGUN.when(ask, OFFICE))]
    assert found == [("wang", 1, [(1, 1), (1, 1)]), ("li", 2, [(0, 1), (0, 0)])]
    assert assessment_id(ask, COUNTY) != assessment_id(ask.model_copy(update={"unit": "T2"}), COUNTY)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"unit": "T1"}, "assessment_of_whom"),
        ({"subject": "person"}, "assessment_of_whom"),
        ({"year": 2023}, "year_not_begun"),
        ({"rules": None}, "annual_rules_missing"),
        ({"records": Records()}, "nobody_to_assess"),
    ],
)
def test_an_assessment_needs_rules_somebody_to_assess_and_a_year_that_has_begun(change: dict[str, object], code: str) -> None:
    BEGUN.when(assess(*COUNTY_WIDE, **change), OFFICE).rejected(code)


def test_the_office_alone_assesses() -> None:
    for role in ("unit", "leader", "inspector", "auditor", "member"):
        BEGUN.when(assess(*COUNTY_WIDE), by(role, unit="T1")).rejected("role_not_allowed")


PROJECTS = st.lists(st.sampled_from([CLAIMED, PROMISED, DONE, REDONE, CONFIRMED, REVOKED]), max_size=4)


@for_all(st.lists(PROJECTS, min_size=1, max_size=6), st.randoms())
def test_ranks_follow_scores_whatever_the_order_records_came_in_and_all_parts_reconcile(
    owned: list[list[ProjectRecord]], chance: Any
) -> None:
    units = [unit(f"T{number}", number, *projects) for number, projects in enumerate(owned, 1)]
    found = places(BEGUN.when(assess(*units), OFFICE))
    scores = [each.score for each in found if each.score is not None]
    assert scores == sorted(scores, reverse=True)
    for each in found:
        if each.score is not None:
            assert each.rank == 1 + sum(score > each.score for score in scores)
        assert each.commendable == (not each.exclusions)
        for row in each.lines:
            assert 0 <= row.part <= row.whole
    assert sum(row.whole for each in found for row in each.lines if row.measure == "completion") == sum(map(len, owned))
    chance.shuffle(units)
    assert places(BEGUN.when(assess(*units), OFFICE)) == found


def test_a_large_unit_s_year_fits_an_event() -> None:
    large = [replace(REVOKED, project_id=UUID(int=at), claimed_at=9_000_000 + at, signed_off_at=9_500_000 + at) for at in range(700)]
    every: tuple[Measure, ...] = ("completion", "on-time", "satisfaction", "verification", "look-back")
    rules = AnnualRules(version="1", items=tuple(AnnualItem(measure=measure, weight=20) for measure in every))
    (place,) = places(BEGUN.when(assess((SubjectRecord("T1", "T1", 1), large), rules=rules), OFFICE))
    assert len(place.model_dump_json()) < 60_000
    assert isinstance(BEGUN, Scenario)
