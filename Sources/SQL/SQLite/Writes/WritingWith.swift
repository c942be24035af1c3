import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// A WITH whose parts write.
///
/// PostgreSQL lets all parts see the tables as they were before the statement. Here the parts run one after the other, so a part may not
/// read what an earlier one writes; a query that needs none of their rows runs before them.
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
            try requireUnwritten(written, by: part, template)
            let prepared = try prepare(part, translator.fresh())
            let number = RowSetNumber.firstPart + parts.count
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
        if !isFirst { try requireUnwritten(written, by: main, template) }
        let prepared = try prepare(main, translator.fresh())
        return Prepared(.parts(parts, prepared, mainFirst: isFirst), columns: prepared.columns, verb: prepared.verb)
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

    private func requireUnwritten(_ written: Set<QualifiedName>, by part: DataStatement, _ template: Translator) throws(SQLError) {
        guard !written.isEmpty else { return }
        var names = TreeUses(part).tables
        // An insert reads nothing of its table.
        if case .insert(let insert) = part, insert.conflict == nil, let own = names.firstIndex(of: insert.table) { names.remove(at: own) }
        for name in names {
            guard let table = bases(of: name, template).intersection(written).sorted().first else { continue }
            throw unsupported(
                "reading \"\(table.name)\" in a statement whose WITH writes to it", hint: "Write it as two statements.", at: name.position)
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
