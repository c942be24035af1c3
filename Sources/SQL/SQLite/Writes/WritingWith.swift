import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// A WITH whose parts write.
///
/// PostgreSQL lets all parts see the tables as they were before the statement. Here the parts run one after the other, and a table that
/// one writes and a later one reads is kept as it was, in memory; a query that needs none of their rows runs before them.
extension SQLiteDialect {
    func prepareParts(_ statement: DataStatement, _ template: Translator) throws(SQLError) -> Prepared? {
        guard let with = statement.with, with.tables.contains(where: { $0.statement.writes }) else { return nil }
        if with.isRecursive, with.tables.contains(where: { !$0.statement.writes && $0.statement.reads($0.name) }) {
            throw unsupported("a recursive WITH beside parts that write", hint: "Write it as two statements.")
        }
        var translator = template
        var parts: [Prepared.Part] = []
        var queries: [CommonTable] = []
        var written: Set<QualifiedName> = []
        var names: [String] = []
        for table in with.tables {
            guard table.statement.writes else {
                queries.append(table)
                continue
            }
            let part = table.statement.beside(queries)
            try keep(written, readBy: part, &translator)
            let prepared = try prepare(part, translator.fresh())
            // Every second number; those between are the kept tables'.
            let number = RowSetNumber.firstPart + 2 * parts.count
            parts.append(.init(number, prepared))
            var columns = prepared.columns
            for (index, name) in table.columns.enumerated() where index < columns.count { columns[index].name = name }
            translator.define(table.name, as: number, columns: columns)
            names.append(table.name)
            if let target = table.statement.target { written.formUnion(bases(of: target, template)) }
        }
        var main = statement
        main.with = nil
        main = main.beside(queries)
        let isFirst = !main.writes && !names.contains { main.reads($0) }
        if !isFirst { try keep(written, readBy: main, &translator) }
        let prepared = try prepare(main, translator.fresh())
        return Prepared(
            .parts(parts, prepared, mainFirst: isFirst, before: snapshots(translator)), columns: prepared.columns, verb: prepared.verb)
    }

    /// The tables behind a name: itself, or what a view reads.
    private func bases(of name: Name, _ template: Translator) -> Set<QualifiedName> {
        guard let found = schema.resolve(name, path: template.path)?.name else { return [] }
        var seen: Set<QualifiedName> = [found]
        var waiting = [found]
        while let next = waiting.popLast() {
            guard let view = schema.views[next] else { continue }
            for table in TreeUses(view.select).tables {
                let inner = QualifiedName(table.qualifier ?? "public", table.last)
                if seen.insert(inner).inserted { waiting.append(inner) }
            }
        }
        return seen
    }

    /// Lets a part read what earlier ones wrote as it was before them.
    ///
    /// - Throws: 0A000 where it writes to what an earlier one wrote.
    private func keep(_ written: Set<QualifiedName>, readBy part: DataStatement, _ translator: inout Translator) throws(SQLError) {
        guard !written.isEmpty else { return }
        var names = TreeUses(part).tables
        if let target = part.target, let own = names.firstIndex(of: target) {
            names.remove(at: own)
            let again = bases(of: target, translator).intersection(written).sorted().first
            if let again, !part.onlyAdds {
                throw unsupported(
                    "writing to \"\(again.name)\" in two parts of a statement", hint: "Write it as two statements.", at: target.position)
            }
        }
        for name in names {
            for table in bases(of: name, translator).intersection(written).sorted()
            where schema.tables[table] != nil && translator.snapshots[table] == nil {
                translator.snapshots[table] = RowSetNumber.firstPart + 2 * translator.snapshots.count + 1
            }
        }
    }

    private func snapshots(_ translator: Translator) -> [Prepared.Snapshot] {
        translator.snapshots.sorted { $0.value < $1.value }.compactMap { name, number in
            guard let table = schema.tables[name] else { return nil }
            let columns = table.columns.map { ", " + StoredName.column($0.name) }.joined()
            return .init(number, SQLText("SELECT rowid\(columns) FROM \(StoredName.table(name))"))
        }
    }
}

extension DataStatement {
    var writes: Bool { if case .select = self { false } else { true } }

    var with: With? {
        get {
            switch self {
            case .select(let select): select.with
            case .insert(let insert): insert.with
            case .update(let update): update.with
            case .delete(let delete): delete.with
            case .merge(let merge): merge.with
            }
        }
        set {
            switch self {
            case .select(var select):
                select.with = newValue
                self = .select(select)
            case .insert(var insert):
                insert.with = newValue
                self = .insert(insert)
            case .update(var update):
                update.with = newValue
                self = .update(update)
            case .delete(var delete):
                delete.with = newValue
                self = .delete(delete)
            case .merge(var merge):
                merge.with = newValue
                self = .merge(merge)
            }
        }
    }

    var target: Name? {
        switch self {
        case .select: nil
        case .insert(let insert): insert.table
        case .update(let update): update.table
        case .delete(let delete): delete.table
        case .merge(let merge): merge.table
        }
    }

    /// It leaves rows that are there as they are.
    var onlyAdds: Bool {
        guard case .insert(let insert) = self else { return false }
        return insert.conflict == nil
    }

    /// Whether it names a common table of this name.
    func reads(_ name: String) -> Bool { TreeUses(self).tables.contains { $0.parts == [name] } }

    /// The statement with those of these queries before it that it names, itself or through one another.
    func beside(_ queries: [CommonTable]) -> DataStatement {
        var kept: [CommonTable] = []
        for query in queries.reversed() where reads(query.name) || kept.contains(where: { $0.statement.reads(query.name) }) {
            kept.insert(query, at: 0)
        }
        guard !kept.isEmpty else { return self }
        var copy = self
        copy.with = With(isRecursive: with?.isRecursive ?? false, kept + (with?.tables ?? []))
        return copy
    }
}
