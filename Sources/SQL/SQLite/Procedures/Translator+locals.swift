import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// Variables of a function's body inside its SQL.
extension Translator {
    /// A name that a variable has, and perhaps a column too: `#variable_conflict` says which counts.
    mutating func local(_ local: LocalName, in scope: Scope) throws(SQLError) -> Term {
        guard let locals else { throw SQLError("XX000", "a variable outside a function") }
        if locals.conflict != .useVariable, try isColumn(local.name, in: scope) {
            guard locals.conflict == .error else { return try column(local.name, in: scope) }
            throw SQLError(
                "42702", "column reference \"\(local.name.parts.joined(separator: "."))\" is ambiguous",
                details: "It could refer to either a PL/pgSQL variable or a table column.", position: local.name.position.byteOffset)
        }
        return try value(of: local, locals)
    }

    private func isColumn(_ name: Name, in scope: Scope) throws(SQLError) -> Bool {
        if name.parts.count == 1, name.last.hasPrefix("$") { return false }
        do throws(SQLError) {
            _ = try scope.resolve(name)
            return true
        } catch {
            if error.code == "42702" || error.code == "42501" { throw error }
            return name.parts.count == 1 && scope.hasRelation(name.last)
        }
    }

    private mutating func value(of local: LocalName, _ locals: LocalScope) throws(SQLError) -> Term {
        let position = local.name.position.byteOffset
        switch (locals.shape(of: local.variable), local.field) {
        case (.value(let type), _):
            return Term(bind(locals.binding(local.variable)), type.type, modifier: type.modifier)
        case (.row(let shape), let field?):
            guard let index = shape.index(of: field) else {
                throw SQLError("42703", "record \"\(Self.owner(of: local))\" has no field \"\(field)\"", position: position)
            }
            let type = shape.columns[index].type
            return Term(bind(locals.binding(local.variable, index)), type.type, modifier: type.modifier)
        case (.row(let shape), nil): return try row(of: local.variable, shape, locals)
        case (.unassigned, _):
            throw SQLError(
                "55000", "record \"\(local.field == nil ? local.name.last : Self.owner(of: local))\" is not assigned yet",
                details: "The tuple structure of a not-yet-assigned record is indeterminate.", position: position)
        }
    }

    private static func owner(of local: LocalName) -> String { local.name.qualifier ?? local.name.last }

    /// `new.*` in a select list.
    mutating func rowOfLocal(_ name: Name) throws(SQLError) -> [ExpandedOutput]? {
        guard let locals, name.parts.count == 1, let variable = locals.variable(name.last) else { return nil }
        switch locals.shape(of: variable) {
        case .value: return nil
        case .unassigned:
            throw SQLError(
                "55000", "record \"\(name.last)\" is not assigned yet",
                details: "The tuple structure of a not-yet-assigned record is indeterminate.", position: name.position.byteOffset)
        case .row(let shape):
            return shape.columns.enumerated().map { index, column in
                let term = Term(bind(locals.binding(variable, index)), column.type.type, modifier: column.type.modifier)
                return ExpandedOutput(name: column.name, expression: Expression(.star(name)), term: term)
            }
        }
    }

    private mutating func row(of variable: Int, _ shape: RowShape, _ locals: LocalScope) throws(SQLError) -> Term {
        var fields: [Term] = []
        for (index, column) in shape.columns.enumerated() {
            fields.append(Term(bind(locals.binding(variable, index)), column.type.type, modifier: column.type.modifier))
        }
        return try row(fields, as: Composite(shape.name, shape.columns.map { .init($0.name, $0.type) }))
    }
}
