-- What is done for every command keeps to the indexes. A plan made while a table was small would scan it whole, until the server next
-- looks how large it has become: an append to an old stream then cost as much as the lane was long.
CREATE OR REPLACE FUNCTION log.append(
  p_county text, p_head bigint, p_recorded_at timestamptz,
  p_streams text[], p_versions integer[], p_event_ids uuid[], p_types text[], p_recorded timestamptz[], p_bodies bytea[],
  p_item_streams text[], p_item_expected integer[],
  p_command_ids uuid[], p_fingerprints bytea[], p_command_versions integer[], p_command_positions bigint[],
  p_persons uuid[], p_wrapped bytea[],
  OUT outcome text, OUT head bigint, OUT head_recorded_at timestamptz, OUT refused integer[]
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  SELECT h.position, h.recorded_at INTO head, head_recorded_at FROM log.heads h WHERE h.county = p_county FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO log.heads VALUES (p_county, 0, '-infinity') ON CONFLICT DO NOTHING;
    SELECT h.position, h.recorded_at INTO head, head_recorded_at FROM log.heads h WHERE h.county = p_county FOR UPDATE;
  END IF;
  IF head <> p_head THEN
    outcome := 'moved';
    RETURN;
  END IF;
  BEGIN
    -- An expected version must be there (looked up one by one, never joined); that the next one is not, the unique key decides.
    IF EXISTS (
      SELECT FROM unnest(p_item_streams, p_item_expected) AS i(stream, expected)
      WHERE i.expected > 0
        AND (SELECT e.version FROM log.events e WHERE e.county = p_county AND e.stream = i.stream AND e.version = i.expected) IS NULL
    ) THEN
      RAISE unique_violation;
    END IF;
    INSERT INTO log.commands (county, command_id, fingerprint, stream, version, position)
      SELECT p_county, c.* FROM unnest(p_command_ids, p_fingerprints, p_item_streams, p_command_versions, p_command_positions) AS c;
    INSERT INTO log.events (county, position, stream, version, event_id, type, recorded_at, body)
      SELECT p_county, p_head + e.ordinality, e.stream, e.version, e.event_id, e.type, e.recorded, e.body
      FROM unnest(p_streams, p_versions, p_event_ids, p_types, p_recorded, p_bodies)
        WITH ORDINALITY AS e(stream, version, event_id, type, recorded, body);
    IF cardinality(p_persons) > 0 THEN
      INSERT INTO vault.keys (county, person, wrapped)
        SELECT p_county, k.* FROM unnest(p_persons, p_wrapped) AS k ON CONFLICT DO NOTHING;
    END IF;
  EXCEPTION WHEN unique_violation THEN
    outcome := 'refused';
    SELECT array_agg(i.ordinality::integer ORDER BY i.ordinality) INTO refused
      FROM unnest(p_item_streams, p_item_expected, p_command_ids) WITH ORDINALITY AS i(stream, expected, command_id)
      WHERE (SELECT c.position FROM log.commands c WHERE c.county = p_county AND c.command_id = i.command_id) IS NOT NULL
         OR i.expected <> (SELECT coalesce(max(e.version), 0) FROM log.events e WHERE e.county = p_county AND e.stream = i.stream);
    RETURN;
  END;
  head := p_head + cardinality(p_streams);
  head_recorded_at := p_recorded_at;
  UPDATE log.heads h SET position = head, recorded_at = head_recorded_at WHERE h.county = p_county;
  outcome := 'appended';
END $$;

ALTER FUNCTION log.stream_after(text, text, integer, integer) SET enable_seqscan = off;
ALTER FUNCTION log.lane_after(text, bigint, integer) SET enable_seqscan = off;
ALTER FUNCTION log.first_answer(text, uuid) SET enable_seqscan = off;

-- Several streams in one round trip: each from the version after the one given, in its order; `wanted` is its place in the arrays.
CREATE FUNCTION log.streams_after(p_county text, p_streams text[], p_versions integer[])
RETURNS TABLE (wanted integer, event_body bytea) LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  RETURN QUERY SELECT w.ordinality::integer, e.body
    FROM unnest(p_streams, p_versions) WITH ORDINALITY AS w(stream, version, ordinality)
    CROSS JOIN LATERAL (
      SELECT l.version, l.body FROM log.events l WHERE l.county = p_county AND l.stream = w.stream AND l.version > w.version
      ORDER BY l.version OFFSET 0
    ) AS e
    ORDER BY w.ordinality, e.version;
END $$;
