import OffstageQuery

/// The grammar of the URL dialect, as productions: what a request has when one is used.
///
/// ``GoldenCoverageTests`` wants a golden request for each. The names are those of `GrammarReader`'s rules and of the tree they make.
enum GoldenProductions {
    struct Production: Sendable {
        var name: String
        var isUsed: @Sendable (Used) -> Bool

        init(_ name: String, _ isUsed: @escaping @Sendable (Used) -> Bool) {
            self.name = name
            self.isUsed = isUsed
        }
    }

    /// A request that could be read, and its text.
    struct Used: Sendable {
        var request: TableRequest
        var query: String

        var items: [SelectItem] { Self.flat(request.select) }
        var fields: [SelectField] { items.compactMap { if case .field(let field) = $0 { field } else { nil } } }
        var embeds: [SelectEmbed] { items.compactMap { if case .embed(let embed) = $0 { embed } else { nil } } }
        var conditions: [Condition] { request.filters.flatMap { Self.flat($0.value) } }
        var filters: [Filter] { conditions.compactMap { if case .filter(let filter) = $0 { filter } else { nil } } }
        var terms: [OrderTerm] { request.order.flatMap(\.value) }
        var steps: [JSONStep] {
            fields.flatMap(\.field.jsonPath) + filters.flatMap(\.field.jsonPath) + terms.flatMap(\.field.jsonPath)
        }

        func isLogic(_ connective: Condition.Connective, negated: Bool, nested: Bool) -> Bool {
            let roots = request.filters.map(\.value)
            let inner = roots.flatMap { Self.flat($0).dropFirst() }
            return (nested ? inner : roots).contains {
                if case .logic(connective, isNegated: negated, _) = $0 { true } else { false }
            }
        }

        private static func flat(_ items: [SelectItem]) -> [SelectItem] {
            items.flatMap { item in if case .embed(let embed) = item { [item] + flat(embed.select) } else { [item] } }
        }

        private static func flat(_ condition: Condition) -> [Condition] {
            if case .logic(_, _, let parts) = condition { [condition] + parts.flatMap(flat) } else { [condition] }
        }
    }

    static let all = targets + select + embeds + paths + filters + logic + windows + writes + calls + preferences

    private static let targets: [Production] =
        TableRequest.Method.allCases.filter { $0 != .options }.map { method in
            Production("method \(method.rawValue)") { $0.request.method == method }
        } + [
            Production("relation") { if case .relation = $0.request.target { true } else { false } },
            Production("function") { if case .function = $0.request.target { true } else { false } },
            Production("Accept-Profile") { $0.request.method.isRead && $0.request.profile != nil },
            Production("Content-Profile") { !$0.request.method.isRead && $0.request.profile != nil },
        ]

    private static let select: [Production] =
        [
            Production("select: nothing") { $0.query.contains("select=&") || $0.query.hasSuffix("select=") },
            Production("select: *") { $0.query.contains("select=*") },
            Production("select: a column") { $0.fields.contains { $0.alias == nil && $0.cast == nil && $0.aggregate == nil } },
            Production("select: an alias") { $0.fields.contains { $0.alias != nil } },
            Production("select: a cast") { $0.fields.contains { $0.cast != nil } },
            Production("select: blanks around items") { $0.query.contains(",%20") },
            Production("select: count()") { $0.items.contains { if case .count(nil, nil) = $0 { true } else { false } } },
            Production("select: alias:count()::cast") { $0.items.contains { if case .count(_?, _?) = $0 { true } else { false } } },
            Production("select: count without parentheses") { $0.fields.contains { $0.field.column == "count" } },
            Production("select: an aggregate of a cast") { $0.fields.contains { $0.cast != nil && $0.aggregate != nil } },
            Production("select: a cast of an aggregate") { $0.fields.contains { $0.aggregateCast != nil } },
        ]
        + ([.sum, .avg, .count, .max, .min] as [Aggregate]).map { aggregate in
            Production("select: column.\(aggregate.rawValue)()") { $0.fields.contains { $0.aggregate == aggregate } }
        }

    private static let embeds: [Production] = [
        Production("embed: by a relation") { $0.embeds.contains { $0.hint == nil && $0.target == "tags" } },
        Production("embed: by a key's name") { $0.embeds.contains { $0.target.hasSuffix("_fkey") } },
        Production("embed: by a key's column") { $0.embeds.contains { $0.target.hasSuffix("_id") } },
        Production("embed: an alias") { $0.embeds.contains { $0.alias != nil } },
        Production("embed: a hint of a key") { $0.embeds.contains { $0.hint?.hasSuffix("_fkey") == true } },
        Production("embed: a hint of a column") { $0.embeds.contains { $0.hint?.hasSuffix("_id") == true } },
        Production("embed: a hint of a junction") { $0.embeds.contains { $0.hint == "book_tags" } },
        Production("embed: !inner") { $0.embeds.contains { $0.join == .inner && $0.hint == nil } },
        Production("embed: !left") { $0.embeds.contains { $0.join == .left } },
        Production("embed: !hint!inner") { $0.query.contains("!author_id!inner(") },
        Production("embed: !inner!hint") { $0.query.contains("!inner!editor_id(") },
        Production("embed: nothing of it") { $0.embeds.contains { $0.select.isEmpty } },
        Production("embed: within an embed") { $0.embeds.contains { $0.select.contains { if case .embed = $0 { true } else { false } } } },
        Production("embed: counted") { $0.embeds.contains { $0.select == [.field(SelectField(RequestField("count")))] } },
        Production("spread") { $0.embeds.contains { $0.isSpread && $0.hint == nil } },
        Production("spread: a hint") { $0.embeds.contains { $0.isSpread && $0.hint != nil } },
        Production("spread: a join") { $0.embeds.contains { $0.isSpread && $0.join != nil } },
        Production("spread: within a spread") {
            $0.embeds.contains { $0.isSpread && $0.select.contains { if case .embed(let inner) = $0 { inner.isSpread } else { false } } }
        },
    ]

    private static let paths: [Production] = [
        Production("name: in quotes") { $0.query.contains("%22") && $0.fields.contains { $0.field.column.contains(" ") } },
        Production("name: an escape in quotes") { $0.fields.contains { $0.field.column.contains("\"") } },
        Production("name: with a dash") { $0.fields.contains { $0.field.column.contains("-") } },
        Production("json: ->") { $0.steps.contains { !$0.asText } },
        Production("json: ->>") { $0.steps.contains { $0.asText } },
        Production("json: an index") { $0.steps.contains { if case .index(0...) = $0.operand { true } else { false } } },
        Production("json: an index from the end") { $0.steps.contains { if case .index(..<0) = $0.operand { true } else { false } } },
        Production("json: a key in quotes") { $0.steps.contains { if case .key("a.b") = $0.operand { true } else { false } } },
        Production("path: of a filter") { $0.request.filters.contains { $0.path.count == 1 } },
        Production("path: of a filter, two levels") { $0.request.filters.contains { $0.path.count == 2 } },
        Production("path: of a logic tree") {
            $0.request.filters.contains { !$0.path.isEmpty && { if case .logic = $0 { true } else { false } }($0.value) }
        },
        Production("path: of an order") { $0.request.order.contains { !$0.path.isEmpty } },
        Production("path: of a limit") { $0.request.windows.contains { !$0.path.isEmpty && $0.value.limit != nil } },
        Production("path: of an offset") { $0.request.windows.contains { !$0.path.isEmpty && $0.value.offset != nil } },
    ]

    private static let filters: [Production] =
        ([
            ("eq", .eq), ("neq", .neq), ("gt", .gt), ("gte", .gte), ("lt", .lt), ("lte", .lte), ("like", .like), ("ilike", .ilike),
            ("match", .match), ("imatch", .imatch), ("cs", .cs), ("cd", .cd), ("ov", .ov), ("sl", .sl), ("sr", .sr), ("nxr", .nxr),
            ("nxl", .nxl), ("adj", .adj), ("isdistinct", .isDistinct), ("in", .in), ("is.null", .is(.null)),
            ("is.not_null", .is(.notNull)), ("is.true", .is(.true)), ("is.false", .is(.false)), ("is.unknown", .is(.unknown)),
            ("fts", .search(.fts, language: nil)), ("plfts", .search(.plfts, language: nil)), ("phfts", .search(.phfts, language: nil)),
            ("wfts", .search(.wfts, language: nil)),
        ] as [(String, FilterOperator)]).map { name, meaning in
            Production("filter: \(name)") { $0.filters.contains { $0.operator == meaning } }
        }
        + ([.any, .all] as [Quantifier]).flatMap { quantifier in
            ([
                ("eq", .eq), ("gt", .gt), ("gte", .gte), ("lt", .lt), ("lte", .lte), ("like", .like), ("ilike", .ilike), ("match", .match),
                ("imatch", .imatch),
            ] as [(String, FilterOperator)]).map { name, meaning in
                Production("filter: \(name)(\(quantifier.rawValue))") {
                    $0.filters.contains { $0.operator == meaning && $0.quantifier == quantifier }
                }
            }
        } + [
            Production("filter: a language") {
                $0.filters.contains { if case .search(_, language: _?) = $0.operator { true } else { false } }
            },
            Production("filter: not") { $0.filters.contains(where: \.isNegated) },
            Production("filter: not.in") { $0.filters.contains { $0.isNegated && $0.operator == .in } },
            Production("filter: in.()") { $0.request.values.contains(.list([])) },
            Production("filter: in, a quoted element") { $0.query.contains("in.(%22") },
            Production("filter: is in capitals") { $0.query.contains("is.NULL") },
            Production("filter: of an embed, is.null") { $0.query.contains("books=is.null") },
            Production("filter: of an embed, not.is.null") { $0.query.contains("books=not.is.null") },
        ]

    private static let logic: [Production] =
        [Condition.Connective.and, .or].flatMap { connective in
            [false, true].flatMap { negated in
                [false, true].map { nested in
                    Production("logic: \(nested ? "nested " : "")\(negated ? "not." : "")\(connective)") {
                        $0.isLogic(connective, negated: negated, nested: nested)
                    }
                }
            }
        } + [
            Production("logic: in") { used in
                used.isLogic(.or, negated: false, nested: false) && used.filters.contains { $0.operator == .in }
            },
            Production("logic: not.op") { used in used.query.contains("or=(") && used.query.contains(".not.") },
            Production("logic: a quoted value") { $0.query.contains(".eq.%22") },
            Production("logic: an array kept whole") { $0.query.contains("or=(") && $0.query.contains("cs.{a,b}") },
            Production("logic: a json path") { used in
                used.isLogic(.or, negated: false, nested: false) && used.filters.contains { !$0.field.jsonPath.isEmpty }
            },
        ]

    private static let windows: [Production] = [
        Production("order: as it is") { $0.terms.contains { !$0.isDescending && $0.nulls == nil } },
        Production("order: asc") { $0.query.contains(".asc") },
        Production("order: desc") { $0.terms.contains(where: \.isDescending) },
        Production("order: nullsfirst") { $0.terms.contains { $0.nulls == .first } },
        Production("order: nullslast") { $0.terms.contains { $0.nulls == .last } },
        Production("order: several") { $0.terms.count > 1 },
        Production("order: by an embed") { $0.terms.contains { $0.relation != nil } },
        Production("order: by a json path") { $0.terms.contains { !$0.field.jsonPath.isEmpty } },
        Production("limit") { $0.request.window.limit != nil },
        Production("offset") { $0.request.window.offset != nil },
        Production("limit=0") { $0.query.contains("limit=0") },
        Production("a limit that is no number") { $0.query.contains("limit=x") },
        Production("Range") { $0.request.window.limit != nil && !$0.query.contains("limit") },
        Production("Range without an end") {
            $0.request.window.offset != nil && !$0.query.contains("offset") && $0.request.window.limit == nil
        },
        Production("after=cursor:") { $0.request.cursor != nil },
        Production("a column called after") { $0.query.contains("after=eq.") },
    ]

    private static let writes: [Production] = [
        Production("columns") { $0.request.columns != nil },
        Production("columns: in quotes") { $0.query.contains("columns=%22") },
        Production("on_conflict") { $0.request.onConflict?.count == 1 },
        Production("on_conflict: several") { ($0.request.onConflict?.count ?? 0) > 1 },
        Production("a filtered PATCH") { $0.request.method == .patch && !$0.filters.isEmpty },
        Production("a filtered DELETE") { $0.request.method == .delete && !$0.filters.isEmpty },
    ]

    private static let calls: [Production] = [
        Production("call: an argument by GET") { !$0.request.arguments.isEmpty && $0.request.method == .get },
        Production("call: HEAD") { $0.request.method == .head && { if case .function = $0 { true } else { false } }($0.request.target) },
        Production("call: an argument given twice") {
            let names = $0.request.arguments.map(\.name)
            return Set(names).count < names.count
        },
        Production("call: a filter of the result") { !$0.request.arguments.isEmpty && !$0.filters.isEmpty },
        Production("call: by POST") { $0.request.method == .post && { if case .function = $0 { true } else { false } }($0.request.target) },
    ]

    private static let preferences: [Production] = [
        Production("return=minimal") { $0.request.preferences.return == .minimal },
        Production("return=headers-only") { $0.request.preferences.return == .headersOnly },
        Production("return=representation") { $0.request.preferences.return == .representation },
        Production("count=exact") { $0.request.preferences.count == .exact },
        Production("count=planned") { $0.request.preferences.count == .planned },
        Production("count=estimated") { $0.request.preferences.count == .estimated },
        Production("resolution=merge-duplicates") { $0.request.preferences.resolution == .mergeDuplicates },
        Production("resolution=ignore-duplicates") { $0.request.preferences.resolution == .ignoreDuplicates },
        Production("missing=default") { $0.request.preferences.missing == .default },
        Production("missing=null") { $0.request.preferences.missing == .null },
        Production("handling=strict, max-affected") {
            $0.request.preferences.handling == .strict && $0.request.preferences.maxAffected != nil
        },
        Production("tx=rollback") { $0.request.preferences.transaction == .rollback },
        Production("timezone") { $0.request.preferences.timezone != nil },
    ]
}
