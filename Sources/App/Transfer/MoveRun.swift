import OffstageDatabase
import OffstagePostgres
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// The rows, from an open transaction of the source.
struct MoveRun {
    private let target: PostgresSession
    private let tell: DataCommand.Listener
    private let exposed: [String]
    private let schema: Schema
    private let there: Schema
    private let isOneTransaction: Bool

    /// - Parameter isOneTransaction: one is open, and all of it happens there; else each part has its own.
    init(
        _ schema: Schema, _ target: PostgresSession, _ exposed: [String], _ tell: @escaping DataCommand.Listener,
        isOneTransaction: Bool = false
    ) throws {
        self.target = target
        self.tell = tell
        self.exposed = exposed
        self.schema = schema
        self.isOneTransaction = isOneTransaction
        there = try target.catalogue(inTransaction: isOneTransaction)
    }

    func perform(_ source: borrowing WriteTransaction) throws {
        let tables = try self.tables()
        try part { try prepare(tables) }
        var progress = RowProgress(tell)
        for table in tables { progress.expect(2 * (try Self.count(of: table, source))) }
        var sums: [QualifiedName: RowSum] = [:]
        for table in tables {
            if let sum = try kept(table, source) {
                tell(.line("\(table.name): \(sum.count) rows are there already"))
                progress.step(sum.count)
                sums[table.name] = sum
                continue
            }
            try part {
                let sum = try copy(table, source, &progress)
                try MoveRecord.save(sum, of: table.name, on: target)
                sums[table.name] = sum
            }
        }
        do {
            try part { try finish(tables, sums, source, &progress) }
        } catch let error as SQLError where error.code == "OFS403" && !isOneTransaction {
            // What is not right is not gone on from.
            try MoveRecord.forgetSums(on: target)
            throw error
        }
    }

    private func part(_ body: () throws -> Void) throws {
        func pinned() throws {
            // Both sides print alike.
            try target.pinTexts()
            try body()
        }
        if isOneTransaction { try pinned() } else { try target.transaction { _ in try pinned() } }
    }

    /// Takes away what is in the way of rows in any order, once.
    private func prepare(_ tables: [Table]) throws {
        guard try MoveRecord.keys(on: target) == nil else { return }
        // Rows that the migrations made are among those that come.
        if !tables.isEmpty { _ = try target.rows("truncate \(tables.map { Self.sql($0.name) }.joined(separator: ", "))") }
        try MoveRecord.save(keys: try dropKeys(), on: target)
        for table in tables {
            _ = try target.rows("alter table \(Self.sql(table.name)) disable trigger user")
            // COPY does not go past policies that are forced on the owner.
            if table.forcesRowSecurity { _ = try target.rows("alter table \(Self.sql(table.name)) no force row level security") }
        }
    }

    /// The sum of a table that an earlier move has copied, where the source has the same rows still; else it is emptied.
    private func kept(_ table: Table, _ source: borrowing WriteTransaction) throws -> RowSum? {
        if let recorded = try MoveRecord.sum(of: table.name, on: target) {
            var sum = RowSum()
            try StoredLines(table).each(in: source) { _, line in sum.add(line) }
            if sum == recorded { return sum }
        }
        // There are rows where they have changed, and where what came was found not to be right.
        _ = try target.rows("truncate \(Self.sql(table.name))")
        return nil
    }

    /// Makes everything what it was, and proves that it is.
    private func finish(
        _ tables: [Table], _ sums: [QualifiedName: RowSum], _ source: borrowing WriteTransaction, _ progress: inout RowProgress
    ) throws {
        // Each is checked against every row as it is made again.
        let keys = try MoveRecord.keys(on: target) ?? []
        for key in keys { _ = try target.rows(key) }
        for table in tables {
            _ = try target.rows("alter table \(Self.sql(table.name)) enable trigger user")
            if table.forcesRowSecurity { _ = try target.rows("alter table \(Self.sql(table.name)) force row level security") }
        }
        try moveSequences(source)
        for view in there.views.values where try isMaterialized(view.name) {
            _ = try target.rows("refresh materialized view \(Self.sql(view.name))")
        }
        for table in tables {
            let sum = try self.sum(of: table, &progress)
            guard let wanted = sums[table.name], sum == wanted else {
                throw SQLError(
                    "OFS403", "\(table.name) is not the same on both sides",
                    details: "There were \(sums[table.name]?.count ?? 0) rows, and there are \(sum.count).",
                    hint: "The database is marked, and nothing is served from it. Drop it, or move again.")
            }
            tell(.line("\(table.name): \(sum.count) rows, alike on both sides"))
        }
        progress.end()
        tell(.line("\(keys.count) foreign keys hold, \(schema.sequences.count) sequences go on where they were"))
        // With its keys again.
        let whole = try target.catalogue(inTransaction: true)
        tell(.line("\(try SampleReads(schema, whole, exposing: exposed).compare(source, target)) sample requests are answered alike"))
        try MoveRecord.end(on: target)
    }

    /// The tables of both sides, which must have the same columns.
    private func tables() throws -> [Table] {
        let own = schema.tables.values.filter { $0.materialized == nil }.sorted { $0.name < $1.name }
        for table in own {
            let other = there.tables[table.name]?.columns.map(\.name)
            guard other.map(Set.init) == Set(table.columns.map(\.name)) else {
                throw SQLError(
                    "OFS403", "\(table.name) does not have the same columns on both sides",
                    details: "The migrations make another table there than they made here.")
            }
        }
        return own
    }

    static func sql(_ name: QualifiedName) -> String { Name(name.schema, name.name).sql }

    /// Foreign keys go while rows come in any order.
    ///
    /// - Returns: the statements that make them again.
    private func dropKeys() throws -> [String] {
        let rows = try target.rows(
            """
            select format('alter table %I.%I drop constraint %I', n.nspname, c.relname, o.conname), \
            format('alter table %I.%I add constraint %I %s', n.nspname, c.relname, o.conname, pg_get_constraintdef(o.oid)) \
            from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace \
            where o.contype = 'f' and o.conparentid = 0 and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'offstage') order by o.oid
            """)
        for row in rows { if let drop = row.first ?? nil { _ = try target.rows(drop) } }
        return rows.compactMap { $0.last ?? nil }
    }

    static func count(of table: Table, _ file: borrowing WriteTransaction) throws(SQLError) -> Int {
        let row = try file.rows("select count(*) from \(StoredName.table(table.name))").first
        if case .integer(let count)? = row?.first { return Int(count) }
        return 0
    }

    private func copy(_ table: Table, _ source: borrowing WriteTransaction, _ progress: inout RowProgress) throws -> RowSum {
        let isGiven = table.columns.map { there.tables[table.name]?.column($0.name)?.generated == nil }
        let columns = zip(table.columns, isGiven).filter(\.1).map { PostgresDialect.quoted($0.0.name) }
        let list = columns.isEmpty ? "" : " (\(columns.joined(separator: ", ")))"
        let types = table.columns.map(\.type.type)
        let isWhole = columns.count == table.columns.count
        var sum = RowSum()
        try target.copy("copy \(Self.sql(table.name))\(list) from stdin") { send in
            var lines = CopyLines()
            try StoredLines(table).each(in: source) { values, line in
                sum.add(line)
                progress.step()
                if isWhole {
                    lines.add(line: line)
                } else {
                    for (place, value) in values.enumerated() where isGiven.indices.contains(place) && isGiven[place] {
                        lines.field(value, of: types[place])
                    }
                    lines.end()
                }
                guard lines.bytes.count > 64 << 10 else { return }
                lines.bytes.withUnsafeBytes(send)
                lines.removeAll()
            }
            lines.bytes.withUnsafeBytes(send)
        }
        return sum
    }

    /// The rows as they are there now.
    private func sum(of table: Table, _ progress: inout RowProgress) throws -> RowSum {
        var sum = RowSum()
        let list = table.columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
        try target.copyOut("copy (select \(list) from \(Self.sql(table.name))) to stdout") { line throws(SQLError) in
            sum.add(UnsafeRawBufferPointer(rebasing: line.dropLast()))
            progress.step()
        }
        return sum
    }

    private func moveSequences(_ source: borrowing WriteTransaction) throws {
        for name in schema.sequences.keys.sorted() {
            let stored = try source.rows("select value, is_called from \"offstage.sequence\" where name = ?1", [.text(name.description)])
            guard let row = stored.first, row.count == 2, case .integer(let value) = row[0], case .integer(let called) = row[1] else {
                continue
            }
            _ = try target.rows("select setval($1::regclass, $2, $3)", [Self.sql(name), "\(value)", called != 0 ? "true" : "false"])
        }
    }

    private func isMaterialized(_ name: QualifiedName) throws -> Bool {
        try !target.rows("select 1 from pg_matviews where schemaname = $1 and matviewname = $2 and ispopulated", [name.schema, name.name])
            .isEmpty
    }
}
