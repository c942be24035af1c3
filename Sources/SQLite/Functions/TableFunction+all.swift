import OffstageJSON
import OffstageSchema

extension TableFunction {
    static let all: [TableFunction] = basic + patterns + jsonPaths

    private static let basic: [TableFunction] = [
        // pg_unnest(array, element type)
        TableFunction("pg_unnest", 2) { (arguments, context) throws(SQLError) in
            let type = try ColumnType(named: arguments[1].textValue)
            var rest = try ArrayText.items(of: arguments[0].textValue).makeIterator()
            return { () throws(SQLError) in
                guard let item = rest.next() else { return nil }
                guard let item else { return (.null, .null) }
                return (.null, try type.parse(item, in: context))
            }
        },
        // pg_generate_series(start, stop, step, type)
        TableFunction("pg_generate_series", 4) { (arguments, context) throws(SQLError) in
            switch try ColumnType(named: arguments[3].textValue).type {
            case .numeric: return try numbers(arguments)
            case .timestamp, .timestamptz, .date: return try times(arguments)
            default: return try integers(arguments)
            }
        },
        // pg_string_to_table(text, separator, text for null): an empty blob stands for null
        TableFunction("pg_string_to_table", 3) { (arguments, _) throws(SQLError) in
            let call = FunctionCall(nil, 0, nil)
            let separator: String? = if case .text(let text) = arguments[1] { text } else { nil }
            return rows(
                call.split(arguments[0].textValue, at: separator).map { part in
                    (.null, .text(part) == arguments[2] ? .null : .text(part))
                })
        },
        // pg_generate_subscripts(array, dimension)
        TableFunction("pg_generate_subscripts", 2) { (arguments, _) throws(SQLError) in
            guard arguments[1] == .integer(1) else { return rows([]) }
            return rows(try ArrayText.items(of: arguments[0].textValue).indices.map { (.null, .integer(Int64($0 + 1))) })
        },
        // pg_json_elements(document, form), pg_json_each(document, form), pg_json_keys(document, form): form is json, jsonb, json_text or
        // jsonb_text
        TableFunction("pg_json_elements", 2) { (arguments, _) throws(SQLError) in
            let form = JSONForm(arguments[1].textValue)
            let text = arguments[0].textValue
            return rows(
                try JSONScan.reading(text) { (scan) throws(SQLError) in
                    guard let elements = scan.elements() else {
                        let kind =
                            scan.isObject
                            ? form.isBinary ? "cannot extract elements from an object" : "cannot call \(form.elements) on a non-array"
                            : form.isBinary ? "cannot extract elements from a scalar" : "cannot call \(form.elements) on a scalar"
                        throw SQLError("22023", kind)
                    }
                    return elements.map { (.null, scan.value($0, asText: form.isText)) }
                })
        },
        TableFunction("pg_json_each", 2) { (arguments, _) throws(SQLError) in
            let form = JSONForm(arguments[1].textValue)
            return rows(
                try JSONScan.reading(arguments[0].textValue) { (scan) throws(SQLError) in
                    guard let members = scan.members() else {
                        throw SQLError(
                            "22023",
                            form.isBinary
                                ? "cannot call \(form.each) on a non-object"
                                : scan.isArray ? "cannot deconstruct an array as an object" : "cannot deconstruct a scalar")
                    }
                    return members.map { (.text(scan.string($0.name)), scan.value($0.value, asText: form.isText)) }
                })
        },
        TableFunction("pg_json_keys", 2) { (arguments, _) throws(SQLError) in
            let form = JSONForm(arguments[1].textValue)
            return rows(
                try JSONScan.reading(arguments[0].textValue) { (scan) throws(SQLError) in
                    guard let members = scan.members() else {
                        throw SQLError("22023", "cannot call \(form.keys) on \(scan.isArray ? "an array" : "a scalar")")
                    }
                    return members.map { (.null, .text(scan.string($0.name))) }
                })
        },
    ]

    private static let zeroStep = SQLError("22023", "step size cannot equal zero")

    private static func integers(_ arguments: [StoredValue]) throws(SQLError) -> Rows {
        guard case .integer(let start) = arguments[0], case .integer(let stop) = arguments[1], case .integer(let step) = arguments[2] else {
            return rows([])
        }
        guard step != 0 else { throw zeroStep }
        var next: Int64? = start
        return {
            guard let value = next, step > 0 ? value <= stop : value >= stop else { return nil }
            let (sum, overflow) = value.addingReportingOverflow(step)
            next = overflow ? nil : sum
            return (.null, .integer(value))
        }
    }

    private static func numbers(_ arguments: [StoredValue]) throws(SQLError) -> Rows {
        let (start, stop, step) = (
            try Numeric(arguments[0].textValue), try Numeric(arguments[1].textValue), try Numeric(arguments[2].textValue)
        )
        for (value, what) in [(start, "start value"), (stop, "stop value"), (step, "step size")] {
            if case .finite = value { continue }
            throw SQLError("22023", "\(what) cannot be \(value.isNaN ? "NaN" : "infinity")")
        }
        guard !step.isZero else { throw zeroStep }
        var next = start
        return { () throws(SQLError) in
            let order = Numeric.compare(next, stop)
            guard step.sign > 0 ? order <= 0 : order >= 0 else { return nil }
            defer { next = (try? next + step) ?? .nan }
            return (.null, .text(next.text))
        }
    }

    /// A month is added to the value before: January 31, February 29, March 29.
    private static func times(_ arguments: [StoredValue]) throws(SQLError) -> Rows {
        guard case .integer(let start) = arguments[0], case .integer(let stop) = arguments[1] else { return rows([]) }
        let step = try Interval(arguments[2].textValue)
        guard step.span != 0 else { throw zeroStep }
        var next: Int64? = start
        return { () throws(SQLError) in
            guard let value = next, step.span > 0 ? value <= stop : value >= stop else { return nil }
            next = try DateTime.adding(step, toTimestamp: value)
            return (.null, .integer(value))
        }
    }
}

/// Which of the four functions of one name is meant: the errors differ.
private struct JSONForm {
    let isBinary: Bool
    let isText: Bool

    init(_ word: String) {
        isBinary = word.hasPrefix("jsonb")
        isText = word.hasSuffix("_text")
    }

    private var prefix: String { isBinary ? "jsonb" : "json" }
    var elements: String { "\(prefix)_array_elements\(isText ? "_text" : "")" }
    var each: String { "\(prefix)_each\(isText ? "_text" : "")" }
    var keys: String { "\(prefix)_object_keys" }
}

extension StoredValue {
    var textValue: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        default: ""
        }
    }
}
