import OffstageJSON
import OffstageSchema

/// Follows a jsonpath through one document.
///
/// `found` collects what is found; without it the question is only whether there is anything, and the search ends with the first answer.
/// Errors are thrown, or, where the caller asked for silence, end the search.
///
/// Source: PostgreSQL 15, chapter 9.16.2.
struct JSONPathRun {
    enum Outcome { case found, nothing, failed }
    enum Truth { case yes, no, unknown }
    typealias Steps = ArraySlice<JSONPath.Step>

    let root: JSONValue
    let variables: [JSONValue.Member]?
    let isLax: Bool
    var ignoresStructure: Bool
    var throwsErrors: Bool
    /// The size of the array that `last` counts from.
    var arraySize = -1
    var current: JSONValue
    var depth = 0
    var spent = 0

    static let budget = 5_000_000

    /// Throws 22023 where `variables` is no object.
    init(_ root: JSONValue, _ variables: JSONValue?, isLax: Bool, isSilent: Bool) throws(SQLError) {
        self.root = root
        if let variables, variables.object == nil {
            throw SQLError(
                "22023", "\"vars\" argument is not an object",
                details: "Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.")
        }
        self.variables = variables?.object
        self.isLax = isLax
        ignoresStructure = isLax
        throwsErrors = !isSilent
        current = root
    }

    /// Everything the path finds.
    mutating func all(_ path: JSONPath) throws(SQLError) -> (values: [JSONValue], outcome: Outcome) {
        var found: [JSONValue]? = []
        let outcome = try run(path.path[...], root, &found)
        return (found ?? [], outcome)
    }

    /// Whether it finds something; nil for an error.
    mutating func exists(_ path: JSONPath) throws(SQLError) -> Bool? {
        if isLax {
            var none: [JSONValue]?
            let outcome = try run(path.path[...], root, &none)
            return outcome == .failed ? nil : outcome == .found
        }
        let (values, outcome) = try all(path)
        return outcome == .failed ? nil : !values.isEmpty
    }

    func failure(_ code: String, _ message: String) throws(SQLError) -> Outcome {
        if throwsErrors { throw SQLError(code, message) }
        return .failed
    }

    // MARK: Steps

    mutating func run(_ path: Steps, _ value: JSONValue, _ found: inout [JSONValue]?) throws(SQLError) -> Outcome {
        try run(path, value, &found, unwraps: isLax)
    }

    /// What stands behind the first step, or the value itself.
    mutating func proceed(_ path: Steps, _ value: JSONValue, _ found: inout [JSONValue]?) throws(SQLError) -> Outcome {
        let rest = path.dropFirst()
        if !rest.isEmpty { return try run(rest, value, &found) }
        found?.append(value)
        return .found
    }

    mutating func run(
        _ path: Steps, _ value: JSONValue, _ found: inout [JSONValue]?, unwraps: Bool
    ) throws(SQLError) -> Outcome {
        depth += 1
        defer { depth -= 1 }
        spent += 1
        guard depth <= 600 else { throw SQLError("54001", "stack depth limit exceeded") }
        guard spent <= Self.budget else { throw SQLError("54000", "jsonpath takes too long on this document") }
        guard let step = path.first else { return .nothing }
        switch step {
        case .and, .or, .not, .isUnknown, .compare, .exists, .startsWith, .likeRegex:
            let truth = try test(path[path.startIndex...path.startIndex], value)
            if path.count == 1, found == nil { return .found }
            return try proceed(path, truth == .unknown ? .null : .boolean(truth == .yes), &found)
        case .key(let name):
            if let members = value.object {
                if let member = members.last(where: { ArrayOrder.textOrder($0.name, name) == 0 }) {
                    return try proceed(path, member.value, &found)
                }
                return ignoresStructure ? .nothing : try failure("2203A", "JSON object does not contain key \"\(name)\"")
            }
            if unwraps, let elements = value.array { return try each(elements, path, &found, unwraps: false) }
            return ignoresStructure ? .nothing : try failure("2203A", "jsonpath member accessor can only be applied to an object")
        case .root: return try proceed(path, root, &found)
        case .current: return try proceed(path, current, &found)
        case .anyArray:
            if let elements = value.array { return try each(elements, path.dropFirst(), &found, unwraps: isLax) }
            if isLax { return try proceed(path, value, &found) }
            return ignoresStructure
                ? .nothing : try failure("22039", "jsonpath wildcard array accessor can only be applied to an array")
        case .subscripts(let list): return try subscripts(list, path, value, &found)
        case .last:
            guard arraySize >= 0 else { throw SQLError("XX000", "evaluating jsonpath LAST outside of array subscript") }
            return try proceed(path, .number("\(arraySize - 1)"), &found)
        case .anyKey:
            if let members = value.object { return try each(members.map(\.value), path.dropFirst(), &found, unwraps: isLax) }
            if unwraps, let elements = value.array { return try each(elements, path, &found, unwraps: false) }
            return ignoresStructure
                ? .nothing : try failure("2203C", "jsonpath wildcard member accessor can only be applied to an object")
        case .arithmetic(let name, let left, let right): return try arithmetic(name, left, right, path, value, &found)
        case .sign(let name, let operand): return try signed(name, operand, path, value, &found)
        case .filter(let condition):
            if unwraps, let elements = value.array { return try each(elements, path, &found, unwraps: false) }
            let outer = current
            current = value
            let truth = try test(condition[...], value)
            current = outer
            return truth == .yes ? try proceed(path, value, &found) : .nothing
        case .any(let first, let last):
            var outcome = Outcome.nothing
            if first == 0 {
                let outer = ignoresStructure
                ignoresStructure = true
                outcome = try proceed(path, value, &found)
                ignoresStructure = outer
                if outcome == .found, found == nil { return outcome }
            }
            if value.isContainer {
                outcome = try levels(value, path.dropFirst(), &found, level: 1, first, last, unwraps: isLax)
            }
            return outcome
        case .null: return try proceed(path, .null, &found)
        case .boolean(let flag): return try proceed(path, .boolean(flag), &found)
        case .number(let text): return try proceed(path, .number(text), &found)
        case .string(let text): return try proceed(path, .string(text), &found)
        case .variable(let name):
            guard let member = variables?.last(where: { ArrayOrder.textOrder($0.name, name) == 0 }) else {
                throw SQLError("42704", "could not find jsonpath variable \"\(name)\"")
            }
            return try proceed(path, member.value, &found)
        case .method(let method): return try call(method, path, value, &found, unwraps: unwraps)
        }
    }

    mutating func each(
        _ values: [JSONValue], _ path: Steps, _ found: inout [JSONValue]?, unwraps: Bool
    ) throws(SQLError) -> Outcome {
        var outcome = Outcome.nothing
        for value in values {
            if path.isEmpty {
                guard found != nil else { return .found }
                found?.append(value)
                continue
            }
            outcome = try run(path, value, &found, unwraps: unwraps)
            if outcome == .failed || (outcome == .found && found == nil) { break }
        }
        return path.isEmpty && !values.isEmpty ? .found : outcome
    }

    /// `**`: the value's parts, and theirs.
    mutating func levels(
        _ value: JSONValue, _ path: Steps, _ found: inout [JSONValue]?, level: Int, _ first: Int, _ last: Int, unwraps: Bool
    ) throws(SQLError) -> Outcome {
        var outcome = Outcome.nothing
        guard level <= last else { return outcome }
        depth += 1
        defer { depth -= 1 }
        guard depth <= 600 else { throw SQLError("54001", "stack depth limit exceeded") }
        for part in value.array ?? value.object.map({ $0.map(\.value) }) ?? [] {
            spent += 1
            if level >= first || (first == .max && last == .max && !part.isContainer) {
                if path.isEmpty {
                    guard found != nil else { return .found }
                    found?.append(part)
                } else {
                    let outer = ignoresStructure
                    ignoresStructure = true
                    outcome = try run(path, part, &found, unwraps: unwraps)
                    ignoresStructure = outer
                    if outcome == .failed || (outcome == .found && found == nil) { break }
                }
            }
            if level < last, part.isContainer {
                outcome = try levels(part, path, &found, level: level + 1, first, last, unwraps: unwraps)
                if outcome == .failed || (outcome == .found && found == nil) { break }
            }
        }
        return outcome
    }

    mutating func subscripts(
        _ list: [JSONPath.Subscript], _ path: Steps, _ value: JSONValue, _ found: inout [JSONValue]?
    ) throws(SQLError) -> Outcome {
        guard value.array != nil || isLax else {
            return ignoresStructure ? .nothing : try failure("22039", "jsonpath array accessor can only be applied to an array")
        }
        let elements = value.array ?? [value]
        let outer = arraySize
        arraySize = elements.count
        defer { arraySize = outer }
        var outcome = Outcome.nothing
        for item in list {
            guard let from = try index(item.from, value) else { return .failed }
            var to = from
            if let end = item.to {
                guard let place = try index(end, value) else { return .failed }
                to = place
            }
            if !ignoresStructure, from < 0 || from > to || to >= elements.count {
                return try failure("22033", "jsonpath array subscript is out of bounds")
            }
            outcome = .nothing
            let range = max(from, 0)..<max(min(to, elements.count - 1) + 1, max(from, 0))
            for element in elements[range.clamped(to: 0..<elements.count)] {
                // A subscript of its own behind this one counts from another array.
                let size = arraySize
                outcome = try proceed(path, element, &found)
                arraySize = size
                if outcome == .failed || (outcome == .found && found == nil) { return outcome }
            }
        }
        return outcome
    }

    /// Nil where an error ended it.
    mutating func index(_ path: JSONPath.Path, _ value: JSONValue) throws(SQLError) -> Int? {
        var found: [JSONValue]? = []
        if try run(path[...], value, &found) == .failed { return nil }
        guard let found, found.count == 1, case .number(let text) = found[0] else {
            _ = try failure("22033", "jsonpath array subscript is not a single numeric value")
            return nil
        }
        guard let number = try? Numeric(text).truncated(to: 0).integer(as: .integer) else {
            _ = try failure("22033", "jsonpath array subscript is out of integer range")
            return nil
        }
        return Int(number)
    }
}
