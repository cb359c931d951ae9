"""One look at a log: what it signed now must follow from what it signed when it was seen last; only then is it cosigned."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.witness.served import Served
from cli.witness.states import Known, States
from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.errors import Code, ProofError
from shared.kernel.proof.keys import SigningKey, VerifyingKey
from shared.kernel.proof.merkle import EMPTY_ROOT
from shared.kernel.proof.notes import parse, verify
from shared.kernel.proof.proving import Plan, plan_consistency, plan_root
from shared.kernel.proof.tiles import Tile
from shared.kernel.proof.tiling import hashes_from, read_tile, tiles_with
from shared.kernel.proof.trust import Policy
from shared.kernel.proof.witnessing import AddCheckpoint, Refused, Seen, decide


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The log went on from what was seen; the cosigned checkpoint is in a file."""

    origin: str
    before: int
    size: int
    file: Path


@dataclass(frozen=True, slots=True)
class Alarm:
    """The log has signed what does not follow; the evidence is in a folder."""

    origin: str
    code: Code
    before: int
    size: int
    evidence: Path


class Watch:
    """A witness with its key, whom it trusts, and what it has seen."""

    def __init__(self, key: SigningKey, policy: Policy | None, states: States) -> None:
        """Without a policy a log's keys are trusted on first use, and for ever after."""
        self._key = key
        self._policy = policy
        self._states = states

    def look(self, log: Served) -> Cosigned | Alarm:
        """Fetch, check, remember, cosign, in this order.

        UnreachableError where the log does not serve what it should; ProofError where nobody trusted has signed what it serves.
        """
        note = parse(log.checkpoint())
        checkpoint = Checkpoint.parse(note.text)
        known = self._states.known(checkpoint.origin)
        keys = self._keys(log, checkpoint.origin, known)
        verify(note, keys)
        seen = Seen() if known is None else known.seen
        evidence = {"checkpoint-now": note.dump(), **({} if known is None else {"checkpoint-before": known.note})}
        if checkpoint.size < seen.size:
            return self._alarm(checkpoint, "old_size_beyond_checkpoint", seen, evidence)
        tiles: dict[Tile, bytes] = {}
        try:
            proof = _proved(log, seen, checkpoint, tiles)
            answer = decide(AddCheckpoint.of(seen.size, proof, note), keys, seen, self._key, int(time.time()))
            code = answer.code if isinstance(answer, Refused) else None
        except ProofError as fault:
            code, answer = fault.code, None
        if code is not None or answer is None or isinstance(answer, Refused):
            served = {tile.path.replace("/", "-"): data for tile, data in tiles.items()}
            return self._alarm(checkpoint, code or "consistency_proof_wrong", seen, {**evidence, **served})
        self._states.remember(checkpoint.origin, Known(log.url, answer.seen, keys if self._policy is None else (), note.dump()))
        file = self._states.cosigned(checkpoint.origin, note.signed(answer.signature).dump())
        return Cosigned(checkpoint.origin, seen.size, checkpoint.size, file)

    def _keys(self, log: Served, origin: str, known: Known | None) -> tuple[VerifyingKey, ...]:
        """Return the keys trusted for an origin: the policy's, or those of the first time."""
        if self._policy is not None:
            keys = tuple(log.key for log in self._policy.logs if log.key.name == origin)
        elif known is not None:
            keys = known.keys
        else:
            first = self._states.origin_at(log.url)
            if first is not None:
                raise ProofError("origin_unexpected", origin=origin, expected=first)
            keys = tuple(key for key in map(VerifyingKey.parse, log.vkeys()) if key.name == origin)
        if not keys:
            raise ProofError("log_unknown", origin=origin)
        return keys

    def _alarm(self, checkpoint: Checkpoint, code: Code, seen: Seen, evidence: dict[str, bytes]) -> Alarm:
        folder = self._states.alarm(checkpoint.origin, code, evidence)
        return Alarm(checkpoint.origin, code, seen.size, checkpoint.size, folder)


def _proved(log: Served, seen: Seen, checkpoint: Checkpoint, tiles: dict[Tile, bytes]) -> Sequence[bytes]:
    """Return the proof that the tree goes on from what was seen, made here from the log's tiles, which are left in `tiles`.

    ProofError `log_inconsistent` where the tiles do not lead to the root that was signed, `tile_malformed` for one of a wrong length.
    """
    size = checkpoint.size
    root, proof = plan_root(size) if size else Plan(()), plan_consistency(seen.size, size)
    for tile in tiles_with([*root.subtrees, *proof.subtrees], size):
        tiles[tile] = log.tile(tile)
        read_tile(tile, tiles.__getitem__)
    read = hashes_from(tiles.__getitem__, size)
    if (root.proof(read) or [EMPTY_ROOT])[0] != checkpoint.root:
        raise ProofError("log_inconsistent", origin=checkpoint.origin, size=size)
    return proof.proof(read)
