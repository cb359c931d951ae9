-- A secret address of a unit's calendar, for programs that cannot sign in: good until the unit revokes it.
CREATE TABLE portal.calendars (
  county     text        NOT NULL,
  digest     bytea       NOT NULL,
  unit       text        NOT NULL,
  name       text        NOT NULL,
  made_by    text        NOT NULL,
  made_at    timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  PRIMARY KEY (county, digest)
);
CREATE INDEX calendars_by_unit ON portal.calendars (county, unit);
CALL tenancy.isolate('portal.calendars', 'SELECT, INSERT, UPDATE');
