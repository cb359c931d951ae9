"""Signs of formality (图形式走过场): what looks like paper rather than work, rule by rule, with the facts behind each.

A sign accuses nobody: it says where to look.
"""

from collections.abc import Mapping
from typing import Any, Literal

from shared.kernel.text import UnitCode
from shared.web.routes import Page, Params, Reading, page

SignRule = Literal["batch-closing", "reused-photo", "moved-just-before-due", "no-bad-rating", "one-rater-many"]

BATCH = 10
"""Completions one unit declares on one day: a unit of the two campaigns has some 350 items a year, one or two a working day."""
MONTH_END_DAYS = 3
"""The last days of a month, when monthly figures are due."""
JUST_BEFORE_DAYS = 3
"""A day that is moved this close to it, or after it, was not moved because of a plan."""
MANY_RATINGS = 30
"""So many ratings without a single bad one: where one in ten is bad, that happens four times in a hundred."""
ONE_RATERS = 10
"""Ratings of one unit entered by one account: people have few needs each."""

BATCH_CLOSING = """
SELECT max(position) AS position, unit, day, count(*) AS count, array_agg(position ORDER BY position) AS positions,
  array_agg(DISTINCT project_id::text) AS project_ids
FROM (
  SELECT unit, project_id, (d->>1)::date AS day, (d->>2)::bigint AS position
  FROM read.project_records, jsonb_array_elements(declarations) d WHERE county = $1 AND unit IS NOT NULL
) declared
WHERE ($4::text IS NULL OR unit = $4) AND day + $6::int >= (date_trunc('month', day) + interval '1 month')::date
GROUP BY unit, day HAVING count(*) >= $5 AND max(position) > $2 ORDER BY 1 LIMIT $3
"""
REUSED_PHOTO = """
SELECT max((u->>3)::bigint) AS position, digest, count(*) AS count, array_agg((u->>3)::bigint ORDER BY (u->>3)::bigint) AS positions,
  array_agg(DISTINCT u->>0) AS project_ids, array_agg(DISTINCT u->>2) AS units
FROM read.photo_uses, jsonb_array_elements(uses) u WHERE county = $1
GROUP BY digest HAVING count(DISTINCT u->>0) >= $5 AND max((u->>3)::bigint) > $2 AND ($4::text IS NULL OR bool_or(u->>2 = $4))
ORDER BY 1 LIMIT $3
"""
MOVED = """
SELECT (m->>'position')::bigint AS position, unit, (m->>'on')::date AS day, (m->>'was')::date AS was, (m->>'now')::date AS now,
  ARRAY[(m->>'position')::bigint] AS positions, ARRAY[project_id::text] AS project_ids
FROM read.project_records, jsonb_array_elements(moved) m
WHERE county = $1 AND ($4::text IS NULL OR unit = $4) AND (m->>'position')::bigint > $2
  AND (m->>'on')::date + $5::int >= (m->>'was')::date
ORDER BY 1 LIMIT $3
"""
NO_BAD_RATING = """
SELECT max(position) AS position, unit, count(*) AS count, array_agg(position ORDER BY position) AS positions
FROM read.ratings WHERE county = $1 AND unit IS NOT NULL AND ($4::text IS NULL OR unit = $4)
GROUP BY unit
HAVING count(*) >= $5 AND max(position) > $2 AND NOT bool_or(rating IN ('dissatisfied', 'very-dissatisfied')) ORDER BY 1 LIMIT $3
"""
ONE_RATER = """
SELECT max(position) AS position, unit, rater, count(*) AS count, array_agg(position ORDER BY position) AS positions
FROM read.ratings WHERE county = $1 AND unit IS NOT NULL AND ($4::text IS NULL OR unit = $4)
GROUP BY unit, rater HAVING count(*) >= $5 AND max(position) > $2 ORDER BY 1 LIMIT $3
"""
RULES: Mapping[SignRule, tuple[str, tuple[int, ...], str]] = {
    "batch-closing": (BATCH_CLOSING, (BATCH, MONTH_END_DAYS), "projects"),
    "reused-photo": (REUSED_PHOTO, (2,), "projects"),
    "moved-just-before-due": (MOVED, (JUST_BEFORE_DAYS,), "projects"),
    "no-bad-rating": (NO_BAD_RATING, (MANY_RATINGS,), "intake"),
    "one-rater-many": (ONE_RATER, (ONE_RATERS,), "intake"),
}
"""Per rule: what finds its signs, its thresholds, and the service in whose lane the facts' positions are."""


class SignFilters(Params):
    """Which signs are wanted."""

    rule: SignRule = "batch-closing"
    unit: UnitCode | None = None


async def signs(reading: Reading) -> Page:
    """List the signs of one rule, in the order of the last fact behind each; `positions` are those facts in the lane of `service`."""
    wanted: SignFilters = reading.params
    query, thresholds, service = RULES[wanted.rule]
    rows = await reading.connection.fetch(query, reading.county, wanted.after, wanted.limit, wanted.unit, *thresholds)
    found = page(rows, wanted.limit)
    items: list[dict[str, Any]] = [{"rule": wanted.rule, "service": service, **item} for item in found.items]
    return Page(items, found.next)
