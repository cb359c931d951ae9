"""Whatever bytes come in, what reads them gives an answer or a ProofError, and never anything else."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.kernel.proof import notes, receipts
from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.frontier import Frontier
from shared.kernel.proof.keys import SigningKey, VerifyingKey
from shared.kernel.proof.receipts import Receipt
from shared.kernel.proof.tiles import decode_bundle, parse_path
from shared.kernel.proof.tiling import Edge
from shared.kernel.proof.trust import Policy
from shared.kernel.proof.witnessing import AddCheckpoint, cosignatures, parse_size
from tests.support.a_log import WITNESSES, ALog, log_key, policy

LOG = ALog(3)
SAMPLES = {
    "note": LOG.note(*WITNESSES).dump(),
    "request": AddCheckpoint.of(2, LOG.consistency(2), LOG.note()).dump(),
    "receipt": LOG.receipt(1, *WITNESSES).dump(),
    "policy": policy().dump(),
    "vkey": log_key().verifying.vkey.encode(),
    "skey": log_key().skey.encode(),
    "path": b"tile/0/x001/067.p/8",
    "bundle": b"\x00\x02{}\x00\x00",
    "frontier": Frontier().append([bytes(32)] * 3).dump(),
    "edge": Edge().append([bytes(32)] * 3)[0].dump(),
}


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode("utf-8", "surrogateescape"))


READERS: dict[str, Callable[[bytes], object]] = {
    "notes.parse": notes.parse,
    "notes.parse_signatures": text(notes.parse_signatures),
    "Checkpoint.parse": text(Checkpoint.parse),
    "VerifyingKey.parse": text(VerifyingKey.parse),
    "SigningKey.parse": text(SigningKey.parse),
    "parse_path": text(parse_path),
    "decode_bundle": decode_bundle,
    "Frontier.load": Frontier.load,
    "Edge.load": Edge.load,
    "Policy.parse": Policy.parse,
    "Policy.accept": policy().accept,
    "AddCheckpoint.parse": AddCheckpoint.parse,
    "cosignatures": lambda data: cosignatures(data, LOG.note(), [WITNESSES[0].verifying]),
    "parse_size": parse_size,
    "Receipt.parse": Receipt.parse,
    "receipts.verify": lambda data: receipts.verify(data, policy()),
}


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Something well formed, of which a piece is replaced by something else."""
    whole = draw(st.sampled_from(sorted(SAMPLES.values())))
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 12)))
    piece = draw(st.one_of(st.binary(max_size=6), st.sampled_from([b"\n", b"\n\n", b" ", b"+", "— ".encode(), b"9" * 30, b"=", b"\x00"])))
    return whole[:start] + piece + whole[end:]


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=60)
@given(data=st.one_of(spoilt(), st.binary(max_size=200), st.text(max_size=60).map(lambda some: some.encode("utf-8", "surrogatepass"))))
@example(data=b"")
@example(data=b"\n\n")
@example(data=b"\xff" * 8)
@example(data=b"9" * 5_000)
def test_what_reads_strange_bytes_answers_or_refuses(name: str, data: bytes) -> None:
    with contextlib.suppress(ProofError):
        READERS[name](data)
