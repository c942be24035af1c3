import CSQLite
import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// Foreign keys and late unique keys of a write done row by row.
extension RowRun {
    /// Some key refers from the table or to it, or is checked late.
    func hasKeys(_ table: Table) -> Bool {
        !table.foreignKeys.isEmpty || table.hasDeferrableKeys || isReferenced(table.name)
    }

    private func isReferenced(_ name: QualifiedName) -> Bool {
        if let known = connection.session.referenced[name] { return known }
        let found = schema.tables.values.contains { $0.foreignKeys.contains { $0.table == name } }
        connection.session.referenced[name] = found
        return found
    }

    /// SQLite would look at keys after each row; PostgreSQL does when all are written.
    func lettingKeysWait(_ relation: WrittenRelation, _ body: () throws(RunStop) -> Void) throws(RunStop) {
        guard let table = relation.table, hasKeys(table) else { return try body() }
        try connection.plain("pragma defer_foreign_keys = on")
        defer { try? connection.command("pragma defer_foreign_keys = off") }
        try body()
    }

    func checkKeys() throws(RunStop) {
        let diagnosis = Diagnosis(connection, schema, run.inputs.caller)
        let session = connection.session
        for change in afterwards.keys {
            let broken = try looking { () throws(Fault) in
                try diagnosis.brokenKey(change.table, old: change.old, new: change.new) {
                    session.isDeferred($0.name, $0.isInitiallyDeferred)
                }
            }
            if let broken { throw .refused(broken) }
            guard let new = change.new else { continue }
            for key in change.table.lateKeys where change.old.map({ diagnosis.differs(key, $0, new, change.table) }) ?? true {
                if session.isDeferred(key.name, key.isInitiallyDeferred) {
                    session.deferred.append(.unique(change.table.name, key, new, run.inputs.caller))
                } else if let error = try looking({ () throws(Fault) in try diagnosis.duplicate(key, new, change.table) }) {
                    throw .refused(error)
                }
            }
        }
        afterwards.keys = []
    }

    private func looking<T>(_ body: () throws(Fault) -> T) throws(RunStop) -> T {
        do throws(Fault) { return try body() } catch { throw .fault(error) }
    }

    /// Rows that keys reach from a row about to be deleted or updated, where their tables have triggers or are referred to themselves: keys
    /// to them are looked at in the end, for each row that was changed here. Others are SQLite's to change.
    func cascade(_ event: RowWrite.Event, from relation: WrittenRelation, old: [StoredValue], new: [StoredValue]?) throws(RunStop) {
        guard let table = relation.table else { return }
        for (child, key, childEvent) in reached(from: table, event) {
            let places = key.referenced.compactMap { name in table.columns.firstIndex { $0.name == name } }
            let values = places.map { old[$0] }
            if values.contains(.null) { continue }
            if let new, places.allSatisfy({ new[$0] == old[$0] }) { continue }
            let there = WrittenRelation(child, schema)
            let isDeletion = childEvent == .delete
            try begin(isDeletion ? .delete : .update, on: there, assigned: Set(key.columns))
            for found in try children(there, key, values) {
                let row = Array(found.dropFirst())
                if isDeletion {
                    try delete(found[0], row, nil, from: there, isOfStatement: false)
                } else {
                    let changed = try reached(row, child, key, event == .delete ? key.onDelete : key.onUpdate, places, new)
                    try update(
                        found[0], row, changed, RowWrite.Change(assigned: []), of: there, assigned: Set(key.columns), isOfStatement: false)
                }
            }
        }
    }

    private func reached(from table: Table, _ event: RowWrite.Event) -> [(child: Table, key: Reference, event: CreateTrigger.Event)] {
        let place = Afterwards.Statement(relation: table.name, event: event)
        if let known = afterwards.reached[place] { return known }
        let found = schema.cascades(from: table.name, event.trigger).filter {
            ($0.key.setsPart && event == .delete) || schema.firesTriggers($0.child.name, $0.event) || isReferenced($0.child.name)
        }
        afterwards.reached[place] = found
        return found
    }

    private func children(_ relation: WrittenRelation, _ key: Reference, _ values: [StoredValue]) throws(RunStop) -> [[StoredValue]] {
        let list = relation.columns.indices.map { ", " + relation.columnName($0) }.joined()
        let condition = key.columns.enumerated().map { "\(StoredName.column($1)) = ?\($0 + 1)" }.joined(separator: " AND ")
        let text = SQLText(
            "SELECT rowid\(list) FROM \(relation.storedName) WHERE \(condition)", bindings: values.indices.map { .payload($0) })
        return try run.rows(of: text, row: values).rows
    }

    /// What becomes of a row whose parent goes or takes another key.
    private func reached(
        _ row: [StoredValue], _ child: Table, _ key: Reference, _ action: ForeignKey.Action, _ places: [Int], _ new: [StoredValue]?
    ) throws(RunStop) -> [StoredValue] {
        var changed = row
        var defaults: [StoredValue] = []
        if action == .setDefault {
            let text: SQLText
            do throws(SQLError) { text = try SQLiteDialect(schema).defaults(of: child) } catch { throw .refused(error) }
            defaults = try run.rows(of: text).rows.first ?? []
        }
        for (index, name) in key.columns.enumerated() {
            guard let place = child.columns.firstIndex(where: { $0.name == name }) else { continue }
            if new == nil, !key.setsOnDelete.isEmpty, !key.setsOnDelete.contains(name) { continue }
            switch action {
            case .cascade: if let new, index < places.count { changed[place] = new[places[index]] }
            case .setDefault: changed[place] = defaults.indices.contains(place) ? defaults[place] : .null
            default: changed[place] = .null
            }
        }
        return changed
    }
}

extension Table {
    /// Keys that are looked at when a statement or the transaction ends.
    var lateKeys: [Key] { ([primaryKey].compactMap { $0 } + uniqueKeys).filter(\.isDeferrable) }
}
