-- What is done for every command and batch, in one round trip each: the county is set inside the function.

CREATE FUNCTION log.stream_after(p_county text, p_stream text, p_version integer, p_limit integer) RETURNS SETOF bytea LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  RETURN QUERY SELECT e.body FROM log.events e
    WHERE e.county = p_county AND e.stream = p_stream AND e.version > p_version ORDER BY e.version LIMIT p_limit;
END $$;

CREATE FUNCTION log.lane_after(p_county text, p_position bigint, p_limit integer)
RETURNS TABLE (event_position bigint, event_id text, event_type text, event_body bytea) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  RETURN QUERY SELECT e.position, e.event_id::text, e.type, e.body FROM log.events e
    WHERE e.county = p_county AND e.position > p_position ORDER BY e.position LIMIT p_limit;
END $$;

CREATE FUNCTION log.first_answer(p_county text, p_command_id uuid)
RETURNS TABLE (fingerprint bytea, stream text, version integer, event_position bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  RETURN QUERY SELECT c.fingerprint, c.stream, c.version, c.position FROM log.commands c
    WHERE c.county = p_county AND c.command_id = p_command_id;
END $$;

-- The cursor of a reader of the log, made at 0 when there is none.
CREATE FUNCTION log.cursor_of(p_county text, p_name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found_at bigint;
BEGIN
  PERFORM set_config('app.county', p_county, true);
  INSERT INTO log.cursors (county, name, position) VALUES (p_county, p_name, 0) ON CONFLICT DO NOTHING;
  SELECT c.position INTO found_at FROM log.cursors c WHERE c.county = p_county AND c.name = p_name;
  RETURN found_at;
END $$;

-- Compare and set: false when somebody else moved it.
CREATE FUNCTION log.advance(p_county text, p_name text, p_from bigint, p_to bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  UPDATE log.cursors c SET position = p_to WHERE c.county = p_county AND c.name = p_name AND c.position = p_from;
  RETURN FOUND;
END $$;

-- Inside the transaction that will move it: one consumer of a group at a time works on a county.
CREATE FUNCTION read.stand(p_county text, p_group text, p_source text, p_projections text[])
RETURNS TABLE (projection text, event_position bigint, kafka_offset bigint, parked_streams text[]) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  PERFORM pg_advisory_xact_lock(hashtextextended(p_group || chr(31) || p_county, 0));
  RETURN QUERY SELECT n.name, coalesce(c.position, 0), c.kafka_offset,
      ARRAY(SELECT DISTINCT p.stream FROM read.parked p WHERE p.county = p_county AND p.source = p_source AND p.projection = n.name)
    FROM unnest(p_projections) AS n(name)
    LEFT JOIN read.checkpoints c ON c.county = p_county AND c.source = p_source AND c.projection = n.name;
END $$;

CREATE FUNCTION read.position_of(p_county text, p_projection text, p_source text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  RETURN coalesce((SELECT c.position FROM read.checkpoints c
    WHERE c.county = p_county AND c.projection = p_projection AND c.source = p_source), 0);
END $$;
