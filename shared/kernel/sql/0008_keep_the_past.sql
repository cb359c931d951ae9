-- What is asked about the past reads lanes as far as a position. Nothing here is filled or looked at while things happen: the archive grows
-- when somebody asks, may be emptied at any time, and comes again from the topics and the log.

-- Every lane a service reads, one row an event: where it stands in its lane, and for other services' lanes (whose log is not ours to read)
-- the event itself, where some projection here folds it.
CREATE TABLE read.archive (
  county       text        NOT NULL,
  source       text        NOT NULL,
  position     bigint      NOT NULL,
  stream       text        NOT NULL,
  type         text        NOT NULL,
  recorded_at  timestamptz NOT NULL,
  kafka_offset bigint,
  body         bytea,
  PRIMARY KEY (county, source, position)
);
ALTER TABLE read.archive ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX archive_of_type ON read.archive (county, source, type, position);
CREATE INDEX archive_of_stream ON read.archive (county, source, stream, position) WHERE body IS NOT NULL;
CALL tenancy.isolate('read.archive', 'SELECT, INSERT, DELETE');

-- The last position recorded at an instant or before, 0 if there is none. Time never goes back in a lane, and positions have no holes.
CREATE FUNCTION log.position_at(p_county text, p_at timestamptz) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  low    bigint := 0;
  high   bigint;
  middle bigint;
  found  timestamptz;
BEGIN
  PERFORM set_config('app.county', p_county, true);
  SELECT h.position INTO high FROM log.heads h WHERE h.county = p_county;
  WHILE low < coalesce(high, 0) LOOP
    middle := (low + high + 1) / 2;
    SELECT e.recorded_at INTO found FROM log.events e WHERE e.county = p_county AND e.position = middle;
    IF found <= p_at THEN low := middle; ELSE high := middle - 1; END IF;
  END LOOP;
  RETURN low;
END $$;

-- The same in another service's lane, as far as it is archived.
CREATE FUNCTION read.archived_at(p_county text, p_source text, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  low    bigint := 0;
  high   bigint;
  middle bigint;
  found  timestamptz;
BEGIN
  PERFORM set_config('app.county', p_county, true);
  SELECT a.position INTO high FROM read.archive a WHERE a.county = p_county AND a.source = p_source ORDER BY a.position DESC LIMIT 1;
  WHILE low < coalesce(high, 0) LOOP
    middle := (low + high + 1) / 2;
    SELECT a.recorded_at INTO found FROM read.archive a WHERE a.county = p_county AND a.source = p_source AND a.position = middle;
    IF found <= p_at THEN low := middle; ELSE high := middle - 1; END IF;
  END LOOP;
  RETURN low;
END $$;

-- Tables of the past are temporary ones of one connection: they hold one county, nobody else sees them, and they are gone with it.
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), tenancy.app_role()); END $$;
