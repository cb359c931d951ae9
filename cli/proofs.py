"""What is wrong with a proof or a lane in sentences that say what to do, and the policies they are held against."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.exits import CommandError, Exit

if TYPE_CHECKING:
    from shared.kernel.auditing.faults import Fault, FaultCode
    from shared.kernel.proof.errors import Code, ProofError
    from shared.kernel.proof.trust import Policy

PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", help="Whom to believe (c2sp.org/tlog-policy): logs, witnesses, how many; by default the embedded stack's."),
]

SENTENCES: "Mapping[Code, str]" = {
    "key_malformed": "A key is not written as name+id+base64: ask its owner for it again and copy all of it",
    "key_name_malformed": "A key's name has spaces, pluses or control characters: give it another name",
    "key_algorithm_unknown": "A key is of a type this version does not know: use a newer yinuo",
    "key_id_wrong": "A key's parts disagree, so a character of it was changed: ask its owner for it again",
    "key_unfit": "A key is of the wrong kind or name for its place: logs have keys to sign with, witnesses keys to cosign with",
    "keys_ambiguous": "Two keys have the same name and id: take one of them out of the policy",
    "time_unfit": "A signature lacks the time it needs, or has one it has no place for: look at the clock and at the key's kind",
    "note_malformed": "The signed checkpoint is not written as one: fetch it again, unchanged by any editor",
    "note_too_long": "The signed checkpoint is too long to be one: fetch it again",
    "note_unsigned": "Nobody who is trusted has signed the checkpoint: do not believe it, and fetch it again",
    "signature_invalid": "A signature does not hold: text or signature was changed after signing; do not believe it, and ask for it anew",
    "hash_malformed": "A hash is not 32 bytes long: fetch it again",
    "frontier_malformed": "What is kept of the tree's edge does not fit its size",
    "size_malformed": "A size is not one that a log can have",
    "index_beyond_tree": "The position is beyond the end of the checkpoint: ask for the receipt anew",
    "inclusion_proof_wrong": "The event is not the one at this position of the log: it or its proof was changed; do not believe it",
    "consistency_proof_wrong": "The log does not go on from what was seen of it: keep both checkpoints and tell its other witnesses",
    "tile_path_malformed": "There is no such tile",
    "tile_malformed": "The log served a tile of a wrong length: fetch it again, and tell the log's operator if that stays so",
    "bundle_malformed": "The log served a bundle of entries that cannot be taken apart: fetch it again",
    "entry_too_long": "An event is longer than 65,535 bytes, which no log of ours holds",
    "checkpoint_malformed": "The checkpoint is not written as one: fetch it again, unchanged by any editor",
    "log_inconsistent": "The tree does not belong to the checkpoint before: nothing may be signed until it is known why",
    "policy_malformed": "The policy cannot be read: take it anew from whoever made it (c2sp.org/tlog-policy)",
    "policy_name_taken": "The policy uses a name twice: give one of the two another",
    "policy_name_unknown": "The policy names something that no line before has defined",
    "policy_key_taken": "The policy holds a key twice: take one of the lines out",
    "policy_without_quorum": "The policy does not say how many witnesses are needed: it lacks a line `quorum …`",
    "origin_unexpected": "It is of another log than expected: look whether county and service are the ones you mean",
    "log_unknown": "The policy does not know this log: ask for a policy that names its key, from somebody you trust",
    "log_signature_missing": "The log has not signed the checkpoint with a key the policy knows: it may be forged, or the policy is old",
    "too_few_witnesses": "Too few of the policy's witnesses have cosigned the checkpoint: ask for the receipt again in a minute",
    "request_malformed": "The request to the witness cannot be read",
    "response_malformed": "The witness's answer cannot be read",
    "old_size_beyond_checkpoint": "The log has signed a shorter tree than was seen: keep both checkpoints and tell its other witnesses",
    "old_size_conflict": "The witness has seen another size meanwhile: try again",
    "root_conflict": "The log has signed two trees of one size: keep both checkpoints, they prove it, and tell its other witnesses",
    "receipt_malformed": "The file is no receipt, or was changed (an editor may have touched its ends of lines): ask for it anew",
    "receipt_truncated": "The file is only the beginning of a receipt: get it again, whole",
    "receipt_too_long": "The file is too long to be a receipt: look whether it is the right one",
    "receipt_without_event": "The receipt holds no event: ask for one that carries the event's bytes (`extra`)",
}

_WRONG: "Mapping[FaultCode, str]" = {
    "position_missing": "position {position} is missing: the next event is at {found}",
    "position_out_of_order": "position {position} should follow, but position {found} comes",
    "body_unreadable": "the body at position {position} is no event of a lane ({why})",
    "envelope_differs": "the body at position {position} says {name} {said}, where {expected} is",
    "column_differs": "the body at position {position} says {name} {said}, the column beside it {expected}",
    "version_out_of_order": "position {position} is version {version} of {stream}, which stands at {after}",
    "time_went_back": "position {position} was recorded at {recorded_at}, not later than the one before ({after})",
    "leaf_hash_wrong": "the body at position {position} is not the one its leaf hash was made of",
    "tree_differs": "the body at position {position} is not the one that the tree was made of",
    "lane_short": "position {position} is missing: the lane was once {size} long, says {source}",
    "head_differs": "the lane's head says {head}, but {size} positions are there",
    "tree_unreadable": "the tree's edge in the database cannot be read",
    "tile_missing": "{path} is missing from the database",
    "tile_differs": "{path} in the database is not what the events make of it",
    "edge_differs": "the tree's edge at size {size} in the database is not what the events make of it",
    "claim_unusable": "{source} does not hold: {error}",
    "root_differs": "events between {first} and {size} are not those signed: {source} has another root",
}


def sentence(fault: "ProofError") -> str:
    """Return what a proof's error means and what to do, with what is known of the place."""
    known = ", ".join(f"{name} {_shown(value)}" for name, value in fault.details.items() if value is not None)
    return SENTENCES[fault.code] + (f" ({known})." if known else ".")


def wrong(fault: "Fault") -> str:
    """Return what is wrong with a lane, in words."""
    details: dict[str, Any] = {name: _shown(value) for name, value in fault.details.items()}
    if fault.code == "claim_unusable":
        details["error"] = sentence(fault.details["error"]).rstrip(".")
    if fault.code == "root_differs":
        details["first"] = fault.details["after"] + 1
    return _WRONG[fault.code].format(position=fault.position, **details)


def read_policy(file: Path | None, data: Path | None = None) -> "Policy":
    """Return the policy in a file, by default the one of the embedded stack in a data folder; CommandError in a sentence."""
    from deploy.embedded.datadir import DataDirectory, default_data  # noqa: PLC0415 - see cli.main
    from shared.kernel.proof.errors import ProofError  # noqa: PLC0415
    from shared.kernel.proof.trust import Policy  # noqa: PLC0415

    path = file or DataDirectory(data or default_data()).secrets / "trust.policy"
    try:
        return Policy.parse(path.read_bytes())
    except OSError as fault:
        raise CommandError(
            f"There is no policy at {path}: name one with --policy. It says whose signatures you believe; get it from somebody you trust "
            f"(a deployment shows its own at /tlog/COUNTY/policy).",
            Exit.USAGE,
        ) from fault
    except ProofError as fault:
        raise CommandError(f"{path}: {sentence(fault)}", Exit.USAGE) from fault


def _shown(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "by " + (" and ".join(map(str, value)) or "nobody")
    return str(value)
