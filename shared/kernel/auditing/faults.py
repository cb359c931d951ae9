"""What can be wrong with a lane: a code for whoever puts it into words, and the position where there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FaultCode = Literal[
    # at a position
    "position_missing",
    "position_out_of_order",
    "body_unreadable",
    "envelope_differs",
    "column_differs",
    "version_out_of_order",
    "time_went_back",
    "leaf_hash_wrong",
    "tree_differs",
    "lane_short",
    # of the whole
    "head_differs",
    "tree_unreadable",
    "tile_missing",
    "tile_differs",
    "edge_differs",
    "claim_unusable",
    "root_differs",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; `position` is the first bad one where a position can be named."""

    code: FaultCode
    position: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
