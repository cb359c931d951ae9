ALTER TABLE read.organisations
  ADD COLUMN valid_from   date,
  ADD COLUMN valid_to     date,
  ADD COLUMN name_from    date,
  ADD COLUMN former_names jsonb;
-- The official order (排序号) first, then the order of registration, as one key that a page can go on from.
CREATE INDEX organisations_by_place ON read.organisations (county, ((official_order << 43) + position));
CREATE INDEX organisations_by_parent ON read.organisations (county, parent);

ALTER TABLE read.members
  ADD COLUMN claims bigint NOT NULL DEFAULT 0;
CREATE INDEX members_by_unit ON read.members (county, unit, branch);

ALTER TABLE read.project_board
  ADD COLUMN submissions       jsonb,
  ADD COLUMN spot_check        text,
  ADD COLUMN spot_check_id     uuid,
  ADD COLUMN claimant_role     text,
  ADD COLUMN team              jsonb,
  ADD COLUMN given_back        bigint NOT NULL DEFAULT 0,
  ADD COLUMN first_promise     text,
  ADD COLUMN first_complete_by date,
  ADD COLUMN amendments        jsonb,
  ADD COLUMN extension_asked   jsonb,
  ADD COLUMN suspended         boolean NOT NULL DEFAULT false,
  ADD COLUMN milestones        jsonb,
  ADD COLUMN plan              text,
  ADD COLUMN plan_revisions    bigint NOT NULL DEFAULT 0,
  ADD COLUMN reopened_for      text,
  ADD COLUMN merged_into       uuid,
  ADD COLUMN left_because      text,
  ADD COLUMN ledger_moves      jsonb;
CREATE INDEX project_board_by_unit ON read.project_board (county, unit, position);

CREATE TABLE read.exemptions (
  county         text NOT NULL,
  member_id      uuid NOT NULL,
  position       bigint,
  status         text NOT NULL,
  exemption      text,
  evidence       jsonb,
  evidence_event uuid,
  unit           text,
  branch         text,
  proposed_by    text,
  decided_by     text,
  reason         text,
  PRIMARY KEY (county, member_id)
);
CREATE INDEX exemptions_by_position ON read.exemptions (county, position);
CALL tenancy.isolate('read.exemptions', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.leaders (
  county         text   NOT NULL,
  leader_id      uuid   NOT NULL,
  position       bigint,
  account        text,
  post           text,
  unit           text,
  official_order bigint NOT NULL,
  name           jsonb,
  name_event     uuid,
  PRIMARY KEY (county, leader_id)
);
CALL tenancy.isolate('read.leaders', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.contact_points (
  county       text NOT NULL,
  leader_id    uuid NOT NULL,
  organisation text NOT NULL,
  position     bigint,
  account      text,
  tied_from    date,
  until        date,
  before       jsonb,
  PRIMARY KEY (county, leader_id, organisation)
);
CREATE INDEX contact_points_by_position ON read.contact_points (county, position);
CALL tenancy.isolate('read.contact_points', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.spot_checks (
  county          text   NOT NULL,
  spot_check_id   uuid   NOT NULL,
  position        bigint,
  version         bigint NOT NULL,
  unit            text,
  seed            text,
  percent         bigint NOT NULL,
  profile_version text,
  candidates      bigint NOT NULL,
  digest          text,
  project_ids     jsonb,
  drawn           bigint NOT NULL,
  drawn_at        timestamptz,
  passed          bigint NOT NULL,
  failed          bigint NOT NULL,
  PRIMARY KEY (county, spot_check_id)
);
CALL tenancy.isolate('read.spot_checks', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.demonstrations (
  county        text NOT NULL,
  holder_id     uuid NOT NULL,
  project_id    uuid NOT NULL,
  position      bigint,
  whose         text,
  holder        text,
  status        text NOT NULL,
  reason        text,
  least         bigint,
  most          bigint,
  designated_at timestamptz,
  ended_at      timestamptz,
  PRIMARY KEY (county, holder_id, project_id)
);
CALL tenancy.isolate('read.demonstrations', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.ledger_book (
  county text NOT NULL,
  level  text NOT NULL,
  days   jsonb,
  PRIMARY KEY (county, level)
);
CALL tenancy.isolate('read.ledger_book', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.announcements (
  county          text   NOT NULL,
  announcement_id uuid   NOT NULL,
  position        bigint,
  label           text,
  levels          jsonb,
  figure          bigint NOT NULL,
  announced_on    date,
  source          text,
  PRIMARY KEY (county, announcement_id)
);
CALL tenancy.isolate('read.announcements', 'SELECT, INSERT, UPDATE');
