import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// One table on its way from its old definition to its new one.
struct TableChange {
    private let old: Table
    private let new: Table
    private let before: Schema
    private let after: Schema
    private let columnNames: [String: String]
    private let indexNames: [String: String]
    private let newValues: [String: Expression]
    private let enumerations: [(old: Enumeration, new: Enumeration)]
    private let now: Int64

    init(
        _ old: Table, _ new: Table, before: Schema, after: Schema, columnNames: [String: String], indexNames: [String: String],
        newValues: [String: Expression], enumerations: [(old: Enumeration, new: Enumeration)], now: Int64
    ) {
        self.old = old
        self.new = new
        self.before = before
        self.after = after
        self.columnNames = columnNames
        self.indexNames = indexNames
        self.newValues = newValues
        self.enumerations = enumerations
        self.now = now
    }

    func perform(on database: borrowing WriteTransaction) throws(SQLError) {
        try dropIndexes(on: database)
        // New columns go in at the end and are filled first; keys and checks then meet whole rows.
        let added = new.columns.filter { column in !old.columns.contains { renamed($0.name) == column.name } }
        var middle = old
        middle.columns += added
        if !added.isEmpty { middle.forgetOpenRules() }
        // Their triggers name the table and its columns, and find rows by their number.
        let keepsSearch = old.name == new.name && columnNames.isEmpty && !needsCopy(of: middle)
        let keptNames = Set(keptIndexes.filter { $0.old == $0.new }.map(\.old))
        let search = SearchTables(schema: before, table: old)
        try search.drop(old.indexes.filter { !keepsSearch || !keptNames.contains($0.name) }, on: database)
        if !added.isEmpty {
            try edit(from: old, to: middle, on: database)
            try fill(added, of: middle, on: database)
        }
        if needsCopy(of: middle) { try copy(middle, on: database) } else { try edit(from: middle, to: new, on: database) }
        try TableTest(new, in: after, as: StoredName.table(new.name)).require(comparedWith: old, renamed: renamed, on: database)
        try createIndexes(on: database)
    }

    private func renamed(_ column: String) -> String { columnNames[column] ?? column }

    /// A schema that holds the table as given, for translating what stands in its definition.
    private func schema(with table: Table) -> Schema {
        var schema = table.name == new.name && table.columns == new.columns ? after : before
        schema.tables[table.name] = table
        return schema
    }

    // MARK: Columns at the end

    private func fill(_ columns: [Column], of table: Table, on database: borrowing WriteTransaction) throws(SQLError) {
        let name = StoredName.table(table.name)
        guard try !database.rows("SELECT 1 FROM \(name) LIMIT 1").isEmpty else { return }
        let filled = columns.filter { column in
            guard column.generated == nil else { return false }
            if column.defaultValue != nil || column.sequence != nil { return true }
            // A domain may have a default, or refuse the null that the column would get.
            guard case .domain(let domain) = column.type.type else { return false }
            let rules = after.rules(of: domain)
            return after.standard(of: column.type.type) != nil || rules.isNotNull || !rules.checks.isEmpty
        }
        for column in columns where column.isNotNull && column.generated == nil && !filled.contains(column) {
            throw TableTest.holdsNulls(column.name, table)
        }
        var schema = after
        schema.tables[table.name] = table
        if !filled.isEmpty {
            try database.define(schema)
            let update = Update(
                Name(table.name.schema, table.name.name), set: filled.map { Assignment([Name($0.name)], Expression(.default)) })
            try run(.update(update), schema, on: database, table)
        } else if columns.contains(where: { $0.generated != nil }), let any = table.columns.first(where: { $0.generated == nil }) {
            // Any update works out stored columns.
            let column = StoredName.column(any.name)
            try database.execute("UPDATE \(name) SET \(column) = \(column)")
        }
    }

    private func run(_ statement: DataStatement, _ schema: Schema, on database: borrowing WriteTransaction, _ table: Table) throws(SQLError)
    {
        let prepared = try SQLiteDialect(schema).prepare(statement)
        do throws(SQLError) {
            _ = try database.run(prepared, with: Inputs(caller: .system, now: now))
        } catch {
            if error.code == "23502",
                let column = table.columns.first(where: { $0.isNotNull && error.message.contains("column \"\($0.name)\" of") })
            {
                throw TableTest.holdsNulls(column.name, table)
            }
            if error.code == "23514", let check = error.constraint { throw TableTest.broken(check, table) }
            throw error
        }
    }

    // MARK: The text alone

    private func edit(from old: Table, to new: Table, on database: borrowing WriteTransaction) throws(SQLError) {
        let stored = (old: StoredName.bare(old.name), new: StoredName.bare(new.name))
        let text = try Definitions(schema(with: new)).table(new.name)
        var edit = SchemaEdit()
        let current = try database.rows("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", [.text(stored.old)]).first?
            .first
        if stored.old != stored.new || current != .text(text) {
            edit.rename(table: stored.old, to: stored.new)
            edit.text(ofTable: stored.new, text)
        }
        if new == self.new {
            for (index, newName) in keptIndexes where new.indexes.contains(where: { $0.name == newName && $0.isStored }) {
                let text = try Definitions(after).index(newName, on: new.name)
                let name = (old: indexName(index, self.old), new: indexName(newName, new))
                let current = try database.rows("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1", [.text(name.old)])
                    .first?.first
                if name.old != name.new || current != .text(text) { edit.text(ofIndex: name.old, newName: name.new, text) }
            }
        }
        try edit.perform(on: database)
    }

    // MARK: The rows, too

    private func needsCopy(of middle: Table) -> Bool {
        guard middle.columns.map({ renamed($0.name) }) == new.columns.map(\.name), newValues.isEmpty else { return true }
        for (old, new) in zip(middle.columns, new.columns) where !Self.keepsStoredValues(from: old.type, to: new.type) { return true }
        func keys(_ table: Table, _ name: (String) -> String) -> [[String]] {
            ((table.rowIDColumn == nil ? table.primaryKey.map { [$0] } ?? [] : []) + table.uniqueKeys).map { $0.columns.map(name) }
        }
        return middle.rowIDColumn.map(renamed) != new.rowIDColumn || keys(middle, renamed) != keys(new) { $0 }
    }

    /// Is every value of the one type, as stored, the same value of the other?
    static func keepsStoredValues(from old: ColumnType, to new: ColumnType) -> Bool {
        if old == new { return true }
        if case .domain = new.type { return false }
        let (old, new) = (old.base, new.base)
        if old == new { return true }
        switch (old.type, new.type) {
        case (.smallint, .integer), (.smallint, .bigint), (.integer, .bigint), (.text, .text), (.varchar, .text), (.real, .double):
            return true
        case (.varchar, .varchar):
            guard case .length(let length)? = new.modifier else { return true }
            if case .length(let before)? = old.modifier { return before <= length }
            return false
        case (.numeric, .numeric): return new.modifier == nil
        case (.enumeration(let a), .enumeration(let b)): return !a.positionsDiffer(from: b)
        case (.composite(let a), .composite(let b)):
            // A row holds its fields' texts, of enums the labels; names are not stored.
            return a.fields.count == b.fields.count
                && zip(a.fields, b.fields).allSatisfy { old, new in
                    if case .enumeration = old.type.type, case .enumeration = new.type.type { return true }
                    return keepsStoredValues(from: old.type, to: new.type)
                }
        case (.array(.composite(let a)), .array(.composite(let b))):
            return keepsStoredValues(from: ColumnType(.composite(a)), to: ColumnType(.composite(b)))
        case (.array(let a), .array(let b)):
            return keepsStoredValues(from: ColumnType(a, old.modifier), to: ColumnType(b, new.modifier)) && a.enumeration != nil
                && a.enumeration.map { old in b.enumeration.map { !old.names(differFrom: $0) } ?? false } ?? false
        default: return false
        }
    }

    private func copy(_ middle: Table, on database: borrowing WriteTransaction) throws(SQLError) {
        var target = new
        target.name = Self.beside(new.name, "~new")
        target.forgetOpenRules()
        var schema = after
        schema.tables[target.name] = target
        try database.execute(try Definitions(schema).table(target.name))
        do throws(SQLError) {
            try database.execute(try copyText(from: middle, into: target))
        } catch {
            throw try reason(for: error, middle, on: database)
        }
        try swap(middle, target, on: database)
        // Keys of others that refer here were not looked at.
        for other in after.tables.values where other.foreignKeys.contains(where: { $0.table == new.name }) {
            try TableTest(other, in: after, as: StoredName.table(other.name)).requireKeys(
                where: { $0.table == new.name && !$0.isNotValid }, on: database)
        }
    }

    private func copyText(from middle: Table, into target: Table) throws(SQLError) -> String {
        var names: [String] = []
        var values: [String] = []
        for column in target.columns where column.generated == nil {
            guard let source = middle.columns.first(where: { renamed($0.name) == column.name }) else { continue }
            names.append(StoredName.column(column.name))
            values.append(try value(of: source, as: column, in: middle))
        }
        if target.rowIDColumn == nil {
            names.append("rowid")
            values.append("rowid")
        }
        return "INSERT INTO \(StoredName.table(target.name)) (\(names.joined(separator: ", "))) "
            + "SELECT \(values.joined(separator: ", ")) FROM \(StoredName.table(middle.name)) ORDER BY rowid"
    }

    private func value(of source: Column, as column: Column, in middle: Table) throws(SQLError) -> String {
        let stored = StoredName.column(source.name)
        if case .enumeration(let type) = column.type.type, let change = enumerations.first(where: { $0.new == type }) {
            let cases = change.old.labels.compactMap { label in
                change.new.labels.first { $0.name == label.name }.map { "WHEN \(label.position) THEN \($0.position)" }
            }
            return "CASE \(stored) \(cases.joined(separator: " ")) ELSE \(stored) END"
        }
        if case .array(.enumeration(let type)) = column.type.type, let change = enumerations.first(where: { $0.new == type }) {
            let keys = [change.old, change.new].map { "'" + DataType.enumeration($0).key.doubling("'") + "'" }
            return "pg_relabel(\(stored), \(keys[0]), \(keys[1]))"
        }
        let using = newValues[column.name]
        if using == nil, Self.keepsStoredValues(from: source.type, to: column.type) { return stored }
        return try Definitions(schema(with: middle)).expression(
            using ?? Expression(.column(Name(source.name))), of: middle, as: column.type)
    }

    /// What PostgreSQL says where the rows do not fit: found out on a copy that takes anything.
    private func reason(for error: SQLError, _ middle: Table, on database: borrowing WriteTransaction) throws(SQLError) -> SQLError {
        guard error.code == "XX000" || error.code.hasPrefix("23") else { return error }
        var loose = new
        loose.name = Self.beside(new.name, "~test")
        loose.primaryKey = nil
        loose.uniqueKeys = []
        loose.foreignKeys = []
        loose.checks = []
        for i in loose.columns.indices { loose.columns[i].isNotNull = false }
        var schema = after
        schema.tables[loose.name] = loose
        do throws(SQLError) {
            try database.execute(try Definitions(schema).table(loose.name))
            try database.execute(try copyText(from: middle, into: loose))
        } catch { return error }
        var bare = old
        (bare.primaryKey, bare.uniqueKeys, bare.foreignKeys, bare.checks) = (nil, [], [], [])
        for i in bare.columns.indices { bare.columns[i].isNotNull = false }
        do throws(SQLError) {
            try TableTest(new, in: after, as: StoredName.table(loose.name)).require(comparedWith: bare, renamed: renamed, on: database)
        } catch { return error }
        return error
    }

    /// The new table takes the old one's place; nothing refers to the old one any more when it is dropped.
    private func swap(_ middle: Table, _ target: Table, on database: borrowing WriteTransaction) throws(SQLError) {
        for index in middle.indexes where hasIndex(index.name) {
            try database.execute("DROP INDEX IF EXISTS \(StoredName.index(index.name, in: middle.name.schema))")
        }
        var past = middle
        past.name = Self.beside(middle.name, "~old")
        past.foreignKeys = []
        past.indexes = []
        var schema = before
        schema.tables[past.name] = past
        var edit = SchemaEdit()
        edit.rename(table: StoredName.bare(middle.name), to: StoredName.bare(past.name))
        edit.text(ofTable: StoredName.bare(past.name), try Definitions(schema).table(past.name))
        edit.rename(table: StoredName.bare(target.name), to: StoredName.bare(new.name))
        edit.text(ofTable: StoredName.bare(new.name), try Definitions(after).table(new.name))
        try edit.perform(on: database)
        try database.execute("DROP TABLE \(StoredName.table(past.name))")
    }

    private static func beside(_ name: QualifiedName, _ mark: String) -> QualifiedName { QualifiedName(name.schema, name.name + mark) }

    // MARK: Indexes

    private func hasIndex(_ name: String) -> Bool { old.indexes.contains { $0.name == name } }

    private func indexName(_ name: String, _ table: Table) -> String { StoredName.bare(QualifiedName(table.name.schema, name)) }

    /// Those that stay, by their old and new names.
    private var keptIndexes: [(old: String, new: String)] {
        (old.indexes + old.keyIndexes).compactMap { index in
            let name = indexNames[index.name] ?? index.name
            return (new.indexes + new.keyIndexes).contains { $0.name == name } ? (index.name, name) : nil
        }
    }

    private func dropIndexes(on database: borrowing WriteTransaction) throws(SQLError) {
        let kept = Set(keptIndexes.map(\.old))
        for index in old.indexes + old.keyIndexes where !kept.contains(index.name) {
            try database.execute("DROP INDEX IF EXISTS \(StoredName.index(index.name, in: old.name.schema))")
        }
    }

    private func createIndexes(on database: borrowing WriteTransaction) throws(SQLError) {
        try SearchTables(schema: after, table: new).create(on: database)
        for index in new.indexes.filter(\.isStored) + new.keyIndexes {
            let name = indexName(index.name, new)
            guard try database.rows("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1", [.text(name)]).isEmpty else {
                continue
            }
            if index.isUnique { try TableTest(new, in: after, as: StoredName.table(new.name)).requireUnique(index, on: database) }
            try database.execute(try Definitions(after).index(index.name, on: new.name))
        }
    }
}

extension Table {
    /// Without the rules that were added without a look at the rows there are: these may break them, and stay when they are written anew.
    fileprivate mutating func forgetOpenRules() {
        checks.removeAll(where: \.isNotValid)
        foreignKeys.removeAll(where: \.isNotValid)
    }
}
