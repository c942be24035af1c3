/// One `name=value` of the query string, decoded.
struct Parameter {
    var name: [UInt8]
    var value: [UInt8]

    var valueText: String { String(decoding: value, as: UTF8.self) }

    /// All of them, in order. One without `=` says nothing and is left out.
    static func all(in query: String) throws(RequestError) -> [Parameter] {
        var parameters: [Parameter] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            parameters.append(
                Parameter(
                    name: try text(pair[..<equals], in: query), value: try text(pair[pair.index(after: equals)...], in: query)))
        }
        return parameters
    }

    private static func text(_ raw: Substring.UTF8View, in query: String) throws(RequestError) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(raw.count)
        func column(_ index: String.Index) -> Int { query.utf8.distance(from: query.utf8.startIndex, to: index) + 1 }
        if let fault = percentDecode(raw, plusIsSpace: true, into: &decoded) {
            throw .malformed(
                "query string", column: column(fault), details: "a % that is not followed by two hexadecimal digits",
                hint: "Write a percent sign as %25.")
        }
        if decoded.contains(0) {
            throw .malformed("query string", column: column(raw.startIndex), details: "text cannot hold the NUL character")
        }
        if String(validating: decoded, as: UTF8.self) == nil {
            throw .malformed(
                "query string", column: column(raw.startIndex), details: "the text is not UTF-8",
                hint: "Encode text as UTF-8 before percent-encoding it.")
        }
        return decoded
    }
}

/// What a parameter is, by the last word of its name. A column of such a name is reached in quotes: `"order"=eq.1`.
enum ParameterKind {
    case select, columns, onConflict, order, limit, offset, logic, filter
    /// `after`, which is a filter unless its value is a cursor.
    case after

    init(_ name: [UInt8]) {
        self = name.withUnsafeBufferPointer { ParameterKind($0) }
    }

    init(_ name: UnsafeBufferPointer<UInt8>) {
        var start = name.count
        while start > 0, name[start - 1] != UInt8(ascii: ".") { start -= 1 }
        func isLast(_ word: StaticString) -> Bool { Self.equal(name[start...], word) }
        func isWhole(_ word: StaticString) -> Bool { start == 0 && Self.equal(name[...], word) }
        switch name.count - start {
        case 2: self = isLast("or") ? .logic : .filter
        case 3: self = isLast("and") ? .logic : .filter
        case 5: self = isLast("order") ? .order : isLast("limit") ? .limit : isWhole("after") ? .after : .filter
        case 6: self = isLast("offset") ? .offset : isWhole("select") ? .select : .filter
        case 7: self = isWhole("columns") ? .columns : .filter
        case 11: self = isWhole("on_conflict") ? .onConflict : .filter
        default: self = .filter
        }
    }

    private static func equal(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ word: StaticString) -> Bool {
        bytes.count == word.utf8CodeUnitCount && word.withUTF8Buffer { bytes.elementsEqual($0) }
    }
}

// MARK: What the grammar says of each kind

extension Parameter {
    static func select(_ value: [UInt8], limits: RequestLimits) throws(RequestError) -> [SelectItem] {
        var reader = GrammarReader(value, limits: limits)
        let items = try reader.read("select parameter (\(String(decoding: value, as: UTF8.self)))") { (r) throws(GrammarReader.Stop) in
            try r.selectItems()
        }
        return items.isEmpty ? [.all] : items
    }

    /// The names of `columns` or `on_conflict`, each once.
    static func columns(_ name: String, _ value: [UInt8], limits: RequestLimits) throws(RequestError) -> [String] {
        var reader = GrammarReader(value, limits: limits)
        let names = try reader.read("\(name) parameter (\(String(decoding: value, as: UTF8.self)))") { (r) throws(GrammarReader.Stop) in
            try r.columns()
        }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    static func order(_ value: [UInt8], limits: RequestLimits) throws(RequestError) -> [OrderTerm] {
        var reader = GrammarReader(value, limits: limits)
        return try reader.read("order (\(String(decoding: value, as: UTF8.self)))") { (r) throws(GrammarReader.Stop) in
            try r.orderTerms()
        }
    }

    /// `a.b.column->key`: the embeds before the last name, and the field. As PostgREST, ignores what follows the field.
    static func field(_ name: [UInt8], limits: RequestLimits) throws(RequestError) -> AtPath<RequestField> {
        var reader = GrammarReader(name, limits: limits)
        return try reader.read("tree path (\(String(decoding: name, as: UTF8.self)))") { (r) throws(GrammarReader.Stop) in
            try r.fieldAtPath()
        }
    }

    /// The embeds before `order`, `limit` or `offset`. Were the rest of `a!b.limit` ignored, it would be the root's limit.
    static func path(_ name: [UInt8], limits: RequestLimits) throws(RequestError) -> [String] {
        var reader = GrammarReader(name, limits: limits)
        return try reader.read("tree path (\(String(decoding: name, as: UTF8.self)))") { (r) throws(GrammarReader.Stop) in
            let path = try r.fieldAtPath().path
            try r.end()
            return path
        }
    }

    /// - Returns: no condition when the value is no filter and may be an argument.
    static func filter(
        _ name: [UInt8], _ value: [UInt8], mayBeArgument: Bool, firstValue: Int, limits: RequestLimits
    ) throws(RequestError) -> (field: AtPath<RequestField>, condition: Condition?, reader: GrammarReader) {
        let field = try field(name, limits: limits)
        var reader = GrammarReader(value, limits: limits, firstValue: firstValue)
        let test: GrammarReader.Test? = try reader.read("filter (\(String(decoding: value, as: UTF8.self)))") {
            (r) throws(GrammarReader.Stop) in
            if mayBeArgument {
                return try r.optional { (r) throws(GrammarReader.Stop) in
                    try r.attempt { (r) throws(GrammarReader.Stop) in try r.test(.whole) }
                }
            }
            return try r.test(.whole)
        }
        return (field, test.map { .filter($0.filter(of: field.value)) }, reader)
    }

    /// `a.not.or=(…)` is read as `not.or(…)` at `a`.
    static func logic(
        _ name: [UInt8], _ value: [UInt8], firstValue: Int, limits: RequestLimits
    ) throws(RequestError) -> (path: [String], condition: Condition, reader: GrammarReader) {
        var nameReader = GrammarReader(name, limits: limits)
        var path = try nameReader.read("logic path (\(String(decoding: name, as: UTF8.self)))") { (r) throws(GrammarReader.Stop) in
            try r.names()
        }
        let connective = path.removeLast()
        let isNegated = path.contains("not")
        path.removeAll { $0 == "not" }
        guard path.count <= limits.embedDepth else {
            throw .malformed(
                "logic path (\(String(decoding: name, as: UTF8.self)))", column: 1,
                details: "more than \(limits.embedDepth) embedded levels")
        }
        let tree = Array((isNegated ? "not.\(connective)" : connective).utf8) + value
        var reader = GrammarReader(tree, limits: limits, firstValue: firstValue)
        let condition = try reader.read("logic tree (\(String(decoding: value, as: UTF8.self)))") { (r) throws(GrammarReader.Stop) in
            try r.condition()
        }
        return (path, condition, reader)
    }
}
