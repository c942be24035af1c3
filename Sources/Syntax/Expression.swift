/// One expression of PostgreSQL's SQL, and where it begins.
///
/// Chains of AND and OR are flat. What PostgreSQL's grammar writes as a function (`extract(year from x)`, `x at time zone 'UTC'`) is a
/// call,
/// as in PostgreSQL's own tree, with the name PostgreSQL gives it (`pg_catalog.extract`, `pg_catalog.timezone`).
package struct Expression: Hashable, Sendable {
    package var kind: Kind
    package var position: Position

    package init(_ kind: Kind, at position: Position = .none) {
        self.kind = kind
        self.position = position
    }

    package indirect enum Kind: Hashable, Sendable {
        case literal(Literal)
        /// `$1`. In a request's tree the number is an index into its values, from 1.
        case parameter(Int)
        /// `title`, `b.title`, `public.books.title`.
        case column(Name)
        /// `*` (no parts) or `b.*`.
        case star(Name)
        case call(Call)
        /// `-x`, `~x`, `@ x`; the operator's own name.
        case unary(String, Expression)
        /// Every operator that has a name, `~~` (like), `!~~*` (not ilike), `=`, `||`, `->>` among them.
        case binary(String, Expression, Expression)
        case and([Expression])
        case or([Expression])
        case not(Expression)
        case isNull(Expression, negated: Bool)
        /// `x is [not] true | false | unknown`; nil is unknown.
        case isBoolean(Expression, Bool?, negated: Bool)
        case isDistinct(Expression, Expression, negated: Bool)
        case between(Expression, low: Expression, high: Expression, symmetric: Bool, negated: Bool)
        case inList(Expression, [Expression], negated: Bool)
        case inSelect(Expression, Select, negated: Bool)
        /// `x = any (array)`; the operator's name.
        case anyOf(Expression, String, Expression, all: Bool)
        /// `x > all (select …)`.
        case anyOfSelect(Expression, String, Select, all: Bool)
        case exists(Select)
        /// `(select …)` as a value.
        case subselect(Select)
        /// `array(select …)`.
        case arraySelect(Select)
        case array([Expression])
        case row([Expression])
        case cast(Expression, TypeName)
        case `case`(operand: Expression?, whens: [When], otherwise: Expression?)
        case collate(Expression, Name)
        /// `a[1]`, `a[1:2]`: a list of subscripts, outermost last.
        case `subscript`(Expression, [Subscript])
        /// `(x).field`; nil field is `(x).*`.
        case field(Expression, String?)
        /// `default` as a value of an insert or update.
        case `default`
        case grouping([Expression])
        /// Something that stands for a value made outside SQL, added by the planner: see `Injected`.
        case injected(Injected)
    }

    package struct When: Hashable, Sendable {
        package var condition: Expression
        package var result: Expression

        package init(_ condition: Expression, then result: Expression) {
            self.condition = condition
            self.result = result
        }
    }

    package struct Subscript: Hashable, Sendable {
        package var lower: Expression?
        package var upper: Expression?
        package var isSlice: Bool

        package init(lower: Expression?, upper: Expression?, isSlice: Bool) {
            self.lower = lower
            self.upper = upper
            self.isSlice = isSlice
        }
    }
}

package enum Literal: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// Fits 32 bits, as PostgreSQL's parser tells integers from other numbers.
    case integer(Int32)
    /// Every other number, as written: `2147483648`, `1.10`, `1e5`.
    case number(String)
    case string(String)
    /// `b'101'` and `x'1F'`, as the parser keeps them: `b101`, `x1F`.
    case bits(String)
}

// Trees are compared and hashed by recursion, and may be deeper than a small stack bears.
extension Expression {
    package static func == (left: Expression, right: Expression) -> Bool { withEnoughStack { left.kind == right.kind } }

    package func hash(into hasher: inout Hasher) { withEnoughStack { hasher.combine(kind) } }
}

/// What the planner puts where a request, not SQL, gives the value.
package enum Injected: Hashable, Sendable {
    /// The request's value with this index (from 0) as an untyped literal: its surroundings give the type, as PostgreSQL does for `$1`.
    case value(Int)
    /// The request's list with this index, for `= any`: `in.(1,2,3)`.
    case list(Int)
    /// A column of the row outside, for an embed's child statement: the nth key handed down by the parent.
    case parentKey(Int)
    /// The payload's value for this column position, already typed.
    case payload(Int)
    /// A name that a running function has a variable for. A column of that name may be meant all the same.
    case local(LocalName)
}

/// A variable of a running function, or a field of one that is a row; and how it was written.
package struct LocalName: Hashable, Sendable {
    package var variable: Int
    package var field: String?
    package var name: Name

    package init(_ variable: Int, field: String? = nil, as name: Name) {
        self.variable = variable
        self.field = field
        self.name = name
    }
}

package struct Call: Hashable, Sendable {
    package struct Argument: Hashable, Sendable {
        /// `name => value`.
        package var name: String?
        package var value: Expression

        package init(_ value: Expression, name: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    package var function: Name
    package var arguments: [Argument]
    /// `count(*)`.
    package var isStar: Bool
    package var isDistinct: Bool
    package var isVariadic: Bool
    /// `string_agg(x, ',' order by y)`, or what stands in `within group (…)`.
    package var orderBy: [SortKey]
    package var isWithinGroup: Bool
    package var filter: Expression?
    package var over: Window?

    package init(
        _ function: Name, _ arguments: [Argument] = [], isStar: Bool = false, isDistinct: Bool = false, isVariadic: Bool = false,
        orderBy: [SortKey] = [], isWithinGroup: Bool = false, filter: Expression? = nil, over: Window? = nil
    ) {
        self.function = function
        self.arguments = arguments
        self.isStar = isStar
        self.isDistinct = isDistinct
        self.isVariadic = isVariadic
        self.orderBy = orderBy
        self.isWithinGroup = isWithinGroup
        self.filter = filter
        self.over = over
    }
}

/// `over (…)`, `over w`, or one of the `window` clause's definitions.
package struct Window: Hashable, Sendable {
    /// The name it defines (in a `window` clause) or refers to (`over w`).
    package var name: String?
    /// The window it extends: `over (w order by x)`.
    package var base: String?
    package var partitionBy: [Expression]
    package var orderBy: [SortKey]
    package var frame: Frame?

    package struct Frame: Hashable, Sendable {
        package enum Mode: Hashable, Sendable { case rows, range, groups }
        package enum Bound: Hashable, Sendable {
            case unboundedPreceding, currentRow, unboundedFollowing
            case preceding(Expression)
            case following(Expression)
        }
        package enum Exclusion: Hashable, Sendable { case currentRow, group, ties }

        package var mode: Mode
        package var start: Bound
        package var end: Bound
        package var exclude: Exclusion?

        package init(mode: Mode, start: Bound, end: Bound, exclude: Exclusion?) {
            self.mode = mode
            self.start = start
            self.end = end
            self.exclude = exclude
        }
    }

    package init(name: String? = nil, base: String? = nil, partitionBy: [Expression] = [], orderBy: [SortKey] = [], frame: Frame? = nil) {
        self.name = name
        self.base = base
        self.partitionBy = partitionBy
        self.orderBy = orderBy
        self.frame = frame
    }
}

package struct SortKey: Hashable, Sendable {
    package var value: Expression
    package var descending: Bool
    /// Nil: last when ascending, first when descending.
    package var nullsFirst: Bool?

    package init(_ value: Expression, descending: Bool = false, nullsFirst: Bool? = nil) {
        self.value = value
        self.descending = descending
        self.nullsFirst = nullsFirst
    }
}

extension Expression {
    /// AND of the given, flat; nil of none.
    package static func all(_ parts: [Expression]) -> Expression? {
        let flat = parts.flatMap { part in if case .and(let inner) = part.kind { inner } else { [part] } }
        return flat.count > 1 ? Expression(.and(flat)) : flat.first
    }

    /// OR of the given, flat; nil of none.
    package static func any(_ parts: [Expression]) -> Expression? {
        let flat = parts.flatMap { part in if case .or(let inner) = part.kind { inner } else { [part] } }
        return flat.count > 1 ? Expression(.or(flat)) : flat.first
    }

    package static func column(_ parts: String...) -> Expression { Expression(.column(Name(parts))) }
    package static func string(_ text: String) -> Expression { Expression(.literal(.string(text))) }
    package static func boolean(_ value: Bool) -> Expression { Expression(.literal(.boolean(value))) }
    package static let null = Expression(.literal(.null))
    package static func call(_ function: String..., arguments: [Expression]) -> Expression {
        Expression(.call(Call(Name(function), arguments.map { Call.Argument($0) })))
    }
}
