CREATE TABLE read.county_profile (
  county         text NOT NULL,
  version_code   text NOT NULL,
  position       bigint,
  effective_from date,
  adopted_at     timestamptz,
  profile        jsonb,
  PRIMARY KEY (county, version_code)
);
CALL tenancy.isolate('read.county_profile', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.organisations (
  county         text   NOT NULL,
  code           text   NOT NULL,
  position       bigint,
  version        bigint NOT NULL,
  name           text,
  kind           text,
  parent         text,
  official_order bigint NOT NULL,
  PRIMARY KEY (county, code)
);
CREATE INDEX organisations_in_order ON read.organisations (county, official_order, code);
CALL tenancy.isolate('read.organisations', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.members (
  county     text   NOT NULL,
  member_id  uuid   NOT NULL,
  position   bigint,
  version    bigint NOT NULL,
  unit       text,
  branch     text,
  exemption  text,
  name       jsonb,
  name_event uuid,
  PRIMARY KEY (county, member_id)
);
CREATE INDEX members_by_position ON read.members (county, position);
CALL tenancy.isolate('read.members', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.known_needs (
  county  text NOT NULL,
  need_id uuid NOT NULL,
  PRIMARY KEY (county, need_id)
);
CALL tenancy.isolate('read.known_needs', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.project_board (
  county             text   NOT NULL,
  project_id         uuid   NOT NULL,
  position           bigint,
  version            bigint NOT NULL,
  status             text   NOT NULL,
  title              text,
  level              text,
  unit               text,
  branch             text,
  need_ids           jsonb,
  planned_completion date,
  review_by          text,
  sign_off_by        text,
  proposed_by        text,
  proposed_at        timestamptz,
  verdicts           jsonb,
  claimant           text,
  claimed_at         timestamptz,
  promise            text,
  complete_by        date,
  venue              text,
  percent            bigint NOT NULL,
  progress           text,
  round              bigint NOT NULL,
  completed_at       timestamptz,
  reopened           bigint NOT NULL,
  signed_off_at      timestamptz,
  PRIMARY KEY (county, project_id)
);
CREATE INDEX project_board_by_position ON read.project_board (county, position);
CREATE INDEX project_board_by_claimant ON read.project_board (county, claimant, position);
CALL tenancy.isolate('read.project_board', 'SELECT, INSERT, UPDATE');
