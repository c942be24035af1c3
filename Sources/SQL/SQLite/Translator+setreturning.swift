import OffstageSchema
import OffstageSyntax

/// Set-returning functions in a select list: rewritten to functions in `from`, which read the rest of the row.
extension Translator {
    /// The query with such calls lifted into its `from`; nil where it has none.
    ///
    /// They are worked out after grouping and windows: a query with those becomes a subquery first.
    func liftingSets(_ query: Query, _ ordered: [SortKey]) throws(SQLError) -> (query: Query, ordered: [SortKey])? {
        let expressions = query.outputs.map(\.value) + ordered.map(\.value)
        guard expressions.contains(where: { hasSet($0) }) else { return nil }
        let groups = groupedBySets(query)
        let isGrouped =
            !groups
            && (!query.groupBy.isEmpty || query.having != nil || expressions.contains { hasAggregate($0) || hasWindow($0) })
        guard isGrouped else { return try lift(query, ordered) }
        if query.outputs.contains(where: { if case .star = $0.value.kind { true } else { false } }) {
            throw unsupported("* beside windows and set-returning functions", hint: "Name the columns, or call the function in FROM.")
        }
        var inner = query
        inner.distinct = nil
        inner.outputs = []
        func split(_ expression: Expression) -> Expression {
            if !hasSet(expression) {
                if case .literal = expression.kind { return expression }
                let index = inner.outputs.firstIndex { $0.value == expression } ?? inner.outputs.count
                if index == inner.outputs.count { inner.outputs.append(Output(expression, as: "i\(index)")) }
                return Expression(.column(Name([Self.lifted, "i\(index)"])), at: expression.position)
            }
            return expression.mapChildren({ split($0) }, select: { $0 })
        }
        var outer = Query(distinct: query.distinct, [])
        let names = query.outputs.map { $0.alias ?? $0.value.outputName }
        for output in query.outputs { outer.outputs.append(Output(split(output.value), as: output.alias ?? output.value.outputName)) }
        var order: [SortKey] = []
        for var key in ordered {
            if try outputIndex(key.value, names) == nil { key.value = split(key.value) }
            order.append(key)
        }
        outer.from = [.select(Select(.query(inner)), Alias(Self.lifted), lateral: false)]
        return try lift(outer, order)
    }

    private static let lifted = "~lifted"

    /// `group by unnest(x)`: the groups are of the function's rows.
    private func groupedBySets(_ query: Query) -> Bool {
        query.groupBy.contains { item in
            guard case .expression(let expression) = item else { return false }
            if hasSet(expression) { return true }
            // By name or place: of an output with such a call.
            let names = query.outputs.map { $0.alias ?? $0.value.outputName }
            guard let index = try? outputIndex(expression, names) else { return false }
            return hasSet(query.outputs[index].value)
        }
    }

    private func lift(_ query: Query, _ ordered: [SortKey]) throws(SQLError) -> (query: Query, ordered: [SortKey]) {
        var query = query
        var order = ordered
        // Innermost first: a call may stand in another's arguments.
        for round in 0..<8 {
            var calls: [Expression] = []
            func gather(_ expression: Expression) throws(SQLError) {
                var refused: SQLError?
                expression.visit(intoSubqueries: false) { inner in
                    guard case .call(let call) = inner.kind else {
                        if case .case = inner.kind, hasSet(inner) { refused = Self.notAllowed("CASE", inner.position) }
                        return
                    }
                    if call.function.last == "coalesce", hasSet(inner) { refused = Self.notAllowed("COALESCE", inner.position) }
                    if isAggregate(call), call.over == nil, hasSet(inner), !isSet(call) {
                        refused = SQLError(
                            "0A000", "aggregate function calls cannot contain set-returning function calls",
                            hint: "You might be able to move the set-returning function into a LATERAL FROM item.",
                            position: inner.position.byteOffset)
                    }
                    if isSet(call), !inner.children.contains(where: { hasSet($0) }), !calls.contains(inner) { calls.append(inner) }
                }
                if let refused { throw refused }
            }
            for output in query.outputs { try gather(output.value) }
            for key in order { try gather(key.value) }
            if calls.isEmpty { return (query, order) }
            let alias = "\(Self.setPrefix)\(round)"
            var references: [Expression: Expression] = [:]
            for (index, call) in calls.enumerated() {
                references[call] = Expression(.column(Name("\(alias).\(index)")), at: call.position)
            }
            query.from.append(.call(FunctionSource(calls, lateral: true, alias: Alias(alias))))
            func replace(_ expression: Expression) -> Expression {
                references[expression] ?? expression.mapChildren({ replace($0) }, select: { $0 })
            }
            for index in query.outputs.indices {
                let name = query.outputs[index].alias ?? query.outputs[index].value.outputName
                let value = replace(query.outputs[index].value)
                if case .star = value.kind { continue }
                if case .field(_, nil) = value.kind {
                    query.outputs[index].value = value
                    continue
                }
                query.outputs[index] = Output(value, as: name)
            }
            for index in order.indices { order[index].value = replace(order[index].value) }
            query.groupBy = query.groupBy.map { if case .expression(let value) = $0 { .expression(replace(value)) } else { $0 } }
        }
        throw SQLError("54001", "stack depth limit exceeded", hint: "Set-returning functions are nested too deeply.")
    }

    static func notAllowed(_ place: String, _ position: Position) -> SQLError {
        SQLError(
            "0A000", "set-returning functions are not allowed in \(place)",
            hint: "You might be able to move the set-returning function into a LATERAL FROM item.", position: position.byteOffset)
    }

    /// Whether it gives rows: the engine's own by name, the project's by what they return.
    func isSet(_ call: Call) -> Bool {
        guard call.over == nil else { return false }
        let entries = builtIns(call.function)
        if !entries.isEmpty { return entries.allSatisfy { $0.traits.contains(.set) } }
        return schema.resolveFunctions(call.function, path: path).contains(where: \.givesSet)
    }

    func hasSet(_ expression: Expression) -> Bool {
        var found = false
        expression.visit(intoSubqueries: false) { inner in
            if case .call(let call) = inner.kind, isSet(call) { found = true }
        }
        return found
    }
}
