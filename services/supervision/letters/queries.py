"""What a letter looks up besides its notice."""

NAMES = """
SELECT given.code, coalesce(known.name, given.code) AS name
FROM unnest($2::text[]) WITH ORDINALITY AS given (code, place)
LEFT JOIN read.unit_names AS known ON known.county = $1 AND known.code = given.code
ORDER BY known.official_order NULLS LAST, given.place
"""
