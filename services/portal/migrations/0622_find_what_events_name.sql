-- Ids that events name, so that a story is found without reading every event; need and project have their own columns.
-- Of events that the archive lets go the names stay: a stream is found by its first event's.
CREATE TABLE read.event_names (
  county   text   NOT NULL,
  named    uuid   NOT NULL,
  source   text   NOT NULL,
  position bigint NOT NULL,
  stream   text   NOT NULL,
  PRIMARY KEY (county, named, source, position)
);
CALL tenancy.isolate('read.event_names', 'SELECT, INSERT, UPDATE');
