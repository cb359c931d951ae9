CREATE TABLE read.thing_board (
  county   text   NOT NULL,
  thing_id uuid   NOT NULL,
  name     text,
  changes  bigint NOT NULL,
  last     bigint NOT NULL,
  names    jsonb,
  PRIMARY KEY (county, thing_id)
);
CALL tenancy.isolate('read.thing_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.thing_shelf (LIKE read.thing_board INCLUDING ALL);
CALL tenancy.isolate('read.thing_shelf', 'SELECT, INSERT, UPDATE');
