CREATE TABLE read.need_board (
  county             text    NOT NULL,
  need_id            uuid    NOT NULL,
  position           bigint,
  version            bigint  NOT NULL,
  status             text    NOT NULL,
  kind               text,
  channel            text,
  title              text,
  detail             text,
  town               text,
  named              boolean NOT NULL,
  submitted_by       text,
  submitted_at       timestamptz,
  handling_unit      text,
  responsible_leader text,
  routed_at          timestamptz,
  outcome            text,
  answer             text,
  closed_at          timestamptz,
  project_id         uuid,
  PRIMARY KEY (county, need_id)
);
CREATE INDEX need_board_by_position ON read.need_board (county, position);
CREATE INDEX need_board_by_unit ON read.need_board (county, handling_unit, position);
CALL tenancy.isolate('read.need_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.units (
  county text NOT NULL,
  code   text NOT NULL,
  name   text,
  kind   text,
  PRIMARY KEY (county, code)
);
CALL tenancy.isolate('read.units', 'SELECT, INSERT, UPDATE');
