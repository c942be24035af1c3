// What a request is made of once read. Names are as the caller wrote them (unquoted); whether they exist is the planner's question.

/// A column, or a place inside a column's JSON: `data->address->>city`.
package struct RequestField: Hashable, Sendable {
    package var column: String
    package var jsonPath: [JSONStep]

    package init(_ column: String, jsonPath: [JSONStep] = []) {
        self.column = column
        self.jsonPath = jsonPath
    }
}

/// One arrow of a JSON path.
package struct JSONStep: Hashable, Sendable {
    package enum Operand: Hashable, Sendable {
        case key(String)
        /// Counted from the end when negative. Fits PostgreSQL's `integer`.
        case index(Int)
    }

    package var operand: Operand
    /// `->>` gives text, `->` gives JSON.
    package var asText: Bool

    package init(_ operand: Operand, asText: Bool) {
        self.operand = operand
        self.asText = asText
    }
}

package enum Aggregate: String, Hashable, Sendable {
    case sum, avg, count, max, min
}

/// One item of `select`.
package indirect enum SelectItem: Hashable, Sendable {
    /// `*`: all columns of the node, in table order.
    case all
    case field(SelectField)
    /// `count()`: how many rows, with an optional cast of the number.
    case count(alias: String?, cast: String?)
    case embed(SelectEmbed)
}

/// `alias:field::cast.sum()::cast`
package struct SelectField: Hashable, Sendable {
    package var field: RequestField
    package var alias: String?
    /// A type's name as written; of the field before any aggregate.
    package var cast: String?
    package var aggregate: Aggregate?
    package var aggregateCast: String?

    package init(
        _ field: RequestField, alias: String? = nil, cast: String? = nil, aggregate: Aggregate? = nil, aggregateCast: String? = nil
    ) {
        self.field = field
        self.alias = alias
        self.cast = cast
        self.aggregate = aggregate
        self.aggregateCast = aggregateCast
    }
}

/// `alias:target!hint!inner(select)`, or `...target!hint(select)` when spread.
package struct SelectEmbed: Hashable, Sendable {
    package enum Join: String, Hashable, Sendable {
        case inner, left
    }

    package var target: String
    package var alias: String?
    package var hint: String?
    package var join: Join?
    package var isSpread: Bool
    /// Empty for `target()`: no key in the answer, but the embed still filters.
    package var select: [SelectItem]

    package init(
        _ target: String, alias: String? = nil, hint: String? = nil, join: Join? = nil, isSpread: Bool = false, select: [SelectItem]
    ) {
        self.target = target
        self.alias = alias
        self.hint = hint
        self.join = join
        self.isSpread = isSpread
        self.select = select
    }
}

/// What stands between a field and its value.
package enum FilterOperator: Hashable, Sendable {
    case eq, neq, gt, gte, lt, lte
    case like, ilike, match, imatch
    /// `@>`, `<@`, `&&`
    case cs, cd, ov
    /// `<<`, `>>`, `&<`, `&>`, `-|-`
    case sl, sr, nxr, nxl, adj
    /// IS DISTINCT FROM
    case isDistinct
    /// The value is a `.list`.
    case `in`
    /// Carries no value.
    case `is`(Truth)
    case search(TextSearch, language: String?)

    package enum Truth: String, Hashable, Sendable {
        case null, notNull, `true`, `false`, unknown
    }

    /// `to_tsquery`, `plainto_tsquery`, `phraseto_tsquery`, `websearch_to_tsquery`.
    package enum TextSearch: String, Hashable, Sendable {
        case fts, plfts, phfts, wfts
    }
}

/// `like(any).{a*,b*}`: the value is a PostgreSQL array literal.
package enum Quantifier: String, Hashable, Sendable {
    case any, all
}

/// `field=not.op(quantifier).value`
package struct Filter: Hashable, Sendable {
    package var field: RequestField
    package var isNegated: Bool
    package var `operator`: FilterOperator
    package var quantifier: Quantifier?
    /// `nil` only with ``FilterOperator/is(_:)``.
    package var value: ValueIndex?

    package init(
        _ field: RequestField, isNegated: Bool = false, operator: FilterOperator, quantifier: Quantifier? = nil, value: ValueIndex?
    ) {
        self.field = field
        self.isNegated = isNegated
        self.operator = `operator`
        self.quantifier = quantifier
        self.value = value
    }
}

/// A filter, or filters joined by `and=(…)` / `or=(…)`. At most ``RequestLimits/logicDepth`` deep.
package indirect enum Condition: Hashable, Sendable {
    case filter(Filter)
    case logic(Connective, isNegated: Bool, [Condition])

    package enum Connective: String, Hashable, Sendable {
        case and, or
    }
}

/// Something said of one node of `select`: the root when `path` is empty, else the embed the names lead to.
/// Whether there is such an embed is the planner's question.
package struct AtPath<Value: Hashable & Sendable>: Hashable, Sendable {
    package var path: [String]
    package var value: Value

    package init(_ path: [String], _ value: Value) {
        self.path = path
        self.value = value
    }
}

/// `name.desc.nullslast`, or `author(name).desc` to order by a column of an embedded row.
package struct OrderTerm: Hashable, Sendable {
    package enum Nulls: String, Hashable, Sendable {
        case first, last
    }

    package var relation: String?
    package var field: RequestField
    package var isDescending: Bool
    /// `nil`: PostgreSQL's default, last when ascending and first when descending.
    package var nulls: Nulls?

    package init(_ field: RequestField, relation: String? = nil, isDescending: Bool = false, nulls: Nulls? = nil) {
        self.relation = relation
        self.field = field
        self.isDescending = isDescending
        self.nulls = nulls
    }
}

/// The rows wanted of one node. Both numbers are values; `nil` is "not asked for".
package struct RowWindow: Hashable, Sendable {
    package var limit: ValueIndex?
    package var offset: ValueIndex?

    package init(limit: ValueIndex? = nil, offset: ValueIndex? = nil) {
        self.limit = limit
        self.offset = offset
    }
}

/// `GET /rpc/add?a=1&b=2`: one argument of a function. Names may repeat (the last wins, or all for VARIADIC).
package struct RequestArgument: Hashable, Sendable {
    package var name: String
    package var value: ValueIndex

    package init(_ name: String, _ value: ValueIndex) {
        self.name = name
        self.value = value
    }
}
