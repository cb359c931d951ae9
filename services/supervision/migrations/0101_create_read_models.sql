CREATE TABLE read.notice_board (
  county         text    NOT NULL,
  notice_id      uuid    NOT NULL,
  position       bigint,
  version        bigint  NOT NULL,
  status         text    NOT NULL,
  kind           text,
  title          text,
  text           text,
  units          jsonb,
  project_ids    jsonb,
  issued_on      date,
  acknowledge_by date,
  reply_by       date,
  provisional    boolean NOT NULL,
  overdue        boolean NOT NULL,
  issued_at      timestamptz,
  closed_at      timestamptz,
  PRIMARY KEY (county, notice_id)
);
CREATE INDEX notice_board_by_position ON read.notice_board (county, position);
CREATE INDEX notice_board_by_unit ON read.notice_board USING gin (units jsonb_ops);
CALL tenancy.isolate('read.notice_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.county_profile (
  county         text NOT NULL,
  version_code   text NOT NULL,
  position       bigint,
  effective_from date,
  profile        jsonb,
  PRIMARY KEY (county, version_code)
);
CALL tenancy.isolate('read.county_profile', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.known_units (
  county text NOT NULL,
  code   text NOT NULL,
  PRIMARY KEY (county, code)
);
CALL tenancy.isolate('read.known_units', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.known_projects (
  county text NOT NULL,
  code   text NOT NULL,
  PRIMARY KEY (county, code)
);
CALL tenancy.isolate('read.known_projects', 'SELECT, INSERT, UPDATE');
