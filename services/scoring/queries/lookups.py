"""What handlers look up before a decision; $1 is the county, one row each."""

CURRENT_PROFILE = """
SELECT profile FROM read.county_profile WHERE county = $1 ORDER BY (effective_from <= $2) DESC, effective_from DESC, position DESC LIMIT 1
"""
CLAIM = "SELECT claimed_as FROM read.project_records WHERE county = $1 AND project_id = $2 AND claimed_as IS NOT NULL"
STANDING_SIGN_OFFS = """
SELECT coalesce(array_agg(project_id ORDER BY project_id), ARRAY[]::uuid[]) AS candidates,
  coalesce((SELECT position FROM read.checkpoints WHERE county = $1 AND projection = 'verification_board' AND source = 'scoring'), 0)
    AS seen_to
FROM read.verification_board
WHERE county = $1 AND status = 'verified' AND decided_at >= $2 AND decided_at < $3 AND ($4::text IS NULL OR unit = $4)
  AND ($5::text IS NULL OR level = $5)
"""
