import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct DurabilityTests {
    @Test func `a closed database opens with its rows, schema and sequences`() async throws {
        let folder = Shop.temporaryFolder()
        var schema: Schema
        do {
            let shop = try await Shop(folder: folder)
            _ = try await shop.insert("Gora")
            schema = shop.database.schema
            shop.database.close()
            await #expect(throws: SQLError("57P01", "the database is shutting down")) { _ = try await shop.insert("late") }
            let again = try EmbeddedDatabase(folder: folder)
            #expect(again.schema.generation == schema.generation)
            #expect(again.schema.tables == schema.tables)
            let rows = try await again.run(
                .write(Shop.insertBook(returning: true)), with: Shop.inputs(rows: [[.text("next"), .null, .null]]), as: .none)
            #expect(rows.location == ["2"])
            again.close()
        }
    }

    @Test func `a folder has one owner`() async throws {
        let shop = try await Shop()
        #expect(throws: SQLError.self) { _ = try EmbeddedDatabase(folder: shop.folder) }
        do {
            _ = try EmbeddedDatabase(folder: shop.folder)
        } catch {
            #expect(error.code == "55006")
            #expect(error.message.contains("pid \(getpid())"))
        }
    }

    @Test func `files are their owner's alone`() async throws {
        let folder = Shop.temporaryFolder() + "/deep/data"
        let database = try EmbeddedDatabase(folder: folder)
        defer { database.close() }
        func mode(_ path: String) -> mode_t {
            var info = stat()
            return stat(path, &info) == 0 ? info.st_mode & 0o777 : 0
        }
        #expect(mode(folder) == 0o700)
        #expect(mode(folder + "/app.db") == 0o600)
        #expect(mode(folder + "/app.db-wal") == 0o600)
        #expect(mode(folder + "/lock") == 0o600)
    }

    @Test func `a file of a newer version is refused`() async throws {
        let folder = Shop.temporaryFolder()
        do {
            let shop = try await Shop(folder: folder)
            try await shop.execute("update \"offstage.meta\" set value = '2' where key = 'format'")
            shop.database.close()
            #expect(
                throws: SQLError(
                    "0A000", "the database was written by a newer version of Offstage",
                    hint: "Run the version that wrote it, or a newer one.")
            ) {
                _ = try EmbeddedDatabase(folder: folder)
            }
        }
    }

    @Test func `a transaction that throws leaves nothing, not even its schema`() async throws {
        struct Stop: Error {}
        let shop = try await Shop()
        let before = shop.database.schema.generation
        await #expect(throws: Stop.self) {
            try await shop.database.transaction { transaction in
                try transaction.execute("create table \"public.more\" (id integer primary key) strict")
                var schema = transaction.schema
                schema.generation += 1
                schema.sequences[Shop.ids] = nil
                try transaction.define(schema)
                throw Stop()
            }
        }
        #expect(shop.database.schema.generation == before)
        await #expect(throws: SQLError.self) { try await shop.count("public.more") }
        _ = try await shop.insert("the sequence is still there")
    }

    @Test func `a part of a transaction can fail by itself`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gora")
        try await shop.database.transaction { transaction in
            _ = try transaction.run(.write(Shop.insertBook()), with: Shop.inputs(rows: [[.text("kept"), .null, .null]]), as: .none)
            #expect(throws: SQLError.self) {
                _ = try transaction.run(.write(Shop.insertBook()), with: Shop.inputs(rows: [[.text("Gora"), .null, .null]]), as: .none)
            }
        }
        #expect(try await shop.count("public.books") == 2)
    }

    @Test func `a transaction past its deadline is undone`() async throws {
        let shop = try await Shop()
        await #expect(throws: SQLError("57014", "canceling statement due to statement timeout")) {
            try await shop.database.transaction(deadline: .milliseconds(50)) { transaction in
                try transaction.execute("insert into \"public.authors\" values (1, 'x')")
                _ = try transaction.rows("with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n")
            }
        }
        #expect(try await shop.count("public.authors") == 0)
    }

    @Test func `a sequence ends at its maximum`() async throws {
        let shop = try await Shop()
        try await shop.database.transaction { transaction in
            var schema = transaction.schema
            schema.sequences[Shop.ids]?.maximum = 2
            try transaction.define(schema)
        }
        _ = try await shop.insert("a")
        _ = try await shop.insert("b")
        await #expect(throws: SQLError("2200H", "nextval: reached maximum value of sequence \"books_id_seq\" (2)")) {
            _ = try await shop.insert("c")
        }
    }

    @Test func `a reader cannot take from a sequence`() async throws {
        let shop = try await Shop()
        let read = Read(
            root: ReadNode(SQLText("select pg_nextval('public.books_id_seq')"), fields: [.cell("x", 0, ColumnType(.bigint))]),
            isBounded: true)
        await #expect(throws: SQLError("25006", "cannot execute nextval() in a read-only transaction")) { _ = try await shop.body(read) }
    }

    @Test func `a full disk is told, and what was stored stays`() async throws {
        let folder = Shop.temporaryFolder()
        guard getuid() == 0, mount("tmpfs", folder, "tmpfs", 0, "size=2m") == 0 else {
            print("skipped: a file system of fixed size needs root")
            rmdir(folder)
            return
        }
        defer { umount2(folder, Int32(MNT_DETACH)) }
        let shop = try await Shop(folder: folder)
        let page = String(repeating: "x", count: 50_000)
        var stored: Int64 = 0
        var failure: SQLError?
        for number in 0..<100 {
            // Long enough for the log to be copied into the database, which grows on the way.
            if number == 9 { try await Task.sleep(for: .milliseconds(2300)) }
            do {
                _ = try await shop.insert("\(number) \(page)")
                stored += 1
            } catch let error as SQLError {
                failure = error
                break
            }
        }
        #expect(failure?.code == "53100")
        // Reads go on. A transaction may not: it would keep the id that the failed insert took.
        let read = Read(
            root: ReadNode(SQLText("select count(*) from \"public.books\""), fields: [.cell("n", 0, ColumnType(.bigint))]), isBounded: true)
        #expect(try await shop.body(read) == #"[{"n":\#(stored)}]"#)
        // A small write fits still, or is refused as clearly; nothing is lost either way.
        do { _ = try await shop.insert("small"); stored += 1 } catch let error as SQLError { #expect(error.code == "53100") }
        shop.database.close()
        // Somebody makes room: opening writes, too.
        #expect(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT), "size=8m") == 0)
        let again = try EmbeddedDatabase(folder: folder)
        let count = try await again.transaction { try $0.rows("select count(*) from \"public.books\"") }
        #expect(count == [[.integer(stored)]])
        again.close()
    }
}
