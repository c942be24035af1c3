import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import Testing

@Suite struct WriteTests {
    private func failure(_ body: () async throws -> some Any) async -> SQLError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? SQLError
        }
    }

    @Test func `a write answers with its rows and the key of the first`() async throws {
        let shop = try await Shop()
        let rows = try await shop.insert("Gora", price: "9.90", returning: true)
        #expect(String(decoding: rows.body, as: UTF8.self) == #"[{"id":1,"title":"Gora","price":9.90,"sold":false}]"#)
        #expect(rows.count == 1)
        #expect(rows.location == ["1"])
    }

    @Test func `a duplicate names the oldest key it meets and the values`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gora")
        let error = await failure { try await shop.insert("Gora") }
        #expect(
            error
                == SQLError(
                    "23505", "duplicate key value violates unique constraint \"books_title_key\"",
                    details: "Key (title)=(Gora) already exists.",
                    constraint: "books_title_key"))
        // Both keys are hit: PostgreSQL looks at the primary key first.
        let both = Write(
            .update(SQLText(#"insert into "public.books" (id, title) values (1, 'Gora')"#)), table: Shop.books, needsRows: false)
        let second = await failure { try await shop.database.run(.write(both), with: Shop.inputs(), as: .none) }
        #expect(second?.message == "duplicate key value violates unique constraint \"books_pkey\"")
        #expect(second?.details == "Key (id)=(1) already exists.")
    }

    @Test func `an id that a failed insert took is not given again`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gora")
        _ = await failure { try await shop.insert("Gora") }
        let rows = try await shop.insert("Char Adhyay", returning: true)
        #expect(rows.location == ["3"])
    }

    @Test func `a missing value shows the row`() async throws {
        let shop = try await Shop()
        let text = SQLText(#"insert into "public.books" (id, title, sold) values (7, ?1, 1)"#, bindings: [.payload(0)])
        let error = await failure {
            try await shop.database.run(
                .write(Write(.insert([text]), table: Shop.books, needsRows: false)), with: Shop.inputs(rows: [[.null]]), as: .none)
        }
        #expect(error?.code == "23502")
        #expect(error?.message == "null value in column \"title\" of relation \"books\" violates not-null constraint")
        #expect(error?.details == "Failing row contains (7, null, null, null, t).")
    }

    @Test func `a broken check is named`() async throws {
        let shop = try await Shop()
        let error = await failure { try await shop.insert(String(repeating: "x", count: 70), price: "-1") }
        #expect(error?.code == "23514")
        #expect(error?.message == "new row for relation \"books\" violates check constraint \"books_price_check\"")
        #expect(error?.details == "Failing row contains (1, \(String(repeating: "x", count: 64))..., -1, null, f).")
    }

    @Test func `keys between tables are explained from both sides`() async throws {
        let shop = try await Shop()
        let missing = await failure { try await shop.insert("Gora", author: 9) }
        #expect(missing?.code == "23503")
        #expect(missing?.message == "insert or update on table \"books\" violates foreign key constraint \"books_author_id_fkey\"")
        #expect(missing?.details == "Key (author_id)=(9) is not present in table \"authors\".")

        try await shop.execute(#"insert into "public.authors" values (1, 'Tagore')"#)
        _ = try await shop.insert("Gora", author: 1)
        let delete = Write(
            .delete(find: nil, delete: SQLText(#"delete from "public.authors""#)), table: Shop.authors, needsRows: false)
        let kept = await failure { try await shop.database.run(.write(delete), with: Shop.inputs(), as: .none) }
        #expect(
            kept?.message
                == "update or delete on table \"authors\" violates foreign key constraint \"books_author_id_fkey\" on table \"books\"")
        #expect(kept?.details == "Key (id)=(1) is still referenced from table \"books\".")
        #expect(try await shop.count("public.authors") == 1)
    }

    @Test func `with row level security the error tells no values`() async throws {
        let shop = try await Shop()
        try await shop.database.transaction { transaction in
            var schema = transaction.schema
            schema.tables[Shop.books]?.hasRowSecurity = true
            schema.privileges[Shop.books]?.whole["authenticated"] = [.select, .insert]
            try transaction.define(schema)
        }
        _ = try await shop.insert("Gora")
        let insert = Write.Action.insert([SQLText(#"insert into "public.books" (id, title) values (9, 'Gora')"#)])
        let error = await failure {
            try await shop.database.run(
                .write(Write(insert, table: Shop.books, needsRows: false)), with: Shop.inputs(rows: [[]], role: "authenticated"), as: .none)
        }
        #expect(error?.code == "23505")
        #expect(error?.details == nil)
    }

    @Test func `not exactly one row is refused and nothing happened`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gora")
        _ = try await shop.insert("Nastanirh")
        let update = Write(.update(SQLText(#"update "public.books" set sold = 1"#)), table: Shop.books, needsRows: false)
        let error = await failure {
            try await shop.database.run(.write(update), with: Shop.inputs { $0.wantsSingle = true }, as: .object(nullsStripped: false))
        }
        #expect(error?.code == "PGRST116")
        #expect(error?.details == "The result contains 2 rows")
        let limited = await failure {
            try await shop.database.run(.write(update), with: Shop.inputs { $0.maxAffected = 1 }, as: .none)
        }
        #expect(limited?.code == "PGRST124")
        #expect(try await shop.body().contains("true") == false)
    }

    @Test func `a rehearsed write answers as if it were done`() async throws {
        let shop = try await Shop()
        let rows = try await shop.database.run(
            .write(Shop.insertBook(returning: true)), with: Shop.inputs(rows: [[.text("Gora"), .null, .null]]) { $0.rollsBack = true },
            as: .json(nullsStripped: false))
        #expect(rows.count == 1)
        #expect(rows.body.count > 10)
        #expect(try await shop.count("public.books") == 0)
    }

    @Test func `rows of one payload may refer to each other`() async throws {
        let shop = try await Shop()
        try await shop.execute(#"create table "public.tree" (id integer primary key, up integer references "public.tree" (id)) strict"#)
        try await shop.database.transaction { transaction in
            var schema = transaction.schema
            var tree = Table(
                QualifiedName("public", "tree"), columns: [Column("id", ColumnType(.bigint)), Column("up", ColumnType(.bigint))])
            tree.foreignKeys = [Reference("tree_up_fkey", ["up"], references: tree.name, ["id"])]
            schema.tables[tree.name] = tree
            schema.privileges[tree.name, default: Privileges()].whole["service_role"] = [.select]
            try transaction.define(schema)
        }
        let insert = Write(
            .insert([SQLText(#"insert into "public.tree" values (?1, ?2)"#, bindings: [.payload(0), .payload(1)])]),
            table: QualifiedName("public", "tree"), needsRows: false, refersToItself: true)
        _ = try await shop.database.run(
            .write(insert), with: Shop.inputs(rows: [[.integer(1), .integer(2)], [.integer(2), .null]]), as: .none)
        #expect(try await shop.count("public.tree") == 2)
        let error = await failure {
            try await shop.database.run(
                .write(insert), with: Shop.inputs(rows: [[.integer(3), .null], [.integer(4), .integer(99)]]), as: .none)
        }
        #expect(error?.details == "Key (up)=(99) is not present in table \"tree\".")
        #expect(try await shop.count("public.tree") == 2)
    }

    @Test func `deleted rows are answered and gone`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gora")
        _ = try await shop.insert("Nastanirh")
        let delete = Write(
            .delete(
                find: SQLText(#"select rowid from "public.books" where title = ?1"#, bindings: [.value(0, ColumnType(.text))]),
                delete: SQLText(#"delete from "public.books" where rowid in (select value from json_each(?1))"#, bindings: [.affected])),
            table: Shop.books, needsRows: true, representation: Shop.insertBook(returning: true).representation)
        let rows = try await shop.database.run(.write(delete), with: Shop.inputs([.text("Gora")]), as: .json(nullsStripped: true))
        #expect(String(decoding: rows.body, as: UTF8.self) == #"[{"id":1,"title":"Gora","sold":false}]"#)
        #expect(rows.count == 1)
        #expect(try await shop.count("public.books") == 1)
    }

    @Test func `a payload may not hit one row twice`() async throws {
        let shop = try await Shop()
        let upsert = Write(
            .insert([
                SQLText(
                    #"insert into "public.authors" values (?1, ?2) on conflict (id) do update set name = excluded.name where pg_merged("public.authors".rowid, excluded.id)"#,
                    bindings: [.payload(0), .payload(1)])
            ]), table: Shop.authors, needsRows: true, tellsNew: true)
        let error = await failure {
            try await shop.database.run(
                .write(upsert), with: Shop.inputs(rows: [[.integer(1), .text("a")], [.integer(1), .text("b")]]), as: .none)
        }
        #expect(error?.code == "21000")
        #expect(try await shop.count("public.authors") == 0)
    }

    @Test func `a policy check that does not hold is 42501`() async throws {
        let shop = try await Shop()
        let insert = Write(
            .update(
                SQLText(
                    #"insert into "public.authors" select 1, 'x' where pg_guard(null, 'new row violates row-level security policy for table "authors"')"#
                )),
            table: Shop.authors, needsRows: false)
        let error = await failure { try await shop.database.run(.write(insert), with: Shop.inputs(), as: .none) }
        #expect(error == SQLError("42501", "new row violates row-level security policy for table \"authors\""))
    }
}
