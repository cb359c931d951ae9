-- One round trip, one transaction: lock the lane's head, check everything, insert everything, move the head.
-- Outcomes: 'appended'; 'moved' (the head is elsewhere: number anew); 'refused' (items by their 1-based index
-- whose stream stands at another version than expected, or whose command id is known: nothing was written).
CREATE FUNCTION log.append(
  p_county text, p_head bigint, p_recorded_at timestamptz,
  p_streams text[], p_versions integer[], p_event_ids uuid[], p_types text[], p_recorded timestamptz[], p_bodies bytea[],
  p_item_streams text[], p_item_expected integer[],
  p_command_ids uuid[], p_fingerprints bytea[], p_command_versions integer[], p_command_positions bigint[],
  p_persons uuid[], p_wrapped bytea[],
  OUT outcome text, OUT head bigint, OUT head_recorded_at timestamptz, OUT refused integer[]
) LANGUAGE plpgsql AS $$
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
    -- An expected version must be there; that the next one is not, the unique key decides.
    IF EXISTS (
      SELECT FROM unnest(p_item_streams, p_item_expected) AS i(stream, expected)
      WHERE i.expected > 0
        AND NOT EXISTS (SELECT FROM log.events e WHERE e.county = p_county AND e.stream = i.stream AND e.version = i.expected)
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
      WHERE EXISTS (SELECT FROM log.commands c WHERE c.county = p_county AND c.command_id = i.command_id)
         OR i.expected <> (SELECT coalesce(max(e.version), 0) FROM log.events e WHERE e.county = p_county AND e.stream = i.stream);
    RETURN;
  END;
  head := p_head + cardinality(p_streams);
  head_recorded_at := p_recorded_at;
  UPDATE log.heads h SET position = head, recorded_at = head_recorded_at WHERE h.county = p_county;
  outcome := 'appended';
END $$;
