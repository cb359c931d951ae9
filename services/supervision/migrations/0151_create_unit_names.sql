CREATE TABLE read.unit_names (
  county         text    NOT NULL,
  code           text    NOT NULL,
  name           text,
  official_order bigint  NOT NULL,
  PRIMARY KEY (county, code)
);
CALL tenancy.isolate('read.unit_names', 'SELECT, INSERT, UPDATE');
