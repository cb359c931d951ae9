"""Questions about evidence."""

_SHOWN = """
SELECT one.evidence_id AS id, one.position, one.project_id, one.digest, one.media_type, one.size, one.caption, one.unit,
  one.attached_by, one.attached_at,
  (SELECT count(DISTINCT other.project_id) FROM read.evidence AS other WHERE other.county = $1 AND other.digest = one.digest) AS projects
FROM read.evidence AS one
WHERE one.county = $1 AND ($2::text IS NULL OR one.unit = $2) AND ($3::text IS NULL OR one.attached_by = $3)
"""
"""What somebody may see of it ($2 a unit's, $3 one person's; null: any), with how many projects show the very same file."""
LIST = f"""
SELECT * FROM ({_SHOWN}) AS shown
WHERE position > $4 AND ($6::uuid IS NULL OR project_id = $6) AND ($7::text IS NULL OR unit = $7)
  AND ($8::text IS NULL OR media_type = $8) AND ($9::boolean IS NULL OR (projects > 1) = $9)
ORDER BY position LIMIT $5
"""  # noqa: S608 - composed of constants
ONE = f"{_SHOWN} AND one.project_id = $4 AND one.evidence_id = $5"
