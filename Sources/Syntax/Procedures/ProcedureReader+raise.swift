/// `raise` and `get diagnostics`.
extension ProcedureReader {
    mutating func raise() throws(SyntaxError) -> ProcedureStatement.Kind {
        advance()
        var raise = ProcedureStatement.Raise(level: .exception)
        if symbol(";") {
            raise.isAgain = true
            return .raise(raise)
        }
        if let word = token.word, let level = ProcedureStatement.Raise.Level(rawValue: word) {
            raise.level = level
            advance()
            if token.isSymbol(";") { throw unexpected() }
        }
        switch token.kind {
        case .string(let format):
            raise.format = format
            advance()
            // Adjacent constants are one.
            while case .string(let more) = token.kind {
                raise.format = (raise.format ?? "") + more
                advance()
            }
            while symbol(",") {
                raise.arguments.append(
                    try expression(until: [.symbol(","), .symbol(";"), .word("using", isQuoted: false)]))
            }
            try checkCount(raise)
        case .word("using", false): break
        case .word("sqlstate", false):
            advance()
            raise.condition = try sqlstate()
            raise.conditionName = raise.condition
        case .word(let name, _):
            guard let code = ConditionNames.codes(of: name).first else {
                throw error("unrecognized exception condition \"\(name)\"", code: "42704")
            }
            raise.condition = code
            raise.conditionName = name
            advance()
        default: throw unexpected()
        }
        if word("using") {
            repeat { raise.settings.append(try setting()) } while symbol(",")
        }
        try expectSymbol(";")
        return .raise(raise)
    }

    private mutating func setting() throws(SyntaxError) -> ProcedureStatement.Raise.Setting {
        guard let word = token.word, let option = ProcedureStatement.Raise.Option(rawValue: word) else {
            throw unexpected("unrecognized RAISE statement option")
        }
        advance()
        guard symbol("=") || symbol(":=") else { throw error("syntax error, expected \"=\"") }
        return .init(option: option, value: try expression(until: [.symbol(","), .symbol(";")]))
    }

    private func checkCount(_ raise: ProcedureStatement.Raise) throws(SyntaxError) {
        var wanted = 0
        var rest = (raise.format ?? "").utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else { continue }
            if rest.first == byte { rest.removeFirst() } else { wanted += 1 }
        }
        if wanted < raise.arguments.count { throw error("too many parameters specified for RAISE") }
        if wanted > raise.arguments.count { throw error("too few parameters specified for RAISE") }
    }

    // MARK: Diagnostics

    mutating func diagnostics() throws(SyntaxError) -> ProcedureStatement.Kind {
        advance()
        let isStacked = word("stacked")
        if !isStacked { _ = word("current") }
        try expect("diagnostics")
        var list: [ProcedureStatement.Diagnostic] = []
        repeat {
            let target = try target(allowingElements: false)
            guard symbol(":=") || symbol("=") else { throw unexpected() }
            guard let item = token.word, Self.currentItems.contains(item) || Self.stackedItems.contains(item) else {
                throw unexpected("unrecognized GET DIAGNOSTICS item")
            }
            guard (isStacked ? Self.stackedItems : Self.currentItems).contains(item) else {
                throw error(
                    "diagnostics item \(item.uppercased()) is not allowed in GET \(isStacked ? "STACKED" : "CURRENT") DIAGNOSTICS")
            }
            advance()
            list.append(.init(target: target, item: item))
        } while symbol(",")
        try expectSymbol(";")
        return .diagnostics(list, isStacked: isStacked)
    }

    private static let currentItems: Set<String> = ["row_count", "pg_context"]
    private static let stackedItems: Set<String> = [
        "returned_sqlstate", "message_text", "pg_exception_detail", "pg_exception_hint", "pg_exception_context", "column_name",
        "constraint_name", "pg_datatype_name", "table_name", "schema_name",
    ]
}
