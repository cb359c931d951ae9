"""What the verbs of evidence packs make of positions and times, and what a restored answer stands for."""

from datetime import UTC, datetime

import pytest
import typer

from cli.packs.layout import Lane, is_safe
from cli.packs.verbs import _bound
from shared.kernel.commands import fingerprint
from shared.kernel.event_log import restored_fingerprint, same_request


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("7", 7, 7),
        ("@7", 7, 7),
        ("2021-11-12", datetime(2021, 11, 11, 16, tzinfo=UTC), datetime(2021, 11, 12, 15, 59, 59, 999_999, tzinfo=UTC)),
        ("2021-11-12T09:00:00+08:00", datetime(2021, 11, 12, 1, tzinfo=UTC), datetime(2021, 11, 12, 1, tzinfo=UTC)),
    ],
)
def test_a_bound_is_a_position_or_an_instant_and_a_day_begins_and_ends_in_shanghai(text: str, begin: object, end: object) -> None:
    assert (_bound(text, end=False), _bound(text, end=True)) == (begin, end)


@pytest.mark.parametrize("text", ["", "-1", "moon", "2021-13-01", "2021-11-12T09:00:00"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        _bound(text, end=False)


def test_a_restored_answer_stands_for_its_actor_and_another_for_its_content() -> None:
    known, restored = fingerprint(b"content"), restored_fingerprint("clerk-1")
    assert same_request(known, fingerprint(b"content"), "clerk-2")
    assert not same_request(known, fingerprint(b"other"), "clerk-1")
    assert same_request(restored, fingerprint(b"whatever"), "clerk-1")
    assert not same_request(restored, fingerprint(b"whatever"), "clerk-2")


@pytest.mark.parametrize(
    "name", ["../a", "a/../b", "/a", "a//b", "a\\b", "a/", "", ".", "..", "a/.hidden", "C:/a", "a\x00", "a\nb", "é", "a\n"]
)
def test_a_name_that_could_leave_its_folder_is_not_safe(name: str) -> None:
    assert not is_safe(name)


def test_a_lane_lists_every_file_of_its_tree_with_its_limit() -> None:
    lane = Lane(service="intake", county="430523", origin="o", size=257, root="0" * 64, count=2, first=1, last=2, policies={})
    assert lane.limits() == {
        "intake/430523/checkpoint": 1_000_000,
        "intake/430523/vkey": 1 << 20,
        "intake/430523/events.ndjson": 2 * 65_536,
        "intake/430523/tile/0/000": 8_192,
        "intake/430523/tile/0/001.p/1": 32,
        "intake/430523/tile/1/000.p/1": 32,
        "intake/430523/tile/entries/000": 256 * 65_537,
        "intake/430523/tile/entries/001.p/1": 65_537,
    }
    assert all(is_safe(name) for name in lane.limits())
