-- What every consumer keeps besides its rows: where it stands, and what it could not apply.
CREATE TABLE read.checkpoints (
  county       text   NOT NULL,
  projection   text   NOT NULL,
  source       text   NOT NULL,
  position     bigint NOT NULL,
  kafka_offset bigint,
  PRIMARY KEY (county, projection, source)
) WITH (fillfactor = 50);
CALL tenancy.isolate('read.checkpoints', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE read.parked (
  county       text        NOT NULL,
  projection   text        NOT NULL,
  source       text        NOT NULL,
  position     bigint      NOT NULL,
  stream       text        NOT NULL,
  body         bytea       NOT NULL,
  error        text        NOT NULL,
  code_version text        NOT NULL,
  parked_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (county, projection, source, position)
);
CALL tenancy.isolate('read.parked', 'SELECT, INSERT, DELETE');

-- Records on a topic that are no event of any lane: kept as they came, they belong to no county.
CREATE TABLE read.strays (
  topic        text        NOT NULL,
  partition    integer     NOT NULL,
  kafka_offset bigint      NOT NULL,
  key          bytea,
  value        bytea,
  headers      text        NOT NULL,
  error        text        NOT NULL,
  code_version text        NOT NULL,
  parked_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topic, partition, kafka_offset)
);
DO $$ BEGIN EXECUTE format('GRANT SELECT, INSERT ON read.strays TO %I', tenancy.app_role()); END $$;

-- Deadlines are rows; a sweeper turns due ones into commands.
CREATE TABLE read.timers (
  county   text        NOT NULL,
  timer_id uuid        NOT NULL,
  due_at   timestamptz,
  command  text,
  payload  jsonb,
  settled  boolean     NOT NULL DEFAULT false,
  PRIMARY KEY (county, timer_id)
);
CREATE INDEX timers_due ON read.timers (county, due_at) WHERE NOT settled;
CALL tenancy.isolate('read.timers', 'SELECT, INSERT, UPDATE');
