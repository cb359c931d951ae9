"""What was ever signed, or seen, of a lane: sizes and roots that its bytes must still lead to."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.notes import parse, verified
from shared.kernel.proof.trust import Policy


@dataclass(frozen=True, slots=True)
class Claim:
    """A lane had this root when it had this size, says `source`; who cosigned it, and whether that is as many as a policy asks for."""

    source: str
    size: int
    root: bytes
    witnesses: Sequence[str] = ()
    accepted: bool = False


def signed_claim(note: bytes, policy: Policy, origin: str, source: str) -> Claim:
    """Return what a checkpoint claims, signed by a key the policy trusts for this origin; however few have cosigned it.

    ProofError as `notes.parse` and `Checkpoint.parse`; `origin_unexpected`, `log_unknown`, `log_signature_missing`, `signature_invalid`.
    """
    opened = parse(note)
    checkpoint = Checkpoint.parse(opened.text)
    if checkpoint.origin != origin:
        raise ProofError("origin_unexpected", origin=checkpoint.origin, expected=origin)
    keys = [log.key for log in policy.logs if log.key.name == origin]
    if not keys:
        raise ProofError("log_unknown", origin=origin)
    if not verified(opened, keys):
        raise ProofError("log_signature_missing", origin=origin)
    by = verified(opened, [witness.key for witness in policy.witnesses])
    accepted = policy.satisfied_by({one.key for one in by})
    return Claim(source, checkpoint.size, checkpoint.root, tuple(one.key.name for one in by), accepted)
