"""What can be wrong with a proof: a code for the catalogue, never prose."""

from collections.abc import Mapping
from typing import Literal

Code = Literal[
    # keys and notes
    "key_malformed",
    "key_name_malformed",
    "key_algorithm_unknown",
    "key_id_wrong",
    "key_unfit",
    "keys_ambiguous",
    "time_unfit",
    "note_malformed",
    "note_too_long",
    "note_unsigned",
    "signature_invalid",
    # trees and tiles
    "hash_malformed",
    "frontier_malformed",
    "size_malformed",
    "index_beyond_tree",
    "inclusion_proof_wrong",
    "consistency_proof_wrong",
    "tile_path_malformed",
    "tile_malformed",
    "bundle_malformed",
    "entry_too_long",
    # checkpoints and whom to trust
    "checkpoint_malformed",
    "log_inconsistent",
    "policy_malformed",
    "policy_name_taken",
    "policy_name_unknown",
    "policy_key_taken",
    "policy_without_quorum",
    "origin_unexpected",
    "log_unknown",
    "log_signature_missing",
    "too_few_witnesses",
    # witnessing
    "request_malformed",
    "response_malformed",
    "old_size_beyond_checkpoint",
    "old_size_conflict",
    "root_conflict",
    # receipts
    "receipt_malformed",
    "receipt_truncated",
    "receipt_too_long",
    "receipt_without_event",
]


class ProofError(Exception):
    """A note, key, path or proof does not hold. `code` is the key of the sentence in the catalogue; `details` fill it."""

    def __init__(self, code: Code, **details: object) -> None:
        super().__init__(code)
        self.code: Code = code
        self.details: Mapping[str, object] = details
