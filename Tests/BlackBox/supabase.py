"""A database as Supabase makes it: its schemas, tables and functions belong to others, and `postgres`, who we log in as, is no superuser.
Set-up, migrations and requests run on it, and nothing that was there is another afterwards.

    python3 Tests/BlackBox/supabase.py
"""
import difflib, shutil
from checks import check, end, holds
from cluster import Cluster
from offstage import Project

# By supabase_admin, who owns the cluster. The shapes are those of Supabase's own set-up, as far as they matter to another program.
ROLES = """
create role postgres login createrole createdb replication bypassrls;
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;
create role dashboard_user nologin createdb createrole replication;
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
create database app owner postgres template template0;
"""
THINGS = """
create schema auth authorization supabase_admin;
create schema storage authorization supabase_admin;
create schema realtime authorization supabase_admin;
create schema extensions authorization postgres;
create extension pgcrypto schema extensions;
grant usage on schema auth, storage, extensions to anon, authenticated, service_role, postgres;
grant all on schema auth to supabase_auth_admin;
grant all on schema storage to supabase_storage_admin;
grant all on schema auth to dashboard_user;
grant usage on schema public to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on sequences to postgres, anon, authenticated, service_role;

set role supabase_auth_admin;
create table auth.users (instance_id uuid, id uuid primary key, aud text, role text, email text, encrypted_password text, raw_user_meta_data jsonb, created_at timestamptz);
alter table auth.users enable row level security;
create table auth.schema_migrations (version text primary key);
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$;
create function auth.role() returns text language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'))::text $$;
create function auth.email() returns text language sql stable as $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email')::text $$;
create function auth.jwt() returns jsonb language sql stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
grant all on auth.users to postgres, dashboard_user;
insert into auth.users (id, email) values ('00000000-0000-0000-0000-000000000001', 'ann@example.com'), ('00000000-0000-0000-0000-000000000002', 'ben@example.com');

set role supabase_storage_admin;
create table storage.buckets (id text primary key, name text not null unique, owner uuid, public boolean default false);
create table storage.objects (id uuid primary key default gen_random_uuid(), bucket_id text references storage.buckets, name text, owner uuid, metadata jsonb);
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
create function storage.foldername(name text) returns text[] language plpgsql as $$ begin return (string_to_array(name, '/'))[1:array_length(string_to_array(name, '/'), 1) - 1]; end $$;
create function storage.filename(name text) returns text language plpgsql as $$ declare parts text[]; begin parts := string_to_array(name, '/'); return parts[array_length(parts, 1)]; end $$;
create function storage.extension(name text) returns text language plpgsql as $$ begin return reverse(split_part(reverse(storage.filename(name)), '.', 1)); end $$;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role, postgres;

reset role;
create table realtime.messages (id bigint primary key, topic text);
create function extensions.told() returns event_trigger language plpgsql as $$ begin notify pgrst, 'reload schema'; end $$;
create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.told();

set role postgres;
create table public.notes (id bigint generated by default as identity primary key, owner uuid not null default auth.uid() references auth.users, text text);
alter table public.notes enable row level security;
create policy own on public.notes using (owner = auth.uid()) with check (owner = auth.uid());
insert into public.notes (owner, text) values ('00000000-0000-0000-0000-000000000001', 'of ann'), ('00000000-0000-0000-0000-000000000002', 'of ben');
"""
MIGRATION = """
create table tags (id bigint generated by default as identity primary key, note bigint not null references notes, tag text not null);
alter table tags enable row level security;
create policy own on tags using (exists (select from notes where notes.id = tags.note));
"""


class Supabase(Cluster):
    def __init__(self):
        super().__init__("supabase_admin", "--no-sync")
        self.psql(ROLES, "template1")
        self.psql(THINGS)

    def prepare(self):
        return "fsync = off\n"

    def everything(self):
        """Definitions, owners, grants and rows of all but what is ours, and the roles with their settings and memberships."""
        dump = self.do("pg_dump", "--exclude-schema=offstage", "--exclude-table=public.tags*", self.connection())
        roles = self.do("pg_dumpall", "--roles-only", "--dbname", self.connection(database="template1"))
        # A word that is another in each dump, in PostgreSQL's newer releases.
        return [line for line in (dump + roles).split("\n") if not line.startswith(("\\restrict", "\\unrestrict"))]


def unchanged(what, before, after):
    changes = [line for line in difflib.unified_diff(before, after, lineterm="", n=0) if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    check(what, changes, [])


cluster = Supabase()
project = Project()
try:
    check("the user is no superuser", cluster.psql("select rolsuper from pg_roles where rolname = 'postgres'"), "f")
    for folder in ["migrations", "seed"]:
        shutil.rmtree(f"{project.folder}/{folder}")
    project.write("migrations/0001_tags.sql", MIGRATION)
    project.environment["OFFSTAGE_DATABASE_URL"] = cluster.connection("postgres")
    before = cluster.everything()
    holds("what is compared has everything in it", sum("auth.uid" in line for line in before) > 2 and any("CREATE ROLE anon" in line for line in before))
    ran = project.run("migrate", "up", check=False)
    check("the project migrates", ran.returncode, 0)
    holds("without an error", "error" not in ran.stderr, ran.stdout, ran.stderr)
    unchanged("set-up and a migration change nothing that was there", before, cluster.everything())
    check("what is ours is in a schema of its own", cluster.psql("select to_regclass('offstage.migration') is not null and to_regclass('public.tags') is not null"), "t")

    project.start()
    token = lambda number: {"Authorization": "Bearer " + project.token({"sub": f"00000000-0000-0000-0000-00000000000{number}"}), "apikey": project.key("anon")}
    ann, ben = token(1), token(2)
    check("a policy by their auth.uid() holds", [project.rows("notes?select=text", who) for who in (ann, ben)], [[{"text": "of ann"}], [{"text": "of ben"}]])
    check("and hides all from strangers", project.rows("notes", {"apikey": project.key("anon")}), [])
    note = project.rows("notes?select=id", ann)[0]["id"]
    check("a row of the new table", project.request("POST", "/rest/v1/tags", {"note": note, "tag": "new"}, ann)[0], 201)
    check("and not for another's", project.request("POST", "/rest/v1/tags", {"note": note, "tag": "new"}, ben)[0], 403)
    check("with what it belongs to", project.rows("notes?select=text,tags(tag)", ann), [{"text": "of ann", "tags": [{"tag": "new"}]}])
    check("their tables of users are not exposed", project.request("GET", "/rest/v1/users", headers=ann)[0], 404)
    project.stop()
    ran = project.run("migrate", "up", check=False)
    check("a second run is fine", ran.returncode, 0)
    unchanged("nothing that was there is another after all of it", before, cluster.everything())
finally:
    project.close()
    cluster.close()
end(" on a database like Supabase's")
