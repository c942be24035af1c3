import OffstageSQL
import OffstageSchema

/// What a project needs of its database before its first migration: roles, schemas, the functions of `auth`, and the table of what has run.
///
/// It adds what is missing and changes nothing that is there, so that it may run at every start, by many servers at once, and on a database
/// that Supabase made.
package enum PostgresSetup {
    /// The lock that set-up and migrations are done under, on every server.
    package static let lock = "select pg_advisory_xact_lock(7165321)"

    /// - Parameter exposed: the schemas that requests may reach.
    /// - Throws: 42501 with what to do where the login user may not make what is missing.
    package static func run(on session: PostgresSession, exposing exposed: [String]) throws {
        for attempt in 1... {
            do {
                return try runOnce(on: session, exposing: exposed)
            } catch {
                // Roles belong to the whole server, locks of this kind to one database: another may have made the same roles. It has ended
                // when this one is told, so they are found the next time.
                guard attempt < 5, isOfAnother(error) else { throw error }
            }
        }
    }

    private static func isOfAnother(_ error: SQLError) -> Bool {
        ["23505", "42710"].contains(error.code) || error.code == "XX000" && error.message == "tuple concurrently updated"
    }

    private static func runOnce(on session: PostgresSession, exposing exposed: [String]) throws(SQLError) {
        _ = try session.rows("begin")
        do {
            _ = try session.rows(lock)
            // What is there already is no news.
            _ = try session.rows("set local client_min_messages = warning")
            let isNew = try session.rows("select to_regclass('offstage.migration') is null").first?.first == "t"
            if isNew {
                try session.run(script: script)
                // What a Supabase project has of its own stays as it is.
                if try session.rows("select 1 where to_regclass('auth.users') is not null or to_regclass('storage.objects') is not null")
                    .isEmpty
                {
                    try session.run(script: Schema.systemDefinitions)
                }
                // A file has this one from its beginning, too; the others are made by migrations.
                if exposed.contains("public") { try session.run(script: "create schema if not exists public") }
            }
            // Those that came later.
            try session.run(script: tables)
            try open(exposed, on: session)
            try session.run(script: announcing)
            _ = try session.rows("commit")
        } catch {
            _ = try? session.rows("rollback")
            guard error.code == "42501" else { throw error }
            throw SQLError(
                "42501", "the database's user may not set the database up: \(error.message)", details: error.details,
                hint: "Give it CREATEROLE and ownership of the database, or run `offstage migrate up` once as a superuser.")
        }
    }

    private static let script = """
        do $$
        begin
            if not exists (select from pg_roles where rolname = 'anon') then create role anon nologin; end if;
            if not exists (select from pg_roles where rolname = 'authenticated') then create role authenticated nologin; end if;
            if not exists (select from pg_roles where rolname = 'service_role') then create role service_role nologin bypassrls; end if;
            if not exists (select from pg_roles where rolname = 'authenticator') then
                create role authenticator login noinherit;
                grant anon, authenticated, service_role to authenticator;
            end if;
            -- Who requests log in as must be able to become each of them.
            if not (select rolsuper from pg_roles where rolname = current_user) then
                if not pg_has_role(current_user, 'anon', 'member') then grant anon to current_user; end if;
                if not pg_has_role(current_user, 'authenticated', 'member') then grant authenticated to current_user; end if;
                if not pg_has_role(current_user, 'service_role', 'member') then grant service_role to current_user; end if;
            end if;
            if to_regnamespace('auth') is null then
                create schema auth;
                grant usage on schema auth to anon, authenticated, service_role;
            end if;
            if to_regnamespace('storage') is null then
                create schema storage;
                grant usage on schema storage to anon, authenticated, service_role;
            end if;
            if to_regnamespace('extensions') is null then
                create schema extensions;
                grant usage on schema extensions to anon, authenticated, service_role;
            end if;
            if to_regprocedure('auth.jwt()') is null then
                create function auth.jwt() returns jsonb language sql stable as
                    'select nullif(current_setting(''request.jwt.claims'', true), '''')::jsonb';
                grant execute on function auth.jwt() to public;
            end if;
            if to_regprocedure('auth.uid()') is null then
                create function auth.uid() returns uuid language sql stable as
                    'select (nullif(current_setting(''request.jwt.claims'', true), '''')::jsonb ->> ''sub'')::uuid';
                grant execute on function auth.uid() to public;
            end if;
            if to_regprocedure('auth.role()') is null then
                create function auth.role() returns text language sql stable as 'select current_setting(''role'')';
                grant execute on function auth.role() to public;
            end if;
            if to_regprocedure('storage.foldername(text)') is null then
                create function storage.foldername(name text) returns text[] language sql immutable as
                    'select (string_to_array(name, ''/''))[1:array_length(string_to_array(name, ''/''), 1) - 1]';
                create function storage.filename(name text) returns text language sql immutable as
                    'select (string_to_array(name, ''/''))[array_length(string_to_array(name, ''/''), 1)]';
                create function storage.extension(name text) returns text language sql immutable as
                    'select reverse(split_part(reverse(storage.filename(name)), ''.'', 1))';
            end if;
            if to_regprocedure('auth.email()') is null then
                create function auth.email() returns text language sql stable as
                    'select nullif(current_setting(''request.jwt.claims'', true), '''')::jsonb ->> ''email''';
                grant execute on function auth.email() to public;
            end if;
        end $$;
        create schema if not exists offstage;
        create table offstage.migration (name text primary key, checksum text not null, applied_at timestamptz not null default now());
        create table offstage.automatic_grant (
            relation regclass not null, role text not null, privilege text not null, primary key (relation, role, privilege));
        create table offstage.meta (key text primary key, value text not null);
        """

    private static let tables = """
        create table if not exists offstage.answer (
            key bytea primary key, owner bytea not null, request bytea not null, given_at timestamptz not null default now(), count bigint not null,
            total bigint, inserted bigint, keys text, body text);
        create index if not exists answer_given_at on offstage.answer (given_at);
        create table if not exists offstage.answer_owner (owner bytea primary key, answers bigint not null, bytes bigint not null);
        create table if not exists offstage.keys (
            id int primary key check (id = 1), sealed text not null, changed_at timestamptz not null default now());
        create table if not exists offstage.granted_by_hand (relation regclass primary key);
        """

    /// Event triggers that tell the servers of every change to the catalogue, whoever makes it: psql, another tool, another program.
    ///
    /// Only a superuser may make them, or who passes for one at a provider of databases. Supabase's own say the same on a channel that is heard as
    /// well, and nothing is added to them. What happens to temporary tables, and what no request can see, is not told.
    private static let announcing = """
        do $$
        begin
            if exists (select from pg_event_trigger where evtname in ('pgrst_ddl_watch', '\(trigger)')) then return; end if;
            create function offstage.announce_definition() returns event_trigger language plpgsql set search_path = pg_catalog as $f$
            begin
                if exists (
                    select from pg_event_trigger_ddl_commands() c
                    where c.schema_name is distinct from 'pg_temp'
                        and c.command_tag not in ('CREATE INDEX', 'ALTER INDEX', 'CREATE STATISTICS', 'ALTER STATISTICS', 'REFRESH MATERIALIZED VIEW')
                ) then perform pg_notify('offstage', 'reload schema'); end if;
            end $f$;
            create function offstage.announce_drop() returns event_trigger language plpgsql set search_path = pg_catalog as $f$
            begin
                if exists (select from pg_event_trigger_dropped_objects() d where not d.is_temporary and d.object_type <> 'index')
                    then perform pg_notify('offstage', 'reload schema'); end if;
            end $f$;
            create event trigger \(trigger) on ddl_command_end execute function offstage.announce_definition();
            create event trigger \(trigger)_drop on sql_drop execute function offstage.announce_drop();
        exception
            when insufficient_privilege then null;
        end $$;
        """

    /// The event trigger's name.
    package static let trigger = "offstage_definition"
}
