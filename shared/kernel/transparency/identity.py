"""Who signs: the keys of a service's logs and of the witness it is to others, and whom it trusts."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from shared.kernel.proof.algorithms import COSIGNATURE_V1, ED25519
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import SigningKey
from shared.kernel.proof.trust import Policy

_SEED_BYTES = 32


def origin_of(deployment: str, service: str, county: str) -> str:
    """Return a lane's origin, such as `yinuo.local/intake/430523`."""
    return f"{deployment}/{service}/{county}"


def witness_name(deployment: str, service: str) -> str:
    """Return the name under which a service cosigns others' checkpoints."""
    return f"{deployment}/witness/{service}"


def read_seeds(file: Path) -> list[bytes]:
    """Return the seeds in a key file: a line of 64 hexadecimal digits each, the newest first, `#` before remarks.

    ValueError with the file's name where there is none, or another line.
    """
    try:
        lines = [line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines()]
        seeds = [bytes.fromhex(line) for line in lines if line]
    except (OSError, ValueError) as fault:
        raise ValueError(f"{file} must hold keys, 64 hexadecimal digits a line: {fault}") from fault
    if not seeds or any(len(seed) != _SEED_BYTES for seed in seeds):
        raise ValueError(f"{file} must hold keys, 64 hexadecimal digits a line")
    return seeds


@dataclass(frozen=True)
class Identity:
    """A service's part in the proofs. While keys are changed its logs sign with the old ones too, so that both are believed."""

    deployment: str
    service: str
    log_seeds: tuple[bytes, ...]
    witness_seed: bytes
    policy: Policy

    @classmethod
    def read(cls, deployment: str, service: str, *, log_keys: Path, witness_key: Path, trust: Path) -> "Identity":
        """Return the identity in a service's files; ValueError says which of them does not serve."""
        try:
            policy = Policy.parse(trust.read_bytes())
        except (OSError, ProofError) as fault:
            raise ValueError(f"{trust} must hold a trust policy (tlog-policy): {fault}") from fault
        return cls(deployment, service, tuple(read_seeds(log_keys)), read_seeds(witness_key)[0], policy)

    def origin(self, county: str) -> str:
        """Return the origin of this service's lane of a county."""
        return origin_of(self.deployment, self.service, county)

    def log_keys(self, county: str) -> list[SigningKey]:
        """Return the keys a lane is signed with, the newest first: its own, made from the seeds, with its origin as their name."""
        return [SigningKey(self.origin(county), ED25519, _derived(seed, f"log {self.origin(county)}")) for seed in self.log_seeds]

    def witness_key(self) -> SigningKey:
        """Return the key this service cosigns with."""
        return SigningKey(witness_name(self.deployment, self.service), COSIGNATURE_V1, _derived(self.witness_seed, "witness"))


def _derived(seed: bytes, purpose: str) -> bytes:
    """Return the key's own seed: a file that is used for both purposes by mistake gives two keys all the same."""
    return hashlib.sha256(f"yinuo {purpose} key\x00".encode() + seed).digest()
