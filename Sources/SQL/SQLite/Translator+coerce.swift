import OffstageSchema
import OffstageSyntax

/// How a value of one type becomes another: PostgreSQL 15, chapter 10.
extension Translator {
    enum Coercion: Int { case implicit, assignment, explicit }

    /// The term as the given type.
    ///
    /// - Throws: 42804 or 42846 where PostgreSQL has no such cast in this context; the input function's error for a literal.
    mutating func coerce(
        _ term: Term, to target: ColumnType, _ context: Coercion, at position: Position = .none
    ) throws(SQLError) -> Term {
        if case .domain(let domain) = target.type {
            return try constrain(try coerce(term, to: target.base, context, at: position), as: domain)
        }
        if let pending = term.pending { return try resolve(pending, as: target, context, from: term, at: position) }
        if term.type == target.type { return sized(term, to: target, context) }
        if case .composite(let row) = target.type, term.type.isRow {
            return try coerceRow(term, to: row, context, at: position).with { $0.source = nil }
        }
        if case .array(.composite(let old)) = term.type, case .array(.composite(let new)) = target.type, old.name != nil,
            old.name == new.name
        {
            let (before, after) = (Self.quoted(term.type.key), Self.quoted(target.type.key))
            return Term("pg_reshape(\(term.sql), \(before), \(after))", target.type, from: [term])
        }
        guard var cast = try conversion(of: term, to: target, context) else {
            throw SQLError(
                "42846", "cannot cast type \(term.type.name) to \(target.type.name)", position: position.byteOffset)
        }
        cast.source = nil
        return cast
    }

    /// The term as a column wants it: what `insert` and `set` do.
    mutating func assign(_ term: Term, to column: Column, at position: Position = .none) throws(SQLError) -> Term {
        let wanted = column.type.type.base
        if term.pending == nil, term.type != wanted, !(term.type.isRow && wanted.isRow) {
            let rule = CastTable.rule(from: term.type, to: wanted)
            guard let rule, rule.context.rawValue <= Coercion.assignment.rawValue else {
                throw SQLError(
                    "42804", "column \"\(column.name)\" is of type \(column.type.type.name) but expression is of type \(term.type.name)",
                    hint: "You will need to rewrite or cast the expression.", position: position.byteOffset)
            }
        }
        return try coerce(term, to: column.type, .assignment, at: position)
    }

    /// An untyped literal takes the type its surroundings want, by that type's input function.
    private mutating func resolve(
        _ pending: Term.Pending, as target: ColumnType, _ context: Coercion, from term: Term, at position: Position
    ) throws(SQLError) -> Term {
        if target.type.isAnonymousRow {
            switch pending {
            case .string where target.type == .record, .bound where target.type == .record, .value:
                throw SQLError("0A000", "input of anonymous composite types is not implemented", position: position.byteOffset)
            case .null, .string, .bound, .parentKey, .payload: break
            }
        }
        var typed = term
        typed.pending = nil
        typed.type = target.type == .unknown ? .text : target.type
        typed.modifier = target.modifier
        switch pending {
        case .null:
            typed.sql = "NULL"
        case .string(let text):
            // An over-long text is cut by an explicit cast and refused by an assignment: the input function refuses, so cut first.
            var wanted = target
            if context == .explicit, case .length? = target.modifier { wanted.modifier = nil }
            do throws(SQLError) {
                let value = try ColumnType(typed.type, wanted.modifier).parse(text, in: ValueContext())
                typed.sql =
                    isTimeDependent(text, typed.type)
                    ? "pg_in(\(Self.quoted(text)), \(Self.quoted(ColumnType(typed.type, wanted.modifier).key)))" : literal(value)
            } catch {
                var located = error
                located.position = located.position ?? position.byteOffset
                throw located
            }
            if wanted.modifier != target.modifier { typed = sized(typed.with { $0.modifier = nil }, to: target, context) }
        case .value(let index):
            typed.sql = bind(.value(index, ColumnType(typed.type, target.modifier)))
        case .bound(let index):
            var wanted = target
            if context == .explicit, case .length? = target.modifier { wanted.modifier = nil }
            typed.sql = bind(.value(index, ColumnType(typed.type, wanted.modifier)))
            if wanted.modifier != target.modifier { typed = sized(typed.with { $0.modifier = nil }, to: target, context) }
        case .parentKey(let index): typed.sql = bind(.parentKey(index))
        case .payload(let index): typed.sql = bind(.payload(index))
        }
        return typed
    }

    /// `'now'`, `'today'` and their kin mean another time each time.
    private func isTimeDependent(_ text: String, _ type: DataType) -> Bool {
        switch type {
        // Without a zone of its own it is in the session's.
        case .timestamptz, .timetz, .range(.tstzrange), .array(.timestamptz), .array(.timetz): return !isZoned(text)
        case .array(let element): return isTimeDependent(text, element)
        default: break
        }
        guard type.category == "D" || type.category == "R" else { return false }
        let word = text.lowercased()
        return ["now", "today", "tomorrow", "yesterday"].contains { word.contains($0) }
    }

    /// Certainly the same moment in every session: `2024-01-01T00:00:00Z`, `2024-01-01 00:00:00+02`, `infinity`, `epoch`.
    private func isZoned(_ text: String) -> Bool {
        let word = text.lowercased()
        if ["infinity", "-infinity", "epoch"].contains(word) { return true }
        guard let clock = word.firstIndex(of: ":"), word.utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 }) == true else { return false }
        let rest = word[clock...]
        guard !rest.contains(",") else { return false }
        return rest.hasSuffix("z") || rest.contains("+") || rest.contains("-")
    }

    /// Applies a length, precision or scale.
    private func sized(_ term: Term, to target: ColumnType, _ context: Coercion) -> Term {
        guard let modifier = target.modifier, modifier != term.modifier else {
            return term.with { $0.modifier = target.modifier ?? $0.modifier }
        }
        // A wider varchar than its source needs no check.
        if case .length(let new) = modifier, case .length(let old)? = term.modifier, target.type == .varchar, old <= new { return term }
        let explicit = context == .explicit ? 1 : 0
        var copy = Term("pg_size(\(term.sql), \(Self.quoted(target.key)), \(explicit))", target.type, modifier: modifier, from: [term])
        copy.isSafe = false
        copy.isNotNull = term.isNotNull
        return copy
    }

    private mutating func conversion(of term: Term, to target: ColumnType, _ context: Coercion) throws(SQLError) -> Term? {
        guard let rule = CastTable.rule(from: term.type, to: target.type), rule.context.rawValue <= context.rawValue else { return nil }
        // A number's last bits, not its first ones cut.
        if term.type.isInteger, target.type == .bit {
            guard case .length(let length) = target.modifier ?? .length(1) else { return nil }
            return Term("pg_int_to_bit(\(term.sql), \(length))", .bit, modifier: .length(length), from: [term])
        }
        var text = rule.template
        if !rule.isBounded, term.levels != 0 { isBounded = false }
        text = text.replacing("$1", with: term.sql)
            .replacing("#1", with: Self.quoted(term.type.key)).replacing("#0", with: Self.quoted(target.type.key))
        var result = Term(text, target.type, from: [term])
        result.isSafe = term.isSafe && rule.isSafe
        result.isNotNull = term.isNotNull
        return target.modifier == nil ? result : sized(result, to: target, context)
    }

    /// A term with a type: what is still an untyped literal becomes text.
    mutating func settled(_ term: Term) throws(SQLError) -> Term {
        term.pending == nil ? term : try coerce(term, to: ColumnType(.text), .implicit)
    }

    /// One type for several branches (`case`, `coalesce`, `union`, arrays): PostgreSQL 15, section 10.5.
    mutating func unify(_ terms: [Term], _ what: String, at position: Position = .none) throws(SQLError) -> ([Term], ColumnType) {
        var type: DataType?
        for term in terms where term.pending == nil {
            guard let current = type else {
                type = term.type
                continue
            }
            if current == term.type { continue }
            guard current.category == term.type.category else {
                throw SQLError(
                    "42804", "\(what) types \(current.name) and \(term.type.name) cannot be matched", position: position.byteOffset)
            }
            let wins =
                if let a = current.numberRank, let b = term.type.numberRank { b > a } else {
                    // Of two that become each other, as text and varchar do, the first stays.
                    !current.isPreferred && CastTable.isImplicit(from: current, to: term.type)
                        && !CastTable.isImplicit(from: term.type, to: current)
                }
            if wins { type = term.type }
        }
        let modifiers = Set(terms.map(\.modifier))
        let common = ColumnType(type ?? .text, modifiers.count == 1 && terms.allSatisfy { $0.type == type } ? terms[0].modifier : nil)
        var result: [Term] = []
        for term in terms {
            do throws(SQLError) {
                result.append(try coerce(term, to: common, .implicit, at: position))
            } catch  where error.code == "42846" {
                throw SQLError(
                    "42846", "\(what == "CASE" ? "CASE/WHEN" : what) could not convert type \(term.type.name) to \(common.type.name)",
                    position: position.byteOffset)
            }
        }
        return (result, common)
    }
}

/// Which casts there are and how each is done.
enum CastTable {
    struct Rule {
        var context: Translator.Coercion
        var template: String
        var isSafe = false
        var isBounded = true
    }

    static func isImplicit(from source: DataType, to target: DataType) -> Bool {
        source.base == target.base || rule(from: source, to: target)?.context == .implicit
    }

    static func rule(from source: DataType, to target: DataType) -> Rule? {
        let (source, target) = (source.base, target.base)
        if let a = source.numberRank, let b = target.numberRank { return number(source, a, target, b) }
        switch (source, target) {
        case (.composite(let a), .composite(let b)):
            return a.name == nil || a.name == b.name ? Rule(context: .implicit, template: "$1", isSafe: true) : nil
        case (.composite, .record), (.record, .composite): return Rule(context: .implicit, template: "$1", isSafe: true)
        case (.text, .varchar), (.varchar, .text), (.text, .char), (.varchar, .char):
            return Rule(context: .implicit, template: "$1", isSafe: true)
        case (.char, .text), (.char, .varchar):
            return Rule(context: .implicit, template: "rtrim($1, ' ')", isSafe: true)
        case (.citext, .text), (.citext, .varchar), (.name, .text): return Rule(context: .implicit, template: "$1", isSafe: true)
        case (.citext, .char), (.text, .citext), (.varchar, .citext), (.name, .varchar), (.name, .char), (.name, .citext):
            return Rule(context: .assignment, template: "$1", isSafe: true)
        case (.char, .citext): return Rule(context: .assignment, template: "rtrim($1, ' ')", isSafe: true)
        case (.boolean, .citext): return Rule(context: .assignment, template: "pg_out($1, #1)", isSafe: true)
        case (.text, .name), (.varchar, .name), (.char, .name), (.citext, .name):
            return Rule(context: source == .citext ? .assignment : .implicit, template: "pg_in($1, 'name')", isSafe: true)
        case (.smallint, .oid), (.integer, .oid): return Rule(context: .implicit, template: "($1 & 4294967295)", isSafe: true)
        case (.bigint, .oid): return Rule(context: .implicit, template: "pg_to_oid($1)")
        case (.oid, .bigint): return Rule(context: .assignment, template: "$1", isSafe: true)
        case (.oid, .integer): return Rule(context: .assignment, template: "pg_oid_to_int4($1)", isSafe: true)
        case (.cidr, .inet): return Rule(context: .implicit, template: "pg_net_part($1, 'inet')", isSafe: true)
        case (.inet, .cidr): return Rule(context: .assignment, template: "pg_net_part($1, 'network')", isSafe: true)
        case (.inet, .text), (.inet, .varchar), (.inet, .char), (.inet, .citext), (.cidr, .text), (.cidr, .varchar), (.cidr, .char),
            (.cidr, .citext):
            return Rule(context: .assignment, template: "pg_net_part($1, 'text')", isSafe: true)
        case (.bit, .varbit), (.varbit, .bit): return Rule(context: .implicit, template: "$1", isSafe: true)
        case (.integer, .bit): return Rule(context: .explicit, template: "pg_int_to_bit($1, 32)", isSafe: true)
        case (.bigint, .bit): return Rule(context: .explicit, template: "pg_int_to_bit($1, 64)", isSafe: true)
        case (.bit, .integer): return Rule(context: .explicit, template: "pg_bit_to_int($1, 32)")
        case (.bit, .bigint): return Rule(context: .explicit, template: "pg_bit_to_int($1, 64)")
        case (.boolean, .integer): return Rule(context: .explicit, template: "$1", isSafe: true)
        case (.integer, .boolean): return Rule(context: .explicit, template: "($1 <> 0)", isSafe: true)
        case (.date, .timestamp): return Rule(context: .implicit, template: "pg_date_to_timestamp($1)")
        case (.date, .timestamptz): return Rule(context: .implicit, template: "pg_moment(pg_date_to_timestamp($1))")
        // By the clocks of the session's time zone.
        case (.timestamp, .timestamptz): return Rule(context: .implicit, template: "pg_moment($1)")
        case (.timestamptz, .timestamp): return Rule(context: .assignment, template: "pg_local($1)")
        case (.timestamp, .date): return Rule(context: .assignment, template: "pg_timestamp_to_date($1)")
        case (.timestamptz, .date): return Rule(context: .assignment, template: "pg_timestamp_to_date(pg_local($1))")
        case (.timestamp, .time): return Rule(context: .assignment, template: "pg_timestamp_to_time($1)")
        case (.timestamptz, .time): return Rule(context: .assignment, template: "pg_timestamp_to_time(pg_local($1))")
        case (.timestamptz, .timetz): return Rule(context: .assignment, template: "pg_timetz($1)")
        case (.time, .timetz): return Rule(context: .implicit, template: "pg_time_to_timetz($1)")
        case (.timetz, .time): return Rule(context: .assignment, template: "pg_timetz_to_time($1)")
        case (.time, .interval): return Rule(context: .implicit, template: "pg_time_to_interval($1)")
        case (.interval, .time): return Rule(context: .assignment, template: "pg_interval_to_time($1)")
        case (.json, .jsonb): return Rule(context: .assignment, template: "pg_in($1, 'jsonb')", isBounded: false)
        case (.jsonb, .json): return Rule(context: .assignment, template: "$1", isSafe: true)
        case (.jsonb, .boolean), (.jsonb, .smallint), (.jsonb, .integer), (.jsonb, .bigint), (.jsonb, .numeric), (.jsonb, .real),
            (.jsonb, .double):
            return Rule(context: .explicit, template: "pg_jsonb_to($1, #0)", isBounded: false)
        case (.array(let from), .array(let to)):
            guard let element = rule(from: from, to: to) else { return from == to ? Rule(context: .implicit, template: "$1") : nil }
            if from.isText, to.isText { return Rule(context: element.context, template: "$1", isSafe: true) }
            return Rule(context: element.context, template: "pg_in(pg_out($1, #1), #0)", isBounded: false)
        case (_, .text), (_, .varchar), (_, .char), (_, .citext), (_, .name):
            // Every type has a text form: an assignment cast of PostgreSQL's (chapter 10.3, I/O conversion).
            if source.storageClass == "TEXT", source != .char, source.category != "R", source != .array(.timestamptz) {
                return Rule(context: .assignment, template: "$1", isSafe: true)
            }
            return Rule(context: .assignment, template: "pg_out($1, #1)")
        case (.text, _), (.varchar, _), (.char, _):
            return Rule(context: .explicit, template: "pg_in($1, #0)", isBounded: target != .json && target != .jsonb)
        default: return nil
        }
    }

    private static func number(_ source: DataType, _ a: Int, _ target: DataType, _ b: Int) -> Rule {
        if a <= 2, b <= 2 {
            return a <= b
                ? Rule(context: .implicit, template: "$1", isSafe: true)
                : Rule(context: .assignment, template: target == .smallint ? "pg_to_int2($1)" : "pg_to_int4($1)")
        }
        let context: Translator.Coercion = a <= b ? .implicit : .assignment
        switch (source, target) {
        case (_, .numeric): return Rule(context: context, template: a <= 2 ? "CAST($1 AS TEXT)" : "pg_float_to_num($1, #1)", isSafe: a <= 2)
        case (.numeric, .double): return Rule(context: context, template: "pg_num_to_f8($1)")
        case (.numeric, .real): return Rule(context: context, template: "pg_num_to_f4($1)")
        case (.numeric, _): return Rule(context: context, template: "pg_num_to_int($1, #0)")
        case (.real, .double): return Rule(context: context, template: "$1", isSafe: true)
        case (_, .double): return Rule(context: context, template: "CAST($1 AS REAL)", isSafe: true)
        case (_, .real): return Rule(context: context, template: "pg_to_f4($1)")
        default: return Rule(context: context, template: "pg_float_to_int($1, #0)")
        }
    }
}
