-- Two roles: ecg_owner makes and upgrades the tables, ecg_app is what the program works as. It can
-- add to the audit chain and read it, and neither change it nor take its guards away.
--
--   createdb ecg && psql -d ecg -f deploy/postgresql-roles.sql          -- as a superuser
--   psql -d ecg -c "ALTER ROLE ecg_owner PASSWORD '…'" -c "ALTER ROLE ecg_app PASSWORD '…'"
--   ECG_DATABASE_URL=postgresql://ecg_owner:…@host/ecg python -m ecg_core serve-check   -- tables
--   psql -d ecg -f deploy/postgresql-roles.sql                          -- again: what ecg_app may
--
-- App and worker then have ecg_app in ECG_DATABASE_URL. After an upgrade the last two again.

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ecg_owner') THEN
    CREATE ROLE ecg_owner LOGIN;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ecg_app') THEN
    CREATE ROLE ecg_app LOGIN;
  END IF;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO ecg_owner;
GRANT USAGE ON SCHEMA public TO ecg_app;

DO $$
DECLARE
  name text;
  grows text[] := ARRAY['blobs', 'cases', 'case_files', 'events', 'readings'];
  fixed text[] := ARRAY['actions', 'alembic_version'];
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER TABLE %I OWNER TO ecg_owner', name);
    EXECUTE format('REVOKE ALL ON %I FROM ecg_app, PUBLIC', name);
    IF name = ANY (fixed) THEN
      EXECUTE format('GRANT SELECT ON %I TO ecg_app', name);
    ELSIF name = ANY (grows) THEN
      EXECUTE format('GRANT SELECT, INSERT ON %I TO ecg_app', name);
    ELSIF name = 'chain_head' THEN
      -- It only moves on to the next event: a trigger sees to that.
      EXECUTE format('GRANT SELECT, UPDATE ON %I TO ecg_app', name);
    ELSE
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO ecg_app', name);
    END IF;
  END LOOP;
  FOR name IN SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
              WHERE n.nspname = 'public' AND p.proname LIKE 'ecg\_%' LOOP
    EXECUTE format('ALTER FUNCTION %I() OWNER TO ecg_owner', name);
  END LOOP;
END $$;
