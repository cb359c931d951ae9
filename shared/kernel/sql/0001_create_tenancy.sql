-- Isolation of counties: one function makes a table a tenant's table, the same way everywhere.
CREATE SCHEMA tenancy;
CREATE SCHEMA log;
CREATE SCHEMA read;
CREATE SCHEMA vault;

-- The role services run as: the owner's name with _app for _owner; it owns nothing.
CREATE FUNCTION tenancy.app_role() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT regexp_replace((SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database())::text, '_owner$', '_app') $$;

CREATE FUNCTION tenancy.county() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.county', true), '') $$;

-- Row-level security enabled and forced, one policy for reading and writing, privileges for the app role.
CREATE PROCEDURE tenancy.isolate(relation regclass, privileges text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  EXECUTE format(
    'CREATE POLICY county ON %s USING (county = nullif(current_setting(''app.county'', true), ''''))'
    ' WITH CHECK (county = nullif(current_setting(''app.county'', true), ''''))', relation);
  EXECUTE format('GRANT %s ON %s TO %I', privileges, relation, tenancy.app_role());
END $$;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tenancy', 'log', 'read', 'vault'] LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', name, tenancy.app_role());
  END LOOP;
  -- So that a service can tell, on /readyz, whether every migration it knows has been applied.
  EXECUTE format('GRANT SELECT ON public._yoyo_migration TO %I', tenancy.app_role());
END $$;
