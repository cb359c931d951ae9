-- Where projections stand in a lane; whoever goes on from an outdated standing is refused by `read.move`.
DROP FUNCTION read.stand(text, text, text, text[]);
CREATE FUNCTION read.stand(p_county text, p_source text, p_projections text[])
RETURNS TABLE (projection text, event_position bigint, kafka_offset bigint, parked_streams text[]) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  RETURN QUERY SELECT n.name, coalesce(c.position, 0), c.kafka_offset,
      ARRAY(SELECT DISTINCT p.stream FROM read.parked p WHERE p.county = p_county AND p.source = p_source AND p.projection = n.name)
    FROM unnest(p_projections) AS n(name)
    LEFT JOIN read.checkpoints c ON c.county = p_county AND c.source = p_source AND c.projection = n.name;
END $$;

-- Compare and move, all or none: raises YN001 when one of them stands elsewhere, so that the transaction leaves no trace.
-- The transaction does not wait for the disk: rows and checkpoints are had again from the topics, and are lost only together.
CREATE FUNCTION read.move(
  p_county text, p_source text, p_projections text[], p_from bigint[], p_to bigint[], p_offset bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  moved integer;
  made integer := 0;
BEGIN
  PERFORM set_config('app.county', p_county, true), set_config('synchronous_commit', 'off', true);
  UPDATE read.checkpoints c SET position = m.new, kafka_offset = p_offset
    FROM unnest(p_projections, p_from, p_to) AS m(projection, old, new)
    WHERE c.county = p_county AND c.projection = m.projection AND c.source = p_source AND c.position = m.old;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved < cardinality(p_projections) THEN
    INSERT INTO read.checkpoints (county, projection, source, position, kafka_offset)
      SELECT p_county, m.projection, p_source, m.new, p_offset
      FROM unnest(p_projections, p_from, p_to) AS m(projection, old, new) WHERE m.old = 0
      ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
  END IF;
  IF moved + made < cardinality(p_projections) THEN
    RAISE EXCEPTION 'a checkpoint of % in county % stands elsewhere', p_source, p_county USING ERRCODE = 'YN001';
  END IF;
END $$;
