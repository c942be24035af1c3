/// Turns the parser's nodes into the tree.
///
/// Source: PostgreSQL 15, `src/include/nodes/parsenodes.h` and `gram.y`.
final class TreeReader {
    /// What the parser was given; `shift` bytes of it stand before the user's text.
    let text: String
    let shift: Int
    let file: String
    private let limits: ParseLimits
    private var depth = 0
    /// What `$1`, `$2`, … stand for.
    var values: [String?] = []
    /// `$1`, `$2`, … stay parameters but where they stand for null.
    var keepsValues = false
    /// The numbers of those that were met.
    var metValues: Set<Int> = []

    init(_ text: String, shift: Int, file: String, limits: ParseLimits) {
        self.text = text
        self.shift = shift
        self.file = file
        self.limits = limits
    }

    func statements(_ root: Node, takesUnshaped: Bool = false) throws(SyntaxError) -> [Statement] {
        var statements: [Statement] = []
        let bytes = Array(text.utf8)
        for raw in root.list("stmts") {
            guard let node = raw["stmt"] else { continue }
            let begin = min(max(0, raw.integer("stmt_location")), bytes.count)
            let length = raw.integer("stmt_len")
            let end = length > 0 ? min(begin + length, bytes.count) : bytes.count
            let source = StatementSource(bytes, from: begin, to: end)
            let kind: Statement.Kind
            do throws(SyntaxError) {
                kind = try statement(node)
            } catch {
                guard takesUnshaped, error.code == "0A000" else { throw error }
                kind = .other(node.wrapped?.0 ?? "")
            }
            statements.append(Statement(kind, at: Position(Int32(clamping: source.begin - shift)), source: source.text))
        }
        return statements
    }

    // MARK: Shared pieces

    func position(_ node: Node) -> Position { position(node.location) }

    func position(_ location: Int) -> Position {
        location < 0 ? .none : Position(Int32(clamping: max(0, location - shift)))
    }

    /// Runs `body` one level deeper, or throws.
    func deeper<Result>(_ node: Node, _ body: () throws(SyntaxError) -> Result) throws(SyntaxError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.depth else {
            throw error(
                "54001", "this is nested too deeply", hint: "At most \(limits.depth) levels of brackets and operators are read.", at: node)
        }
        return try body()
    }

    func error(_ code: String, _ message: String, hint: String? = nil, at location: Int) -> SyntaxError {
        let source = shift == 0 ? text : String(decoding: text.utf8.dropFirst(shift), as: UTF8.self)
        return SyntaxError(code, message, hint: hint, at: max(0, location - shift), in: source, file: file)
    }

    func error(_ code: String, _ message: String, hint: String? = nil, at node: Node) -> SyntaxError {
        error(code, message, hint: hint, at: place(of: node, levels: 8) ?? 0)
    }

    func unsupported(_ what: String, hint: String? = nil, at node: Node) -> SyntaxError {
        error("0A000", "\(what) is not supported", hint: hint, at: node)
    }

    /// The node's own place, else that of the first node in it that has one.
    private func place(of node: Node, levels: Int) -> Int? {
        if let location = node["location"] { return Int(location.characters) }
        guard levels > 0 else { return nil }
        for child in node.children {
            if let place = place(of: child, levels: levels - 1) { return place }
        }
        return nil
    }

    /// Where a node without a place of its own begins, as near as can be told.
    func place(of node: Node) -> Position { position(place(of: node, levels: 8) ?? -1) }

    func name(_ parts: [Node], at position: Position = .none) -> Name { Name(parts.compactMap(\.name), at: position) }

    /// A list of names (`{"List": {"items": […]}}` or bare).
    func name(list node: Node) -> Name { name(node.elements) }

    /// A table's name, from a `RangeVar`'s members. `only` means nothing where tables do not inherit, so it is not kept.
    func name(table node: Node) -> Name {
        let parts = [node.string("catalogname"), node.string("schemaname"), node.string("relname")].compactMap { $0 }
        return Name(parts, at: position(node))
    }

    func alias(_ node: Node?) -> Alias? {
        guard let node else { return nil }
        return Alias(node.string("aliasname") ?? "", columns: node.names("colnames"))
    }

    func types(_ nodes: [Node]) throws(SyntaxError) -> [TypeName] {
        var types: [TypeName] = []
        for node in nodes {
            guard let type = node["TypeName"] else { continue }
            types.append(try self.type(type))
        }
        return types
    }

    /// From a `TypeName`'s members.
    func type(_ node: Node) throws(SyntaxError) -> TypeName {
        if node.flag("pct_type") { throw unsupported("%type", hint: "Name the type itself.", at: node) }
        return TypeName(
            name(node.list("names"), at: position(node)), modifiers: try expressions(node.list("typmods")),
            arrayDimensions: node.list("arrayBounds").count, isSet: node.flag("setof"))
    }

    func roles(_ nodes: [Node]) -> [String] { nodes.compactMap { $0["RoleSpec"].map(role) } }

    /// From a `RoleSpec`'s members.
    func role(_ node: Node) -> String {
        switch node.string("roletype") {
        case "ROLESPEC_PUBLIC": "public"
        case "ROLESPEC_CURRENT_USER": "current_user"
        case "ROLESPEC_CURRENT_ROLE": "current_role"
        case "ROLESPEC_SESSION_USER": "session_user"
        default: node.string("rolename") ?? ""
        }
    }

    func cascades(_ node: Node) -> Bool { node["behavior"]?.equals("DROP_CASCADE") ?? false }
}

extension Node {
    /// The values in an object or list.
    var children: [Node] {
        members.map(\.value) + (members.isEmpty ? elements : [])
    }

    func hasOnly(_ names: [String]) -> Bool { members.allSatisfy { names.contains($0.name) } }
}

/// A statement's text within a file, without the blanks and comments around it.
struct StatementSource {
    var begin: Int
    var text: String

    init(_ bytes: [UInt8], from start: Int, to limit: Int) {
        var begin = start
        var end = limit
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
        while begin < end {
            if isBlank(bytes[begin]) {
                begin += 1
            } else if begin + 1 < end, bytes[begin] == UInt8(ascii: "-"), bytes[begin + 1] == UInt8(ascii: "-") {
                while begin < end, bytes[begin] != 10, bytes[begin] != 13 { begin += 1 }
            } else if begin + 1 < end, bytes[begin] == UInt8(ascii: "/"), bytes[begin + 1] == UInt8(ascii: "*") {
                var open = 0
                while begin < end {
                    let pair = begin + 1 < end ? (bytes[begin], bytes[begin + 1]) : (bytes[begin], 0)
                    if pair == (UInt8(ascii: "/"), UInt8(ascii: "*")) {
                        open += 1
                        begin += 2
                    } else if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
                        open -= 1
                        begin += 2
                        if open == 0 { break }
                    } else {
                        begin += 1
                    }
                }
            } else {
                break
            }
        }
        begin = min(begin, end)
        while end > begin, isBlank(bytes[end - 1]) { end -= 1 }
        self.begin = begin
        self.text = String(decoding: bytes[begin..<end], as: UTF8.self)
    }
}
