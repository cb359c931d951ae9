CREATE TABLE read.photos (
  county      text NOT NULL,
  photo_id    uuid NOT NULL,
  position    bigint,
  need_id     uuid,
  number      bigint,
  digest      text,
  media_type  text,
  size        bigint,
  key         text,
  key_event   uuid,
  attached_at timestamptz,
  removed_at  timestamptz,
  PRIMARY KEY (county, photo_id)
);
CREATE INDEX photos_by_need ON read.photos (county, need_id, position);
CALL tenancy.isolate('read.photos', 'SELECT, INSERT, UPDATE');

-- A removed photo's key goes as an erased petitioner's does: in the transaction that says so.
CREATE TRIGGER destroy_photo_key AFTER INSERT ON log.events FOR EACH ROW
  WHEN (NEW.type = 'PhotoRemoved') EXECUTE FUNCTION vault.destroy_key();
