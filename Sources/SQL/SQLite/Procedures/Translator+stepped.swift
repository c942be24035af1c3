import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// Functions that cannot be taken into the statement that calls them: an engine function runs them where SQLite asks for the value.
extension Translator {
    /// Whether a call may be replaced by the function's own query.
    ///
    /// Not where that could be told from a call: an argument that would be worked out twice, settings, other rights that the body asks
    /// about, a body of several statements or one that writes, a call inside itself.
    func isTakenInLine(_ function: Function, _ given: [Term?]) -> Bool {
        guard function.language == "sql", function.statements.count == 1, case .data(.select(let select)) = function.statements[0].kind,
            !select.writes, function.settings.keys.allSatisfy({ $0 == "search_path" }), arguments.count < 16,
            !arguments.contains(where: { $0.function == function.name }), !given.contains(where: { $0?.isVolatile == true })
        else { return false }
        if function.result == .scalar(ColumnType(.void)) || (function.givesSet && function.isStrict) { return false }
        // Rows as arguments have fields, which only variables know.
        if function.parameters.contains(where: { $0.type.type.isRow }) { return false }
        return !function.isSecurityDefiner
            || !TreeUses(select).functions.contains { ["current_user", "current_role", "user"].contains($0.last) }
    }

    /// A call as a value.
    mutating func stepped(_ function: Function, _ given: [Term?], at position: Position) throws(SQLError) -> Term {
        let arguments = try received(function, given, at: position)
        let list = [Self.quoted("\(function.signature)")] + arguments.map(\.sql)
        let type: ColumnType
        if let row = function.rowResult(in: schema) {
            type = ColumnType(.composite(row))
        } else {
            switch function.result {
            case .scalar(let scalar), .set(let scalar): type = scalar
            case .row, .table: type = ColumnType(.record)
            }
        }
        if type.type == .trigger {
            throw SQLError("0A000", "trigger functions can only be called as triggers", position: position.byteOffset)
        }
        var term = Term("pg_call(\(list.joined(separator: ", ")))", type.type, modifier: type.modifier, from: arguments)
        term.isSafe = false
        term.isVolatile = term.isVolatile || function.volatility == .volatile
        // Bodies take what time they take: never on an event loop.
        isBounded = false
        if term.isConstant { term.sql = "(SELECT \(term.sql))" }
        return term
    }

    /// A call as a table: its text, its arguments, and the names and types of its columns `c1`, `c2`, ….
    mutating func steppedRows(
        _ function: Function, _ given: [Term?], readsNeighbours: Bool, at position: Position
    ) throws(SQLError) -> (text: String, arguments: [Term], columns: [(name: String, type: ColumnType)]) {
        let arguments = try received(function, given, at: position)
        let list = [Self.quoted("\(function.signature)"), readsNeighbours ? "1" : "0"] + arguments.map(\.sql)
        isBounded = false
        var columns: [(name: String, type: ColumnType)] = []
        if let row = function.rowResult(in: schema) {
            columns = row.fields.map { ($0.name, $0.type) }
        } else {
            switch function.result {
            case .scalar(let type), .set(let type): columns = [(function.outputs.first?.name ?? function.name.name, type)]
            case .row, .table: break
            }
        }
        guard columns.count <= 300 else { throw unsupported("a function of more than 300 columns", at: position) }
        if columns.first?.type.type == .trigger {
            throw SQLError("0A000", "trigger functions can only be called as triggers", position: position.byteOffset)
        }
        return ("pg_call_rows(\(list.joined(separator: ", ")))", arguments, columns)
    }

    /// The arguments in the function's order and as its types, defaults where none is given.
    private mutating func received(_ function: Function, _ given: [Term?], at position: Position) throws(SQLError) -> [Term] {
        guard function.parameters.count <= 100 else { throw unsupported("a function of more than 100 arguments", at: position) }
        if function.isSwift {
            var error = SQLError.inSwift(function.name.name)
            error.position = position.byteOffset
            throw error
        }
        var values: [Term] = []
        for (parameter, term) in zip(function.parameters, given) {
            if let term {
                values.append(try coerce(term, to: ColumnType(parameter.type.type), .implicit, at: position))
            } else if let standard = parameter.defaultValue {
                let value = try translate(standard, in: Scope())
                values.append(try coerce(value, to: ColumnType(parameter.type.type), .assignment, at: position))
            } else {
                values.append(Term("NULL", parameter.type.type))
            }
        }
        return values
    }
}

extension Select {
    /// Whether a part of its WITH writes.
    package var writes: Bool {
        with?.tables.contains { if case .select(let inner) = $0.statement { inner.writes } else { true } } == true
    }
}
