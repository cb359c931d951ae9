-- What an operator asks of events set aside: to be tried again, or to be passed over for good.

-- Streams whose parked events a policy is to look at again: its commands are the service's to give. A row stands until that is done.
CREATE TABLE read.redrives (
  county     text        NOT NULL,
  projection text        NOT NULL,
  source     text        NOT NULL,
  stream     text        NOT NULL,
  asked_by   text        NOT NULL,
  asked_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (county, projection, source, stream)
);
CALL tenancy.isolate('read.redrives', 'SELECT, INSERT, DELETE');

-- Events that were passed over: who said so, when and why, and by its leaf hash which bytes. A rebuild may park one again, so that it
-- may be discarded again.
CREATE TABLE read.discarded (
  county       text        NOT NULL,
  projection   text        NOT NULL,
  source       text        NOT NULL,
  position     bigint      NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT now(),
  discarded_by text        NOT NULL,
  reason       text        NOT NULL,
  stream       text        NOT NULL,
  leaf_hash    bytea       NOT NULL,
  error        text        NOT NULL,
  code_version text        NOT NULL,
  parked_at    timestamptz NOT NULL,
  PRIMARY KEY (county, projection, source, position, discarded_at)
);
CALL tenancy.isolate('read.discarded', 'SELECT, INSERT');

-- An event that still cannot be applied says why, by the code that tried last.
DO $$ BEGIN EXECUTE format('GRANT UPDATE (error, code_version) ON read.parked TO %I', tenancy.app_role()); END $$;
