-- A photo chosen in a form's first step: kept sealed until the form's last step is sent, an hour at the most.
CREATE TABLE portal.held_photos (
  county     text        NOT NULL,
  digest     bytea       NOT NULL,
  sealed     bytea       NOT NULL,
  media_type text        NOT NULL,
  kept_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (county, digest)
);
CREATE INDEX held_photos_by_age ON portal.held_photos (county, kept_at);
CALL tenancy.isolate('portal.held_photos', 'SELECT, INSERT, DELETE');
