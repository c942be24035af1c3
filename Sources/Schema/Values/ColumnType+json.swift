package import OffstageJSON

extension ColumnType {
    /// What a JSON value of a request's body is stored as, the way PostgreSQL's `json_populate_record` reads it.
    ///
    /// A string goes through the type's input function, a number or a boolean by its text, an array into an array, anything into json.
    /// Throws PostgreSQL's error.
    package func parse(json: JSONValue, in context: ValueContext) throws(SQLError) -> StoredValue {
        switch (type, json) {
        case (_, .null): return .null
        case (.json, _): return .text(json.text)
        case (.jsonb, _): return .text(try JSONBText.canonical(json))
        case (.array(let element), .array(let values)):
            let column = ColumnType(element, modifier)
            var stored: [StoredValue?] = []
            stored.reserveCapacity(values.count)
            // A list inside of a list is another dimension where it comes first; behind other values it is one of them, which json can be.
            var holdsLists = false
            if let first = values.first, element == .json || element == .jsonb { if case .array = first {} else { holdsLists = true } }
            for value in values {
                if case .array = value, !holdsLists {
                    throw SQLError(
                        "0A000", "multi-dimensional arrays are not supported on the embedded engine", hint: "Use jsonb.")
                }
                stored.append(try column.parse(json: value, in: context))
            }
            return .text(ArrayText.text(of: stored, element: element))
        case (.array, .string(let text)): return try parse(text, in: context)
        case (.array, _): throw SQLError("22P02", "expected JSON array")
        case (.composite(let row), .object(let members)):
            var values: [StoredValue] = []
            for field in row.fields {
                guard let member = members.last(where: { $0.name == field.name }) else {
                    values.append(.null)
                    continue
                }
                values.append(try field.type.parse(json: member.value, in: context))
            }
            return .text(RowText.text(of: values, row.fields.map(\.type.type)))
        case (.composite, .array): throw SQLError("22023", "cannot call populate_composite on an array")
        case (.composite, .number), (.composite, .boolean): throw SQLError("22023", "cannot call populate_composite on a scalar")
        case (_, .string(let text)): return try parse(text, in: context)
        case (_, .number(let text)): return try parse(text, in: context)
        case (_, .boolean(let value)): return try parse(value ? "true" : "false", in: context)
        case (_, .array), (_, .object): return try parse(json.text, in: context)
        }
    }
}
