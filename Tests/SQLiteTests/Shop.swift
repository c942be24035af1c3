import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A database in a folder of its own, with a few tables made by hand: what the translator would make.
final class Shop: Sendable {
    let folder: String
    let database: EmbeddedDatabase

    init(_ change: (inout EmbeddedDatabase.Options) -> Void = { _ in }, folder: String? = nil) async throws {
        self.folder = folder ?? Self.temporaryFolder()
        var options = EmbeddedDatabase.Options()
        change(&options)
        database = try EmbeddedDatabase(folder: self.folder, options: options)
        try await database.transaction { transaction in
            try transaction.execute(Self.definitions)
            try transaction.define(Self.schema(transaction.schema))
        }
    }

    deinit {
        database.close()
        for file in ["app.db", "app.db-wal", "app.db-shm", "lock"] { unlink("\(folder)/\(file)") }
        rmdir(folder)
    }

    static func temporaryFolder() -> String {
        var template = Array("/tmp/offstage-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static let authors = QualifiedName("public", "authors")
    static let books = QualifiedName("public", "books")
    static let ids = QualifiedName("public", "books_id_seq")

    private static let definitions = """
        create table if not exists "public.authors" (id integer primary key, name text not null) strict;
        create table if not exists "public.books" (
            id integer primary key, title text not null, price text, author_id integer, sold integer not null default 0,
            constraint books_price_check check (price is null or price <> '-1'),
            constraint books_title_key unique (title),
            constraint books_author_id_fkey foreign key (author_id) references "public.authors" (id)
        ) strict;
        create table if not exists "public.parts" (
            id integer primary key, whole integer,
            constraint parts_whole_fkey foreign key (whole) references "public.parts" (id) deferrable initially deferred
        ) strict;
        """

    private static func schema(_ old: Schema) -> Schema {
        var schema = old
        var authors = Table(Self.authors, columns: [Column("id", ColumnType(.bigint)), Column("name", ColumnType(.text))])
        authors.primaryKey = Key("authors_pkey", ["id"])
        var books = Table(
            Self.books,
            columns: [
                Column("id", ColumnType(.bigint)), Column("title", ColumnType(.text)), Column("price", ColumnType(.numeric)),
                Column("author_id", ColumnType(.bigint)), Column("sold", ColumnType(.boolean)),
            ])
        books.primaryKey = Key("books_pkey", ["id"])
        books.uniqueKeys = [Key("books_title_key", ["title"])]
        books.foreignKeys = [Reference("books_author_id_fkey", ["author_id"], references: Self.authors, ["id"])]
        var parts = Table(
            QualifiedName("public", "parts"), columns: [Column("id", ColumnType(.bigint)), Column("whole", ColumnType(.bigint))])
        parts.primaryKey = Key("parts_pkey", ["id"])
        var whole = Reference("parts_whole_fkey", ["whole"], references: parts.name, ["id"])
        whole.isDeferrable = true
        whole.isInitiallyDeferred = true
        parts.foreignKeys = [whole]
        for var table in [authors, books, parts] {
            table.columns[0].isNotNull = true
            schema.tables[table.name] = table
            schema.privileges[table.name, default: Privileges()].whole["service_role"] = [.select, .insert, .update, .delete]
        }
        schema.sequences[ids] = Sequence(ids)
        schema.generation += 1
        return schema
    }

    // MARK: Statements

    static func inputs(
        _ values: [RequestValue] = [], rows: [[StoredValue]] = [], role: String = "service_role",
        _ change: (inout Inputs) -> Void = { _ in }
    ) -> Inputs {
        var inputs = Inputs(caller: Caller(role: role), values: values, rows: rows.map { Inputs.Row(values: $0) }, now: 0)
        change(&inputs)
        return inputs
    }

    static let book: [Field] = [
        .cell("id", 0, ColumnType(.bigint)), .cell("title", 1, ColumnType(.text)), .cell("price", 2, ColumnType(.numeric)),
        .cell("sold", 3, ColumnType(.boolean)),
    ]

    static let bookByID = Read(
        root: ReadNode(
            SQLText(#"select id, title, price, sold from "public.books" where id = ?1"#, bindings: [.value(0, ColumnType(.bigint))]),
            fields: book),
        isBounded: true)

    static let allBooks = Read(
        root: ReadNode(SQLText(#"select id, title, price, sold from "public.books" order by id"#), fields: book),
        count: SQLText(#"select count(*) from "public.books""#), isBounded: true)

    /// `(id, title, price, author)`; the id from the sequence.
    static func insertBook(returning: Bool = false) -> Write {
        let text = """
            insert into "public.books" (id, title, price, author_id) values (pg_nextval('public.books_id_seq'), ?1, ?2, ?3)
            """
        return Write(
            .insert([SQLText(text, bindings: [.payload(0), .payload(1), .payload(2)])]), table: books, needsRows: returning,
            representation: returning
                ? ReadNode(
                    SQLText(
                        #"select b.id, title, price, sold from json_each(?1) as a join "public.books" as b on b.id = a.value order by a.key"#,
                        bindings: [.affected]), fields: book) : nil,
            location: returning
                ? ReadNode(
                    SQLText(#"select b.id from json_each(?1) as a join "public.books" as b on b.id = a.value"#, bindings: [.affected]),
                    fields: [.cell("id", 0, ColumnType(.bigint))]) : nil)
    }

    func insert(_ title: String, price: String? = nil, author: Int64? = nil, returning: Bool = false) async throws -> Rows {
        let row: [StoredValue] = [.text(title), price.map { .text($0) } ?? .null, author.map { .integer($0) } ?? .null]
        return try await database.run(
            .write(Self.insertBook(returning: returning)), with: Self.inputs(rows: [row]), as: .json(nullsStripped: false))
    }

    func body(_ read: Read = Shop.allBooks, _ values: [RequestValue] = [], as format: RowFormat = .json(nullsStripped: false)) async throws
        -> String
    {
        let rows = try await database.run(.read(read), with: Self.inputs(values), as: format)
        return String(decoding: rows.body, as: UTF8.self)
    }

    /// Runs SQL as it is.
    func execute(_ script: String) async throws {
        try await database.transaction { try $0.execute(script) }
    }

    func count(_ table: String) async throws -> Int64 {
        try await database.transaction { transaction in
            guard case .integer(let count)? = try transaction.rows("select count(*) from \"\(table)\"").first?.first else { return -1 }
            return count
        }
    }
}
