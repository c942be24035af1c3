package import OffstageSyntax

extension Function {
    /// What the reader of its body must know.
    package var procedureSignature: ProcedureSignature {
        let kind: ProcedureSignature.Result =
            switch result {
            case .scalar(let type) where type.type == .void: .void
            case .scalar(let type) where type.type == .trigger: .trigger
            case .scalar: .value
            case .set: .set
            case .row(_, let isSet), .table(_, let isSet): isSet ? .rowSet : .row
            }
        return ProcedureSignature(name.name, parameters: parameters.map(\.name), outputs: outputs.map(\.name), kind)
    }

    /// The fields of the rows it gives, where it gives rows and no plain values; its name, where its rows have one.
    package func rowResult(in schema: Schema) -> Composite? {
        switch result {
        case .row(let columns, _): return Composite(nil, columns.map { .init($0.name, $0.type) })
        case .table(let name, _): return schema.composite(name) ?? Composite(name, [])
        case .scalar(let type), .set(let type):
            if case .composite(let row) = type.type { return row }
            return nil
        }
    }

    /// The columns of the rows that a request is answered with, and the name of what has such rows; nil where it is answered with values.
    ///
    /// A composite type, or a domain over one, is its fields; `out` parameters, a single one too, are an object.
    /// Source: PostgREST 12, "Functions as RPC"; its queries of `pg_proc`.
    package func answeredRows(in schema: Schema) -> (name: QualifiedName?, columns: [View.Column])? {
        switch result {
        case .row(let columns, _): return (nil, columns)
        case .table(let name, _): return (name, schema.rowColumns(of: name))
        case .scalar(let type), .set(let type):
            if case .composite(let row) = type.base.type { return (row.name, row.fields.map { View.Column($0.name, $0.type) }) }
            return outputs.count == 1 ? (nil, [View.Column(outputs[0].name, type)]) : nil
        }
    }

    /// Whether calling it gives a set of rows.
    package var givesSet: Bool {
        switch result {
        case .scalar: false
        case .set: true
        case .row(_, let isSet), .table(_, let isSet): isSet
        }
    }
}

/// What a variable of a body can hold.
package enum VariableShape: Hashable, Sendable {
    case value(ColumnType)
    /// A row of these fields, of a table or view or of no name.
    case row(QualifiedName?, [View.Column])
    /// `record`: takes the shape of what is assigned.
    case any
}

extension Schema {
    /// - Throws: 42704, 42P01, 42703 where the type is not there.
    package func shape(of type: ProcedureBody.VariableType, in body: ProcedureBody, path: [String]) throws(SQLError) -> VariableShape {
        switch type {
        case .record: return .any
        case .row(let name):
            let found = try resolveRelation(name, path: path)
            return .row(found, rowColumns(of: found))
        case .column(let name):
            let relation = Name(Array(name.parts.dropLast()), at: name.position)
            guard !relation.parts.isEmpty else {
                throw SQLError("42601", "type reference \(name.last)%TYPE cannot be resolved", position: name.position.known)
            }
            let found = try resolveRelation(relation, path: path)
            guard let column = rowColumns(of: found).first(where: { $0.name == name.last }) else {
                throw SQLError(
                    "42703", "column \"\(name.last)\" of relation \"\(found.name)\" does not exist", position: name.position.known)
            }
            return shape(of: column.type)
        case .variable(let number):
            guard body.variables.indices.contains(number), case .declared(let other) = body.variables[number].kind else {
                return .value(ColumnType(.text))
            }
            return try shape(of: other, in: body, path: path)
        case .named(let name):
            return shape(of: try resolveType(name, path: path))
        }
    }

    /// The columns of a table or view.
    package func rowColumns(of name: QualifiedName) -> [View.Column] {
        tables[name]?.columns.map { View.Column($0.name, $0.type) } ?? views[name]?.columns ?? []
    }

    /// A row type's values are rows.
    package func shape(of type: ColumnType) -> VariableShape {
        switch type.type {
        case .record: .any
        case .composite(let row): .row(row.name, row.fields.map { View.Column($0.name, $0.type) })
        default: .value(type)
        }
    }
}

extension Application {
    mutating func doBlock(_ body: String, _ statement: Statement) throws(SQLError) {
        let procedure: ProcedureBody
        do throws(SyntaxError) {
            procedure = try parseProcedure(body, .block)
        } catch {
            let place = statement.position.offset >= 0 ? statement.source.utf8Offset(ofOnly: body) : nil
            throw SQLError(
                error.code, error.message, hint: error.hint, position: place.map { Int(statement.position.offset) + $0 + error.offset })
        }
        for variable in procedure.variables {
            guard case .declared(let type) = variable.kind else { continue }
            do throws(SQLError) {
                _ = try schema.shape(of: type, in: procedure, path: path)
            } catch {
                throw SQLError(error.code, error.message, details: error.details, hint: error.hint)
            }
        }
        isDefinition = false
        changes.append(.block(body, procedure))
    }
}
