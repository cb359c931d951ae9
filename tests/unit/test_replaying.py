"""Reports of the past: the same bytes for the same report, and what differs between two."""

import hashlib
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cli.replaying.canonical import canonical, sealed
from cli.replaying.differences import differences

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé路", max_size=3), inner, max_size=3),
    max_leaves=12,
)


@for_all(st.dictionaries(st.text("abc", max_size=2), JSON, max_size=4), st.randoms())
def test_the_order_in_which_members_come_changes_no_byte(report: dict[str, Any], chance: Any) -> None:
    shuffled = list(report.items())
    chance.shuffle(shuffled)
    assert canonical(dict(shuffled)) == canonical(report)
    assert json.loads(canonical(report)) == report


def test_the_digest_is_over_everything_else() -> None:
    report = sealed({"report": "figures", "content": {"路灯": 3}})
    told = {name: value for name, value in report.items() if name != "digest"}
    plain = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert report["digest"] == f"sha256:{hashlib.sha256(plain).hexdigest()}"
    assert sealed({**told, "content": {"路灯": 4}})["digest"] != report["digest"]


def test_another_process_comes_to_the_same_bytes() -> None:
    program = "from cli.replaying.canonical import canonical; import sys; sys.stdout.buffer.write(canonical({'b': [1, None], 'a': '路灯'}))"
    said = {
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout  # noqa: S603
        for seed in ("0", "1", "2")
    }
    assert said == {canonical({"a": "路灯", "b": [1, None]})}


BEFORE = {
    "items": [{"id": "1", "status": "open", "units": ["a"]}, {"id": "2", "status": "open", "units": []}],
    "rows": [{"kind": "need", "status": None, "count": 3}, {"kind": "wish", "status": "free", "count": 1}],
    "total": {"open": 4},
}
AFTER = {
    "items": [{"id": "3", "status": "open", "units": []}, {"id": "1", "status": "closed", "units": ["a", "b"]}],
    "rows": [{"kind": "wish", "status": "free", "count": 1}, {"kind": "need", "status": None, "count": 5}],
    "total": {"open": 4, "closed": 1},
}


def test_what_came_what_went_and_what_changed_are_told_apart() -> None:
    found = differences(BEFORE, AFTER)
    assert found.came == {"/items/3": AFTER["items"][0], "/total/closed": 1}  # type: ignore[index]
    assert found.went == {"/items/2": BEFORE["items"][1]}  # type: ignore[index]
    assert found.changed == {
        "/items/1/status": {"before": "open", "after": "closed"},
        "/items/1/units": {"before": ["a"], "after": ["a", "b"]},
        "/rows/kind=need status=None/count": {"before": 3, "after": 5},
    }


@for_all(JSON)
def test_a_report_does_not_differ_from_itself(content: Any) -> None:
    assert differences(content, content).as_dict() == {"came": {}, "went": {}, "changed": {}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([{"count": 1}, {"count": 2}], [{"count": 1}, {"count": 3}]),  # rows that nothing tells apart
        ({"a": 1}, [1]),
        (None, {"a": 1}),
    ],
)
def test_what_cannot_be_taken_apart_is_compared_whole(before: Any, after: Any) -> None:
    assert differences({"it": before}, {"it": after}).changed == {"/it": {"before": before, "after": after}}
