"""The keys that the embedded services sign their logs with, and the policy by which they are believed."""

from collections.abc import Sequence

from deploy.embedded.datadir import DataDirectory, write_private
from deploy.trust import trust_policy


def proof_settings(data: DataDirectory, deployment: str, services: Sequence[str], counties: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return each service's settings for proofs, having made the keys they name once and written the policy over them."""
    keys = {name: (data.secret(f"{name}.log.key"), data.secret(f"{name}.witness.key")) for name in services}
    trust = data.secrets / "trust.policy"
    write_private(trust, trust_policy(deployment, keys, counties).dump().decode())
    return {
        name: {"YINUO_LOG_KEY_FILE": str(log), "YINUO_WITNESS_KEY_FILE": str(witness), "YINUO_TRUST_FILE": str(trust)}
        for name, (log, witness) in keys.items()
    }
