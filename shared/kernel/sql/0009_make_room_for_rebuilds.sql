-- Where projections are built anew beside the live ones; its tables come and go with each rebuild.
CREATE SCHEMA rebuild;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA rebuild TO %I', tenancy.app_role()); END $$;
