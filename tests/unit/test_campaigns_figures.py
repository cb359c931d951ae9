"""The figures to be expected, against the books of the plan: two accounts of one campaign, kept apart."""

from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from campaigns.calls import Heard, UpToDate
from campaigns.check import Outcome, check
from campaigns.county import County, counties, load_county
from campaigns.figures import Against, Figures, load_figures
from campaigns.plan import plan_of
from campaigns.readings import Rows, count
from campaigns.report import as_dict, show
from tests.support.campaign_rows import kept, rows_of

COUNTIES = counties()
ROWS: Mapping[str, Rows] = {code: rows_of(plan_of(load_county(code))) for code in COUNTIES}


def outcome_of(code: str) -> Outcome:
    return check(load_figures(code), ROWS[code])


def printed(outcome: Outcome) -> str:
    file = StringIO()
    show([outcome], Console(file=file))
    return file.getvalue()


@pytest.mark.parametrize("code", COUNTIES)
def test_the_plan_comes_to_every_figure(code: str) -> None:
    outcome = outcome_of(code)
    assert {each.figure.key: each.found for each in outcome.compared} == {each.figure.key: each.figure.plan for each in outcome.compared}
    assert [(step.name, step.found) for step in outcome.funnel] == [(step.name, step.expected) for step in outcome.funnel]
    assert outcome.off == []


@pytest.mark.parametrize("code", COUNTIES)
def test_another_seed_comes_to_the_same_figures(code: str) -> None:
    assert check(load_figures(code), rows_of(plan_of(load_county(code), 7))).off == []


@pytest.mark.parametrize("code", COUNTIES)
def test_what_is_waited_for_holds_from_then_on_so_that_a_run_cut_short_anywhere_can_be_repeated(code: str) -> None:
    waited_for: list[Heard | UpToDate] = []
    for books, phase in kept(plan_of(load_county(code))):
        waited_for += [*phase.before, *phase.after]
        for heard in waited_for:
            books.hear(heard)


@pytest.mark.parametrize("draws", [2, 3, 4])
def test_whatever_is_drawn_the_figures_are_the_same(draws: int) -> None:
    assert check(load_figures("430523"), rows_of(plan_of(load_county("430523")), draws)).off == []


@pytest.mark.parametrize("code", COUNTIES)
def test_the_plan_at_full_size_comes_to_every_published_figure(code: str) -> None:
    figures = load_figures(code, "full")
    assert check(figures, rows_of(plan_of(load_county(code, "full")))).off == []
    for figure in figures.figures:
        assert figure.published is None or figure.plan == figure.published or (figure.over and figure.plan > figure.published), figure.key


def test_what_was_published_is_there() -> None:
    published = {code: {figure.key: figure.published for figure in load_figures(code).figures} for code in COUNTIES}
    assert {25083, 57, 132, 446, 444, 21000, 25945, 11, 3, 30, 34000, 21, 51, 72} <= set(published["430523"].values())
    assert {549, 27, 436, 136, 598, 5700, 81, 5, 53, 41, 3, 9, 48} <= set(published["610330"].values())


def test_the_discrepancy_of_fengs_ledgers_is_found_and_named() -> None:
    outcome = outcome_of("610330")
    found = [each for each in outcome.reconciled if each.difference]
    by_the_list, by_the_register = [(each.parts, each.total, each.difference, each.published) for each in found]
    assert by_the_list == by_the_register == ((3, 44, 14), 60, 1, ((27, 436, 136), 598))
    text = printed(outcome)
    assert "3 + 44 + 14 = 61，与 60 不符，相差 +1；公布 published：27 + 436 + 136 = 599，与 598 不符，相差 +1" in text


def test_shaoyangs_lists_make_their_total() -> None:
    outcome = outcome_of("430523")
    assert {each.difference for each in outcome.reconciled} == {0}
    assert outcome.reconciled[0].published == ((57, 132, 446, 24448), 25083)


def without_one_letter(county: County) -> County:
    fewer = tuple(group.model_copy(update={"count": group.count - 1}) if group.name == "letters-2" else group for group in county.notices)
    return county.model_copy(update={"notices": fewer})


def test_a_letter_that_was_not_issued_shows() -> None:
    outcome = check(load_figures("430523"), rows_of(plan_of(without_one_letter(load_county("430523")))))
    assert outcome.off == ["问题交办函", "问题交办函办结"]
    assert as_dict(outcome)["figures"]["letters"] == {"published": 30, "plan": 30, "projections": 29}
    assert "✗" in printed(outcome)
    assert "✗" not in printed(outcome_of("430523"))


def changed(figures: Figures, part: str, number: int, **values: Any) -> Figures:
    parts = list(getattr(figures, part))
    parts[number] = parts[number].model_copy(update=values)
    return figures.model_copy(update={part: tuple(parts)})


def test_a_rate_below_what_it_has_to_be_shows() -> None:
    figures = changed(load_figures("430523"), "rates", 0, at_least=85)
    assert check(figures, ROWS["430523"]).off == ["11月上旬前办结率"]


def test_a_difference_nobody_knew_of_shows() -> None:
    figures = changed(load_figures("610330"), "reconciliations", 0, difference=0)
    assert check(figures, ROWS["610330"]).off == ["三张清单之和与印发的台账总数"]


def test_a_need_of_several_projects_counts_once_in_the_funnel() -> None:
    rows = dict(ROWS["610330"])
    again = {**next(row for row in rows["projects"] if row["need_ids"]), "id": "another"}
    rows["projects"] = [*rows["projects"], again]
    assert check(load_figures("610330"), rows).funnel == outcome_of("610330").funnel


def test_days_are_the_counties_own() -> None:
    rows: Rows = {"projects": [{"signed_off_at": "2021-11-12T15:59:59+00:00"}, {"signed_off_at": "2021-11-12T16:00:00+00:00"}]}
    by_the_twelfth = Against(read="projects", until={"signed_off_at": date(2021, 11, 12)}, take="count")
    from_the_thirteenth = Against(read="projects", since={"signed_off_at": date(2021, 11, 13)}, take="count")
    assert (count(rows, by_the_twelfth), count(rows, from_the_thirteenth)) == (1, 1)


def test_projects_are_counted_as_they_stood_at_the_end_of_a_day() -> None:
    done, off, back = ("2021-11-07T15:59:59Z", "completed"), ("2021-11-12T15:59:59Z", "signed-off"), ("2021-12-02T02:00:00Z", "claimed")
    rows: Rows = {"projects": [{"status": "claimed", "steps": [done, off, back]}, {"status": "claimed", "steps": []}]}

    def of(day: int, month: int, *statuses: str) -> int:
        return count(rows, Against(read="projects", where={"status": statuses}, as_of=date(2021, month, day), take="count"))

    assert [of(6, 11, "completed", "signed-off"), of(7, 11, "completed", "signed-off")] == [0, 1]
    assert [of(11, 11, "signed-off"), of(12, 11, "signed-off"), of(2, 12, "signed-off")] == [0, 1, 0]


def test_what_has_not_happened_is_on_no_day() -> None:
    rows: Rows = {"projects": [{"signed_off_at": None}]}
    assert count(rows, Against(read="projects", until={"signed_off_at": date(2021, 11, 12)}, take="count")) == 0


@pytest.mark.parametrize(("take", "expected"), [("count", 3), ("sum n", 6), ("distinct who", 1)])
def test_rows_are_counted_summed_or_told_apart(take: str, expected: int) -> None:
    rows: Rows = {"projects": [{"n": 1, "who": "a"}, {"n": 2, "who": "a"}, {"n": 3, "who": None}]}
    assert count(rows, Against(read="projects", take=take)) == expected
