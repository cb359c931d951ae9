"""A log of a county with its keys, witnesses and receipts, made by the pure core alone."""

from dataclasses import dataclass
from functools import cached_property

from shared.kernel.proof.algorithms import COSIGNATURE_V1, ED25519
from shared.kernel.proof.checkpoints import Checkpoint, cosign, sign_checkpoint
from shared.kernel.proof.keys import SigningKey
from shared.kernel.proof.merkle import leaf_hash
from shared.kernel.proof.notes import Note
from shared.kernel.proof.proving import prove_consistency, prove_inclusion
from shared.kernel.proof.receipts import Receipt
from shared.kernel.proof.tiles import Tile, encode_bundle
from shared.kernel.proof.tiling import Edge, hashes_from, new_bundles
from shared.kernel.proof.trust import Policy

ORIGIN = "yinuo.local/intake/430523"
OTHER_COUNTY = "yinuo.local/intake/610330"
NOW = 1_636_704_000
"""12 November 2021, 16:00 in Asia/Shanghai."""


def log_key(origin: str = ORIGIN) -> SigningKey:
    """Return the key of a log, always the same for an origin."""
    return SigningKey(origin, ED25519, origin.encode().ljust(32)[:32])


def witness_key(name: str) -> SigningKey:
    """Return the key of a witness, always the same for a name."""
    return SigningKey(name, COSIGNATURE_V1, name.encode().ljust(32)[:32])


WITNESSES = tuple(witness_key(f"yinuo.local/{name}") for name in ("projects", "supervision", "province"))


def policy(k: int = 2, *origins: str) -> Policy:
    """Return the policy "the log of these counties, cosigned by k of three witnesses"."""
    return Policy.k_of_n([log_key(origin).verifying for origin in origins or (ORIGIN,)], [key.verifying for key in WITNESSES], k)


@dataclass(frozen=True)
class ALog:
    """A log with some entries, of which every part is worked out when it is asked for."""

    size: int
    origin: str = ORIGIN
    entry: str = '{{"id": {}, "subject": "need-{}"}}'

    @cached_property
    def bodies(self) -> list[bytes]:
        """The entries' bytes, each of another length."""
        return [self.entry.format(number, "0" * (number % 90)).encode() for number in range(self.size)]

    @cached_property
    def tiles(self) -> dict[Tile, bytes]:
        """Every tile."""
        return dict(self._grown[1])

    @property
    def checkpoint(self) -> Checkpoint:
        """What the log commits to."""
        return Checkpoint(self.origin, self.size, self._grown[0].root)

    @cached_property
    def _grown(self) -> tuple[Edge, list[tuple[Tile, bytes]]]:
        return Edge().append([leaf_hash(body) for body in self.bodies])

    def note(self, *witnesses: SigningKey) -> Note:
        """Return the checkpoint, signed by the log and cosigned by these witnesses, a second apart."""
        signed = sign_checkpoint(self.checkpoint, log_key(self.origin))
        return signed.signed(*(cosign(self.checkpoint, key, NOW + number) for number, key in enumerate(witnesses)))

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """Return the proof that an entry is in the log."""
        return tuple(prove_inclusion(index, self.size, hashes_from(self.tiles.__getitem__, self.size)))

    def consistency(self, old_size: int) -> tuple[bytes, ...]:
        """Return the proof that the log goes on from this size."""
        return tuple(prove_consistency(old_size, self.size, hashes_from(self.tiles.__getitem__, self.size)))

    def receipt(self, index: int, *witnesses: SigningKey) -> Receipt:
        """Return the receipt of an entry."""
        return Receipt(self.bodies[index], index, self.inclusion(index), self.note(*witnesses).dump())

    def files(self, *witnesses: SigningKey) -> dict[str, bytes]:
        """Return what the log serves below its prefix: checkpoint, tiles and entry bundles, by path."""
        bundles = {bundle.path: encode_bundle(self.bodies[bundle.first :][: bundle.width]) for bundle in new_bundles(0, self.size)}
        tiles = {tile.path: data for tile, data in self.tiles.items()}
        return {"checkpoint": self.note(*witnesses).dump(), **tiles, **bundles}
