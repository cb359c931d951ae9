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
NAMED_PROFILE = "SELECT profile FROM read.county_profile WHERE county = $1 AND version_code = $2"
KNOWN_UNIT = "SELECT code FROM read.units WHERE county = $1 AND code = $2"
PROJECT_UNIT = "SELECT unit FROM read.project_records WHERE county = $1 AND project_id = $2 AND unit IS NOT NULL"
RECORDS = """
SELECT
  (SELECT coalesce(jsonb_agg(to_jsonb(u) ORDER BY code), '[]') FROM read.units u WHERE county = $1 AND kind IN ('town', 'department'))
    AS units,
  (SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]') FROM read.project_records p
    WHERE county = $1 AND claimed_on IS NOT NULL AND ($2::text IS NULL OR unit = $2)) AS projects,
  (SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM read.ratings r
    WHERE county = $1 AND rated_on BETWEEN $3 AND $4 AND ($2::text IS NULL OR project_id IN
      (SELECT project_id FROM read.project_records WHERE county = $1 AND unit = $2))) AS ratings,
  (SELECT coalesce(jsonb_agg(to_jsonb(l)), '[]') FROM read.letters l
    WHERE county = $1 AND reply_by BETWEEN $3 AND $4 AND issued_at IS NOT NULL AND $2::text IS NULL) AS letters,
  (SELECT coalesce(jsonb_agg(to_jsonb(a)), '[]') FROM read.survey_answers a
    WHERE county = $1 AND answered_on BETWEEN $3 AND $4 AND ($2::text IS NULL OR unit = $2)) AS answers,
  (SELECT coalesce(jsonb_object_agg(source, position), '{}') FROM (SELECT source, min(position) AS position FROM read.checkpoints
    WHERE county = $1 AND projection IN ('project_records', 'ratings', 'letters', 'survey_answers') GROUP BY source) s) AS seen_to
"""
