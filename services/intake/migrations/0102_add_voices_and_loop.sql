ALTER TABLE read.need_board
  ADD COLUMN on_behalf       boolean NOT NULL DEFAULT false,
  ADD COLUMN call_id         uuid,
  ADD COLUMN petitions       bigint  NOT NULL DEFAULT 0,
  ADD COLUMN accepted_at     timestamptz,
  ADD COLUMN assisting_units jsonb,
  ADD COLUMN routing_reason  text,
  ADD COLUMN owner_by        date,
  ADD COLUMN unowned_at      timestamptz,
  ADD COLUMN more_asked      text,
  ADD COLUMN more_asked_at   timestamptz,
  ADD COLUMN more_by         date,
  ADD COLUMN more_missed     boolean NOT NULL DEFAULT false,
  ADD COLUMN more            jsonb,
  ADD COLUMN merged_into     uuid,
  ADD COLUMN merged_at       timestamptz,
  ADD COLUMN in_hand         boolean NOT NULL DEFAULT false,
  ADD COLUMN closing         bigint  NOT NULL DEFAULT 0,
  ADD COLUMN reopen_until    date,
  ADD COLUMN reopened        bigint  NOT NULL DEFAULT 0;
CREATE INDEX need_board_unowned ON read.need_board (county, position) WHERE handling_unit IS NULL AND status IN ('submitted', 'accepted');
CREATE INDEX need_board_merged ON read.need_board (county, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX need_board_by_call ON read.need_board (county, call_id) WHERE call_id IS NOT NULL;

CREATE TABLE read.need_grams (
  county  text NOT NULL,
  gram    text NOT NULL,
  need_id uuid NOT NULL,
  PRIMARY KEY (county, gram, need_id)
);
CALL tenancy.isolate('read.need_grams', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.petitions (
  county       text    NOT NULL,
  need_id      uuid    NOT NULL,
  number       bigint  NOT NULL,
  position     bigint,
  petition_id  uuid,
  channel      text,
  named        boolean NOT NULL,
  on_behalf    boolean NOT NULL,
  submitted_by text,
  submitted_at timestamptz,
  code_digest  text,
  revealed     bigint  NOT NULL,
  erased_at    timestamptz,
  PRIMARY KEY (county, need_id, number)
);
CREATE INDEX petitions_by_position ON read.petitions (county, position);
CREATE INDEX petitions_by_code ON read.petitions (county, code_digest);
CALL tenancy.isolate('read.petitions', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.ratings (
  county        text    NOT NULL,
  need_id       uuid    NOT NULL,
  closed_with   uuid    NOT NULL,
  closing       bigint  NOT NULL,
  petitioner    text    NOT NULL,
  position      bigint,
  rating        text,
  good          boolean NOT NULL,
  handling_unit text,
  project_id    uuid,
  text          text,
  rated_at      timestamptz,
  PRIMARY KEY (county, need_id, closed_with, closing, petitioner)
);
CREATE INDEX ratings_by_position ON read.ratings (county, position);
CALL tenancy.isolate('read.ratings', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.wishes (
  county       text   NOT NULL,
  need_id      uuid   NOT NULL,
  position     bigint,
  status       text   NOT NULL,
  title        text,
  town         text,
  claimant     text,
  member_id    uuid,
  unit         text,
  branch       text,
  published_at timestamptz,
  claimed_at   timestamptz,
  fulfilled_at timestamptz,
  fulfilment   text,
  given_back   bigint NOT NULL,
  thanks       bigint NOT NULL,
  thanked      text,
  PRIMARY KEY (county, need_id)
);
CREATE INDEX wishes_by_position ON read.wishes (county, position);
CALL tenancy.isolate('read.wishes', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.calls (
  county       text   NOT NULL,
  call_id      uuid   NOT NULL,
  position     bigint,
  version      bigint NOT NULL,
  title        text,
  text         text,
  channels     jsonb,
  opens_on     date,
  closes_on    date,
  closed_on    date,
  published_at timestamptz,
  PRIMARY KEY (county, call_id)
);
CREATE INDEX calls_by_position ON read.calls (county, position);
CALL tenancy.isolate('read.calls', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.members (
  county    text    NOT NULL,
  member_id uuid    NOT NULL,
  unit      text,
  branch    text,
  exempt    boolean NOT NULL,
  PRIMARY KEY (county, member_id)
);
CALL tenancy.isolate('read.members', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.county_profile (
  county         text   NOT NULL,
  version_code   text   NOT NULL,
  position       bigint,
  effective_from date,
  profile        jsonb,
  PRIMARY KEY (county, version_code)
);
CALL tenancy.isolate('read.county_profile', 'SELECT, INSERT, UPDATE');

CREATE TABLE read.project_steps (
  county        text NOT NULL,
  project_id    uuid NOT NULL,
  proposed_at   timestamptz,
  claimed_at    timestamptz,
  complete_by   date,
  completed_at  timestamptz,
  signed_off_at timestamptz,
  withdrawn_at  timestamptz,
  PRIMARY KEY (county, project_id)
);
CALL tenancy.isolate('read.project_steps', 'SELECT, INSERT, UPDATE');

-- The key of an erased petitioner goes in the transaction that says so: neither can be had without the other.
CREATE FUNCTION vault.destroy_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM vault.keys k
    WHERE k.county = NEW.county AND k.person = (convert_from(NEW.body, 'UTF8')::jsonb -> 'data' ->> 'person')::uuid;
  RETURN NULL;
END $$;
CREATE TRIGGER destroy_key AFTER INSERT ON log.events FOR EACH ROW
  WHEN (NEW.type = 'PetitionerErased') EXECUTE FUNCTION vault.destroy_key();
