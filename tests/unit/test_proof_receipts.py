"""Receipts: what they prove with nothing but public keys, and that nothing in one can be touched unnoticed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.proof.encoding import to_base64
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import SigningKey
from shared.kernel.proof.receipts import LONGEST_RECEIPT, Receipt, verify
from tests.support.a_log import NOW, ORIGIN, OTHER_COUNTY, WITNESSES, ALog, log_key, policy, witness_key

LOG, LATER, FENG = ALog(300), ALog(400), ALog(300, OTHER_COUNTY)
RECEIPT = LOG.receipt(77, *WITNESSES)
FILE = RECEIPT.dump()
LINES = FILE.decode().split("\n")
EVERYONE = policy(3)

# The beginning of the example of c2sp.org/tlog-proof, with its `extra` cut to whole base 64.
EXAMPLE = """\
c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

"""


def code(data: bytes, *, origin: str | None = ORIGIN, k: int = 3) -> str:
    """Why a holder of the county's policy refuses a file."""
    with pytest.raises(ProofError) as caught:
        verify(data, policy(k), origin=origin)
    return caught.value.code


def with_line(number: int, line: str) -> bytes:
    return "\n".join([*LINES[:number], line, *LINES[number + 1 :]]).encode()


def test_a_receipt_proves_its_event_offline() -> None:
    proven = verify(FILE, policy(2), origin=ORIGIN)
    assert (proven.event, proven.index, proven.checkpoint) == (LOG.bodies[77], 77, LOG.checkpoint)
    assert proven.log == log_key().verifying
    assert [one.time for one in proven.witnesses] == [NOW, NOW + 1, NOW + 2]


def test_a_receipt_is_laid_out_as_the_specification_says() -> None:
    assert LINES[:3] == ["c2sp.org/tlog-proof@v1", f"extra {to_base64(LOG.bodies[77])}", "index 77"]
    assert LINES[3:12] == [*map(to_base64, RECEIPT.proof)]
    assert LINES[12] == ""
    assert FILE.endswith(b"\n\n" + RECEIPT.note)


def test_the_example_of_the_specification_is_read() -> None:
    data = EXAMPLE.encode() + RECEIPT.note
    read = Receipt.parse(data)
    assert (read.event, read.index, len(read.proof)) == (b"age-v1.2.1-darwin-arm64.tar.gz", 73_894, 5)
    assert read.dump() == data


@given(st.integers(1, 40), st.data())
def test_every_event_of_every_log_has_its_receipt(size: int, data: st.DataObject) -> None:
    log = ALog(size)
    index = data.draw(st.integers(0, size - 1))
    file = log.receipt(index, *WITNESSES).dump()
    assert Receipt.parse(file).dump() == file
    assert verify(file, EVERYONE).event == log.bodies[index]


@given(st.integers(0, len(FILE) - 1), st.integers(0, 7))
def test_no_bit_of_a_receipt_can_be_turned(at: int, bit: int) -> None:
    turned = FILE[:at] + bytes([FILE[at] ^ 1 << bit]) + FILE[at + 1 :]
    with pytest.raises(ProofError):
        verify(turned, EVERYONE, origin=ORIGIN)


@given(st.integers(0, len(FILE) - 1))
def test_no_receipt_can_be_cut(at: int) -> None:
    with pytest.raises(ProofError):
        verify(FILE[:at], EVERYONE, origin=ORIGIN)


@pytest.mark.parametrize(
    ("touched", "why"),
    [
        (with_line(1, f"extra {to_base64(LOG.bodies[78])}"), "inclusion_proof_wrong"),
        (with_line(1, "extra "), "inclusion_proof_wrong"),
        (with_line(2, "index 78"), "inclusion_proof_wrong"),
        (with_line(2, "index 300"), "index_beyond_tree"),
        (with_line(3, LINES[4]), "inclusion_proof_wrong"),
        (replace(RECEIPT, proof=LOG.inclusion(78)).dump(), "inclusion_proof_wrong"),
        (replace(RECEIPT, proof=LATER.inclusion(77)).dump(), "inclusion_proof_wrong"),
        (replace(RECEIPT, proof=RECEIPT.proof[:-1]).dump(), "inclusion_proof_wrong"),
        (replace(RECEIPT, proof=()).dump(), "inclusion_proof_wrong"),
        (replace(RECEIPT, note=LATER.note(*WITNESSES).dump()).dump(), "inclusion_proof_wrong"),  # a checkpoint of another size
        (replace(RECEIPT, note=FENG.note(*WITNESSES).dump()).dump(), "origin_unexpected"),  # of another county
        (FENG.receipt(77, *WITNESSES).dump(), "origin_unexpected"),
        (with_line(13, OTHER_COUNTY), "origin_unexpected"),
        (with_line(14, "301"), "signature_invalid"),
        (with_line(15, to_base64(bytes(32))), "signature_invalid"),
        (with_line(16, "extension\n"), "signature_invalid"),
        (FILE.replace(LINES[17].encode() + b"\n", b""), "log_signature_missing"),
        (FILE.replace(LINES[18].encode() + b"\n", b""), "too_few_witnesses"),
        (LOG.receipt(77, *WITNESSES[:2], witness_key("stranger")).dump(), "too_few_witnesses"),
        (LOG.receipt(77).dump(), "too_few_witnesses"),
        (replace(RECEIPT, event=None).dump(), "receipt_without_event"),
        (b"", "receipt_truncated"),
        (b"c2sp.org/tlog-pr", "receipt_truncated"),
        (FILE[:400], "receipt_truncated"),
        (FILE.partition(b"\n\n")[0] + b"\n\n", "receipt_truncated"),
        (FILE.rpartition(b"\n\n")[0] + b"\n", "receipt_truncated"),
        (FILE.rpartition(b"\n\n")[0] + b"\n\n", "receipt_truncated"),
        (FILE[:-1], "receipt_truncated"),
        (FILE + b" " * LONGEST_RECEIPT, "receipt_too_long"),
    ],
)
def test_a_receipt_says_what_was_touched(touched: bytes, why: str) -> None:
    assert code(touched) == why


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (0, "c2sp.org/tlog-proof@v2"),
        (0, "C2SP.org/tlog-proof@v1"),
        (1, "extra"),
        (1, "Extra e30="),
        (1, "extra e30"),
        (1, "extra e31="),  # bits that no byte has
        (1, "extra  e30="),
        (1, f"{LINES[1]}\n{LINES[1]}"),
        (2, "index"),
        (2, "index "),
        (2, "index 077"),
        (2, "index +77"),
        (2, "index 77 "),
        (2, "index ७७"),
        (2, f"index {2**63}"),
        (2, LINES[3]),
        (3, "Zm9v"),
        (3, LINES[3].rstrip("=")),
        (3, LINES[3] + " "),
        (3, "\n".join([LINES[3]] * 64)),
        (3, LINES[2]),
    ],
)
def test_a_receipt_of_another_form_says_in_which_line(number: int, line: str) -> None:
    with pytest.raises(ProofError, match="receipt_malformed") as caught:
        verify(with_line(number, line), EVERYONE)
    named = caught.value.details["line"]
    assert isinstance(named, int)
    assert named == number + 1 + (line.count("\n") if number else 0)


def test_a_receipt_with_other_ends_of_lines_is_refused() -> None:
    assert code(FILE.replace(b"\n", b"\r\n")) == "receipt_malformed"


def test_a_key_of_the_right_name_is_not_enough() -> None:
    thief = SigningKey(ORIGIN, log_key().algorithm, bytes(32))
    stolen = LOG.note(*WITNESSES)
    forged = replace(stolen, signatures=(*stolen.signatures[1:],)).dump()
    signed_by_thief = forged + f"— {thief.name} {to_base64(thief.verifying.key_id + thief.sign(stolen.text.encode()))}\n".encode()
    assert code(replace(RECEIPT, note=signed_by_thief).dump()) == "log_signature_missing"


def test_without_a_county_in_mind_any_log_of_the_policy_will_do() -> None:
    assert verify(FENG.receipt(3, *WITNESSES).dump(), policy(3, ORIGIN, OTHER_COUNTY)).checkpoint.origin == OTHER_COUNTY
    assert code(FENG.receipt(3, *WITNESSES).dump(), origin=None) == "log_unknown"


def test_the_longest_event_fits() -> None:
    log = ALog(1, entry='{{"id": {}, "text": "' + "x" * 65_000 + '{}"}}')
    assert len(verify(log.receipt(0, *WITNESSES).dump(), EVERYONE).event) > 65_000


def test_a_receipt_of_a_log_with_one_entry_needs_no_hash() -> None:
    assert verify(ALog(1).receipt(0, *WITNESSES).dump(), EVERYONE).index == 0
