"""Whose signatures count in a deployment: the trust policy over its services' keys (c2sp.org/tlog-policy)."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.kernel.proof.trust import Policy
from shared.kernel.transparency.identity import Identity, read_seeds

QUORUM = 2
"""Witnesses that must have cosigned a checkpoint: two of the three other services."""
_NOBODY = Policy((), (), (), "none")
_USAGE, _PAIR = 2, 2


def trust_policy(deployment: str, keys: Mapping[str, tuple[Path, Path]], counties: Sequence[str]) -> Policy:
    """Return the policy that believes these services; `keys` holds the files of a service's log keys and of its witness key.

    ValueError names a file that does not serve.
    """
    who = [
        Identity(deployment, service, tuple(read_seeds(log)), read_seeds(witness)[0], _NOBODY) for service, (log, witness) in keys.items()
    ]
    logs = [key.verifying for each in who for county in counties for key in each.log_keys(county)]
    return Policy.k_of_n(logs, [each.witness_key().verifying for each in who], QUORUM)


def main(arguments: Sequence[str]) -> int:
    """Write the policy over the keys of services to a file; return the exit code.

    The arguments are the file, and for each service `name=log-key-file,witness-key-file`.
    """
    given = dict(argument.partition("=")[::2] for argument in arguments[1:])
    files = {name: tuple(map(Path, keys.split(","))) for name, keys in given.items()}
    if not files or any(len(pair) != _PAIR for pair in files.values()) or "YINUO_COUNTIES" not in os.environ:
        sys.stderr.write("usage: YINUO_COUNTIES=… python -m deploy.trust FILE SERVICE=LOG_KEY_FILE,WITNESS_KEY_FILE …\n")
        return _USAGE
    counties = [code.strip() for code in os.environ["YINUO_COUNTIES"].split(",")]
    try:
        keys = {name: (pair[0], pair[1]) for name, pair in files.items()}
        policy = trust_policy(os.environ.get("YINUO_DEPLOYMENT", "yinuo.local"), keys, counties)
    except ValueError as fault:
        sys.stderr.write(f"{fault}\n")
        return _USAGE
    file = Path(arguments[0])
    draft = file.with_name(f".{file.name}")
    draft.write_bytes(policy.dump())
    draft.replace(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
