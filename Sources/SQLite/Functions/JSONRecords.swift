import CSQLite
import OffstageJSON
import OffstageSchema

/// JSON objects as rows. Source: PostgreSQL 15, chapter 9.16, `json_populate_record` and its kin.
extension EngineFunction {
    static let jsonRecords: [EngineFunction] = [
        // pg_json_field(object, name, type): a member as a value of the type, null where there is none.
        EngineFunction("pg_json_field", 3, pure) {
            strict($0, $1, $2) { call in
                guard let member = try call.json(0).member(call.text(1)) else { return call.giveNull() }
                try call.give(call.type(2).parse(json: member, in: call.values))
            }
        },
        // pg_json_populate(row or null, object, row type, function)
        EngineFunction("pg_json_populate", 4, pure) {
            run($0, $1, $2) { call in
                guard case .composite = try call.type(2).type else {
                    throw SQLError("42804", "first argument of \(call.text(3)) must be a row type")
                }
                guard !call.isNull(1) else { return call.isNull(0) ? call.giveNull() : call.give(call.text(0)) }
                let base = call.isNull(0) ? nil : call.text(0)
                try call.give(JSONRecord.populate(base, call.json(1), call.type(2), "populate_composite", call.values))
            }
        },
    ]
}

extension TableFunction {
    static let jsonRecords: [TableFunction] = [
        // pg_json_record(object, function): the object itself, for column definitions to take apart.
        TableFunction("pg_json_record", 2) { (arguments, _) throws(SQLError) in
            let text = arguments[0].textValue
            guard try JSONValue(stored: text).object != nil else {
                throw SQLError("22023", "cannot call populate_composite on \(try JSONValue(stored: text).kindWithArticle)")
            }
            return rows([(.null, .text(text))])
        },
        // pg_json_recordset(array, function[, row type, row]): its objects, or the rows they make.
        TableFunction("pg_json_recordset", 2) { (arguments, context) throws(SQLError) in
            let function = arguments[1].textValue
            let value = try JSONValue(stored: arguments[0].textValue)
            guard let elements = value.array else {
                let kind = function.hasPrefix("jsonb") ? "a non-array" : value.object != nil ? "an object" : "a scalar"
                throw SQLError("22023", "cannot call \(function) on \(kind)")
            }
            let type = arguments.count > 2 ? try ColumnType(named: arguments[2].textValue) : nil
            let base = arguments.count > 3 && !arguments[3].textValue.isEmpty ? arguments[3].textValue : nil
            var rest = elements.makeIterator()
            return { () throws(SQLError) in
                guard let element = rest.next() else { return nil }
                guard element.object != nil else { throw SQLError("22023", "argument of \(function) must be an array of objects") }
                guard let type else { return (.null, .text(element.text)) }
                return (.null, try JSONRecord.populate(base, element, type, function, context))
            }
        },
    ]
}

enum JSONRecord {
    /// The row that the object's members make; what it does not have stays as in `base`.
    static func populate(
        _ base: String?, _ value: JSONValue, _ type: ColumnType, _ function: String, _ context: ValueContext
    ) throws(SQLError) -> StoredValue {
        guard case .composite(let row) = type.type else {
            throw SQLError("42804", "first argument of \(function) must be a row type")
        }
        if case .null = value { return base.map { .text($0) } ?? .null }
        guard value.object != nil else {
            throw SQLError("22023", "cannot call \(function) on \(value.kindWithArticle)")
        }
        let old = try base.map { (text) throws(SQLError) in try RowText.items(of: text) }
        var values: [StoredValue] = []
        for (index, field) in row.fields.enumerated() {
            if let member = value.member(field.name) {
                values.append(try field.type.parse(json: member, in: context))
            } else if let old, index < old.count, let text = old[index] {
                values.append(try field.type.parse(text, in: context))
            } else {
                values.append(.null)
            }
        }
        return .text(RowText.text(of: values, row.fields.map(\.type.type)))
    }
}

extension JSONValue {
    /// A member of an object, the last of its name.
    func member(_ name: String) -> JSONValue? { object?.last { $0.name == name }?.value }

    fileprivate var kindWithArticle: String { array != nil ? "an array" : object != nil ? "an object" : "a scalar" }
}
