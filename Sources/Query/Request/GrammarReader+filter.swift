extension GrammarReader {
    /// What ends a value: the parameter (`id=eq.5`), or a comma or parenthesis (`or=(id.eq.5,…)`).
    enum ValueStyle {
        case whole, inLogic
    }

    /// Everything of a filter but its field.
    struct Test {
        var isNegated: Bool
        var `operator`: FilterOperator
        var quantifier: Quantifier?
        var value: ValueIndex?

        func filter(of field: RequestField) -> Filter {
            Filter(field, isNegated: isNegated, operator: `operator`, quantifier: quantifier, value: value)
        }
    }

    /// `not.op(quantifier).value`
    mutating func test(_ style: ValueStyle) throws(Stop) -> Test {
        let isNegated = foundDotted("not")
        var test = try label("operator (eq, gt, ...)") { (r) throws(Stop) in try r.operation(style) }
        test.isNegated = isNegated
        filterCount += 1
        return test
    }

    private mutating func operation(_ style: ValueStyle) throws(Stop) -> Test {
        if foundDotted("in") { return Test(isNegated: false, operator: .in, value: try listValue()) }
        if foundDotted("is") { return Test(isNegated: false, operator: .is(try truth())) }
        if foundDotted("isdistinct") { return Test(isNegated: false, operator: .isDistinct, value: singleValue(style)) }
        if isNext(oneOf: Self.searches),
            let search = try optional({ (r) throws(Stop) in try r.attempt { (r) throws(Stop) in try r.textSearch(style) } })
        {
            return search
        }
        if isNext(oneOf: Self.simples),
            let simple = try optional({ (r) throws(Stop) in try r.attempt { (r) throws(Stop) in try r.simple(style) } })
        {
            return simple
        }
        return try attempt { (r) throws(Stop) in try r.quantified(style) }
    }

    private mutating func isNext<T>(oneOf words: [(StaticString, T)]) -> Bool {
        for (written, _) in words where isNext(written) { return true }
        return false
    }

    private mutating func oneOf<T>(_ words: [(StaticString, T)]) throws(Stop) -> T {
        for (written, meaning) in words where found(written) { return meaning }
        throw .mismatch
    }

    private mutating func truth() throws(Stop) -> FilterOperator.Truth {
        try label("isVal: (null, not_null, true, false, unknown)") { (r) throws(Stop) in
            for (written, meaning) in Self.truths {
                let found: Void? = try r.optional { (r) throws(Stop) in
                    try r.attempt { (r) throws(Stop) in try r.anyCase(written) }
                }
                if found != nil { return meaning }
            }
            throw .mismatch
        }
    }

    private mutating func textSearch(_ style: ValueStyle) throws(Stop) -> Test {
        let kind = try oneOf(Self.searches)
        var language: String?
        if isNext("(") {
            language = try optional { (r) throws(Stop) in
                try r.attempt { (r) throws(Stop) in
                    try r.char(0x28)
                    let language = try r.identifier()
                    try r.char(0x29)
                    return language
                }
            }
        }
        try delimiter()
        return Test(isNegated: false, operator: .search(kind, language: language), value: singleValue(style))
    }

    private mutating func simple(_ style: ValueStyle) throws(Stop) -> Test {
        let simple = try oneOf(Self.simples)
        try delimiter()
        return Test(isNegated: false, operator: simple, value: singleValue(style))
    }

    private mutating func quantified(_ style: ValueStyle) throws(Stop) -> Test {
        let quantified = try oneOf(Self.quantifiables)
        var quantifier: Quantifier?
        if isNext("(") {
            quantifier = try optional { (r) throws(Stop) in
                try r.attempt { (r) throws(Stop) in
                    try r.char(0x28)
                    let quantifier: Quantifier = try r.oneOf([("any", .any), ("all", .all)])
                    try r.char(0x29)
                    return quantifier
                }
            }
        }
        try delimiter()
        return Test(isNegated: false, operator: quantified, quantifier: quantifier, value: singleValue(style))
    }

    private static let truths: [(StaticString, FilterOperator.Truth)] = [
        ("null", .null), ("not_null", .notNull), ("true", .true), ("false", .false), ("unknown", .unknown),
    ]
    private static let searches: [(StaticString, FilterOperator.TextSearch)] = [
        ("fts", .fts), ("plfts", .plfts), ("phfts", .phfts), ("wfts", .wfts),
    ]
    private static let simples: [(StaticString, FilterOperator)] = [
        ("neq", .neq), ("cs", .cs), ("cd", .cd), ("ov", .ov), ("sl", .sl), ("sr", .sr), ("nxr", .nxr), ("nxl", .nxl), ("adj", .adj),
    ]
    // Longer words first: `gte` before `gt`.
    private static let quantifiables: [(StaticString, FilterOperator)] = [
        ("eq", .eq), ("gte", .gte), ("gt", .gt), ("lte", .lte), ("lt", .lt), ("like", .like), ("ilike", .ilike), ("match", .match),
        ("imatch", .imatch),
    ]
}

// MARK: Values

extension GrammarReader {
    private mutating func taken(_ value: RequestValue, from start: Int) -> ValueIndex {
        values.append(value)
        valueRanges.append(start..<position)
        return ValueIndex(firstValue + values.count - 1)
    }

    private mutating func singleValue(_ style: ValueStyle) -> ValueIndex {
        let start = position
        switch style {
        case .whole:
            if !isAtEnd { moved(to: bytes.count) }
            notes.add(.met(position), at: position)
            return taken(.text(text(start..<position)), from: start)
        case .inLogic:
            let value = quotedElement() ?? arrayLiteral() ?? text(run(until: 0x2C, 0x29))
            return taken(.text(value), from: start)
        }
    }

    private mutating func listValue() throws(Stop) -> ValueIndex {
        try spaced { (r) throws(Stop) in try r.char(0x28) }
        // The blanks after the parenthesis are not of the value.
        let start = position
        let elements = try list(
            separator: { $0.found(",") }, limit: limits.listElements, of: "elements in a list"
        ) { (r) throws(Stop) in r.quotedElement() ?? r.text(r.run(until: 0x2C, 0x29)) }
        // `in.()` is the empty list; there is no other way to write one, and `in.("")` has the empty text.
        let index = taken(.list(elements == [""] && position == start ? [] : elements), from: start)
        try spaced { (r) throws(Stop) in try r.char(0x29) }
        return index
    }

    /// `"…"` when it is the whole element; otherwise the quotes are part of the text.
    private mutating func quotedElement() -> String? {
        guard byte == 0x22 else {
            notes.add(.met(position), at: position)
            return nil
        }
        return try? attempt { (r) throws(Stop) in
            let text = try r.quotedText()
            if !r.isAtEnd, r.byte != 0x2C, r.byte != 0x29 {
                r.notes.add(.refused(r.position), at: r.position + r.width(at: r.position))
                throw .mismatch
            }
            r.notes.add(.met(r.position), at: r.position)
            return text
        }
    }

    /// `{a,b}`, kept whole with its commas.
    private mutating func arrayLiteral() -> String? {
        guard byte == 0x7B else { return nil }
        return try? attempt { (r) throws(Stop) in
            let start = r.position
            try r.word("{")
            _ = r.run(until: 0x7B, 0x7D)
            try r.word("}")
            return r.text(start..<r.position)
        }
    }
}

// MARK: Logic

extension GrammarReader {
    /// `field.test`, `and(…)`, `not.or(…)`
    mutating func condition(depth: Int = 0) throws(Stop) -> Condition {
        let filter = try optional { (r) throws(Stop) in
            try r.attempt { (r) throws(Stop) in
                let field = try r.field()
                try r.delimiter()
                return try r.test(.inLogic).filter(of: field)
            }
        }
        if let filter {
            guard filterCount <= limits.filters else { throw .limit(tooMany("more than \(limits.filters) filters")) }
            return .filter(filter)
        }
        let isNegated = try label("negation operator (not)") { (r) throws(Stop) in r.foundDotted("not") }
        let connective: Condition.Connective = try label("logic operator (and, or)") { (r) throws(Stop) in
            if r.found("and") { return .and }
            try r.word("or")
            return .or
        }
        guard depth < limits.logicDepth else { throw .limit(tooMany("nested more than \(limits.logicDepth) levels deep")) }
        try spaced { (r) throws(Stop) in try r.char(0x28) }
        let parts = try list(
            separator: { (r) throws(Stop) in try r.foundComma() }, limit: limits.filters, of: "filters"
        ) { (r) throws(Stop) in try r.condition(depth: depth + 1) }
        try spaced { (r) throws(Stop) in try r.char(0x29) }
        return .logic(connective, isNegated: isNegated, parts)
    }
}
