import OffstageJSON
import OffstageSchema

/// Filters and comparisons of a jsonpath.
extension JSONPathRun {
    /// A predicate; errors inside it make it unknown.
    mutating func test(_ path: Steps, _ value: JSONValue) throws(SQLError) -> Truth {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 600 else { throw SQLError("54001", "stack depth limit exceeded") }
        switch path.first {
        case .and(let left, let right):
            let first = try test(left[...], value)
            if first == .no { return .no }
            let second = try test(right[...], value)
            return second == .yes ? first : second
        case .or(let left, let right):
            let first = try test(left[...], value)
            if first == .yes { return .yes }
            let second = try test(right[...], value)
            return second == .no ? first : second
        case .not(let inner):
            let truth = try test(inner[...], value)
            return truth == .unknown ? .unknown : truth == .yes ? .no : .yes
        case .isUnknown(let inner): return try test(inner[...], value) == .unknown ? .yes : .no
        case .exists(let inner):
            return try quietly { (self) throws(SQLError) in
                var found: [JSONValue]? = self.isLax ? nil : []
                let outcome = try self.run(inner[...], value, &found)
                if outcome == .failed { return .unknown }
                return (found.map { !$0.isEmpty } ?? (outcome == .found)) ? .yes : .no
            }
        case .compare(let comparison, let left, let right):
            return try predicate(value, left, right, unwrapsRight: true) { Self.compare(comparison, $0, $1 ?? .null) }
        case .startsWith(let left, let right):
            return try predicate(value, left, right, unwrapsRight: false) { whole, initial in
                guard let whole = whole.string, let initial = initial?.string else { return .unknown }
                return whole.utf8.starts(with: initial.utf8) ? .yes : .no
            }
        case .likeRegex(let left, let pattern, let flags):
            var options = RegularExpression.Options()
            options.ignoresCase = flags.contains("i")
            options.isLiteral = flags.contains("q")
            if !options.isLiteral {
                options.stopsAtNewline = !flags.contains("s")
                options.anchorsAtNewline = flags.contains("m")
            }
            let expression = try RegularExpression(pattern, options)
            return try predicate(value, left, nil, unwrapsRight: false) { (text, _) throws(SQLError) in
                guard let text = text.string else { return .unknown }
                return try expression.matches(text) ? .yes : .no
            }
        default: throw SQLError("XX000", "invalid boolean jsonpath item")
        }
    }

    mutating func quietly<Value>(_ body: (inout JSONPathRun) throws(SQLError) -> Value) throws(SQLError) -> Value {
        let outer = throwsErrors
        throwsErrors = false
        defer { throwsErrors = outer }
        return try body(&self)
    }

    mutating func predicate(
        _ value: JSONValue, _ left: JSONPath.Path, _ right: JSONPath.Path?, unwrapsRight: Bool,
        _ holds: (JSONValue, JSONValue?) throws(SQLError) -> Truth
    ) throws(SQLError) -> Truth {
        let sides = try quietly { (self) throws(SQLError) -> ([JSONValue], [JSONValue?])? in
            guard let first = try self.values(left, value) else { return nil }
            guard let right else { return (first, [nil]) }
            return try self.values(right, value, unwraps: unwrapsRight).map { (first, $0) }
        }
        guard let (first, second) = sides else { return .unknown }
        var (isFound, isWrong) = (false, false)
        for a in first {
            for b in second {
                spent += 1
                guard spent <= Self.budget else { throw SQLError("54000", "jsonpath takes too long on this document") }
                switch try holds(a, b) {
                case .unknown:
                    if !isLax { return .unknown }
                    isWrong = true
                case .yes:
                    if isLax { return .yes }
                    isFound = true
                case .no: break
                }
            }
        }
        return isFound ? .yes : isWrong ? .unknown : .no
    }

    private static func compare(_ comparison: JSONPath.Comparison, _ a: JSONValue, _ b: JSONValue) -> Truth {
        let order: Int
        switch (a, b) {
        case (.null, .null): order = 0
        case (.boolean(let x), .boolean(let y)): order = x == y ? 0 : x ? 1 : -1
        case (.number(let x), .number(let y)):
            guard let x = try? Numeric(x), let y = try? Numeric(y) else { return .unknown }
            order = Int(Numeric.compare(x, y))
        case (.string(let x), .string(let y)): order = ArrayOrder.textOrder(x, y)
        // Null is not equal to anything else; other kinds cannot be compared at all.
        case (.null, _), (_, .null): return comparison == .notEqual ? .yes : .no
        default: return .unknown
        }
        let holds =
            switch comparison {
            case .equal: order == 0
            case .notEqual: order != 0
            case .less: order < 0
            case .greater: order > 0
            case .lessOrEqual: order <= 0
            case .greaterOrEqual: order >= 0
            }
        return holds ? .yes : .no
    }
}
