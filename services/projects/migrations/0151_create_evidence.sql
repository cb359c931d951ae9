CREATE TABLE read.evidence (
  county      text NOT NULL,
  evidence_id uuid NOT NULL,
  position    bigint,
  project_id  uuid,
  digest      text,
  media_type  text,
  size        bigint,
  caption     text,
  unit        text,
  attached_by text,
  attached_at timestamptz,
  PRIMARY KEY (county, evidence_id)
);
CREATE INDEX evidence_by_position ON read.evidence (county, position);
CREATE INDEX evidence_by_project ON read.evidence (county, project_id, position);
CREATE INDEX evidence_by_digest ON read.evidence (county, digest, project_id);
CALL tenancy.isolate('read.evidence', 'SELECT, INSERT, UPDATE');
