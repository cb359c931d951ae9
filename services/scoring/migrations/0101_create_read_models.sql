CREATE TABLE read.verification_board (
  county     text   NOT NULL,
  project_id uuid   NOT NULL,
  position   bigint,
  version    bigint NOT NULL,
  status     text   NOT NULL,
  round      bigint NOT NULL,
  title      text,
  level      text,
  unit       text,
  branch     text,
  claimant   text,
  tier       text,
  sheet      jsonb,
  points     jsonb,
  total      bigint,
  remark     text,
  reason     text,
  refused    bigint NOT NULL,
  opened_at  timestamptz,
  decided_at timestamptz,
  decided_by text,
  PRIMARY KEY (county, project_id)
);
CREATE INDEX verification_board_by_position ON read.verification_board (county, position);
CALL tenancy.isolate('read.verification_board', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.county_profile (
  county         text NOT NULL,
  version_code   text NOT NULL,
  position       bigint,
  effective_from date,
  profile        jsonb,
  PRIMARY KEY (county, version_code)
);
CALL tenancy.isolate('read.county_profile', 'SELECT, INSERT, UPDATE');
