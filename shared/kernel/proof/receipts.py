"""Receipts (c2sp.org/tlog-proof@v1): an event's bytes with the proof that a witnessed log holds them, checked without any server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.encoding import from_base64, to_base64, to_number, to_text
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import VerifyingKey
from shared.kernel.proof.merkle import HASH_BYTES, LONGEST_PROOF, leaf_hash, verify_inclusion
from shared.kernel.proof.notes import Verified
from shared.kernel.proof.trust import Policy

HEADER = "c2sp.org/tlog-proof@v1"
LONGEST_RECEIPT = 1_200_000
"""Bytes of a receipt that are still read: a note, an event of 65,535 bytes and a proof fit."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A tlog-proof: the event's bytes (its `extra`; none in proofs of other makers), its leaf index, proof, and signed checkpoint.

    `note` is the checkpoint as the log and its witnesses signed it, byte for byte. Nothing in it is believed before `verify`.
    """

    event: bytes | None
    index: int
    proof: tuple[bytes, ...]
    note: bytes

    def dump(self) -> bytes:
        """Return the receipt as a file, by custom with the ending `.tlog-proof`."""
        extra = [] if self.event is None else [f"extra {to_base64(self.event)}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(to_base64, self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.note

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the receipt in a file.

        ProofError `receipt_truncated`, `receipt_too_long`, or `receipt_malformed` with the `line` at fault.
        """
        if len(data) > LONGEST_RECEIPT:
            raise ProofError("receipt_too_long", bytes=len(data))
        head, blank, note = data.partition(b"\n\n")
        lines = to_text(head, "receipt_malformed").split("\n")
        if lines[0] != HEADER:
            raise ProofError("receipt_truncated" if HEADER.startswith(lines[0]) else "receipt_malformed", line=1)
        _, before_signatures, signatures = note.rpartition(b"\n\n")
        if not blank or not before_signatures or not signatures.endswith(b"\n"):
            raise ProofError("receipt_truncated")
        return cls(*_parse_lines(lines), note)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a receipt proves: these bytes are leaf `index` of the log, as the log and these witnesses have signed."""

    event: bytes
    index: int
    checkpoint: Checkpoint
    log: VerifyingKey
    witnesses: tuple[Verified, ...]


def verify(data: bytes, policy: Policy, *, origin: str | None = None) -> Proven:
    """Return what a receipt proves to a holder of this policy, in the log with this origin if one is named.

    The leaf is computed from the event's bytes. ProofError as `Receipt.parse` and `Policy.accept`; `receipt_without_event`;
    `index_beyond_tree` or `inclusion_proof_wrong` where the checkpoint is good but does not hold these bytes at this index.
    """
    receipt = Receipt.parse(data)
    if receipt.event is None:
        raise ProofError("receipt_without_event")
    accepted = policy.accept(receipt.note, origin=origin)
    checkpoint = accepted.checkpoint
    verify_inclusion(leaf_hash(receipt.event), receipt.index, checkpoint.size, receipt.proof, checkpoint.root)
    return Proven(receipt.event, receipt.index, checkpoint, accepted.log, accepted.witnesses)


def _parse_lines(lines: Sequence[str]) -> tuple[bytes | None, int, tuple[bytes, ...]]:
    """Return event, index and proof from what stands before the first empty line."""
    event, at = None, 1
    if at < len(lines) and lines[at].startswith("extra "):
        event, at = from_base64(lines[at].removeprefix("extra "), "receipt_malformed", line=at + 1), at + 1
    if at == len(lines) or not lines[at].startswith("index "):
        raise ProofError("receipt_malformed", line=at + 1)
    index = to_number(lines[at].removeprefix("index "), "receipt_malformed", line=at + 1)
    proof = [from_base64(line, "receipt_malformed", line=number) for number, line in enumerate(lines[at + 1 :], start=at + 2)]
    for number, one in enumerate(proof, start=at + 2):
        if len(one) != HASH_BYTES or number - at - 1 > LONGEST_PROOF:
            raise ProofError("receipt_malformed", line=number)
    return event, index, tuple(proof)
