import OffstageSchema
import OffstageSyntax
import Testing

struct ChangeTests {
    private let t = QualifiedName("public", "t")

    private func changes(_ sql: String, after before: String = "") throws -> [Change] {
        var start = try schema(before)
        return try apply(sql, to: &start)
    }

    @Test func `a serial column's sequence comes before its table`() throws {
        let sequence = QualifiedName("public", "t_id_seq")
        #expect(try changes("create table t (id serial)") == [.createSequence(sequence), .createTable(t)])
        #expect(
            try changes("drop table t", after: "create table t (id serial primary key, b int unique)") == [
                .dropSequence(sequence), .dropTable(t),
            ])
    }

    @Test func `what lives in the catalogue only asks nothing of the database`() throws {
        let before = "create table t (a int)"
        for sql in [
            "create view v as select a from t", "create policy p on t using (true)", "grant select on t to anon",
            "comment on table t is 'x'",
            "alter table t enable row level security", "create function f() returns int language sql as 'select 1'",
            "create type e as enum ('a')",
        ] {
            #expect(try changes(sql, after: before).isEmpty, "\(sql)")
        }
    }

    @Test func `how long a role's statements may take is kept, in milliseconds`() throws {
        var held = try schema("create role quick; alter role quick set statement_timeout = '1.5s'")
        let generation = held.generation
        #expect(held.roles["quick"]?.statementTimeout == 1500)
        #expect(try apply("alter role quick set work_mem = '1MB'", to: &held).count == 1)
        #expect(held.generation == generation)
        for (value, milliseconds) in [("'600us'", 1), ("'0x10'", 16), ("010", 10), ("'1.0005min'", 60_000), ("'2d'", 172_800_000)] {
            _ = try apply("alter role quick set statement_timeout = \(value)", to: &held)
            #expect(held.roles["quick"]?.statementTimeout == milliseconds, "\(value)")
        }
        #expect(held.generation > generation)
        _ = try apply("alter role quick reset all", to: &held)
        #expect(held.roles["quick"]?.statementTimeout == nil)
    }

    @Test func `a column with constraints is added first and its table altered after`() throws {
        let changes = try changes("alter table t add column b int unique check (b > 0)", after: "create table t (a int)")
        #expect(changes.count == 2 && changes.first == .addColumn(t, column: "b"))
        guard case .alterTable(let old, let new, _) = changes.last else { return #expect(Bool(false), "no alterTable") }
        #expect(old.uniqueKeys.isEmpty && new.uniqueKeys.map(\.name) == ["t_b_key"] && new.checks.map(\.name) == ["t_b_check"])
    }

    @Test func `dropping a column takes its keys, checks and indexes off first`() throws {
        let changes = try changes(
            "alter table t drop column b", after: "create table t (a int, b int unique, check (a > b)); create index i on t (b, a)")
        #expect(changes.last == .dropColumn(t, column: "b"))
        #expect(changes.contains(.dropIndex(t, index: "i")))
        var left: Table?
        for case .alterTable(_, let new, _) in changes { left = new }
        #expect(left?.uniqueKeys.isEmpty == true && left?.checks.isEmpty == true)
    }

    @Test func `a changed type carries its using`() throws {
        let changes = try changes("alter table t alter column a type text using a || 'x'", after: "create table t (a int)")
        guard case .alterTable(_, let new, let using) = changes.first else { return #expect(Bool(false), "no alterTable") }
        #expect(new.column("a")?.type == ColumnType(.text))
        #expect(using["a"]?.sql == "a || 'x'")
    }

    @Test func `statements over rows, settings and transactions are handed through and change no definition`() throws {
        var held = try schema("create table t (a int)")
        let generation = held.generation
        #expect(try apply("set search_path = public", to: &held) == [.setting(name: "search_path", value: "public", isLocal: false)])
        #expect(try apply("begin; commit", to: &held) == [.transaction(.begin), .transaction(.commit)])
        guard case .data(.insert)? = try apply("insert into t values (1)", to: &held).first else {
            return #expect(Bool(false), "no insert")
        }
        #expect(held.generation == generation)
        #expect(failure("rollback")?.code == "0A000")
    }

    @Test func `every definition raises the generation`() throws {
        var held = Schema.initial
        try apply("create table t (a int)", to: &held)
        #expect(held.generation == 1)
        try apply("comment on table t is 'x'", to: &held)
        #expect(held.generation == 2)
    }

    @Test func `enum labels keep their places and get new ones between`() throws {
        let held = try schema(
            "create type e as enum ('a', 'c'); create table t (e e, l e[]); alter type e add value 'b' before 'c'; alter type e add value 'z'"
        )
        let type = try #require(held.enumerations[QualifiedName("public", "e")])
        #expect(type.labels.map(\.name) == ["a", "b", "c", "z"])
        #expect(type.labels.map(\.position) == [1024, 1536, 2048, 3072])
        #expect(held.tables[t]?.column("e")?.type.type == .enumeration(type))
        #expect(held.tables[t]?.column("l")?.type.type == .array(.enumeration(type)))
    }

    @Test func `a full gap between labels spaces all of them anew`() throws {
        var held = try schema("create type e as enum ('a', 'b')")
        for i in 0..<12 { try apply("alter type e add value 'x\(i)' before 'b'", to: &held) }
        let positions = try #require(held.enumerations[QualifiedName("public", "e")]).labels.map(\.position)
        #expect(positions == positions.sorted() && Set(positions).count == 14)
    }

    @Test func `renamed columns are renamed wherever they are named`() throws {
        let held = try schema(
            """
            create table t (a int primary key check (a > 0), g int generated always as (a + 1) stored);
            create table u (a int references t (a)); create index i on t ((a * 2)) where a > 5;
            create policy p on t using (a = 1 and exists (select 1 from u where u.a = t.a));
            create view v as select t.a, t.g from t where t.a > 3; grant select (a) on t to anon;
            alter table t rename column a to id;
            """)
        let table = try #require(held.tables[t])
        #expect(table.primaryKey?.columns == ["id"] && table.checks.first?.condition.sql == "id > 0")
        #expect(table.column("g")?.generated?.sql == "id + 1" && table.indexes.first?.filter?.sql == "id > 5")
        #expect(held.tables[QualifiedName("public", "u")]?.foreignKeys.first?.referenced == ["id"])
        #expect(held.allowedColumns("anon", .select, of: t) == ["id"])
        let view = try #require(held.views[QualifiedName("public", "v")])
        #expect(view.columns.map(\.name) == ["a", "g"] && view.columns.first?.source == ColumnSource(t, "id"))
        #expect(view.select.sql.contains("t.id as a"))
    }

    @Test func `a view does not grow with its table`() throws {
        let held = try schema("create table t (a int, b int); create view v as select * from t; alter table t add column c int")
        #expect(held.views[QualifiedName("public", "v")]?.columns.map(\.name) == ["a", "b"])
        #expect(held.views[QualifiedName("public", "v")]?.select.sql == "select t.a, t.b from public.t")
    }

    @Test func `what is not supported says what to use instead`() throws {
        for sql in [
            "create temporary table x (a int)", "create table x (a int) partition by range (a)", "create table x (a money)",
            "create table x (a int[][])",
            "create function f() returns int language plpgsql as 'begin commit; return 1; end'",
            "create extension postgis",
            "create type d as range (subtype = int4)", "create table x (a text collate \"de_DE\")",
            "do language sql $$ select 1 $$",
        ] {
            let error = failure(sql)
            #expect(error?.code == "0A000", "\(sql): \(String(describing: error))")
        }
    }

    @Test func `an error in a function's body shows its place in the file`() throws {
        let sql = "create function f() returns int language sql as $$ selec 1 $$"
        let error = try #require(failure(sql))
        #expect(error.code == "42601" && error.position == 51)
    }

    @Test func `names that are nearly right are offered`() throws {
        #expect(closestName(to: "boks", among: ["books", "authors"]) == "books")
        #expect(closestName(to: "xyz", among: ["books", "authors"]) == nil)
        #expect(failure("create table books (id int); drop table boks")?.hint == "Perhaps you meant \"books\".")
    }

    @Test func `a damaged catalogue is refused by name`() throws {
        let entry = CatalogueEntry(.table, schema: "public", name: "t", definition: "create table public.t (a nonsense)")
        #expect(throws: SQLError.self) {
            try Schema(catalogue: [CatalogueEntry(.schema, schema: "public", name: "", definition: "create schema public"), entry])
        }
    }
}
