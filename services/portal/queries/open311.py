"""Needs as anybody may see them: kind, channel, town, unit, status, days and rating; never what was said, nor by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_REQUESTS = """
SELECT n.need_id, n.kind, n.channel, n.town, n.status, n.outcome, n.submitted_at, n.accepted_at, n.routed_at, n.closed_at, n.changed_at,
  n.handling_unit, n.project_id, n.last_rating, n.reopened, p.complete_by, coalesce(e.status, n.status) AS stands
FROM read.need_cards n
LEFT JOIN read.project_cards p
  ON p.county = $1 AND p.project_id = n.project_id AND p.status IN ('claimed', 'completed', 'signed-off')
LEFT JOIN LATERAL (
  WITH RECURSIVE chain AS (
    SELECT m.status, m.merged_into FROM read.need_cards m WHERE m.county = $1 AND m.need_id = n.merged_into
    UNION SELECT m.status, m.merged_into FROM chain c JOIN read.need_cards m ON m.county = $1 AND m.need_id = c.merged_into
  ) SELECT chain.status FROM chain WHERE chain.merged_into IS NULL LIMIT 1
) e ON n.status = 'merged'
WHERE n.county = $1 AND n.position IS NOT NULL AND ($2::uuid[] IS NULL OR n.need_id = ANY($2))
  AND ($3::text[] IS NULL OR n.kind = ANY($3))
  AND ($4::timestamptz IS NULL OR n.submitted_at >= $4) AND ($5::timestamptz IS NULL OR n.submitted_at <= $5)
  AND ($6::boolean IS NULL OR (coalesce(e.status, n.status) IN ('answered', 'declined')) = $6)
ORDER BY n.submitted_at DESC, n.position DESC LIMIT $7 OFFSET $8
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which needs are asked for; None leaves out a condition. A need merged into another stands where that one does."""

    need_ids: Sequence[UUID] | None = None
    kinds: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    closed: bool | None = None
    limit: int = 50
    offset: int = 0


async def requests(connection: "Connection", county: str, asked: Asked) -> list[dict[str, Any]]:
    """Return needs, the latest first."""
    rows = await connection.fetch(
        _REQUESTS,
        county,
        None if asked.need_ids is None else list(asked.need_ids),
        None if asked.kinds is None else list(asked.kinds),
        asked.since,
        asked.until,
        asked.closed,
        asked.limit,
        asked.offset,
    )
    return [dict(row) for row in rows]
