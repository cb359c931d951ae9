-- The event log: one lane per county, dense positions in commit order, appended to and never changed.
CREATE TABLE log.events (
  county      text        NOT NULL,
  position    bigint      NOT NULL CHECK (position > 0),
  stream      text        NOT NULL,
  version     integer     NOT NULL CHECK (version > 0),
  event_id    uuid        NOT NULL,
  type        text        NOT NULL,
  recorded_at timestamptz NOT NULL,
  body        bytea       NOT NULL CHECK (octet_length(body) <= 65535),
  leaf_hash   bytea       NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || body)) STORED,
  PRIMARY KEY (county, position),
  UNIQUE (county, stream, version)
);
ALTER TABLE log.events ALTER COLUMN body SET STORAGE EXTERNAL;
CALL tenancy.isolate('log.events', 'SELECT, INSERT');

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the event log is append-only' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON log.events FOR EACH ROW EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON log.events FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

CREATE TABLE log.heads (
  county      text        PRIMARY KEY CHECK (county ~ '^[0-9]{6}$'),
  position    bigint      NOT NULL,
  recorded_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CALL tenancy.isolate('log.heads', 'SELECT, INSERT, UPDATE');

-- First answers of commands, kept for ever: an id forgotten would open the door to a second effect.
CREATE TABLE log.commands (
  county      text    NOT NULL,
  command_id  uuid    NOT NULL,
  fingerprint bytea   NOT NULL,
  stream      text    NOT NULL,
  version     integer NOT NULL,
  position    bigint  NOT NULL,
  PRIMARY KEY (county, command_id)
);
CALL tenancy.isolate('log.commands', 'SELECT, INSERT');

-- Where each reader of the log itself stands (the relay).
CREATE TABLE log.cursors (
  county   text   NOT NULL,
  name     text   NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (county, name)
) WITH (fillfactor = 50);
CALL tenancy.isolate('log.cursors', 'SELECT, INSERT, UPDATE');

-- Wrapped keys of sealed personal data; a destroyed key is a deleted row.
CREATE TABLE vault.keys (
  county  text  NOT NULL,
  person  uuid  NOT NULL,
  wrapped bytea NOT NULL,
  PRIMARY KEY (county, person)
);
CALL tenancy.isolate('vault.keys', 'SELECT, INSERT, DELETE');
