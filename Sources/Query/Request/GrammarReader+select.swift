extension GrammarReader {
    /// The items of one node, possibly none.
    mutating func selectItems(depth: Int = 0) throws(Stop) -> [SelectItem] {
        guard depth <= limits.embedDepth else { throw .limit(tooMany("more than \(limits.embedDepth) embedded levels")) }
        let items = try optional { (r) throws(Stop) in
            try r.list(
                separator: { (r) throws(Stop) in try r.foundComma() }, limit: r.limits.selectItems, of: "items between commas"
            ) { (r) throws(Stop) in try r.selectItem(depth: depth) }
        }
        return items ?? []
    }

    private mutating func selectItem(depth: Int) throws(Stop) -> SelectItem {
        blanks()
        var embed: SelectEmbed?
        if isNext("...") { embed = try optional { (r) throws(Stop) in try r.attempt { (r) throws(Stop) in try r.spreadHead() } } }
        if embed == nil {
            embed = try optional { (r) throws(Stop) in try r.attempt { (r) throws(Stop) in try r.embedHead() } }
        }
        guard var embed else { return try selectField() }
        try char(0x28)
        embed.select = try selectItems(depth: depth + 1)
        try char(0x29)
        blanks()
        return .embed(embed)
    }

    /// `...target!hint!inner`, when a parenthesis follows.
    private mutating func spreadHead() throws(Stop) -> SelectEmbed {
        try spaced { (r) throws(Stop) in
            try r.word("...")
            return try r.embedTarget(alias: nil, isSpread: true)
        }
    }

    /// `alias:target!hint!inner`, when a parenthesis follows. `count` is never a target: `count()` counts rows.
    private mutating func embedHead() throws(Stop) -> SelectEmbed {
        try spaced { (r) throws(Stop) in
            let alias = try r.alias()
            return try r.embedTarget(alias: alias, isSpread: false)
        }
    }

    private mutating func embedTarget(alias: String?, isSpread: Bool) throws(Stop) -> SelectEmbed {
        let target = try name()
        if !isSpread, target == "count" { throw .mismatch }
        var embed = SelectEmbed(target, alias: alias, isSpread: isSpread, select: [])
        for _ in 0..<2 {
            guard found("!") else { break }
            if found("left") {
                embed.join = embed.join ?? .left
            } else if found("inner") {
                embed.join = embed.join ?? .inner
            } else {
                let hint = try attempt { (r) throws(Stop) in try r.name() }
                embed.hint = embed.hint ?? hint
            }
        }
        if !isNext("(") { throw .mismatch }
        return embed
    }

    private mutating func alias() throws(Stop) -> String? {
        try optional { (r) throws(Stop) in
            try r.attempt { (r) throws(Stop) in
                let alias = try r.name()
                try r.char(0x3A)
                // `name::type` is a cast, not an alias.
                if r.byte == 0x3A {
                    r.notes.add(.refused(r.position), at: r.position + 1)
                    throw .mismatch
                }
                r.notes.add(.met(r.position), at: r.position)
                r.notes.add(.expected("\":\""), at: r.position)
                return alias
            }
        }
    }

    private mutating func selectField() throws(Stop) -> SelectItem {
        try spaced { (r) throws(Stop) in
            if let all = try r.optional({ (r) throws(Stop) in try r.attempt { (r) throws(Stop) in try r.allColumns() } }) { return all }
            if let count = try r.optional({ (r) throws(Stop) in try r.attempt { (r) throws(Stop) in try r.countOfRows() } }) {
                return count
            }
            let alias = try r.alias()
            var item = SelectField(try r.field(), alias: alias)
            item.cast = try r.cast()
            item.aggregate = try r.aggregate()
            item.aggregateCast = try r.cast()
            try r.itemEnd()
            return .field(item)
        }
    }

    private mutating func allColumns() throws(Stop) -> SelectItem {
        try word("*")
        try itemEnd()
        return .all
    }

    private mutating func countOfRows() throws(Stop) -> SelectItem {
        let alias = try alias()
        try word("count()")
        let cast = try cast()
        try itemEnd()
        return .count(alias: alias, cast: cast)
    }

    private mutating func cast() throws(Stop) -> String? {
        try optional { (r) throws(Stop) in
            try r.word("::")
            return try r.identifier()
        }
    }

    private mutating func aggregate() throws(Stop) -> Aggregate? {
        try optional { (r) throws(Stop) in
            try r.attempt { (r) throws(Stop) in
                try r.char(0x2E)
                let aggregate = try r.aggregateName()
                try r.word("()")
                return aggregate
            }
        }
    }

    private mutating func aggregateName() throws(Stop) -> Aggregate {
        if try optional({ (r) throws(Stop) in try r.word("sum") }) != nil { return .sum }
        if try optional({ (r) throws(Stop) in try r.word("avg") }) != nil { return .avg }
        if try optional({ (r) throws(Stop) in try r.word("count") }) != nil { return .count }
        if found("max") { return .max }
        if found("min") { return .min }
        throw .mismatch
    }

    private mutating func itemEnd() throws(Stop) {
        blanks()
        if isNext(")") || isNext(",") { return }
        try end()
    }

    /// The terms of one `order`.
    mutating func orderTerms() throws(Stop) -> [OrderTerm] {
        try list(separator: { $0.found(",") }, limit: limits.orderTerms, of: "terms of an order") {
            (r) throws(Stop) in
            try r.spaced { (r) throws(Stop) in
                if let term = try r.optional({ (r) throws(Stop) in try r.attempt { (r) throws(Stop) in try r.relatedOrderTerm() } }) {
                    return term
                }
                var term = OrderTerm(try r.field())
                try r.orderDirection(&term)
                return term
            }
        }
    }

    private mutating func relatedOrderTerm() throws(Stop) -> OrderTerm {
        let relation = try name()
        try char(0x28)
        var term = OrderTerm(try field(), relation: relation)
        try char(0x29)
        try orderDirection(&term)
        return term
    }

    private mutating func orderDirection(_ term: inout OrderTerm) throws(Stop) {
        if foundSuffix("asc") {
            term.isDescending = false
        } else if foundSuffix("desc") {
            term.isDescending = true
        }
        if foundSuffix("nullsfirst") {
            term.nulls = .first
        } else if foundSuffix("nullslast") {
            term.nulls = .last
        }
        if !isNext(",") { try end() }
    }
}
