import OffstageJSON
import OffstageSchema

/// Arithmetic and methods of a jsonpath.
extension JSONPathRun {
    /// The operand's values, arrays opened in lax mode; nil where an error ended it.
    mutating func values(_ path: JSONPath.Path, _ value: JSONValue, unwraps: Bool = true) throws(SQLError) -> [JSONValue]? {
        var found: [JSONValue]? = []
        if try run(path[...], value, &found) == .failed { return nil }
        guard unwraps, isLax else { return found }
        return found?.flatMap { $0.array ?? [$0] }
    }

    mutating func arithmetic(
        _ name: Character, _ left: JSONPath.Path, _ right: JSONPath.Path, _ path: Steps, _ value: JSONValue, _ found: inout [JSONValue]?
    ) throws(SQLError) -> Outcome {
        guard let a = try values(left, value), let b = try values(right, value) else { return .failed }
        guard a.count == 1, case .number(let x) = a[0] else {
            return try failure("22038", "left operand of jsonpath operator \(name) is not a single numeric value")
        }
        guard b.count == 1, case .number(let y) = b[0] else {
            return try failure("22038", "right operand of jsonpath operator \(name) is not a single numeric value")
        }
        let result: Numeric
        do throws(SQLError) {
            let (x, y) = (try Numeric(x), try Numeric(y))
            result =
                switch name {
                case "+": try x + y
                case "-": try x - y
                case "*": try x * y
                case "/": try x.divided(by: y)
                default: try x.remainder(dividingBy: y)
                }
        } catch {
            if throwsErrors { throw error }
            return .failed
        }
        return try proceed(path, .number(result.text), &found)
    }

    mutating func signed(
        _ name: Character, _ operand: JSONPath.Path, _ path: Steps, _ value: JSONValue, _ found: inout [JSONValue]?
    ) throws(SQLError) -> Outcome {
        guard let values = try values(operand, value) else { return .failed }
        let isLast = path.count == 1
        var outcome = Outcome.nothing
        for item in values {
            guard case .number(let text) = item else {
                if found == nil, isLast { continue }
                return try failure("2203B", "operand of unary jsonpath operator \(name) is not a numeric value")
            }
            if found == nil, isLast { return .found }
            let number = name == "-" ? try (-Numeric(text)).text : text
            let next = try proceed(path, .number(number), &found)
            if next == .failed { return next }
            if next == .found {
                if found == nil { return .found }
                outcome = .found
            }
        }
        return outcome
    }

    mutating func call(
        _ method: JSONPath.Method, _ path: Steps, _ value: JSONValue, _ found: inout [JSONValue]?, unwraps: Bool
    ) throws(SQLError) -> Outcome {
        switch method {
        case .type: return try proceed(path, .string(value.kind), &found)
        case .size:
            guard value.array != nil || isLax else {
                return ignoresStructure
                    ? .nothing : try failure("22039", "jsonpath item method .size() can only be applied to an array")
            }
            return try proceed(path, .number("\(value.array?.count ?? 1)"), &found)
        default: break
        }
        if unwraps, let elements = value.array { return try each(elements, path, &found, unwraps: false) }
        switch (method, value) {
        case (.keyvalue, _): return try pairs(path, value, &found)
        case (.double, .number(let text)):
            guard Self.double(text) != nil else {
                return try failure(
                    "22036", "numeric argument of jsonpath item method .double() is out of range for type double precision")
            }
            return try proceed(path, value, &found)
        case (.double, .string(let text)):
            guard let double = Self.double(text) else {
                return try failure(
                    "22036", "string argument of jsonpath item method .double() is not a valid representation of a double precision number")
            }
            return try proceed(path, .number(try Numeric(double).text), &found)
        case (.double, _):
            return try failure("22036", "jsonpath item method .double() can only be applied to a string or numeric value")
        case (_, .number(let text)):
            let number = try Numeric(text)
            let result = method == .abs ? number.absolute : method == .floor ? number.floor : number.ceiling
            return try proceed(path, .number(result.text), &found)
        default:
            return try failure("22036", "jsonpath item method .\(method.rawValue)() can only be applied to a numeric value")
        }
    }

    private static func double(_ text: String) -> Double? {
        guard case .real(let value)? = try? ColumnType(.double).parse(text, in: ValueContext()), value.isFinite else { return nil }
        return value
    }

    /// `.keyvalue()`. The ids that PostgreSQL gives are places in its binary form; only the root's is known here.
    mutating func pairs(_ path: Steps, _ value: JSONValue, _ found: inout [JSONValue]?) throws(SQLError) -> Outcome {
        guard let members = value.object else {
            return try failure("2203C", "jsonpath item method .keyvalue() can only be applied to an object")
        }
        guard value == root else {
            throw SQLError(
                "0A000", "jsonpath item method .keyvalue() of an inner object is not supported on the embedded engine",
                hint: "Use jsonb_each.")
        }
        var outcome = Outcome.nothing
        for member in members {
            let pair = JSONValue.object([
                .init(name: "id", value: .number("0")), .init(name: "key", value: .string(member.name)),
                .init(name: "value", value: member.value),
            ])
            outcome = try proceed(path, pair, &found)
            if outcome == .failed || (outcome == .found && found == nil) { return outcome }
        }
        return outcome
    }
}

extension JSONValue {
    /// What `.type()` says.
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
