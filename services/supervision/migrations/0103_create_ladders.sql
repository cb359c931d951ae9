CREATE TABLE read.watch_board (
  county        text    NOT NULL,
  watch_id      uuid    NOT NULL,
  position      bigint,
  version       bigint  NOT NULL,
  status        text    NOT NULL,
  subject       text,
  subject_id    text,
  unit          text,
  due_on        date,
  provisional   boolean NOT NULL,
  because       text,
  rungs         jsonb,
  reached       bigint  NOT NULL,
  step          text,
  next_step     text,
  next_on       date,
  next_moved_by text,
  waiting_since date,
  started_on    date,
  notice_ids    jsonb,
  PRIMARY KEY (county, watch_id)
);
CREATE INDEX watch_board_by_position ON read.watch_board (county, position);
CREATE INDEX watch_board_by_unit ON read.watch_board (county, unit, position);
CALL tenancy.isolate('read.watch_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.escalations (
  county        text   NOT NULL,
  watch_id      uuid   NOT NULL,
  climb         bigint NOT NULL,
  rung          bigint NOT NULL,
  due_on        date,
  position      bigint,
  subject       text,
  subject_id    text,
  unit          text,
  step          text,
  moved_by      text,
  waiting_since date,
  escalated_on  date,
  escalated_by  text,
  remark        text,
  PRIMARY KEY (county, watch_id, climb, rung)
);
CREATE INDEX escalations_by_position ON read.escalations (county, position);
CALL tenancy.isolate('read.escalations', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.listing_board (
  county      text   NOT NULL,
  listing_id  uuid   NOT NULL,
  position    bigint,
  version     bigint NOT NULL,
  status      text   NOT NULL,
  subject     text,
  subject_id  text,
  owner       text,
  criterion   text,
  reason      text,
  watch_id    uuid,
  listed_on   date,
  listed_by   text,
  times       bigint NOT NULL,
  evidence    text,
  digest      text,
  delisted_on date,
  delisted_by text,
  PRIMARY KEY (county, listing_id)
);
CREATE INDEX listing_board_by_position ON read.listing_board (county, position);
CREATE INDEX listing_board_by_owner ON read.listing_board (county, owner, position);
CALL tenancy.isolate('read.listing_board', 'SELECT, INSERT, UPDATE');
