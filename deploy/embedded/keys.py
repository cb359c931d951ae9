"""The keys that the embedded services sign their logs with, and the policy by which they are believed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.embedded.datadir import DataDirectory, write_private
from shared.kernel.proof.trust import Policy
from shared.kernel.transparency.identity import Identity, read_seeds

QUORUM = 2
"""Witnesses that must have cosigned a checkpoint: two of the three other services."""
_NOBODY = Policy((), (), (), "none")


def trust_policy(deployment: str, seeds: Mapping[str, tuple[Sequence[bytes], bytes]], counties: Sequence[str]) -> Policy:
    """Return the policy that believes these services' logs and witnesses; `seeds` holds a service's log keys and its witness key."""
    who = [Identity(deployment, service, tuple(logs), witness, _NOBODY) for service, (logs, witness) in seeds.items()]
    logs = [key.verifying for each in who for county in counties for key in each.log_keys(county)]
    return Policy.k_of_n(logs, [each.witness_key().verifying for each in who], QUORUM)


def proof_settings(data: DataDirectory, deployment: str, services: Sequence[str], counties: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return each service's settings for proofs, having made the keys they name once and written the policy over them."""
    files: dict[str, tuple[Path, Path]] = {name: (data.secret(f"{name}.log.key"), data.secret(f"{name}.witness.key")) for name in services}
    seeds = {name: (read_seeds(log), read_seeds(witness)[0]) for name, (log, witness) in files.items()}
    trust = data.secrets / "trust.policy"
    write_private(trust, trust_policy(deployment, seeds, counties).dump().decode())
    return {
        name: {"YINUO_LOG_KEY_FILE": str(log), "YINUO_WITNESS_KEY_FILE": str(witness), "YINUO_TRUST_FILE": str(trust)}
        for name, (log, witness) in files.items()
    }
