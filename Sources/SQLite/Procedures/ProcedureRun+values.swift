import CSQLite
import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// Expressions and assignments.
extension ProcedureRun {
    /// A value with its type.
    struct Typed {
        var value: StoredValue
        var type: ColumnType
    }

    func shape(of variable: Int) -> LocalShape {
        switch locals[variable] {
        case .row(let shape, _): .row(shape)
        case .unassigned: .unassigned
        case .value:
            if case .value(let type) = procedure.shapes[variable] {
                .value(type)
            } else {
                .value(dynamicTypes[variable] ?? ColumnType(.text))
            }
        }
    }

    func value(of slot: LocalSlot) -> StoredValue {
        guard locals.indices.contains(slot.variable) else { return .null }
        switch locals[slot.variable] {
        case .value(let value): return value
        case .row(_, let values):
            guard let field = slot.field, let values, values.indices.contains(field) else { return .null }
            return values[field]
        case .unassigned: return .null
        }
    }

    func compiled(_ fragment: BodyFragment, targets: [ColumnType]? = nil) throws(RunStop) -> Procedure.Compiled {
        do throws(SQLError) {
            return try procedure.compiled(fragment, targets: targets, rowSets: rowSets) { [unowned self] in shape(of: $0) }
        } catch {
            var unplaced = error
            // A place in the body says nothing beside the caller's text.
            unplaced.position = nil
            throw .refused(unplaced)
        }
    }

    func statementRun(_ slots: [LocalSlot]) throws(RunStop) -> StatementRun {
        inputs.locals = slots.map { value(of: $0) }
        return try StatementRun(on: connection, schema, with: inputs)
    }

    /// An expression's value; null where its query gives no row.
    func evaluate(_ fragment: BodyFragment, as target: ColumnType? = nil) throws(RunStop) -> Typed {
        let compiled = try compiled(fragment, targets: target.map { [$0] })
        guard case .query(let text) = compiled.fragment.prepared.program else {
            throw .refused(SQLError("42601", "this is not an expression"))
        }
        let columns = compiled.fragment.prepared.columns
        guard columns.count == 1 else {
            throw .refused(SQLError("42601", "query returned \(columns.count) column\(columns.count == 1 ? "" : "s")"))
        }
        var found: StoredValue?
        var isSingle = true
        try statementRun(compiled.fragment.slots).each(text) { row in
            if found != nil {
                isSingle = false
                return false
            }
            found = row.first ?? .null
            return true
        }
        guard isSingle else { throw .refused(SQLError("21000", "query returned more than one row")) }
        let typed = Typed(value: found ?? .null, type: columns[0].type)
        return try target.map { (target) throws(RunStop) in Typed(value: try cast(typed, to: target), type: target) } ?? typed
    }

    func isTrue(_ fragment: BodyFragment) throws(RunStop) -> Bool {
        try evaluate(fragment, as: ColumnType(.boolean)).value == .integer(1)
    }

    /// A value as PL/pgSQL assigns it to a variable of another type.
    func cast(_ value: Typed, to target: ColumnType) throws(RunStop) -> StoredValue {
        if value.type == target || value.value == .null || (value.type.type == target.type && target.modifier == nil) { return value.value }
        if value.type.type == .text, target.type == .unknown { return value.value }
        let text: SQLText
        do throws(SQLError) { text = try procedure.cast(from: value.type, to: target) } catch { throw .refused(error) }
        var inputs = inputs
        inputs.locals = [value.value]
        var result = StoredValue.null
        try StatementRun(on: connection, schema, with: inputs).each(text) { row in
            result = row.first ?? .null
            return false
        }
        return result
    }

    // MARK: Assignment

    func assign(_ value: Typed, to target: ProcedureTarget) throws(RunStop) {
        guard let step = target.steps.first else { return try assign(value, toVariable: target.variable) }
        switch (step, target.steps.count) {
        case (.field(let name), 1): try assign(value, toField: name, of: target)
        case (.element(let index), 1):
            guard case .value(let type) = procedure.shapes[target.variable], case .value(let old) = locals[target.variable] else {
                throw .refused(Self.noElement(target))
            }
            locals[target.variable] = .value(try element(of: old, type, at: index, set: value))
        case (.field(let name), 2):
            guard case .element(let index) = target.steps[1], case .row(let shape, let values) = locals[target.variable],
                let place = shape.index(of: name)
            else { throw .refused(Self.noElement(target)) }
            var fields = values ?? Array(repeating: .null, count: shape.columns.count)
            fields[place] = try element(of: fields[place], shape.columns[place].type, at: index, set: value)
            locals[target.variable] = .row(shape, fields)
        default: throw .refused(Self.noElement(target))
        }
    }

    private static func noElement(_ target: ProcedureTarget) -> SQLError {
        SQLError("0A000", "assigning to a part of \"\(target.name)\" is not supported here", hint: "Assign the whole value.")
    }

    func assign(_ value: Typed, toVariable variable: Int) throws(RunStop) {
        let declared = procedure.body.variables[variable]
        switch procedure.shapes[variable] {
        case .value(let type):
            let result = try cast(value, to: type)
            if declared.isNotNull, result == .null {
                throw .refused(SQLError("22004", "null value cannot be assigned to variable \"\(declared.name)\" declared NOT NULL"))
            }
            locals[variable] = .value(result)
        case .row, .any: try assignRow(value, to: variable)
        }
    }

    /// One value to a variable that is a row: null, or a row.
    private func assignRow(_ value: Typed, to variable: Int) throws(RunStop) {
        if declaredCase(variable) {
            locals[variable] = .value(value.value)
            dynamicTypes[variable] = value.type
            return
        }
        if let (row, shape) = try decoded(value) {
            return try assign(row, shape, to: [.variable(variable, procedure.body.variables[variable].name)])
        }
        guard value.value == .null else {
            throw .refused(SQLError("42804", "cannot assign non-composite value to a record variable"))
        }
        switch locals[variable] {
        case .row(let shape, _): locals[variable] = .row(shape, nil)
        default: locals[variable] = empty(variable)
        }
    }

    private func declaredCase(_ variable: Int) -> Bool { procedure.body.variables[variable].name.hasPrefix("__case__variable__") }

    private func assign(_ value: Typed, toField name: String, of target: ProcedureTarget) throws(RunStop) {
        let owner = procedure.body.variables[target.variable].name
        guard case .row(let shape, let values) = locals[target.variable] else {
            if case .unassigned = locals[target.variable] {
                throw .refused(
                    SQLError(
                        "55000", "record \"\(owner)\" is not assigned yet",
                        details: "The tuple structure of a not-yet-assigned record is indeterminate."))
            }
            throw .refused(Self.noElement(target))
        }
        guard let index = shape.index(of: name) else { throw .refused(SQLError("42703", "record \"\(owner)\" has no field \"\(name)\"")) }
        var fields = values ?? Array(repeating: .null, count: shape.columns.count)
        fields[index] = try cast(value, to: shape.columns[index].type)
        locals[target.variable] = .row(shape, fields)
    }

    /// An array with one element set; positions between its end and the new one become null.
    private func element(
        of old: StoredValue, _ type: ColumnType, at index: BodyFragment, set value: Typed
    ) throws(RunStop) -> StoredValue {
        guard case .array(let element) = type.type else {
            throw .refused(SQLError("42804", "subscripted object is not an array"))
        }
        guard case .integer(let place) = try evaluate(index, as: ColumnType(.integer)).value else {
            throw .refused(SQLError("22004", "array subscript in assignment must not be null"))
        }
        guard place >= 1 else {
            throw .refused(
                SQLError("0A000", "arrays that begin before 1 are not supported on the embedded engine", hint: "Count from 1."))
        }
        guard place <= 1 << 20 else { throw .refused(SQLError("54000", "array size exceeds the maximum allowed (\(1 << 20))")) }
        let new = try cast(value, to: ColumnType(element, type.modifier))
        do throws(SQLError) {
            var items: [StoredValue] = []
            if case .text(let text) = old {
                for item in try ArrayText.items(of: text) {
                    if let item { items.append(try ColumnType(element).parse(item, in: ValueContext())) } else { items.append(.null) }
                }
            }
            if items.isEmpty, place > 1 {
                throw SQLError(
                    "0A000", "arrays that begin after 1 are not supported on the embedded engine", hint: "Begin with element 1.")
            }
            while items.count < Int(place) { items.append(.null) }
            items[Int(place) - 1] = new
            return .text(ArrayText.text(of: items.map { $0 == .null ? nil : $0 }, element: element))
        } catch {
            throw .refused(error)
        }
    }

    /// A row to targets: to one that is a row itself, or field by field.
    func assign(_ row: [StoredValue]?, _ shape: RowShape, to targets: [ProcedureTarget]) throws(RunStop) {
        if targets.count == 1, targets[0].steps.isEmpty {
            switch procedure.shapes[targets[0].variable] {
            case .any: return try assign(row, shape, toRecord: targets[0].variable)
            case .row: return try assign(row, shape, toRow: targets[0].variable)
            case .value: break
            }
        }
        for (index, target) in targets.enumerated() {
            let value = row.flatMap { index < $0.count ? $0[index] : nil } ?? .null
            let type = index < shape.columns.count ? shape.columns[index].type : ColumnType(.text)
            try assign(Typed(value: value, type: type), to: target)
        }
    }

    /// A `record` takes the shape of the row; of NEW and OLD only the values change.
    private func assign(_ row: [StoredValue]?, _ shape: RowShape, toRecord variable: Int) throws(RunStop) {
        locals[variable] = .row(shape, row)
    }

    private func assign(_ row: [StoredValue]?, _ shape: RowShape, toRow variable: Int) throws(RunStop) {
        guard let own = procedure.rowShape(of: variable) else { return }
        guard let row else {
            locals[variable] = .row(own, nil)
            return
        }
        locals[variable] = .row(own, try fitted(row, shape, to: own))
    }

    /// A row's values as another row's fields, by place; those missing are null.
    func fitted(_ row: [StoredValue], _ shape: RowShape, to own: RowShape) throws(RunStop) -> [StoredValue] {
        var fields: [StoredValue] = []
        for (index, column) in own.columns.enumerated() {
            guard index < row.count, index < shape.columns.count else {
                fields.append(.null)
                continue
            }
            fields.append(try cast(Typed(value: row[index], type: shape.columns[index].type), to: column.type))
        }
        return fields
    }
}
