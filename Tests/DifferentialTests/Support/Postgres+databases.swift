import Foundation

extension Postgres {
    /// A database of its own for a test, with the roles and the `auth` functions that every project has.
    func makeDatabase() throws -> String {
        let name = "offstage_" + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
        // Tests run side by side, and roles belong to the whole server: another may be making this one.
        let roles = ["anon", "authenticated", "service_role"].map { role in
            """
            do $$ begin
                if not exists (select from pg_roles where rolname = '\(role)') then
                    create role \(role)\(role == "service_role" ? " bypassrls" : "");
                end if;
            exception when duplicate_object or unique_violation then null;
            end $$;

            """
        }
        let output = try output(
            of: "\\set QUIET on\n\\o /dev/null\n" + roles.joined() + "create database \(name) template template0;\n")
        guard !output.contains("ERROR") else { throw Trouble(text: output) }
        let second = try self.output(
            of: """
                set client_min_messages = error;
                create schema auth;
                grant usage on schema auth to public;
                create function auth.jwt() returns jsonb language sql stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
                create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
                create function auth.role() returns text language sql stable as $$ select current_user::text $$;
                """, in: name)
        guard !second.contains("ERROR") else { throw Trouble(text: second) }
        return name
    }

    func drop(_ database: String) {
        _ = try? output(of: "drop database if exists \(database) with (force);")
    }
}
