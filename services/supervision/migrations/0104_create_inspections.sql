CREATE TABLE read.round_board (
  county         text   NOT NULL,
  round_id       uuid   NOT NULL,
  position       bigint,
  version        bigint NOT NULL,
  status         text   NOT NULL,
  kind           text,
  title          text,
  plan           text,
  team           jsonb,
  units          jsonb,
  first_on       date,
  last_on        date,
  opened_by      text,
  visits         bigint NOT NULL,
  findings       bigint NOT NULL,
  findings_ended bigint NOT NULL,
  open_findings  jsonb,
  reason         text,
  closed_on      date,
  PRIMARY KEY (county, round_id)
);
CREATE INDEX round_board_by_position ON read.round_board (county, position);
CALL tenancy.isolate('read.round_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.unit_visits (
  county      text   NOT NULL,
  round_id    uuid   NOT NULL,
  unit        text   NOT NULL,
  days        jsonb,
  findings    bigint NOT NULL,
  conclusion  text,
  returned_on date,
  PRIMARY KEY (county, round_id, unit)
);
CALL tenancy.isolate('read.unit_visits', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.finding_board (
  county             text   NOT NULL,
  finding_id         uuid   NOT NULL,
  position           bigint,
  round_id           uuid,
  unit               text,
  severity           text,
  text               text,
  project_id         uuid,
  recorded_on        date,
  status             text   NOT NULL,
  ending             text,
  reason             text,
  notice_id          uuid,
  revised_project_id uuid,
  ended_on           date,
  PRIMARY KEY (county, finding_id)
);
CREATE INDEX finding_board_by_position ON read.finding_board (county, position);
CREATE INDEX finding_board_by_round_id ON read.finding_board (county, round_id, position);
CREATE INDEX finding_board_by_unit ON read.finding_board (county, unit, position);
CALL tenancy.isolate('read.finding_board', 'SELECT, INSERT, UPDATE');
