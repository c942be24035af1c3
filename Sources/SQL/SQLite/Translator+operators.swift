import OffstageSchema
import OffstageSyntax

extension Translator {
    /// `left op right`.
    mutating func binary(_ name: String, _ left: Term, _ right: Term, at position: Position) throws(SQLError) -> Term {
        if let sign = Self.comparisons[name] {
            let (l, r) = try matched(name, left, right, at: position)
            return Term("(\(l.sql) \(sign) \(r.sql)\(collating(l.type)))", .boolean, from: [l, r])
        }
        if let like = Self.likes[name] { return try translateLike(like, left, right, at: position) }
        return try apply(name, [left, right], isOperator: true, at: position)
    }

    static let comparisons = ["=": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="]

    /// What a comparison of this type must carry to mean PostgreSQL's.
    func collating(_ type: DataType) -> String { type.collation.map { " COLLATE \($0)" } ?? "" }

    /// Both sides as one comparable type, as PostgreSQL's operator for them would have it.
    mutating func matched(_ name: String, _ left: Term, _ right: Term, at position: Position) throws(SQLError) -> (Term, Term) {
        var (l, r) = (left, right)
        if l.pending != nil, r.pending != nil {
            l = try settled(l)
            r = try settled(r)
        } else if l.pending != nil {
            l = try coerce(l, to: comparisonType(of: r), .implicit, at: position)
        } else if r.pending != nil {
            r = try coerce(r, to: comparisonType(of: l), .implicit, at: position)
        }
        if l.type.isRow, r.type.isRow {
            (l, r) = try matchedRows(name, l, r)
        } else if l.type != r.type {
            guard let common = Self.common(l.type, r.type) else { throw noOperator(name, l.type, r.type, at: position) }
            // A stored column keeps its own form where the other side can take it, so that its index serves.
            if l.type != common { l = try coerce(l, to: ColumnType(common), .implicit, at: position) }
            if r.type != common { r = try coerce(r, to: ColumnType(common), .implicit, at: position) }
        }
        guard l.type.isComparable else {
            throw noOperator(
                name, left.pending == nil ? left.type : .unknown, right.pending == nil ? right.type : .unknown, at: position)
        }
        return (l, r)
    }

    /// A literal takes the other side's type, without its modifier: `varchar(3) = 'long'` is false, not an error.
    private func comparisonType(of term: Term) -> ColumnType {
        switch term.type {
        case .varchar: ColumnType(.text)
        default: ColumnType(term.type)
        }
    }

    private static func common(_ a: DataType, _ b: DataType) -> DataType? {
        if let x = a.numberRank, let y = b.numberRank {
            // PostgreSQL compares real with anything but real as double.
            if a == .real || b == .real { return .double }
            return x > y ? a : b
        }
        if a.isText, b.isText { return a == .text || b == .text ? .text : a == .char || b == .char ? .char : .text }
        if a.category == "D", b.category == "D", ![a, b].contains(.time), ![a, b].contains(.timetz) {
            return a == .timestamptz || b == .timestamptz ? .timestamptz : .timestamp
        }
        if CastTable.rule(from: a, to: b)?.context == .implicit { return b }
        if CastTable.rule(from: b, to: a)?.context == .implicit { return a }
        return nil
    }

    func noOperator(_ name: String, _ left: DataType, _ right: DataType?, at position: Position = .none) -> SQLError {
        let text = right.map { "\(left.name) \(name) \($0.name)" } ?? "\(name) \(left.name)"
        return SQLError(
            "42883", "operator does not exist: \(text)",
            hint: "No operator matches the given name and argument types. You might need to add explicit type casts.",
            position: position.byteOffset)
    }

    // MARK: like

    struct Like {
        var ignoresCase: Bool
        var negated: Bool
    }

    private static let likes: [String: Like] = [
        "~~": Like(ignoresCase: false, negated: false), "!~~": Like(ignoresCase: false, negated: true),
        "~~*": Like(ignoresCase: true, negated: false), "!~~*": Like(ignoresCase: true, negated: true),
    ]

    private mutating func translateLike(_ like: Like, _ left: Term, _ right: Term, at position: Position) throws(SQLError) -> Term {
        let operation = (like.negated ? "!" : "") + "~~" + (like.ignoresCase ? "*" : "")
        let text = try settled(left)
        guard text.type.isText || text.type == .citext || text.type == .name else {
            throw noOperator(operation, text.type, right.pending == nil ? right.type : .unknown, at: position)
        }
        let function = like.ignoresCase || text.type == .citext ? "pg_ilike" : "pg_like"
        // A request's pattern: PostgREST's `*`, and an index range where the pattern begins with plain text.
        if case .value(let index)? = right.pending {
            let pattern = bind(.pattern(index))
            var sql = "\(function)(\(text.sql), \(pattern))"
            if !like.negated, function == "pg_like", text.source != nil {
                let low = bind(.patternLow(index))
                let high = bind(.patternHigh(index))
                // `high` is null when nothing follows the prefix: '~' sorts after no text but a blob sorts after every text.
                sql = "(\(text.sql) >= \(low) AND \(text.sql) < \(high) AND \(sql))"
            }
            let result = withLookup(Term(sql, .boolean, from: [text]).with { $0.isSafe = text.isSafe }, like: text, pattern)
            return like.negated ? Term("(NOT \(result.sql))", .boolean, from: [result]) : result
        }
        let pattern = try coerce(right, to: ColumnType(.text), .implicit, at: position)
        let result = Term("\(function)(\(text.sql), \(pattern.sql))", .boolean, from: [text, pattern])
            .with { $0.isSafe = false }
        if !like.negated, pattern.levels == 0, pattern.isSafe { return withLookup(result, like: text, pattern.sql) }
        return like.negated ? Term("(NOT \(result.sql))", .boolean, from: [result]) : result
    }
}

extension DataType {
    /// Whether PostgreSQL has `=` and `<` for it.
    var isComparable: Bool {
        switch base {
        case .json, .jsonpath, .void, .trigger: false
        default: true
        }
    }
}
