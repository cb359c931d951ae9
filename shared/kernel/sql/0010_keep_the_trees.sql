-- The log as a transparency log: its Merkle tree in tiles, the checkpoints it signed, and what this service has seen of other logs.
CREATE SCHEMA proof;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA proof TO %I', tenancy.app_role()); END $$;

-- How far a lane's tree has been built and signed; `edge` holds the hashes that no full tile holds yet.
CREATE TABLE proof.trees (
  county text   PRIMARY KEY,
  size   bigint NOT NULL,
  edge   bytea  NOT NULL
) WITH (fillfactor = 50);
CALL tenancy.isolate('proof.trees', 'SELECT, INSERT, UPDATE');

CREATE TABLE proof.tiles (
  county text     NOT NULL,
  level  smallint NOT NULL,
  number bigint   NOT NULL,
  hashes bytea    NOT NULL CHECK (octet_length(hashes) = 8192),
  PRIMARY KEY (county, level, number)
);
ALTER TABLE proof.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
CALL tenancy.isolate('proof.tiles', 'SELECT, INSERT');

-- Signed checkpoints, with the cosignatures that came; `request` is what is published, until the broker has it.
CREATE TABLE proof.checkpoints (
  county    text        NOT NULL,
  size      bigint      NOT NULL,
  note      bytea       NOT NULL,
  witnesses integer     NOT NULL DEFAULT 0,
  signed_at timestamptz NOT NULL,
  request   bytea,
  PRIMARY KEY (county, size)
);
CREATE INDEX checkpoints_unpublished ON proof.checkpoints (county, size) WHERE request IS NOT NULL;
CALL tenancy.isolate('proof.checkpoints', 'SELECT, INSERT, UPDATE, DELETE');

-- The largest tree of another log that this service has cosigned, never to be contradicted.
CREATE TABLE proof.seen (
  county text   NOT NULL,
  origin text   NOT NULL,
  size   bigint NOT NULL,
  root   bytea  NOT NULL,
  PRIMARY KEY (county, origin)
) WITH (fillfactor = 50);
CALL tenancy.isolate('proof.seen', 'SELECT, INSERT, UPDATE');

-- Evidence against a log: what it signed and should not have.
CREATE TABLE proof.alarms (
  county    text        NOT NULL,
  origin    text        NOT NULL,
  digest    bytea       NOT NULL,
  code      text        NOT NULL,
  evidence  bytea       NOT NULL,
  raised_at timestamptz NOT NULL,
  PRIMARY KEY (county, origin, digest)
);
CALL tenancy.isolate('proof.alarms', 'SELECT, INSERT');

-- Grow a tree, keep its new full tiles and the checkpoint over it, all or nothing: false when it stands elsewhere.
CREATE FUNCTION proof.grow(
  p_county text, p_from bigint, p_to bigint, p_edge bytea, p_levels smallint[], p_numbers bigint[], p_hashes bytea[],
  p_note bytea, p_signed_at timestamptz, p_request bytea
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.county', p_county, true);
  IF p_from = 0 THEN
    INSERT INTO proof.trees VALUES (p_county, p_to, p_edge) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE proof.trees t SET size = p_to, edge = p_edge WHERE t.county = p_county AND t.size = p_from;
  END IF;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO proof.tiles SELECT p_county, t.* FROM unnest(p_levels, p_numbers, p_hashes) AS t;
  INSERT INTO proof.checkpoints (county, size, note, signed_at, request) VALUES (p_county, p_to, p_note, p_signed_at, p_request);
  RETURN true;
END $$;
