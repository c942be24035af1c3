package import OffstageQuery
package import OffstageSchema
import OffstageSyntax

/// Plans in PostgreSQL's words: one statement each, whose answer is made by the server.
///
/// It adds no privilege and no policy. The statement runs as the caller's role, and PostgreSQL asks its own.
package struct PostgresDialect: Sendable {
    package let schema: Schema

    package init(_ schema: Schema) { self.schema = schema }

    package func statement(for plan: TablePlan) -> Statement {
        switch plan.action {
        case .read(let read, _): .remote(RemoteStatement(plan, schema, isWrite: false, pageOrder: read.last?.order))
        case .insert(let insert): .remote(RemoteStatement(plan, schema, isWrite: true, payloadColumns: insert.columns))
        case .update(let update): .remote(RemoteStatement(plan, schema, isWrite: true, payloadColumns: update.columns))
        case .delete: .remote(RemoteStatement(plan, schema, isWrite: true))
        case .call(let call): .remote(RemoteStatement(plan, schema, isWrite: call.writes, payloadColumns: call.columns))
        }
    }

    package static func quoted(_ name: String) -> String { "\"" + name.doubling("\"") + "\"" }
    static func literal(_ text: String) -> String { "'" + text.doubling("'") + "'" }
}

/// Builds the parts of one statement, numbering its parameters on the way.
struct RemoteBuilder {
    let schema: Schema
    /// Rows are written as XML, not handed to JSON.
    let isXML: Bool
    let counting: Counting
    var parts = RemoteParts()
    /// Who runs it.
    private(set) var role = ""

    init(_ schema: Schema, as format: RowFormat, counting: Counting = .exact) {
        self.schema = schema
        self.counting = counting
        isXML = if case .xml = format { true } else { false }
    }

    func parts(of plan: TablePlan) -> RemoteParts {
        var builder = self
        builder.role = plan.role
        switch plan.action {
        case .read(let read, let counts): builder.show(read, counts: counts)
        case .insert(let insert): builder.insert(insert)
        case .update(let update): builder.update(update)
        case .delete(let delete): builder.delete(delete)
        case .call(let call): builder.call(call)
        }
        return builder.parts
    }

    /// The parameter for a binding; the same one for the same binding.
    mutating func bind(_ binding: Binding) -> Int {
        if let index = parts.bindings.firstIndex(of: binding) { return index + 1 }
        parts.bindings.append(binding)
        return parts.bindings.count
    }

    // MARK: Expressions

    /// What a node's tree is lowered with: the parent's row, for an embed's own statement.
    struct Place {
        /// What each `.parentKey` stands for.
        var parentKeys: [Expression] = []
        /// What each `.payload` stands for.
        var payload: [Expression] = []
        /// Of rows that a write returned, which are nobody's by themselves: what they go by, and whose they are.
        var written: (alias: String, columns: [String], type: Name)?
    }

    /// The expression with parameters where the request's values stand.
    mutating func lower(_ expression: Expression, _ place: Place) -> Expression {
        switch expression.kind {
        case .injected(let injected): return lower(injected, place)
        case .column(let name):
            guard let written = place.written, name.parts == [written.alias] else { return expression }
            return Expression(.cast(Expression(.row(written.columns.map { .column(written.alias, $0) })), TypeName(written.type)))
        // The request's `*` is `%`, in a pattern that is a value by itself.
        case .binary("~~", let left, let right), .binary("~~*", let left, let right):
            guard case .injected(.value(let index)) = right.kind, case .binary(let name, _, _) = expression.kind else { break }
            return Expression(.binary(name, lower(left, place), Expression(.parameter(bind(.pattern(index))))))
        default: break
        }
        return expression.mapChildren({ lower($0, place) }, select: { lower($0, place) })
    }

    private mutating func lower(_ injected: Injected, _ place: Place) -> Expression {
        switch injected {
        case .value(let index): return Expression(.parameter(bind(.value(index, Self.untyped))))
        case .list(let index): return Expression(.parameter(bind(.list(index, Self.untyped))))
        case .parentKey(let index): return place.parentKeys.indices.contains(index) ? place.parentKeys[index] : Expression(.literal(.null))
        case .payload(let index): return place.payload.indices.contains(index) ? place.payload[index] : Expression(.literal(.null))
        case .local: return Expression(.literal(.null))
        }
    }

    /// PostgreSQL tells a parameter's type by what stands around it.
    private static let untyped = ColumnType(.unknown)

    private mutating func lower(_ select: Select, _ place: Place) -> Select {
        var result = select
        if case .query(var query) = select.body {
            for index in query.outputs.indices { query.outputs[index].value = lower(query.outputs[index].value, place) }
            query.from = query.from.map { lower($0, place) }
            query.filter = query.filter.map { lower($0, place) }
            result.body = .query(query)
        }
        return result
    }

    mutating func lower(_ item: FromItem, _ place: Place) -> FromItem {
        switch item {
        case .table: return item
        case .secured(let table): return .table(table.name, table.alias)
        case .select(let select, let alias, let lateral): return .select(lower(select, place), alias, lateral: lateral)
        case .call(var source):
            source.calls = source.calls.map { lower($0, place) }
            return .call(source)
        case .join(let kind, let left, let right, let condition, let alias):
            var changed = condition
            if case .on(let expression)? = condition { changed = .on(lower(expression, place)) }
            return .join(kind, lower(left, place), lower(right, place), changed, alias)
        }
    }

    mutating func sql(_ expression: Expression, _ place: Place = Place()) -> String { lower(expression, place).sql }

    /// An item of a `from`, by itself.
    mutating func sql(_ item: FromItem, _ place: Place = Place()) -> String {
        let query = Query([Output(Expression(.star(Name([]))))], from: [lower(item, place)])
        return String(Select(.query(query)).sql.dropFirst("select * from ".count))
    }
}
