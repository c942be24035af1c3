import OffstageSchema
import OffstageSyntax

/// A schema made from SQL, one statement after the other.
func schema(_ sql: String, from start: Schema = .initial) throws -> Schema {
    var schema = start
    _ = try apply(sql, to: &schema)
    return schema
}

@discardableResult func apply(_ sql: String, to schema: inout Schema, path: [String] = Schema.searchPath) throws -> [Change] {
    var changes: [Change] = []
    for statement in try parse(sql) {
        let before = schema
        changes += try schema.apply(statement, path: path) { (select) throws(SQLError) in try before.plainColumns(of: select) }
    }
    return changes
}

/// The error the last statement of some SQL gives.
func failure(_ sql: String, after start: Schema = .initial) -> SQLError? {
    do {
        _ = try schema(sql, from: start)
        return nil
    } catch let error as SQLError {
        return error
    } catch {
        return SQLError("test", "\(error)")
    }
}

extension Schema {
    /// Enough of type inference for tests: columns have their types, everything else is text.
    func plainColumns(of select: Select) throws(SQLError) -> [View.Column] {
        guard case .query(let query) = select.body else { return [] }
        var tables: [(String, QualifiedName)] = []
        func gather(_ item: FromItem) {
            switch item {
            case .table(let name, let alias): if let found = resolve(name) { tables.append((alias?.name ?? name.last, found.name)) }
            case .join(_, let left, let right, _, _):
                gather(left)
                gather(right)
            default: break
            }
        }
        query.from.forEach(gather)
        return query.outputs.map { output in
            guard case .column(let name) = output.value.kind else { return View.Column(output.alias ?? "?column?", ColumnType(.text)) }
            for (alias, table) in tables where name.qualifier == nil || name.qualifier == alias {
                if let column = self.tables[table]?.column(name.last) {
                    return View.Column(output.alias ?? name.last, column.type, source: ColumnSource(table, column.name))
                }
                if let column = views[table]?.columns.first(where: { $0.name == name.last }) {
                    return View.Column(output.alias ?? name.last, column.type, source: column.source)
                }
            }
            return View.Column(output.alias ?? name.last, ColumnType(.text))
        }
    }
}
