import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// Brings the file from one schema to the next: what one definition statement means for SQLite.
///
/// A table is compared as it was and as it is to be, whatever list of actions the statement was. Where the stored rows stay as they are,
/// only the text of the definition changes; else the rows are copied into a table of the new shape, which then takes the old one's name.
/// Both work with foreign keys on, inside the open transaction.
struct DefinitionChange {
    let before: Schema
    let after: Schema
    /// Microseconds since 2000-01-01 UTC.
    let now: Int64

    private var created: [QualifiedName] = []
    private var dropped: [QualifiedName] = []
    /// By the name afterwards: the name before.
    private var altered: [QualifiedName: QualifiedName] = [:]
    /// By table (afterwards): the new name of each renamed column.
    private var columnNames: [QualifiedName: [String: String]] = [:]
    private var indexNames: [String: String] = [:]
    private var newValues: [QualifiedName: [String: Expression]] = [:]
    private var enumerations: [(old: Enumeration, new: Enumeration)] = []

    init(from before: Schema, to after: Schema, _ changes: [Change], now: Int64) {
        self.before = before
        self.after = after
        self.now = now
        for change in changes { note(change) }
        // A key's text names the table and the columns it refers to.
        let renamed = Set(altered.filter { $0.key != $0.value || columnNames[$0.key] != nil }.keys)
        if !renamed.isEmpty {
            for table in after.tables.values where table.foreignKeys.contains(where: { renamed.contains($0.table) }) { alter(table.name) }
        }
        for name in dropped { altered[name] = nil }
        for name in created { altered[name] = nil }
    }

    private mutating func note(_ change: Change) {
        switch change {
        case .createTable(let name): created.append(name)
        case .dropTable(let name): dropped.append(name)
        case .renameTable(let old, let new): altered[new] = old
        case .addColumn(let name, let column):
            alter(name)
            // A column that goes and comes again in one statement is another.
            if before.tables[altered[name] ?? name]?.column(column) != nil, columnNames[name]?.values.contains(column) != true {
                let standard = after.tables[name]?.column(column)?.defaultValue
                newValues[name, default: [:]][column] = standard ?? Expression(.literal(.null))
            }
        case .dropColumn(let name, _), .createIndex(let name, _), .dropIndex(let name, _): alter(name)
        case .renameColumn(let name, let old, let new):
            alter(name)
            columnNames[name, default: [:]][old] = new
        case .renameIndex(let name, let old, let new):
            alter(name)
            indexNames[old] = new
        case .alterTable(_, let new, let using):
            alter(new.name)
            newValues[new.name, default: [:]].merge(using) { _, later in later }
        case .alterEnumeration(let old, let new):
            enumerations.append((old, new))
            let rewritesArrays = old.names(differFrom: new)
            for table in after.tables.values
            where table.columns.contains(where: { column in
                guard column.type.type.enumeration == new else { return false }
                if case .array = column.type.type { return rewritesArrays }
                return old.positionsDiffer(from: new)
            }) {
                alter(table.name)
            }
        case .createSequence, .dropSequence, .renameSequence, .restartSequence, .testDomain, .data, .block, .truncate, .setting,
            .setConstraints,
            .transaction,
            .fill, .note, .savepoint, .copy:
            break
        }
    }

    private mutating func alter(_ name: QualifiedName) {
        // A table that this statement makes is made whole.
        if altered[name] == nil, before.tables[name] != nil { altered[name] = name }
    }

    func perform(on database: borrowing WriteTransaction) throws(SQLError) {
        try refuseRenamedLabels()
        for (new, old) in altered.sorted(by: { $0.key < $1.key }) {
            guard let oldTable = before.tables[old], let newTable = after.tables[new] else { continue }
            try self.table(oldTable, newTable).perform(on: database)
        }
        try drop(on: database)
        for name in created { try create(name, on: database) }
    }

    private func table(_ old: Table, _ new: Table) -> TableChange {
        var values = newValues[new.name] ?? [:]
        for column in new.columns {
            guard let type = column.type.type.enumeration, let change = enumerations.first(where: { $0.new == type }) else { continue }
            let isRewritten =
                column.type.type == .enumeration(type)
                ? change.old.positionsDiffer(from: change.new) : change.old.names(differFrom: change.new)
            guard isRewritten else { continue }
            values[column.name] = values[column.name] ?? Expression(.column(Name(column.name)))
        }
        return TableChange(
            old, new, before: before, after: after, columnNames: columnNames[new.name] ?? [:], indexNames: indexNames, newValues: values,
            enumerations: enumerations, now: now)
    }

    private func create(_ name: QualifiedName, on database: borrowing WriteTransaction) throws(SQLError) {
        let definitions = Definitions(after)
        try database.execute(try definitions.table(name))
        guard let table = after.tables[name] else { return }
        for index in table.indexes.filter(\.isStored) + table.keyIndexes {
            try database.execute(try definitions.index(index.name, on: name))
        }
        try SearchTables(schema: after, table: table).create(on: database)
    }

    /// SQLite empties a table row by row before it drops it if another table's key refers to it: cascades would empty that one, too. So
    /// the keys go first.
    private func drop(on database: borrowing WriteTransaction) throws(SQLError) {
        var keyless = before
        for name in dropped { keyless.tables[name]?.foreignKeys = [] }
        var edit = SchemaEdit()
        for name in dropped where before.tables[name]?.foreignKeys.isEmpty == false {
            edit.text(ofTable: StoredName.bare(name), try Definitions(keyless).table(name))
        }
        try edit.perform(on: database)
        for name in dropped {
            guard let table = before.tables[name] else { continue }
            try SearchTables(schema: before, table: table).drop(table.indexes, on: database)
        }
        for name in dropped { try database.execute("DROP TABLE \(StoredName.table(name))") }
    }

    /// PostgreSQL keeps a label that an expression names by its number. Ours keep its text, and so do arrays: a new name would not reach
    /// them.
    private func refuseRenamedLabels() throws(SQLError) {
        for (old, new) in enumerations {
            for label in old.labels where !new.labels.contains(where: { $0.name == label.name }) {
                guard let place = after.place(of: label.name, of: new) else { continue }
                throw SQLError(
                    "0A000", "renaming the label \"\(label.name)\" is not supported while \(place) has it",
                    hint: "Change that first, or add a label and update the rows.")
            }
        }
    }
}

extension Schema {
    /// Something that holds this label's text, or may.
    fileprivate func place(of label: String, of type: Enumeration) -> String? {
        func names(_ e: Expression?) -> Bool {
            var found = false
            e?.visit(intoSubqueries: true) { if $0.kind == .literal(.string(label)) { found = true } }
            return found
        }
        for table in tables.values.sorted(by: { $0.name < $1.name }) {
            if let column = table.columns.first(where: { names($0.defaultValue) || names($0.generated) }) {
                return "column \"\(column.name)\" of table \"\(table.name.name)\""
            }
            if let check = table.checks.first(where: { names($0.condition) }) { return "constraint \"\(check.name)\"" }
            if let policy = table.policies.first(where: { names($0.using) || names($0.check) }) { return "policy \"\(policy.name)\"" }
            if let index = table.indexes.first(where: { names($0.filter) || $0.elements.contains { names($0.value) } }) {
                return "index \"\(index.name)\""
            }
        }
        for view in views.values.sorted(by: { $0.name < $1.name }) {
            var found = false
            view.select.visit { if names($0) { found = true } }
            if found { return "view \"\(view.name.name)\"" }
        }
        return nil
    }
}

extension Enumeration {
    /// Has a label that kept its number another name now? Arrays hold the names.
    func names(differFrom new: Enumeration) -> Bool {
        labels.contains { label in new.labels.contains { $0.position == label.position && $0.name != label.name } }
    }

    /// Is a label that kept its name stored as another number now?
    func positionsDiffer(from new: Enumeration) -> Bool {
        labels.contains { label in new.labels.contains { $0.name == label.name && $0.position != label.position } }
    }
}

extension DataType {
    /// The enum type it is, or is an array of.
    var enumeration: Enumeration? {
        switch self {
        case .enumeration(let type): type
        case .array(let element): element.enumeration
        default: nil
        }
    }
}
