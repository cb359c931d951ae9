-- What the portal keeps of its own: who is signed in, what kiosks may look, what was typed when a session had ended. No facts.
CREATE SCHEMA portal;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA portal TO %I', tenancy.app_role()); END $$;

-- A session: the digest of the cookie's secret, and the tokens of whoever is signed in, sealed under the portal's key.
CREATE TABLE portal.sessions (
  county     text        NOT NULL,
  digest     bytea       NOT NULL,
  sub        text        NOT NULL,
  sealed     bytea       NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (county, digest)
);
CREATE INDEX sessions_by_sub ON portal.sessions (county, sub);
CALL tenancy.isolate('portal.sessions', 'SELECT, INSERT, UPDATE, DELETE');

-- A screen on a wall: may look at one county's big screen until it is revoked.
CREATE TABLE portal.kiosks (
  county     text        NOT NULL,
  digest     bytea       NOT NULL,
  name       text        NOT NULL,
  made_by    text        NOT NULL,
  made_at    timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  PRIMARY KEY (county, digest)
);
CALL tenancy.isolate('portal.kiosks', 'SELECT, INSERT, UPDATE');

-- Whose tokens issued before an instant count no longer here, whatever their own end says.
CREATE TABLE portal.revocations (
  county text        NOT NULL,
  sub    text        NOT NULL,
  before timestamptz NOT NULL,
  by     text        NOT NULL,
  PRIMARY KEY (county, sub)
);
CALL tenancy.isolate('portal.revocations', 'SELECT, INSERT, UPDATE');

-- A form sent when its session had ended: kept sealed for an hour, so that nothing typed is lost.
CREATE TABLE portal.forms (
  county  text        NOT NULL,
  digest  bytea       NOT NULL,
  sealed  bytea       NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (county, digest)
);
CALL tenancy.isolate('portal.forms', 'SELECT, INSERT, DELETE');
