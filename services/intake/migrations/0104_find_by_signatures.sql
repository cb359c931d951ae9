-- One row a need instead of one for each pair of characters: read models are had again from the events.
CREATE TABLE read.need_words (
  county   text    NOT NULL,
  need_id  uuid    NOT NULL,
  town     text,
  kind     text,
  merged   boolean NOT NULL,
  bits     bigint  NOT NULL,
  w0       bigint  NOT NULL,
  w1       bigint  NOT NULL,
  w2       bigint  NOT NULL,
  w3       bigint  NOT NULL,
  w4       bigint  NOT NULL,
  w5       bigint  NOT NULL,
  w6       bigint  NOT NULL,
  w7       bigint  NOT NULL,
  w8       bigint  NOT NULL,
  w9       bigint  NOT NULL,
  w10      bigint  NOT NULL,
  w11      bigint  NOT NULL,
  w12      bigint  NOT NULL,
  w13      bigint  NOT NULL,
  w14      bigint  NOT NULL,
  w15      bigint  NOT NULL,
  PRIMARY KEY (county, need_id)
);
CALL tenancy.isolate('read.need_words', 'SELECT, INSERT, UPDATE');

DROP TABLE read.need_grams;
ALTER TABLE read.checkpoints NO FORCE ROW LEVEL SECURITY;
DELETE FROM read.checkpoints WHERE projection = 'need_grams';
ALTER TABLE read.checkpoints FORCE ROW LEVEL SECURITY;
