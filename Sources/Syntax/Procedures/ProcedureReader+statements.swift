/// The statements of a body.
extension ProcedureReader {
    private typealias Kind = ProcedureStatement.Kind

    /// Up to a word that ends a list of statements.
    mutating func statements() throws(SyntaxError) -> [ProcedureStatement] {
        var list: [ProcedureStatement] = []
        while true {
            switch token.kind {
            case .end: throw unexpected()
            case .word("end", false), .word("else", false), .word("elsif", false), .word("elseif", false), .word("when", false),
                .word("exception", false):
                if !isAssignment { return list }
            default: break
            }
            if symbol(";") { throw unexpected() }
            let offset = token.start
            list.append(ProcedureStatement(kind: try statement(), offset: offset))
        }
    }

    private mutating func statement() throws(SyntaxError) -> Kind {
        if isAssignment { return try assignment() }
        if token.isSymbol("<<") {
            let label = try label()
            guard let word = token.word else { throw unexpected() }
            switch word {
            case "declare", "begin": return try innerBlock(label)
            default:
                guard let loop = try loop(label) else { throw unexpected() }
                return loop
            }
        }
        if let loop = try loop(nil) { return loop }
        switch token.word ?? "" {
        case "declare", "begin": return try innerBlock(nil)
        case "if": return try branch()
        case "case": return try choice()
        case "exit", "continue": return try leave()
        case "return": return try returning()
        case "raise": return try raise()
        case "assert":
            advance()
            let condition = try expression(until: [.symbol(","), .symbol(";")])
            let message = symbol(",") ? try expression(until: [.symbol(";")]) : nil
            try expectSymbol(";")
            return .assert(condition, message: message)
        case "perform":
            advance()
            let (start, end) = try scan(until: [.symbol(";")], isExpression: false)
            advance()
            return .perform(try fragment(text(start, end), prefix: "SELECT ", at: start))
        case "execute": return try execute()
        case "get": return try diagnostics()
        case "null":
            advance()
            try expectSymbol(";")
            return .null
        case "open", "fetch", "move", "close":
            throw unsupported("a cursor", "Loop over the query: for row in select … loop.")
        case "commit", "rollback":
            throw unsupported("\(token.word ?? "") in a function", "A function runs inside its caller's transaction.")
        case "call": throw unsupported("CALL", "Use a function: perform f(…).")
        case "create", "alter", "drop", "truncate", "grant", "revoke", "set", "reset", "lock", "comment", "listen", "notify", "copy",
            "analyze",
            "vacuum", "refresh":
            throw unsupported(
                "\((token.word ?? "").uppercased()) in a function", "Put it into a migration; a function reads and writes rows.")
        default: return try sqlStatement()
        }
    }

    /// `x := …`, `x.f[1] = …`
    private var isAssignment: Bool {
        guard token.word != nil || { if case .parameter = token.kind { true } else { false } }() else { return false }
        if peek().isSymbol(":=") { return true }
        guard !Self.isReserved(token), let first = token.word.map({ [$0] }) ?? parameterName else { return false }
        switch peek().kind {
        case .symbol("="), .symbol("["): return true
        case .symbol("."): return find(first + (peek(2).word.map { [$0] } ?? [])) != nil
        default: return false
        }
    }

    private var parameterName: [String]? { if case .parameter(let number) = token.kind { ["$\(number)"] } else { nil } }

    private mutating func assignment() throws(SyntaxError) -> Kind {
        let target = try target(allowingElements: true)
        guard symbol(":=") || symbol("=") else { throw unexpected() }
        let value = try expression(until: [.symbol(";")])
        advance()
        return .assign(target, value)
    }

    private mutating func innerBlock(_ label: String?) throws(SyntaxError) -> Kind {
        let block = try block(label: label)
        try expectSymbol(";")
        return .block(block)
    }

    // MARK: Branches

    private mutating func branch() throws(SyntaxError) -> Kind {
        try deeper()
        defer { depth -= 1 }
        var branches: [ProcedureStatement.Branch] = []
        var otherwise: [ProcedureStatement]?
        repeat {
            advance()
            let condition = try expression(until: [.word("then", isQuoted: false)])
            advance()
            branches.append(.init(conditions: [condition], statements: try statements()))
        } while token.isWord("elsif") || token.isWord("elseif")
        if word("else") { otherwise = try statements() }
        try expect("end")
        try expect("if")
        try expectSymbol(";")
        return .branch(branches, otherwise: otherwise)
    }

    private mutating func choice() throws(SyntaxError) -> Kind {
        try deeper()
        defer { depth -= 1 }
        advance()
        let outer = scope
        defer { scope = outer }
        var operand: BodyFragment?
        var variable: Int?
        if !token.isWord("when") {
            operand = try expression(until: [.word("when", isQuoted: false)])
            enterScope(nil)
            // No name can be written so.
            variable = add("__case__variable__\(body.variables.count)__", .declared(.record), at: token.start)
        }
        var branches: [ProcedureStatement.Branch] = []
        while word("when") {
            var conditions: [BodyFragment] = []
            let (start, end) = try scan(until: [.word("then", isQuoted: false)], isExpression: true)
            guard end > start else { throw unexpected("missing expression") }
            advance()
            if let variable {
                let name = body.variables[variable].name
                conditions.append(try fragment(" (\(text(start, end)))", prefix: "SELECT \(name) IN ", at: start))
            } else {
                conditions.append(try fragment(text(start, end), prefix: "SELECT ", at: start))
            }
            branches.append(.init(conditions: conditions, statements: try statements()))
        }
        if branches.isEmpty { throw unexpected() }
        let otherwise = word("else") ? try statements() : nil
        try expect("end")
        try expect("case")
        try expectSymbol(";")
        return .choice(operand: operand, variable: variable, branches, otherwise: otherwise)
    }

    // MARK: Loops

    private mutating func loop(_ label: String?) throws(SyntaxError) -> Kind? {
        switch token.word {
        case "loop":
            return .loop(try rest(of: label))
        case "while":
            advance()
            let condition = try expression(until: [.word("loop", isQuoted: false)])
            return .whileLoop(condition, try rest(of: label))
        case "for":
            let outer = scope
            defer { scope = outer }
            return try forLoop(label)
        case "foreach":
            advance()
            let targets = try targets()
            var slice = 0
            if word("slice") {
                slice = Int(text(token.start, token.end)) ?? 0
                advance()
            }
            if slice != 0 { throw unsupported("FOREACH … SLICE", "Arrays have one dimension here.", back: 1) }
            try expect("in")
            try expect("array")
            let array = try expression(until: [.word("loop", isQuoted: false)])
            return .forEach(targets, slice: slice, array, try rest(of: label))
        default: return nil
        }
    }

    private mutating func rest(of label: String?) throws(SyntaxError) -> ProcedureStatement.Loop {
        try deeper()
        defer { depth -= 1 }
        try expect("loop")
        labels.append((label, true))
        defer { labels.removeLast() }
        let list = try statements()
        try expect("end")
        try expect("loop")
        try endLabel(label)
        try expectSymbol(";")
        return .init(label: label, statements: list)
    }

    private mutating func forLoop(_ label: String?) throws(SyntaxError) -> Kind {
        advance()
        let nameStart = at
        var hasTargets = true
        // The variable of an integer loop is made by the loop: its name may mean nothing yet.
        while !token.isWord("in") {
            if token.kind == .end || token.isSymbol(";") { throw unexpected() }
            advance()
        }
        let nameEnd = at
        advance()
        let isReverse = word("reverse")
        if token.isWord("execute") {
            advance()
            let source = try dynamic(until: [.word("loop", isQuoted: false)])
            return .forRows(try targets(from: nameStart, to: nameEnd), .dynamic(source), try rest(of: label))
        }
        let from = at
        let (start, end) = try scan(until: [.word("loop", isQuoted: false), .symbol("..")], isExpression: true)
        if symbol("..") {
            guard nameEnd == nameStart + 1, let name = tokens[nameStart].word else {
                throw SyntaxError("42601", "integer FOR loop must have only one target variable", at: tokens[nameStart].start, in: source)
            }
            let first = try fragment(text(start, end), prefix: "SELECT ", at: start)
            let last = try expression(until: [.word("loop", isQuoted: false), .word("by", isQuoted: false)])
            let step = word("by") ? try expression(until: [.word("loop", isQuoted: false)]) : nil
            enterScope(label)
            let variable = add(name, .counter, at: tokens[nameStart].start)
            return .forInteger(variable: variable, from: first, to: last, by: step, isReverse: isReverse, try rest(of: label))
        }
        if isReverse {
            throw SyntaxError("42601", "cannot specify REVERSE in query FOR loop", at: tokens[max(0, from - 1)].start, in: source)
        }
        hasTargets = nameEnd > nameStart
        guard hasTargets else { throw unexpected() }
        let query = try fragment(text(start, end), at: start)
        return .forRows(try targets(from: nameStart, to: nameEnd), .statement(query), try rest(of: label))
    }

    private mutating func targets(from start: Int, to end: Int) throws(SyntaxError) -> [ProcedureTarget] {
        let here = at
        at = start
        defer { at = here }
        if case .word(let name, _) = token.kind, end == start + 1, find([name]) == nil {
            throw error("loop variable of loop over rows must be a record variable or list of scalar variables")
        }
        let list = try targets()
        guard at == end else { throw unexpected() }
        return list
    }

    private mutating func leave() throws(SyntaxError) -> Kind {
        let isExit = token.isWord("exit")
        let place = at
        advance()
        var label: String?
        if let name = token.word, !token.isWord("when") {
            label = name
            guard let found = labels.last(where: { $0.label == name }) else {
                throw error("there is no label \"\(name)\" attached to any block or loop enclosing this statement")
            }
            if !isExit, !found.isLoop { throw error("block label \"\(name)\" cannot be used in CONTINUE") }
            advance()
        } else if !labels.contains(where: { $0.isLoop }) {
            throw SyntaxError(
                "42601", isExit ? "EXIT cannot be used outside a loop, unless it has a label" : "CONTINUE cannot be used outside a loop",
                at: tokens[place].start, in: source)
        }
        let condition = word("when") ? try expression(until: [.symbol(";")]) : nil
        try expectSymbol(";")
        return isExit ? .exit(label: label, when: condition) : .next(label: label, when: condition)
    }

    // MARK: Return

    private mutating func returning() throws(SyntaxError) -> Kind {
        advance()
        if token.isWord("next"), !peek().isSymbol(":=") {
            advance()
            return try returnNext()
        }
        if token.isWord("query"), !peek().isSymbol("(") {
            advance()
            guard signature.result == .set || signature.result == .rowSet else {
                throw error("cannot use RETURN QUERY in a non-SETOF function", code: "42804", back: 1)
            }
            if word("execute") {
                let dynamic = try dynamic(until: [.symbol(";")])
                advance()
                return .returnQuery(.dynamic(dynamic))
            }
            let (start, end) = try scan(until: [.symbol(";")], isExpression: false)
            advance()
            return .returnQuery(.statement(try fragment(text(start, end), at: start)))
        }
        let refusal: String? =
            switch signature.result {
            case .void: "RETURN cannot have a parameter in function returning void"
            case .set: "RETURN cannot have a parameter in function returning set"
            case .rowSet: "RETURN cannot have a parameter in function returning set"
            case .row: signature.outputs.isEmpty ? nil : "RETURN cannot have a parameter in function with OUT parameters"
            case .value: signature.outputs.isEmpty ? nil : "RETURN cannot have a parameter in function with OUT parameters"
            case .trigger: nil
            }
        if let refusal {
            guard symbol(";") else {
                let isSet = signature.result == .set || signature.result == .rowSet
                throw error(refusal, code: "42804", hint: isSet ? "Use RETURN NEXT or RETURN QUERY." : nil)
            }
            return .returnValue(nil)
        }
        let value = try expression(until: [.symbol(";")])
        advance()
        return .returnValue(value)
    }

    private mutating func returnNext() throws(SyntaxError) -> Kind {
        guard signature.result == .set || signature.result == .rowSet else {
            throw error("cannot use RETURN NEXT in a non-SETOF function", code: "42804", back: 1)
        }
        if symbol(";") {
            if signature.outputs.isEmpty { throw unexpected("missing expression") }
            return .returnNext(nil)
        }
        if !signature.outputs.isEmpty {
            throw error("RETURN NEXT cannot have a parameter in function with OUT parameters", code: "42804")
        }
        let value = try expression(until: [.symbol(";")])
        advance()
        return .returnNext(value)
    }

    // MARK: Execute

    private mutating func execute() throws(SyntaxError) -> Kind {
        advance()
        var into: ProcedureStatement.Into?
        let (text, offset) = try constantText(until: [.word("into", isQuoted: false), .word("using", isQuoted: false), .symbol(";")])
        var using: [BodyFragment] = []
        while !token.isSymbol(";") {
            if word("into") {
                if into != nil { throw unexpected() }
                into = try self.into()
            } else if word("using") {
                using = try self.using(until: [.word("into", isQuoted: false), .symbol(";")])
            } else {
                throw unexpected()
            }
        }
        advance()
        return .statement(.dynamic(.init(fragment: try dynamicFragment(text, offset), using: using)), into: into)
    }

    /// Behind the word `execute`, up to the end that is asked for.
    private mutating func dynamic(until ends: [ProcedureToken.Kind]) throws(SyntaxError) -> ProcedureStatement.DynamicStatement {
        let (text, offset) = try constantText(until: ends + [.word("using", isQuoted: false)])
        let using = word("using") ? try self.using(until: ends) : []
        return .init(fragment: try dynamicFragment(text, offset), using: using)
    }

    private mutating func using(until ends: [ProcedureToken.Kind]) throws(SyntaxError) -> [BodyFragment] {
        var list: [BodyFragment] = []
        repeat { list.append(try expression(until: ends + [.symbol(",")])) } while symbol(",")
        return list
    }

    /// Its places are those of the text itself, which may be in pieces.
    private mutating func dynamicFragment(_ text: String, _ offset: Int) throws(SyntaxError) -> BodyFragment {
        do throws(SyntaxError) {
            return try fragment(text, at: offset)
        } catch {
            throw SyntaxError(error.code, error.message, hint: error.hint, at: offset, in: source)
        }
    }
}
