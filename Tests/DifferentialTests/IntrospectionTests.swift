import Foundation
import OffstageDatabase
import OffstagePostgres
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax
import Testing

/// What is read from a PostgreSQL's own catalogue is what the embedded engine knows of the same migrations, name by name.
@Suite(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)), .inTurns) struct IntrospectionTests {
    @Test(arguments: ProjectTests.all)
    func `a project's catalogue is read as it was written`(_ project: ProjectTests.Project) async throws {
        let files = [(name: "prologue.sql", text: ProjectTests.text("prologue.sql"))] + project.migrations
        try await compare(files, setup: ProjectTests.text("postgres.sql"))
    }

    /// What the projects have none of.
    @Test func `every kind of thing is read as it was written`() async throws {
        try await compare([(name: "kinds.sql", text: Self.kinds)], setup: "create schema extensions; create schema storage;")
    }

    @Test func `what only PostgreSQL has is read, too`() async throws {
        let setup = """
            create table events (id bigint generated always as identity, at_day date not null, place point, tags macaddr[], primary key (id, at_day))
              partition by range (at_day);
            create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
            create table notes (id int primary key, event bigint, day date, foreign key (event, day) references events);
            create table parents (id int primary key);
            create table heirs (more text) inherits (parents);
            create procedure nothing_of_rpc() language sql as 'select 1';
            create aggregate largest (int) (sfunc = int4larger, stype = int);
            grant select (id) on events to anon;
            grant execute on function pg_sleep(double precision) to anon;
            """
        let postgres = try Postgres.required()
        let name = try postgres.makeDatabase()
        defer { postgres.drop(name) }
        let output = try postgres.output(of: "\\set ON_ERROR_STOP 1\nset client_min_messages = error;\n" + setup, in: name)
        try #require(!output.contains("ERROR:  "), "\(output)")
        let schema = try await read(name, of: postgres)
        let events = try #require(schema.tables[QualifiedName("public", "events")])
        #expect(events.columns.map(\.foreignType) == ["bigint", "date", "point", "macaddr[]"])
        #expect(events.columns.map(\.type.name) == ["bigint", "date", "text", "macaddr[]"])
        #expect(events.primaryKey?.columns == ["id", "at_day"])
        // A partition is reached through its table.
        #expect(schema.tables[QualifiedName("public", "events_2024")] == nil)
        #expect(schema.tables[QualifiedName("public", "notes")]?.foreignKeys.count == 1)
        #expect(Relationships(schema).from(QualifiedName("public", "notes")).map(\.to.name) == ["events"])
        #expect(schema.tables[QualifiedName("public", "heirs")]?.columns.map(\.name) == ["id", "more"])
        #expect(schema.functions.keys.allSatisfy { $0.schema == "auth" })
        #expect(schema.privileges[events.name]?.columns["anon"]?["id"] == [.select])
        #expect(schema.privileges[events.name]?.whole["anon"] == nil)
        #expect(schema.namespaces.contains("public") && !schema.namespaces.contains("pg_catalog"))
    }

    private func read(_ name: String, of postgres: Postgres) async throws -> Schema {
        var options = PostgresDatabase.Options()
        options.connections = 1
        let database = try PostgresDatabase("\(postgres.connection) dbname=\(name)", options: options)
        defer { database.close() }
        try await database.start()
        return database.schema
    }

    private func compare(_ files: [(name: String, text: String)], setup: String) async throws {
        let embedded = try await Embedded()
        for (name, text) in files { try await embedded.apply(text, named: name) }
        let postgres = try Postgres.required()
        let name = try postgres.makeDatabase()
        defer { postgres.drop(name) }
        let script = ([setup] + files.map(\.text)).joined(separator: "\n;\n")
        let output = try postgres.output(
            of: "set client_min_messages = error;\nset search_path = public, extensions;\n\\set ON_ERROR_STOP 1\n" + script, in: name)
        try #require(!output.contains("ERROR:  "), "\(output)")
        let schema = embedded.database.schema
        let materialized = Set(schema.tables.values.filter { $0.materialized != nil }.map(\.name))
        let own = Set(SchemaLines(schema, materialized: materialized).lines)
        let read = Set(SchemaLines(try await self.read(name, of: postgres), materialized: materialized).lines)
        #expect(own.count > 20)
        for (side, lines) in [("embedded", own.subtracting(read)), ("PostgreSQL", read.subtracting(own))] {
            for line in lines.sorted() { Issue.record("only \(side): \(line)") }
        }
    }

    private static let kinds = """
        create schema app;
        create type mood as enum ('sad', 'it''s "ok"', 'happy');
        create domain short as varchar(8) not null default 'x' check (length(value) < 9);
        create domain "Odd domain" as short;
        create type address as (street text, number int, moods mood[]);
        create table app.owners ("Id" int primary key, "odd ""name" text unique, constraint together unique ("Id", "odd ""name"));
        create table kinds (
          id int generated always as identity primary key, other bigint generated by default as identity, s serial, s2 smallint, n numeric(6,2),
          n2 numeric, r real, d double precision, b boolean default true, c char(4), v varchar(6), v2 varchar, x text collate "C", u uuid
          default gen_random_uuid(), y bytea, da date, ti time, ti3 time(3), ts timestamp, tz timestamptz(0), iv interval, j json, jb jsonb,
          a int[], ta text[], va varchar(3)[], m mood, ma mood[], w short, ad address, ip inet, rg int4range, vec tsvector,
          made text generated always as (upper(x)) stored, "Ünï ""q" int not null
        );
        comment on table kinds is 'One of each.';
        comment on column kinds.x is 'It''s a text.';
        create table children (
          id int, part int, kind int references kinds on delete cascade, owner int constraint owned references app.owners ("Id")
          on update set null on delete restrict deferrable initially deferred, primary key (id, part)
        );
        create table grandchildren (
          a int, b int, c int unique references kinds (id) on delete set default, constraint upward foreign key (a, b) references children (id, part)
          on update cascade deferrable
        );
        create table tree (id int primary key, parent int references tree);
        create table pairs (one int references kinds, two int references tree, primary key (one, two));
        alter table kinds enable row level security;
        alter table tree enable row level security;
        alter table tree force row level security;
        create view shown with (security_invoker = true) as select id, x as words, upper(x) as loud, m from kinds;
        create view joined as select c.id, c.part, k.words, k.id as kind_id, c.owner from children c join shown k on k.id = c.kind where c.part > 0;
        create view named (one, two) as select id, parent from tree where id < 5 with local check option;
        create view nested as select * from (select * from tree) t;
        create view summed as select kind, count(*) as many from children group by kind;
        create view united as select id from tree union all select id from kinds;
        create view layered as with recursive up as (select id, parent from tree union select t.id, t.parent from tree t join up on t.id = up.parent) select * from up;
        create function put() returns trigger language plpgsql as $$ begin return null; end $$;
        create view by_trigger as select k.id, k.made, t.parent from kinds k join tree t on t.id = k.id;
        create trigger put instead of insert or delete on by_trigger for each row execute function put();
        create view above_trigger as select id, made, upper(made) as loud from by_trigger;
        create view made_by_itself as select id, other, made, s from kinds where id > 0;
        create view with_trigger as select id, made from kinds;
        create trigger put instead of update on with_trigger for each row execute function put();
        create view worked_out as select id + 1 as next from kinds;
        create view one_by_one as select distinct id from kinds;
        create view two_deep as select loud, words as w from shown;
        create view called as select n from generate_series(1, 3) n;
        create view unfolded as select unnest(a) as one from kinds;
        create view ranked as select id, row_number() over (order by id) as place from kinds;
        create view inside_out as select id, (select max(id) from tree) as most from kinds;
        create materialized view counted as select k.id, count(c.id) as many from kinds k left join children c on c.kind = k.id group by k.id;
        comment on materialized view counted is 'How many.';
        comment on column counted.many is 'So many.';
        comment on view shown is 'Some.';
        comment on column shown.words is 'Said.';
        create function add(a int, b int default 10) returns int language sql immutable strict as 'select a + b';
        create function add(a text, b text) returns text language sql as 'select a || b';
        create function nameless(int, text) returns text language sql stable as 'select $2';
        create function many() returns setof kinds language sql stable as 'select * from kinds';
        create function one() returns kinds language sql stable as 'select * from kinds limit 1';
        create function words() returns setof text language sql stable as 'select x from kinds';
        create function pair(n int) returns table (a int, b text) language sql stable as 'select n, n::text';
        create function outs(in a int, out b int, out c text) language sql stable as 'select a, a::text';
        create function one_out(in a int, out b int) language sql stable as 'select a';
        create function both_ways(inout a int, inout b text default 'x') language sql stable as 'select a, b';
        create function nothing() returns void language sql security definer as 'select null::void';
        create function total(variadic numbers int[]) returns bigint language sql immutable as 'select sum(n) from unnest(numbers) n';
        create function addresses() returns setof address language sql stable as 'select ad from kinds';
        create function moods(m mood, w short, ms mood[]) returns mood language sql stable as 'select m';
        create function loud(k kinds) returns text language sql stable as 'select upper(k.x)';
        create function first_tree(k kinds) returns setof tree rows 1 language sql stable as 'select * from tree limit 1';
        create function app.inside(a numeric, b timestamptz) returns jsonb language sql stable as 'select null::jsonb';
        comment on function add(int, int) is 'Adds.';
        """
}

/// A schema as lines of text. Policies, checks and bodies are not among them: they stay in the database.
private struct SchemaLines {
    private(set) var lines: [String] = []

    /// - Parameter materialized: views that are tables on the embedded engine. Which columns they show is known only to PostgreSQL, and so
    ///   are the relationships through them.
    init(_ schema: Schema, materialized: Set<QualifiedName>) {
        func isOurs(_ name: QualifiedName) -> Bool { !["auth", "storage", "extensions", "offstage"].contains(name.schema) }
        for (name, table) in schema.tables where isOurs(name) {
            guard table.materialized == nil else {
                lines.append("view \(name) invoker false" + (table.comment.map { " -- \($0)" } ?? ""))
                for (place, column) in table.columns.enumerated() {
                    lines.append(
                        "view's column \(name) \(place) \(column.name) \(column.type.name)\(column.comment.map { " -- \($0)" } ?? "")")
                }
                continue
            }
            lines.append(
                "table \(name) row security \(table.hasRowSecurity) \(table.forcesRowSecurity)" + (table.comment.map { " -- \($0)" } ?? ""))
            for (place, column) in table.columns.enumerated() { lines.append("column \(name) \(place) \(Self.text(column))") }
            if let key = table.primaryKey { lines.append("primary key \(name) \(Self.text(key))") }
            lines += table.uniqueKeys.map { "unique \(name) \(Self.text($0))" }
            lines += table.foreignKeys.map { "foreign key \(name) \(Self.text($0))" }
        }
        for (name, view) in schema.views where isOurs(name) {
            lines.append("view \(name) invoker \(view.isSecurityInvoker)" + (view.comment.map { " -- \($0)" } ?? ""))
            for (place, column) in view.columns.enumerated() {
                let comment = schema.comments[Commented(.column, [name.schema, name.name, column.name])]
                let source = materialized.contains(name) ? nil : column.source.map { " shows \($0.table).\($0.column)" }
                lines.append(
                    "view's column \(name) \(place) \(column.name) \(column.type.name)\(source ?? "")\(comment.map { " -- \($0)" } ?? "")")
            }
        }
        for (name, type) in schema.enumerations where isOurs(name) { lines.append("enum \(name) \(type.labels.map(\.name))") }
        for (name, domain) in schema.domains where isOurs(name) { lines.append("domain \(name) \(domain.below.name)") }
        for (name, type) in schema.composites where isOurs(name) {
            lines.append("composite \(name) \(type.fields.map { "\($0.name) \($0.type.name)" })")
        }
        for (name, overloads) in schema.functions where isOurs(name) { lines += overloads.map { "function \(name)\(Self.text($0))" } }
        for name in Array(schema.tables.keys) + Array(schema.views.keys) where isOurs(name) {
            let writes = schema.writability(of: name)
            lines.append(
                "writes \(name) \(writes.inserted?.sorted().description ?? "no insert") \(writes.updated?.sorted().description ?? "no update") "
                    + "\(writes.deletes)")
        }
        let relationships = Relationships(schema)
        for name in Array(schema.tables.keys) + Array(schema.views.keys) where isOurs(name) && !materialized.contains(name) {
            lines += relationships.from(name).filter { isOurs($0.to) && !materialized.contains($0.to) }.map { "relationship \($0)" }
        }
    }

    private static func text(_ column: Column) -> String {
        var words = [column.name, column.type.name]
        if column.isNotNull { words.append("not null") }
        if column.defaultValue != nil { words.append("default") }
        if let identity = column.identity { words.append("identity \(identity)") }
        if column.generated != nil { words.append("generated") }
        if let sequence = column.sequence { words.append("sequence \(sequence)") }
        if let comment = column.comment { words.append("-- \(comment)") }
        return words.joined(separator: " ")
    }

    private static func text(_ key: Key) -> String {
        "\(key.name) \(key.columns)\(key.isDeferrable ? " deferrable" : "")\(key.isInitiallyDeferred ? " deferred" : "")"
    }

    private static func text(_ key: Reference) -> String {
        "\(key.name) \(key.columns) \(key.table) \(key.referenced) on delete \(key.onDelete) on update \(key.onUpdate)"
            + "\(key.isDeferrable ? " deferrable" : "")\(key.isInitiallyDeferred ? " deferred" : "")"
    }

    private static func text(_ function: Function) -> String {
        let parameters = function.parameters.map {
            "\($0.name ?? "_") \($0.type.name)\($0.defaultValue == nil ? "" : " default")\($0.isVariadic ? " variadic" : "")"
        }
        let result =
            switch function.result {
            case .scalar(let type): type.name
            case .set(let type): "setof \(type.name)"
            case .row(let columns, let isSet): "\(isSet ? "setof " : "")row \(columns.map { "\($0.name) \($0.type.name)" })"
            case .table(let name, let isSet): "\(isSet ? "setof " : "")table \(name)"
            }
        return "(\(parameters.joined(separator: ", "))) \(result) \(function.volatility) \(function.isStrict ? "strict " : "")"
            + "\(function.isSecurityDefiner ? "definer " : "")\(function.givesOneRow ? "one row" : "")"
            + (function.comment.map { " -- \($0)" } ?? "")
    }
}
