CREATE TABLE read.cadence_board (
  county        text    NOT NULL,
  activity      text    NOT NULL,
  every         text    NOT NULL,
  period        text    NOT NULL,
  position      bigint,
  due_on        date,
  status        text    NOT NULL,
  held          bigint  NOT NULL,
  held_on       date,
  reference_ids jsonb,
  missed        boolean NOT NULL,
  final         boolean NOT NULL,
  PRIMARY KEY (county, activity, every, period)
);
CREATE INDEX cadence_board_by_position ON read.cadence_board (county, position);
CALL tenancy.isolate('read.cadence_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.hearing_board (
  county     text   NOT NULL,
  hearing_id uuid   NOT NULL,
  position   bigint,
  version    bigint NOT NULL,
  title      text,
  held_on    date,
  chaired_by text,
  reports    jsonb,
  tasks      bigint NOT NULL,
  tasks_done bigint NOT NULL,
  PRIMARY KEY (county, hearing_id)
);
CREATE INDEX hearing_board_by_position ON read.hearing_board (county, position);
CALL tenancy.isolate('read.hearing_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.task_board (
  county       text    NOT NULL,
  task_id      uuid    NOT NULL,
  position     bigint,
  hearing_id   uuid,
  unit         text,
  text         text,
  due_on       date,
  provisional  boolean NOT NULL,
  status       text    NOT NULL,
  overdue      boolean NOT NULL,
  result       text,
  completed_on date,
  PRIMARY KEY (county, task_id)
);
CREATE INDEX task_board_by_position ON read.task_board (county, position);
CREATE INDEX task_board_by_unit ON read.task_board (county, unit, position);
CALL tenancy.isolate('read.task_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.visit_board (
  county     text   NOT NULL,
  visit_id   uuid   NOT NULL,
  position   bigint,
  leader     text,
  unit       text,
  branch     text,
  visited_on date,
  guidance   text,
  PRIMARY KEY (county, visit_id)
);
CREATE INDEX visit_board_by_position ON read.visit_board (county, position);
CREATE INDEX visit_board_by_unit ON read.visit_board (county, unit, position);
CALL tenancy.isolate('read.visit_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.figures_board (
  county      text   NOT NULL,
  figures_id  uuid   NOT NULL,
  position    bigint,
  purpose     text,
  first_on    date,
  last_on     date,
  figures     jsonb,
  positions   jsonb,
  compiled_on date,
  compiled_by text,
  notice_ids  jsonb,
  PRIMARY KEY (county, figures_id)
);
CREATE INDEX figures_board_by_position ON read.figures_board (county, position);
CALL tenancy.isolate('read.figures_board', 'SELECT, INSERT, UPDATE');
