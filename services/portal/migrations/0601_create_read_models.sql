CREATE TABLE read.event_archive (
  county      text        NOT NULL,
  source      text        NOT NULL,
  position    bigint      NOT NULL,
  stream      text        NOT NULL,
  type        text        NOT NULL,
  recorded_at timestamptz NOT NULL,
  need_id     uuid,
  project_id  uuid,
  town        text,
  units       text        NOT NULL,
  body        bytea       NOT NULL,
  PRIMARY KEY (county, source, position)
);
CREATE INDEX event_archive_by_need ON read.event_archive (county, need_id) WHERE need_id IS NOT NULL;
CREATE INDEX event_archive_by_project ON read.event_archive (county, project_id) WHERE project_id IS NOT NULL;
CALL tenancy.isolate('read.event_archive', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE read.need_cards (
  county             text   NOT NULL,
  need_id            uuid   NOT NULL,
  position           bigint,
  version            bigint NOT NULL,
  status             text   NOT NULL,
  kind               text,
  channel            text,
  title              text,
  detail             text,
  town               text,
  submitted_at       timestamptz,
  owner_by           date,
  voices             bigint NOT NULL,
  accepted_at        timestamptz,
  handling_unit      text,
  responsible_leader text,
  routed_at          timestamptz,
  unowned_at         timestamptz,
  outcome            text,
  answer             text,
  closed_at          timestamptz,
  reopened           bigint NOT NULL,
  project_id         uuid,
  merged_into        uuid,
  rated              bigint NOT NULL,
  good               bigint NOT NULL,
  last_rating        text,
  wish               text,
  wish_unit          text,
  wish_claimant      text,
  wish_at            timestamptz,
  changed_at         timestamptz,
  PRIMARY KEY (county, need_id)
);
CREATE INDEX need_cards_by_position ON read.need_cards (county, position);
CREATE INDEX need_cards_by_town ON read.need_cards (county, town, position);
CREATE INDEX need_cards_by_unit ON read.need_cards (county, handling_unit, position);
CREATE INDEX wishes_by_standing ON read.need_cards (county, wish, position) WHERE wish IS NOT NULL;
CALL tenancy.isolate('read.need_cards', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.project_cards (
  county             text   NOT NULL,
  project_id         uuid   NOT NULL,
  position           bigint,
  status             text   NOT NULL,
  title              text,
  level              text,
  unit               text,
  branch             text,
  need_ids           jsonb,
  claimed_by         jsonb,
  review_by          text,
  submission         bigint NOT NULL,
  planned_completion date,
  proposed_at        timestamptz,
  approved_at        timestamptz,
  claimant           text,
  claimant_role      text,
  claimed_at         timestamptz,
  team               bigint NOT NULL,
  promise            text,
  complete_by        date,
  first_complete_by  date,
  venue              text,
  moved              bigint NOT NULL,
  suspended          boolean NOT NULL,
  percent            bigint NOT NULL,
  progress           text,
  completed_at       timestamptz,
  verification       text,
  total              bigint,
  points             jsonb,
  signed_off_at      timestamptz,
  reopened           bigint NOT NULL,
  changed_at         timestamptz,
  PRIMARY KEY (county, project_id)
);
CREATE INDEX project_cards_by_position ON read.project_cards (county, position);
CREATE INDEX project_cards_by_status ON read.project_cards (county, status, position);
CREATE INDEX project_cards_by_unit ON read.project_cards (county, unit, position);
CREATE INDEX project_cards_by_claimant ON read.project_cards (county, claimant, position);
CREATE INDEX project_cards_by_promise ON read.project_cards (county, complete_by) WHERE status = 'claimed';
CALL tenancy.isolate('read.project_cards', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.notice_cards (
  county      text NOT NULL,
  notice_id   uuid NOT NULL,
  position    bigint,
  kind        text,
  title       text,
  number      text,
  issued_on   date,
  reply_by    date,
  units       jsonb,
  project_ids jsonb,
  overdue     boolean NOT NULL,
  closed_at   timestamptz,
  changed_at  timestamptz,
  PRIMARY KEY (county, notice_id)
);
CREATE INDEX notice_cards_by_position ON read.notice_cards (county, position);
CALL tenancy.isolate('read.notice_cards', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.county_profile (
  county         text NOT NULL,
  version_code   text NOT NULL,
  position       bigint,
  effective_from date,
  profile        jsonb,
  PRIMARY KEY (county, version_code)
);
CALL tenancy.isolate('read.county_profile', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.units (
  county         text    NOT NULL,
  code           text    NOT NULL,
  name           text,
  kind           text,
  parent         text,
  official_order bigint  NOT NULL,
  dissolved      boolean NOT NULL,
  PRIMARY KEY (county, code)
);
CREATE INDEX units_in_order ON read.units (county, kind, official_order, code);
CALL tenancy.isolate('read.units', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.member_cards (
  county    text   NOT NULL,
  member_id uuid   NOT NULL,
  unit      text,
  branch    text,
  exemption text,
  claims    bigint NOT NULL,
  PRIMARY KEY (county, member_id)
);
CREATE INDEX member_cards_by_unit ON read.member_cards (county, unit, branch);
CALL tenancy.isolate('read.member_cards', 'SELECT, INSERT, UPDATE');
