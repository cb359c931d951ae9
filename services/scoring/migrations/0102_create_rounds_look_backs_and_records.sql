CREATE TABLE read.verification_rounds (
  county          text    NOT NULL,
  project_id      uuid    NOT NULL,
  round           bigint  NOT NULL,
  closing         jsonb,
  profile_version text,
  claimed_as      text,
  seen            jsonb,
  scores          jsonb,
  total           bigint,
  awaiting        boolean NOT NULL,
  outcome         text    NOT NULL,
  reason          text,
  redo            text,
  redo_by         date,
  provisional     boolean NOT NULL,
  confirmed       bigint  NOT NULL,
  PRIMARY KEY (county, project_id, round)
);
CALL tenancy.isolate('read.verification_rounds', 'SELECT, INSERT, UPDATE');
CREATE INDEX verification_board_by_decision ON read.verification_board (county, decided_at) WHERE status = 'verified';

CREATE TABLE read.look_backs (
  county          text   NOT NULL,
  look_back_id    uuid   NOT NULL,
  position        bigint,
  version         bigint NOT NULL,
  since           date,
  until           date,
  unit            text,
  level           text,
  seed            text,
  percent         bigint,
  profile_version text,
  seen_to         bigint,
  candidates      bigint,
  digest          text,
  drawn           bigint NOT NULL,
  confirmed       bigint NOT NULL,
  revoked         bigint NOT NULL,
  drawn_by        text,
  drawn_at        timestamptz,
  PRIMARY KEY (county, look_back_id)
);
CREATE INDEX look_backs_by_position ON read.look_backs (county, position);
CALL tenancy.isolate('read.look_backs', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.look_back_items (
  county       text   NOT NULL,
  look_back_id uuid   NOT NULL,
  project_id   uuid   NOT NULL,
  place        bigint,
  status       text   NOT NULL,
  remark       text,
  visited_by   text,
  visited_at   timestamptz,
  PRIMARY KEY (county, look_back_id, project_id)
);
CREATE INDEX look_back_items_by_place ON read.look_back_items (county, look_back_id, place);
CALL tenancy.isolate('read.look_back_items', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.project_records (
  county        text    NOT NULL,
  project_id    uuid    NOT NULL,
  unit          text,
  branch        text,
  level         text,
  claimant      text,
  claimed_as    text,
  claimed_on    date,
  claimed_at    bigint,
  promised_by   date,
  promised_at   bigint,
  suspended     boolean NOT NULL,
  gone          boolean NOT NULL,
  declarations  jsonb,
  moved         jsonb,
  signed_off    bigint,
  signed_off_on date,
  signed_off_at bigint,
  verdicts      jsonb,
  PRIMARY KEY (county, project_id)
);
CREATE INDEX project_records_by_unit ON read.project_records (county, unit);
CALL tenancy.isolate('read.project_records', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.ratings (
  county     text    NOT NULL,
  need_id    uuid    NOT NULL,
  closing    bigint  NOT NULL,
  petitioner text    NOT NULL,
  unit       text,
  project_id uuid,
  good       boolean NOT NULL,
  rating     text,
  rated_on   date,
  position   bigint,
  rater      uuid,
  PRIMARY KEY (county, need_id, closing, petitioner)
);
CREATE INDEX ratings_by_unit ON read.ratings (county, unit, rated_on);
CALL tenancy.isolate('read.ratings', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.letters (
  county     text   NOT NULL,
  notice_id  uuid   NOT NULL,
  unit       text   NOT NULL,
  kind       text,
  issued_on  date,
  issued_at  bigint,
  reply_by   date,
  replied_on date,
  replied_at bigint,
  overdue_at bigint,
  PRIMARY KEY (county, notice_id, unit)
);
CREATE INDEX letters_by_unit ON read.letters (county, unit, reply_by);
CALL tenancy.isolate('read.letters', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.units (
  county         text   NOT NULL,
  code           text   NOT NULL,
  name           text,
  kind           text,
  parent         text,
  official_order bigint NOT NULL,
  PRIMARY KEY (county, code)
);
CALL tenancy.isolate('read.units', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.photo_uses (
  county text NOT NULL,
  digest text NOT NULL,
  uses   jsonb,
  PRIMARY KEY (county, digest)
);
CALL tenancy.isolate('read.photo_uses', 'SELECT, INSERT, UPDATE');
