"""Questions about photos of needs."""

_SHOWN = """
WITH RECURSIVE needs (need_id) AS (
  SELECT n.need_id FROM read.need_board n WHERE n.county = $1 AND n.need_id = $2
    AND ($3::text IS NULL OR n.handling_unit = $3 OR n.assisting_units ? $3)
  UNION SELECT n.need_id FROM needs s JOIN read.need_board n ON n.county = $1 AND n.merged_into = s.need_id
)
SELECT photo_id AS id, position, need_id, number, digest, media_type, size, key, key_event, attached_at
FROM read.photos WHERE county = $1 AND need_id IN (SELECT need_id FROM needs) AND removed_at IS NULL
"""
"""What may be seen of a need ($2) and those merged into it, by a unit that has to do with it ($3; null: by those who see every need)."""
PHOTOS = f"""
SELECT id, position, need_id, number, media_type, size, attached_at FROM ({_SHOWN}) AS shown
WHERE position > $4 ORDER BY position LIMIT $5
"""  # noqa: S608 - composed of constants
ONE = f"{_SHOWN} AND photo_id = $4"
THERE = "SELECT EXISTS (SELECT FROM read.need_board WHERE county = $1 AND need_id = $2 AND position IS NOT NULL)"
OWN = """
SELECT photo_id AS id FROM read.photos
WHERE county = $1 AND need_id = $2 AND number = $3 AND removed_at IS NULL AND position IS NOT NULL ORDER BY position
"""
"""The photos of one petitioner."""
