"""What handlers look up before a need is decided on ($1 is the county)."""

UNIT = "SELECT code FROM read.units WHERE county = $1 AND code = $2"
MEMBER = "SELECT member_id, unit, branch, exempt FROM read.members WHERE county = $1 AND member_id = $2 AND unit IS NOT NULL"
CURRENT_PROFILE = """
SELECT profile FROM read.county_profile WHERE county = $1 ORDER BY (effective_from <= $2) DESC, effective_from DESC, position DESC LIMIT 1
"""
