"""What a witness answers to `add-checkpoint` (c2sp.org/tlog-witness), and what a log makes of the answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from shared.kernel.proof.checkpoints import Checkpoint, cosign
from shared.kernel.proof.encoding import from_base64, to_base64, to_number, to_text
from shared.kernel.proof.errors import Code, ProofError
from shared.kernel.proof.keys import SigningKey, VerifyingKey
from shared.kernel.proof.merkle import EMPTY_ROOT, HASH_BYTES, LONGEST_PROOF, verify_consistency
from shared.kernel.proof.notes import Note, Signature, Verified, parse, parse_signatures, verified, verify

_ALARMING: frozenset[Code] = frozenset({"root_conflict", "consistency_proof_wrong"})


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A log's request: the size it believes was cosigned last, the proof from there, and the signed checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    def dump(self) -> bytes:
        """Return the request's body."""
        lines = [f"old {self.old_size}", *map(to_base64, self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.note.dump()

    @classmethod
    def of(cls, old_size: int, proof: Iterable[bytes], note: Note) -> Self:
        """Return the request for this note; ProofError `checkpoint_malformed` when it holds no checkpoint."""
        return cls(old_size, tuple(proof), note, Checkpoint.parse(note.text))

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Return the request in a body; ProofError `request_malformed`, or as `notes.parse` and `Checkpoint.parse`: all 400."""
        head, blank, note = body.partition(b"\n\n")
        lines = to_text(head, "request_malformed").split("\n")
        if not blank or not lines[0].startswith("old ") or len(lines) - 1 > LONGEST_PROOF:
            raise ProofError("request_malformed")
        old_size = to_number(lines[0].removeprefix("old "), "request_malformed")
        proof = [from_base64(line, "request_malformed") for line in lines[1:]]
        if any(len(one) != HASH_BYTES for one in proof):
            raise ProofError("request_malformed")
        return cls.of(old_size, proof, parse(note))


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest tree of a log that a witness has cosigned; it is kept before the cosignature is given away."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The request is good: `seen` is to be stored where the old one still stands, in one step, and then `body` answered."""

    seen: Seen
    signature: Signature
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"

    @property
    def body(self) -> bytes:
        """The response's body: the cosignature's line."""
        return self.signature.line.encode()


@dataclass(frozen=True, slots=True)
class Refused:
    """The request is refused with this HTTP status, and why; nothing is stored."""

    code: Code
    status: int
    size: int | None = None

    @classmethod
    def malformed(cls, fault: ProofError) -> Self:
        """Return the refusal of what `AddCheckpoint.parse` could not read."""
        return cls(fault.code, 400)

    @property
    def body(self) -> bytes:
        """The response's body: the size cosigned last where the request believes in another, otherwise the code."""
        return f"{self.code if self.size is None else self.size}\n".encode()

    @property
    def content_type(self) -> str:
        """The response's content type."""
        return "text/plain; charset=utf-8" if self.size is None else "text/x.tlog.size"

    @property
    def alarming(self) -> bool:
        """Whether the log itself has signed what does not follow from what was cosigned: the request is evidence to keep."""
        return self.code in _ALARMING


def decide(request: AddCheckpoint, logs: Sequence[VerifyingKey], seen: Seen, key: SigningKey, time: int) -> Cosigned | Refused:
    """Return a witness's answer, in the order of the specification's checks.

    `logs` are the keys trusted for the checkpoint's origin, none if the origin is unknown; `seen` what was cosigned last for it,
    `Seen()` if nothing was; `time` is now in POSIX seconds. ProofError `key_unfit` or `time_unfit` for a witness set up wrongly.
    """
    checkpoint = request.checkpoint
    refused = _untrusted(request.note, logs) or _out_of_step(request, seen)
    if refused is not None:
        return refused
    try:
        verify_consistency(seen.size, seen.root, checkpoint.size, checkpoint.root, request.proof)
    except ProofError:
        return Refused("consistency_proof_wrong", 422)
    return Cosigned(Seen(checkpoint.size, checkpoint.root), cosign(checkpoint, key, time))


def cosignatures(response: bytes, note: Note, witnesses: Iterable[VerifyingKey]) -> tuple[Verified, ...]:
    """Return what these witnesses signed in a 200 response for a note, to be put on it by `Note.signed`; others are ignored.

    ProofError `response_malformed`, `signature_invalid`.
    """
    try:
        signatures = parse_signatures(to_text(response, "response_malformed"))
    except ProofError:
        raise ProofError("response_malformed") from None
    return verified(Note(note.text, signatures), witnesses)


def parse_size(response: bytes) -> int:
    """Return the size that a 409 response of type `text/x.tlog.size` names; ProofError `response_malformed`."""
    text = to_text(response, "response_malformed")
    if not text.endswith("\n"):
        raise ProofError("response_malformed")
    return to_number(text.removesuffix("\n"), "response_malformed")


def _untrusted(note: Note, logs: Sequence[VerifyingKey]) -> Refused | None:
    if not logs:
        return Refused("log_unknown", 404)
    try:
        verify(note, logs)
    except ProofError as fault:
        return Refused("log_signature_missing" if fault.code == "note_unsigned" else fault.code, 403)
    return None


def _out_of_step(request: AddCheckpoint, seen: Seen) -> Refused | None:
    if request.old_size > request.checkpoint.size:
        return Refused("old_size_beyond_checkpoint", 400)
    if request.old_size != seen.size:
        return Refused("old_size_conflict", 409, seen.size)
    if request.checkpoint.size == seen.size and request.checkpoint.root != seen.root:
        return Refused("root_conflict", 409)
    return None
