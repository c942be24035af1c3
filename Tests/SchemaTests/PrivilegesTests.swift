import OffstageSchema
import OffstageSyntax
import Testing

struct PrivilegesTests {
    private let t = QualifiedName("public", "t")

    @Test func `a new table is closed to everyone but its owner and the service role`() throws {
        let schema = try schema("create table t (id int)")
        for role in ["anon", "authenticated", "nobody"] {
            #expect(!schema.allows(role, .select, on: t), "\(role)")
        }
        #expect(schema.allows("postgres", .delete, on: t))
        #expect(schema.allows("service_role", .delete, on: t))
        #expect(!schema.allows("service_role", .select, on: QualifiedName("auth", "users")))
    }

    @Test func `grants on columns, to public and through membership hold`() throws {
        let schema = try schema(
            """
            create table t (a int, b int); create role editor; grant editor to authenticated;
            grant select (a) on t to anon; grant insert on t to public; grant update on t to editor;
            """)
        #expect(!schema.allows("anon", .select, on: t))
        #expect(schema.allows("anon", .select, column: "a", of: t))
        #expect(!schema.allows("anon", .select, column: "b", of: t))
        #expect(schema.allowedColumns("anon", .select, of: t) == ["a"])
        #expect(schema.allowedColumns("postgres", .select, of: t) == nil)
        #expect(schema.allowsAny("anon", .select, of: t) && !schema.allowsAny("anon", .delete, of: t))
        #expect(schema.allows("anon", .insert, on: t))
        #expect(schema.allows("authenticated", .update, on: t) && !schema.allows("anon", .update, on: t))
    }

    @Test func `revoking from the table takes the columns along`() throws {
        let schema = try schema(
            "create table t (a int); grant select, update (a) on t to anon; grant select (a) on t to anon; revoke select on t from anon")
        #expect(!schema.allowsAny("anon", .select, of: t))
        #expect(schema.allowedColumns("anon", .update, of: t) == ["a"])
    }

    @Test func `policies are those of the command and the role`() throws {
        let schema = try schema(
            """
            create table t (a int); alter table t enable row level security;
            create policy z on t using (true); create policy a on t for select to anon using (true);
            create policy r on t as restrictive for update to authenticated using (true);
            """)
        let table = try #require(schema.tables[t])
        #expect(schema.policies(of: table, for: .select, role: "anon").permissive.map(\.name) == ["a", "z"])
        #expect(schema.policies(of: table, for: .update, role: "anon").restrictive.isEmpty)
        #expect(schema.policies(of: table, for: .update, role: "authenticated").restrictive.map(\.name) == ["r"])
        #expect(schema.appliesRowSecurity(of: table, to: "anon") && !schema.appliesRowSecurity(of: table, to: "service_role"))
    }

    @Test func `owners are held to policies only where row level security is forced`() throws {
        let plain = try schema(
            "create role chief; create table t (a int); alter table t owner to chief; alter table t enable row level security")
        #expect(!plain.appliesRowSecurity(of: try #require(plain.tables[t]), to: "chief"))
        let forced = try schema("alter table t force row level security", from: plain)
        #expect(forced.appliesRowSecurity(of: try #require(forced.tables[t]), to: "chief"))
    }

    @Test func `default privileges hold for what is made afterwards`() throws {
        let schema = try schema(
            """
            create table before (id int);
            alter default privileges in schema public grant select on tables to anon;
            alter default privileges grant usage on sequences to anon;
            create table t (id serial);
            """)
        #expect(schema.allows("anon", .select, on: t))
        #expect(schema.allows("anon", .usage, on: QualifiedName("public", "t_id_seq")))
        #expect(!schema.allows("anon", .select, on: QualifiedName("public", "before")))
    }

    // MARK: Automatic grants

    private func afterFile(_ sql: String, _ before: Schema = .initial) throws -> Schema {
        var schema = try schema(sql, from: before)
        try schema.grantAutomatically(schema.automaticGrants(for: try parse(sql), before: before))
        return schema
    }

    @Test func `switching row level security on opens a table and its sequences, and off closes them`() throws {
        let open = try afterFile("create table t (id serial); alter table t enable row level security")
        for role in ["anon", "authenticated"] {
            for privilege in [Privilege.select, .insert, .update, .delete] { #expect(open.allows(role, privilege, on: t)) }
            #expect(!open.allows(role, .truncate, on: t))
            #expect(open.allows(role, .usage, on: QualifiedName("public", "t_id_seq")))
        }
        let closed = try afterFile("alter table t disable row level security", open)
        #expect(!closed.allowsAny("anon", .select, of: t) && !closed.allows("anon", .usage, on: QualifiedName("public", "t_id_seq")))
        #expect(closed.automaticPrivileges.isEmpty)
    }

    @Test func `a file that grants or revokes by itself gets nothing more`() throws {
        let schema = try afterFile("create table t (id int); alter table t enable row level security; grant select on t to authenticated")
        #expect(!schema.allows("anon", .select, on: t) && !schema.allows("authenticated", .insert, on: t))
        let all = try afterFile(
            "create table t (id int); alter table t enable row level security; revoke all on all tables in schema public from anon")
        #expect(!all.allows("authenticated", .select, on: t))
    }

    @Test func `tables without row level security, outside exposed schemas, and views get nothing`() throws {
        let schema = try afterFile(
            """
            create table open (id int); create table t (id int); alter table t enable row level security; create view v as select id from t;
            create schema app; create table app.t (id int); alter table app.t enable row level security;
            """)
        #expect(!schema.allows("anon", .select, on: QualifiedName("public", "open")))
        #expect(!schema.allows("anon", .select, on: QualifiedName("public", "v")))
        #expect(!schema.allows("anon", .select, on: QualifiedName("app", "t")))
        #expect(schema.allows("anon", .select, on: t))
    }

    @Test func `what a later file grants itself stays when row level security goes`() throws {
        let open = try afterFile("create table t (id int); alter table t enable row level security")
        let own = try afterFile("grant select on t to anon; revoke insert on t from anon", open)
        let off = try afterFile("alter table t disable row level security", own)
        #expect(off.allows("anon", .select, on: t))
        #expect(!off.allows("anon", .insert, on: t) && !off.allows("anon", .update, on: t) && !off.allows("authenticated", .select, on: t))
    }

    @Test func `a later file that touches other things grants nothing again`() throws {
        let open = try afterFile("create table t (id int); alter table t enable row level security; grant select on t to anon")
        let later = try afterFile("alter table t add column b int", open)
        #expect(!later.allows("anon", .insert, on: t))
    }
}
