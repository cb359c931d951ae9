CREATE TABLE read.surveys (
  county      text   NOT NULL,
  survey_id   uuid   NOT NULL,
  position    bigint,
  version     bigint NOT NULL,
  status      text   NOT NULL,
  title       text,
  unit        text,
  project_id  uuid,
  questions   jsonb,
  respondents text,
  sampling    text,
  sample      bigint,
  until       date,
  codes       bigint NOT NULL,
  answered    bigint NOT NULL,
  good        bigint NOT NULL,
  rated       bigint NOT NULL,
  aware       bigint NOT NULL,
  asked       bigint NOT NULL,
  counts      jsonb,
  opened_at   timestamptz,
  closed_at   timestamptz,
  PRIMARY KEY (county, survey_id)
);
CREATE INDEX surveys_by_position ON read.surveys (county, position);
CREATE INDEX surveys_by_project ON read.surveys (county, project_id);
CREATE INDEX surveys_by_unit ON read.surveys (county, unit);
CALL tenancy.isolate('read.surveys', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.survey_answers (
  county      text   NOT NULL,
  survey_id   uuid   NOT NULL,
  respondent  uuid   NOT NULL,
  unit        text,
  project_id  uuid,
  good        bigint NOT NULL,
  rated       bigint NOT NULL,
  aware       bigint NOT NULL,
  asked       bigint NOT NULL,
  answered_on date,
  position    bigint,
  PRIMARY KEY (county, survey_id, respondent)
);
CREATE INDEX survey_answers_by_unit ON read.survey_answers (county, unit, answered_on);
CALL tenancy.isolate('read.survey_answers', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.unit_scores (
  county    text    NOT NULL,
  score_id  uuid    NOT NULL,
  position  bigint,
  version   bigint  NOT NULL,
  unit      text,
  occasion  text,
  sheet     jsonb,
  points    jsonb,
  total     bigint,
  passed    boolean NOT NULL,
  remark    text,
  scored_by text,
  scored_at timestamptz,
  PRIMARY KEY (county, score_id)
);
CREATE INDEX unit_scores_by_position ON read.unit_scores (county, position);
CALL tenancy.isolate('read.unit_scores', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.assessments (
  county          text   NOT NULL,
  assessment_id   uuid   NOT NULL,
  run             bigint NOT NULL,
  position        bigint,
  year            bigint,
  subject         text,
  unit            text,
  rules           jsonb,
  rules_version   text,
  profile_version text,
  seen_to         jsonb,
  subjects        bigint NOT NULL,
  digest          text,
  assessed_by     text,
  assessed_at     timestamptz,
  PRIMARY KEY (county, assessment_id, run)
);
CREATE INDEX assessments_by_position ON read.assessments (county, position);
CALL tenancy.isolate('read.assessments', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.assessment_results (
  county         text    NOT NULL,
  assessment_id  uuid    NOT NULL,
  run            bigint  NOT NULL,
  code           text    NOT NULL,
  position       bigint,
  subject        text,
  unit           text,
  official_order bigint  NOT NULL,
  lines          jsonb,
  score          bigint,
  rank           bigint,
  commendable    boolean NOT NULL,
  exclusions     jsonb,
  PRIMARY KEY (county, assessment_id, run, code)
);
CREATE INDEX assessment_results_by_position ON read.assessment_results (county, assessment_id, run, position);
CALL tenancy.isolate('read.assessment_results', 'SELECT, INSERT, UPDATE');
