"""What a benchmark says: medians, ratios, marks, one JSON line per figure."""

import json

import pytest

from bench.figures import Against, Figure, Reach, Report, figure, skipped
from bench.sampling import interleave, percentile
from deploy.embedded.events import Event, silent

KEYS = {"figure", "value", "unit", "ratio", "against", "reach", "met", "conditions"}


def test_a_figure_is_the_median_of_its_samples() -> None:
    assert figure("append/1", [900.0, 100.0, 500.0], "events/s", {}).value == 500


def test_a_ratio_is_of_medians_measured_in_the_same_rounds() -> None:
    said = figure("append/64", [9_000, 12_000, 10_000], "events/s", {}, Against("pgbench", [20_000, 1, 40_000], Reach(0.5)))
    assert (said.ratio, said.against, said.reach, said.met) == (0.5, "pgbench", ">= 0.5", True)
    assert said.conditions["samples"] == [9_000, 12_000, 10_000]
    assert said.conditions["against_samples"] == [20_000, 1, 40_000]


@pytest.mark.parametrize(
    ("reach", "ratio", "met"),
    [
        (Reach(0.5), 0.5, True),
        (Reach(0.5), 0.499, False),
        (Reach(3, at_least=False), 3.0, True),
        (Reach(3, at_least=False), 3.01, False),
    ],
)
def test_a_mark_is_made_or_missed(reach: Reach, ratio: float, *, met: bool) -> None:
    assert reach.met(ratio) is met


def test_a_mark_just_missed_is_not_rounded_into_being_made() -> None:
    said = figure("append/64", [4_999.9], "events/s", {}, Against("pgbench", [10_000], Reach(0.5)))
    assert (said.ratio, said.met) == (0.5, False)


def test_what_could_not_be_measured_says_why() -> None:
    said = skipped("append/best/emmett", "events/s", "no `node` on the PATH")
    assert (said.value, said.met, said.conditions) == (None, None, {"skipped": "no `node` on the PATH"})


def test_each_figure_is_one_json_line_on_stdout_and_the_table_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.add(figure("lag/p50", [3.0], "ms", {"地": "新邵"}, Against("round-trip", [1.0], Reach(3, at_least=False))))
    report.add(skipped("append/best/emmett", "events/s", "no `node` on the PATH"))
    report.close()
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["figure"] for line in lines] == ["lag/p50", "append/best/emmett"]
    assert all(line.keys() == KEYS for line in lines)
    assert "lag/p50" in err
    assert "no `node` on the PATH" in err


def test_contestants_take_turns_and_every_second_round_goes_backwards() -> None:
    order: list[str] = []

    def contestant(name: str) -> float:
        order.append(name)
        return float(len(order))

    samples = interleave("append", {name: lambda name=name: contestant(name) for name in ("a", "b", "c")}, 3, silent)  # type: ignore[misc]
    assert order == ["a", "b", "c", "c", "b", "a", "a", "b", "c"]
    assert samples == {"a": [1, 6, 7], "b": [2, 5, 8], "c": [3, 4, 9]}


def test_progress_ends_where_it_said_it_would() -> None:
    heard: list[Event] = []
    interleave("append", {"a": lambda: 1.0, "b": lambda: 2.0}, 2, heard.append)
    shares = [(event.done, event.total) for event in heard if event.kind == "progress"]
    assert shares == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_percentile_is_a_sample_and_never_below_its_share() -> None:
    samples = [float(number) for number in range(1, 201)]
    assert [percentile(samples, percent) for percent in (0, 50, 99, 100)] == [1, 100, 198, 200]
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)


def test_a_figure_without_a_peer_makes_no_claim() -> None:
    said = figure("growth/append/10000", [51.234567], "µs/event", {})
    assert said == Figure("growth/append/10000", 51.23, "µs/event", conditions={"samples": [51.23]})
