/// Declarations, and the SQL inside a body.
extension ProcedureReader {
    /// Nil for an alias, which makes no variable.
    mutating func declaration() throws(SyntaxError) -> Int? {
        let offset = token.start
        guard let name = token.word, !Self.isReserved(token) else { throw unexpected() }
        if body.scopes[scope].names[name] != nil { throw error("duplicate declaration", at: "\(name)") }
        advance()
        if word("alias") {
            try expect("for")
            let old: [String]
            if case .parameter(let number) = token.kind { old = ["$\(number)"] } else { old = [token.word ?? ""] }
            guard let found = find(old) else { throw error("variable \"\(old[0])\" does not exist", code: "42704") }
            advance()
            try expectSymbol(";")
            body.scopes[scope].names[name] = found.variable
            return nil
        }
        if token.isWord("cursor") || token.isWord("scroll") || (token.isWord("no") && peek().isWord("scroll")) {
            throw unsupported("a cursor", "Loop over the query: for row in select … loop.")
        }
        let isConstant = word("constant")
        let type = try type()
        if word("collate") {
            while !token.isSymbol(";"), !token.isWord("not"), !token.isSymbol(":="), !token.isSymbol("="), !token.isWord("default") {
                guard token.kind != .end else { throw unexpected() }
                advance()
            }
        }
        var isNotNull = false
        if word("not") {
            try expect("null")
            isNotNull = true
        }
        var initial: BodyFragment?
        if symbol(":=") || symbol("=") || word("default") { initial = try expression(until: [.symbol(";")]) }
        if isNotNull, initial == nil {
            throw error("variable \"\(name)\" must have a default value, since it's declared NOT NULL", code: "22004")
        }
        try expectSymbol(";")
        let variable = add(name, .declared(type), at: offset, isConstant: isConstant)
        body.variables[variable].isNotNull = isNotNull
        body.variables[variable].initial = initial
        return variable
    }

    private func error(_ message: String, at word: String) -> SyntaxError { error("\(message) at or near \"\(word)\"") }

    /// Up to what may follow a type in a declaration.
    private mutating func type() throws(SyntaxError) -> ProcedureBody.VariableType {
        let start = token.start
        if token.isWord("record"), peek().kind != .symbol("[") {
            advance()
            return .record
        }
        if token.isWord("refcursor") { throw unsupported("a cursor", "Loop over the query: for row in select … loop.") }
        var parts: [String] = []
        let first = at
        while let part = token.word {
            parts.append(part)
            advance()
            guard symbol(".") else { break }
        }
        if !parts.isEmpty, token.isSymbol("%"), let kind = peek().word, kind == "type" || kind == "rowtype" {
            let position = Position(Int32(clamping: start))
            advance()
            advance()
            if kind == "rowtype" { return .row(Name(parts, at: position)) }
            if let found = find(parts), found.used == parts.count { return .variable(found.variable) }
            return .column(Name(parts, at: position))
        }
        at = first
        var open = 0
        var end = start
        scanning: while true {
            switch token.kind {
            case .end: throw unexpected()
            case .symbol("("): open += 1
            case .symbol(")"): open -= 1
            case .symbol(";"), .symbol(":="), .symbol("="): if open <= 0 { break scanning }
            case .word("not", false), .word("default", false), .word("collate", false), .word("begin", false):
                if open <= 0 { break scanning }
            default: break
            }
            end = token.end
            advance()
        }
        guard end > start else { throw error("missing data type declaration", at: text(token.start, token.end)) }
        do throws(SyntaxError) {
            var type = try parseType(text(start, end), limits: limits)
            type.name.position = Position(Int32(clamping: start))
            return .named(type)
        } catch {
            throw moved(error, by: start)
        }
    }

    // MARK: SQL

    /// Reads SQL up to one of `ends` outside brackets, which stays.
    mutating func expression(until ends: [ProcedureToken.Kind]) throws(SyntaxError) -> BodyFragment {
        let (start, end) = try scan(until: ends, isExpression: true)
        guard end > start else { throw unexpected("missing expression") }
        return try fragment(text(start, end), prefix: "SELECT ", at: start)
    }

    mutating func scan(until ends: [ProcedureToken.Kind], isExpression: Bool) throws(SyntaxError) -> (Int, Int) {
        let start = token.start
        var end = start
        var open = 0
        while true {
            if open == 0, ends.contains(token.kind) { return (start, end) }
            switch token.kind {
            case .symbol("("), .symbol("["): open += 1
            case .symbol(")"), .symbol("]"):
                open -= 1
                if open < 0 { throw unexpected("mismatched parentheses") }
            case .end, .symbol(";"):
                if open > 0 { throw unexpected("mismatched parentheses") }
                let wanted = ends.first.map(Self.shown) ?? ";"
                if ends.contains(.symbol(";")) { throw unexpected() }
                throw error("missing \"\(wanted)\" at end of SQL \(isExpression ? "expression" : "statement")")
            default: break
            }
            end = token.end
            advance()
        }
    }

    private static func shown(_ kind: ProcedureToken.Kind) -> String {
        switch kind {
        case .word(let word, _): word.uppercased()
        case .symbol(let symbol): symbol
        default: ";"
        }
    }

    mutating func fragment(_ text: String, prefix: String = "", at offset: Int) throws(SyntaxError) -> BodyFragment {
        body.fragmentCount += 1
        guard body.fragmentCount <= 20_000 else { throw error("the function is too long", code: "54001") }
        do throws(SyntaxError) {
            let statement = try parseData(text, prefix: prefix, limits: limits)
            return BodyFragment(number: body.fragmentCount - 1, statement: statement, scope: scope, text: text, offset: offset)
        } catch {
            throw moved(error, by: offset)
        }
    }

    func moved(_ error: SyntaxError, by offset: Int) -> SyntaxError {
        SyntaxError(error.code, error.message, hint: error.hint, at: error.offset + offset, in: source)
    }

    /// A statement that stands as it is, its `into` taken out.
    mutating func sqlStatement() throws(SyntaxError) -> ProcedureStatement.Kind {
        let start = token.start
        let isRead = ["select", "with", "values", "table"].contains(token.word ?? "") || token.isSymbol("(")
        var into: ProcedureStatement.Into?
        var cut: Range<Int>?
        var previous = token
        let first = token
        var open = 0
        while !token.isSymbol(";") {
            if token.kind == .end { throw unexpected() }
            if token.isSymbol("(") { open += 1 }
            if token.isSymbol(")") { open -= 1 }
            if token.isWord("into"), !previous.isWord("insert"), !previous.isWord("merge"), !first.isWord("import"),
                !(previous.isWord("import"))
            {
                if into != nil { throw error("INTO specified more than once") }
                let from = token.start
                advance()
                into = try self.into()
                cut = from..<tokens[max(0, at - 1)].end
                previous = tokens[max(0, at - 1)]
                continue
            }
            previous = token
            advance()
        }
        let end = previous.end
        advance()
        var bytes = Array(source.utf8)[start..<max(start, end)]
        if let cut { for index in cut where bytes.indices.contains(index) { bytes[index] = 32 } }
        let fragment = try fragment(String(decoding: bytes, as: UTF8.self), at: start)
        _ = isRead
        return .statement(.statement(fragment), into: into)
    }

    /// Behind the word `into`.
    mutating func into() throws(SyntaxError) -> ProcedureStatement.Into {
        let isStrict = word("strict")
        return .init(targets: try targets(), isStrict: isStrict)
    }

    /// `a, b.c`: each a variable that may be set.
    mutating func targets() throws(SyntaxError) -> [ProcedureTarget] {
        var targets = [try target(allowingElements: false)]
        while symbol(",") { targets.append(try target(allowingElements: false)) }
        return targets
    }

    mutating func target(allowingElements: Bool) throws(SyntaxError) -> ProcedureTarget {
        let start = token.start
        let shown = text(token.start, token.end)
        var parts: [String] = []
        if case .parameter(let number) = token.kind {
            parts = ["$\(number)"]
            advance()
        } else {
            while let part = token.word {
                parts.append(part)
                advance()
                guard token.isSymbol("."), peek().word != nil else { break }
                advance()
            }
        }
        guard !parts.isEmpty else { throw unexpected() }
        guard let found = find(parts) else {
            throw SyntaxError("42601", "\"\(parts.count == 1 ? parts[0] : shown)\" is not a known variable", at: start, in: source)
        }
        let variable = body.variables[found.variable]
        if variable.isConstant {
            throw SyntaxError("22005", "variable \"\(variable.name)\" is declared CONSTANT", at: start, in: source)
        }
        var target = ProcedureTarget(
            variable: found.variable, steps: parts.dropFirst(found.used).map { .field($0) }, name: parts.joined(separator: "."),
            offset: start)
        while allowingElements {
            if symbol("[") {
                target.steps.append(.element(try expression(until: [.symbol("]")])))
                try expectSymbol("]")
            } else if token.isSymbol("."), let field = peek().word {
                advance()
                advance()
                target.steps.append(.field(field))
            } else {
                break
            }
        }
        return target
    }

    /// `'text'` or `'a' || 'b'` behind `execute`: constant, or refused.
    mutating func constantText(until ends: [ProcedureToken.Kind]) throws(SyntaxError) -> (text: String, offset: Int) {
        let offset = token.start
        var text = ""
        let isBracketed = symbol("(")
        while true {
            guard case .string(let part) = token.kind else { break }
            text += part
            advance()
            if case .string = token.kind { continue }
            if token.isSymbol("|"), peek().isSymbol("|") {
                advance()
                advance()
                continue
            }
            break
        }
        if isBracketed { _ = symbol(")") }
        guard ends.contains(token.kind), !text.isEmpty else {
            throw SyntaxError(
                "0A000", "EXECUTE of a text that is built when the function runs is not supported on the embedded engine",
                hint: "Write the statement itself, or a constant text with USING for its values.", at: offset, in: source)
        }
        return (text, offset)
    }

    private static let reserved: Set<String> = [
        "all", "begin", "by", "case", "declare", "else", "end", "execute", "for", "foreach", "from", "if", "in", "into", "loop", "not",
        "null",
        "or", "strict", "then", "to", "using", "when", "while",
    ]

    static func isReserved(_ token: ProcedureToken) -> Bool {
        if case .word(let word, false) = token.kind { reserved.contains(word) } else { false }
    }
}
