"""The proof panel's script decides as our own verifier does, on proofs made by our own log."""

import base64
import json
from typing import Any

import pytest

from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.receipts import Receipt, verify
from tests.support.a_log import NOW, ORIGIN, OTHER_COUNTY, WITNESSES, ALog, log_key, policy
from tests.support.node import run

LOG = ALog(300)
FILE = LOG.receipt(77, *WITNESSES).dump()
KEYS: dict[str, Any] = {
    "logs": [log_key().verifying.vkey],
    "witnesses": [key.verifying.vkey for key in WITNESSES],
    "quorum": 2,
    "origin": ORIGIN,
}

REFUSALS = {
    *("receipt_malformed", "receipt_truncated", "receipt_without_event", "inclusion_proof_wrong", "index_beyond_tree"),
    *("checkpoint_malformed", "note_malformed", "signature_invalid"),
}


def checked(*cases: tuple[bytes, dict[str, Any]]) -> list[dict[str, Any]]:
    asked = [{"file": base64.b64encode(file).decode(), "given": given} for file, given in cases]
    answers: list[dict[str, Any]] = json.loads(run("check_proofs.mjs", asked))
    return answers


def test_a_receipt_is_read_and_checked_whole() -> None:
    [found] = checked((FILE, KEYS))
    assert base64.b64decode(found["event"]) == LOG.bodies[77]
    assert (found["index"], found["size"], found["log"]) == ("77", "300", ORIGIN)
    assert found["witnesses"] == [[key.name, str(NOW + number)] for number, key in enumerate(WITNESSES)]


def test_every_leaf_of_trees_of_every_shape_is_found() -> None:
    cases = [
        (size, index)
        for size in (1, 2, 3, 4, 5, 7, 8, 13, 16, 33, 257)
        for index in {0, size // 3, size // 2, size - 2, size - 1}
        if index >= 0
    ]
    logs = {size: ALog(size) for size, _ in cases}
    found = checked(*((logs[size].receipt(index, *WITNESSES).dump(), KEYS) for size, index in cases))
    assert [(one.get("size"), one.get("index")) for one in found] == [(str(size), str(index)) for size, index in cases]


def test_without_keys_it_says_that_signatures_were_not_checked() -> None:
    [found] = checked((FILE, {"origin": ORIGIN}))
    assert (found["log"], found["witnesses"]) == (None, None)


def test_whom_one_does_not_trust_does_not_count() -> None:
    other = log_key(OTHER_COUNTY).verifying.vkey
    alone = LOG.receipt(77).dump()
    found = checked((FILE, KEYS | {"origin": OTHER_COUNTY}), (FILE, KEYS | {"logs": [other]}), (alone, KEYS), (alone, KEYS | {"quorum": 0}))
    assert [one.get("refused") for one in found] == ["origin_wrong", "note_unsigned", "witnesses_too_few", None]


def spoiled() -> dict[str, bytes]:
    lines = FILE.decode().split("\n")

    def with_line(number: int, line: str) -> bytes:
        return "\n".join([*lines[:number], line, *lines[number + 1 :]]).encode()

    event = base64.b64encode(LOG.bodies[77].replace(b"77", b"78", 1)).decode()
    return {
        "another event": with_line(1, f"extra {event}"),
        "another index": with_line(2, "index 78"),
        "an index beyond the tree": with_line(2, "index 300"),
        "an index with a leading zero": with_line(2, "index 077"),
        "a proof too short": "\n".join([*lines[:3], *lines[4:]]).encode(),
        "a proof too long": "\n".join([*lines[:3], lines[3], *lines[3:]]).encode(),
        "hashes exchanged": "\n".join([*lines[:3], lines[4], lines[3], *lines[5:]]).encode(),
        "a hash of 31 bytes": with_line(3, base64.b64encode(b"x" * 31).decode()),
        "base 64 that is not canonical": with_line(3, lines[3][:-2] + chr(ord(lines[3][-2]) + 1) + "="),
        "a line in between": with_line(3, lines[3] + " "),
        "cut in the middle": FILE[: len(FILE) // 2],
        "no event": Receipt(None, 77, LOG.inclusion(77), LOG.note(*WITNESSES).dump()).dump(),
        "another version": FILE.replace(b"@v1", b"@v2", 1),
        "a larger tree": FILE.replace(b"\n300\n", b"\n301\n", 1),
        "a signature of zeros": FILE[:-90] + b"A" * 60 + FILE[-30:],
        "a carriage return": FILE.replace(b"\n", b"\r\n", 1),
        "not text": b"\xff" + FILE,
        "nothing": b"",
    }


@pytest.mark.parametrize("name", spoiled())
def test_what_our_verifier_refuses_the_panel_refuses(name: str) -> None:
    file = spoiled()[name]
    with pytest.raises(ProofError):
        verify(file, policy(2), origin=ORIGIN)
    [found] = checked((file, KEYS))
    assert "refused" in found
    assert found["refused"] in REFUSALS


def test_a_flipped_bit_anywhere_is_seen() -> None:
    flips = range(23, len(FILE), 7)
    files = [FILE[:at] + bytes([FILE[at] ^ 1]) + FILE[at + 1 :] for at in flips]
    found = checked(*((file, KEYS | {"quorum": 3}) for file in files))
    assert [at for at, one in zip(flips, found, strict=True) if "refused" not in one] == []
