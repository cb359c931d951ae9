"""Checkpoints (c2sp.org/tlog-checkpoint): a log's size and root at one moment, signed by the log and cosigned by witnesses."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from shared.kernel.proof.encoding import LARGEST, from_base64, to_base64, to_bytes, to_number
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.frontier import Frontier
from shared.kernel.proof.keys import SigningKey
from shared.kernel.proof.merkle import EMPTY_ROOT, HASH_BYTES
from shared.kernel.proof.notes import Note, Signature, sign

_LEAST_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: `size` leaves under `root`, in the log named `origin`; extension lines bind nobody but the log."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            to_bytes(line, "checkpoint_malformed")
            if not line or "\n" in line:
                raise ProofError("checkpoint_malformed")
        if not 0 <= self.size <= LARGEST or len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            raise ProofError("checkpoint_malformed")

    @property
    def text(self) -> str:
        """The note text: a line each for origin, size, root in base 64, and every extension."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint of a note's text, which `text` gives back; ProofError `checkpoint_malformed`."""
        lines = text.split("\n")
        if len(lines) <= _LEAST_LINES or lines.pop():
            raise ProofError("checkpoint_malformed")
        origin, size, root, *extensions = lines
        leaves, hashed = to_number(size, "checkpoint_malformed"), from_base64(root, "checkpoint_malformed")
        return cls(origin, leaves, hashed, tuple(extensions))

    @classmethod
    def empty(cls, origin: str) -> Self:
        """Return the checkpoint of a log without leaves."""
        return cls(origin, 0, EMPTY_ROOT)


def advance(previous: Checkpoint, frontier: Frontier, leaves: Iterable[bytes]) -> tuple[Checkpoint, Frontier]:
    """Return the checkpoint after these leaf hashes, and its frontier: what a log may sign after the previous checkpoint.

    ProofError `log_inconsistent` if the frontier is not that of the previous checkpoint: nothing may be signed then.
    """
    if (frontier.size, frontier.root) != (previous.size, previous.root):
        raise ProofError("log_inconsistent", origin=previous.origin, size=previous.size)
    grown = frontier.append(leaves)
    return Checkpoint(previous.origin, grown.size, grown.root), grown


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> Note:
    """Return the checkpoint signed by its log, whose key has the origin as its name; ProofError `key_unfit` for any other."""
    if key.algorithm.timed or key.name != checkpoint.origin:
        raise ProofError("key_unfit", name=key.name)
    return Note(checkpoint.text, (sign(checkpoint.text, key),))


def cosign(checkpoint: Checkpoint, key: SigningKey, time: int) -> Signature:
    """Return a witness's cosignature at a POSIX time: as of then, it has seen no larger tree of this log, and none inconsistent.

    ProofError `key_unfit` for a key that does not cosign, `time_unfit` for a time before 1.
    """
    if not key.algorithm.timed:
        raise ProofError("key_unfit", name=key.name)
    return sign(checkpoint.text, key, time)
