"""Equal values are held once, those of other types apart, and not for ever."""

from datetime import date

from shared.contracts.values import Milestone
from shared.kernel import same as module
from shared.kernel.same import same


def milestone(title: str) -> Milestone:
    return Milestone(title=title, due_on=date(2021, 11, 12))


def test_the_first_of_equal_values_stands_for_all() -> None:
    first, second = (milestone("清淤"),), (milestone("清淤"),)
    assert first[0] is not second[0]
    assert same(first) is first
    assert same(second) is first
    assert same((milestone("加固"),)) != first


def test_what_is_equal_across_types_stays_what_it_is() -> None:
    assert [type(same(value)) for value in (1, True, 1.0)] == [int, bool, float]


def test_what_was_not_seen_for_long_is_let_go() -> None:
    first = same(("once",))
    for number in range(5_000):
        same((number,))
    assert len(module._seen) <= 1_024
    again = (*first,)
    assert same(again) is again is not first
