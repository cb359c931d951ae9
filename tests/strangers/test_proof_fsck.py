"""A log laid out by our tiles before Tessera's `fsck`, which reads all of it and computes the tree anew."""

from collections.abc import Mapping

import pytest

from tests.support.a_log import WITNESSES, ALog, log_key
from tests.support.static_log import serving
from tests.support.strangers import Checked, fsck

LOG = ALog(1_000)
FILES = LOG.files(*WITNESSES)
VKEY = log_key().verifying.vkey


def checked(files: Mapping[str, bytes], *, seconds: float = 60) -> Checked:
    with serving(files) as url:
        return fsck(url, VKEY, seconds=seconds)


@pytest.mark.parametrize("size", [1, 255, 256, 1_000, 66_000])
def test_a_log_of_ours_is_sound(size: int) -> None:
    answer = checked(ALog(size).files(*WITNESSES))
    assert answer.sound, answer.said


def one_bit_turned(path: str) -> dict[str, bytes]:
    data = FILES[path]
    return FILES | {path: data[:40] + bytes([data[40] ^ 1]) + data[41:]}


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/entries/003.p/232"])
def test_a_log_with_one_bit_of_an_entry_turned_is_not_sound(path: str) -> None:
    answer = checked(one_bit_turned(path))
    assert not answer.sound
    assert "fsck failed" in answer.said


@pytest.mark.parametrize("path", ["tile/0/002", "tile/0/003.p/232", "tile/1/000.p/3"])
def test_a_log_with_one_bit_of_a_tile_turned_is_not_sound_and_the_tile_is_named(path: str) -> None:
    answer = checked(one_bit_turned(path))
    assert not answer.sound
    assert f"failed: {path}: " in answer.said


def test_a_log_with_a_bundle_gone_or_a_checkpoint_of_another_is_not_sound() -> None:
    assert not checked({path: data for path, data in FILES.items() if path != "tile/entries/002"}, seconds=20).sound
    assert not checked(FILES | {"checkpoint": ALog(999).note().dump()}, seconds=20).sound
    assert not checked(FILES | {"checkpoint": ALog(1_000, "another.example/log").note().dump()}, seconds=20).sound


def test_entries_may_be_kept_for_who_bears_a_token() -> None:
    with serving(FILES, token="auditor") as url:  # noqa: S106 - of this test
        assert fsck(url, VKEY, token="auditor").sound  # noqa: S106 - the same
        assert not fsck(url, VKEY, seconds=20).sound
