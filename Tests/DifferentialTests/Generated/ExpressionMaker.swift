import OffstageSQL
import OffstageSchema

/// A column that an expression may use.
struct VisibleColumn: Sendable {
    var reference: String
    var type: DataType
}

/// Makes typed expressions of functions, operators and PostgreSQL's own syntax.
///
/// Where only some rows are looked at, and each engine has its own order of doing so, an expression must not raise: `safe`.
struct ExpressionMaker {
    var columns: [VisibleColumn]
    var isSafe = false
    /// Subqueries over these tables.
    var tables: [GeneratedTable] = []

    func expression(_ type: DataType, depth: Int, _ dice: inout Dice) -> Fragment {
        if depth <= 0 || dice.chance(12) { return leaf(type, &dice) }
        switch dice.roll(0...19) {
        case 0...2: return leaf(type, &dice)
        case 3: return conditional(type, depth, &dice)
        case 4: return choice(type, depth, &dice)
        case 5: return cast(to: type, depth, &dice)
        case 6: if let made = subquery(type, depth, &dice) { return made }
        case 7: if case .array = type, let made = array(type, depth, &dice) { return made }
        default: break
        }
        if type == .boolean, dice.chance(75) { return condition(depth, &dice) }
        return call(type, depth, &dice) ?? leaf(type, &dice)
    }

    func leaf(_ type: DataType, _ dice: inout Dice) -> Fragment {
        let fitting = columns.filter { $0.type == type }
        if !fitting.isEmpty, dice.chance(70) { return Fragment(word: dice.pick(fitting).reference, as: type) }
        // PostgreSQL looks at no other argument of a strict function where one is a constant null, and so sees no error in it.
        if !isSafe, let value = Samples.values(of: type).randomElement(using: &dice) { return Samples.literal(value, type) }
        return Samples.literal(type, &dice)
    }

    // MARK: Syntax

    private func conditional(_ type: DataType, _ depth: Int, _ dice: inout Dice) -> Fragment {
        let first = expression(type, depth: depth - 1, &dice)
        let other = expression(type, depth: depth - 1, &dice)
        let test = expression(.boolean, depth: depth - 1, &dice)
        if dice.chance(25) {
            let subject = expression(.integer, depth: depth - 1, &dice)
            return Fragment("(case \(subject) when 1 then \(first) when \(leaf(.integer, &dice)) then \(other) end)").typed(type)
        }
        let last: Fragment = " else \(other)"
        return Fragment("(case when \(test) then \(first)\(optional: dice.chance(70) ? last : nil) end)").typed(type)
    }

    private func choice(_ type: DataType, _ depth: Int, _ dice: inout Dice) -> Fragment {
        let a = expression(type, depth: depth - 1, &dice)
        let b = expression(type, depth: depth - 1, &dice)
        let isComparable = Samples.isComparable(type)
        switch dice.roll(0...3) {
        case 0 where isComparable: return Fragment("nullif(\(a), \(b))").typed(type)
        case 1 where isComparable && Samples.isPlain(type): return Fragment("greatest(\(list: [a, b]))").typed(type)
        case 2 where isComparable && Samples.isPlain(type): return Fragment("least(\(list: [a, b, leaf(type, &dice)]))").typed(type)
        default: return Fragment("coalesce(\(list: [a, b]))").typed(type)
        }
    }

    private func cast(to type: DataType, _ depth: Int, _ dice: inout Dice) -> Fragment {
        var sources: [DataType]
        switch type {
        case .text: sources = Samples.types
        case .varchar, .char: sources = [.text]
        case .integer, .bigint, .smallint, .numeric, .double, .real: sources = Samples.numbers + (isSafe ? [] : [.text, .jsonb])
        case .boolean: sources = [.integer]
        case .date: sources = [.timestamp, .timestamptz]
        case .timestamp: sources = [.date, .timestamptz]
        case .timestamptz: sources = [.date, .timestamp]
        case .time: sources = [.timestamp, .interval]
        case .jsonb: sources = [.json]
        case .json: sources = [.jsonb]
        default: sources = [.text]
        }
        if isSafe {
            let safe: [DataType: [DataType]] = [
                .text: Samples.types, .bigint: [.integer, .smallint], .integer: [.smallint], .numeric: [.integer, .bigint],
                .double: [.integer, .smallint, .real], .boolean: [.integer],
            ]
            sources = safe[type] ?? [type]
        }
        let source = dice.pick(sources)
        let inner = expression(source, depth: depth - 1, &dice)
        let made: Fragment = dice.chance(60) ? "(\(inner))::\(Samples.name(of: type))" : "cast(\(inner) as \(Samples.name(of: type)))"
        return made.typed(type)
    }

    private func array(_ type: DataType, _ depth: Int, _ dice: inout Dice) -> Fragment? {
        guard case .array(let element) = type else { return nil }
        let members = (0..<dice.roll(1...3)).map { _ in expression(element, depth: depth - 1, &dice) }
        return Fragment("array[\(list: members)]").typed(type)
    }

    private func subquery(_ type: DataType, _ depth: Int, _ dice: inout Dice) -> Fragment? {
        guard !tables.isEmpty else { return nil }
        let table = dice.pick(tables)
        let alias = "s\(depth)"
        // PostgreSQL works out constants of a subquery that finds no row, too: nothing in it may raise.
        let inner = ExpressionMaker(columns: columns + table.visible(as: alias), isSafe: true)
        let value = inner.expression(type, depth: depth - 1, &dice)
        let test: Fragment = " and \(inner.condition(1, &dice))"
        return Fragment(
            "(select \(value) from \(table.name) \(alias) where \(alias).id = \(dice.roll(1...6))\(optional: dice.chance(30) ? test : nil))"
        ).typed(type)
    }

    // MARK: Conditions

    func condition(_ depth: Int, _ dice: inout Dice) -> Fragment {
        if depth > 1, dice.chance(30) {
            let parts = (0..<dice.roll(2...3)).map { _ in condition(depth - 1, &dice) }
            return Fragment("(\(list: parts, dice.chance(50) ? " and " : " or "))").typed(.boolean)
        }
        if depth > 1, dice.chance(12) { return Fragment("(not \(condition(depth - 1, &dice)))").typed(.boolean) }
        var type = dice.pick(Samples.types)
        if dice.chance(70), let column = columns.isEmpty ? nil : dice.pick(columns) { type = column.type }
        if !Samples.isComparable(type) { type = .integer }
        let a = expression(type, depth: depth - 1, &dice)
        let b = expression(type, depth: depth - 1, &dice)
        switch dice.roll(0...13) {
        case 0: return Fragment("(\(a) is \(dice.chance(50) ? "" : "not ")null)").typed(.boolean)
        case 1: return Fragment("(\(a) is \(dice.chance(50) ? "" : "not ")distinct from \(b))").typed(.boolean)
        case 2, 3:
            let members = (0..<dice.roll(1...3)).map { _ in leaf(type, &dice) }
            return Fragment("(\(a) \(dice.chance(30) ? "not " : "")in (\(list: members)))").typed(.boolean)
        case 4:
            return Fragment(
                "(\(a) \(dice.chance(30) ? "not " : "")between \(dice.chance(20) ? "symmetric " : "")\(b) and \(leaf(type, &dice)))"
            ).typed(.boolean)
        case 5:
            let text = expression(.text, depth: depth - 1, &dice)
            let word = dice.pick(["like", "ilike", "not like", "not ilike"])
            return Fragment("(\(text) \(word) \(dice.pick(["'a%'", "'%b%'", "'_'", "'É%'", "''", "'%\\%%'", "'x\\_y%'"])))").typed(.boolean)
        case 6:
            return Fragment(
                "(\(expression(.boolean, depth: depth - 1, &dice)) is \(dice.pick(["true", "not true", "false", "not false", "unknown", "not unknown"])))"
            ).typed(.boolean)
        case 7 where !tables.isEmpty: return membership(type, a, depth, &dice)
        case 8 where !Samples.isArray(type):
            let members = (0..<dice.roll(1...3)).map { _ in leaf(type, &dice) }
            return Fragment("(\(a) \(dice.pick(["= any", "<> all", "< any", ">= all"])) (array[\(list: members)]))").typed(.boolean)
        case 9:
            // Numbers of two types meet.
            if Samples.isNumber(type), !isSafe {
                let other = expression(dice.pick(Samples.numbers), depth: depth - 1, &dice)
                return Fragment("(\(a) \(dice.pick(Self.comparisons)) \(other))").typed(.boolean)
            }
            return Fragment("(\(a) \(dice.pick(Self.comparisons)) \(b))").typed(.boolean)
        case 10 where type != .boolean:
            // A quoted value takes the type of the other side.
            guard let value = Samples.values(of: type).isEmpty ? nil : dice.pick(Samples.values(of: type)) else { break }
            return Fragment("(\(a) \(dice.pick(Self.comparisons)) '\(value)')").typed(.boolean)
        case 11 where !tables.isEmpty && Samples.isPlain(type):
            let table = dice.pick(tables)
            let inner = ExpressionMaker(columns: columns + table.visible(as: "q\(depth)"), isSafe: true)
            let item = inner.expression(type, depth: 1, &dice)
            return Fragment(
                "(\(a) \(dice.pick(Self.comparisons)) \(dice.pick(["any", "all"])) (select \(item) from \(table.name) q\(depth)))"
            )
            .typed(.boolean)
        case 12:
            let c = leaf(.integer, &dice)
            let d = leaf(.integer, &dice)
            return Fragment("((\(a), \(c)) \(dice.pick(Self.comparisons)) (\(b), \(d)))").typed(.boolean)
        default: break
        }
        return Fragment("(\(a) \(dice.pick(Self.comparisons)) \(b))").typed(.boolean)
    }

    private static let comparisons = ["=", "<>", "<", ">", "<=", ">="]

    private func membership(_ type: DataType, _ value: Fragment, _ depth: Int, _ dice: inout Dice) -> Fragment {
        let table = dice.pick(tables)
        let alias = "e\(depth)"
        let inner = ExpressionMaker(columns: columns + table.visible(as: alias), isSafe: true)
        let test = inner.condition(1, &dice)
        if dice.chance(50) {
            return Fragment("(\(dice.chance(30) ? "not " : "")exists (select 1 from \(table.name) \(alias) where \(test)))").typed(.boolean)
        }
        let item = inner.expression(type, depth: 1, &dice)
        return Fragment(
            "(\(value) \(dice.pick(["in", "not in", "= any", "<> all"])) (select \(item) from \(table.name) \(alias) where \(test)))"
        ).typed(.boolean)
    }

    // MARK: Calls

    private func call(_ type: DataType, _ depth: Int, _ dice: inout Dice) -> Fragment? {
        let entries = FunctionPool.shared.functions(giving: type, safe: isSafe)
        guard !entries.isEmpty else { return nil }
        return call(dice.pick(entries), giving: type, depth, &dice)
    }

    func call(_ entry: FunctionTable.Entry, giving type: DataType, _ depth: Int, _ dice: inout Dice) -> Fragment? {
        let bound = Binding(entry, giving: type, &dice)
        var parameters = Array(
            entry.parameters.prefix(max(entry.required, dice.roll(entry.required...max(entry.required, entry.parameters.count)))))
        if entry.isVariadic, let last = entry.parameters.last {
            if parameters.count == entry.parameters.count { parameters.removeLast() }
            for _ in 0..<dice.roll(1...3) { parameters.append(last) }
        }
        var arguments: [Fragment] = []
        for (index, parameter) in parameters.enumerated() {
            if let value = special(entry, index, &dice) {
                arguments.append(Fragment(word: value))
            } else {
                arguments.append(argument(parameter, bound, depth, &dice))
            }
        }
        return written(entry, arguments)?.typed(type)
    }

    /// What `anyelement` and its kin stand for in one call.
    private struct Binding {
        var element: DataType

        init(_ entry: FunctionTable.Entry, giving type: DataType, _ dice: inout Dice) {
            switch entry.result {
            case .element, .number, .enumeration: element = type
            case .array: if case .array(let inner) = type { element = inner } else { element = .integer }
            default: element = entry.parameters.contains(.number) ? dice.pick(Samples.numbers) : dice.pick([.integer, .text, .numeric])
            }
        }
    }

    private func special(_ entry: FunctionTable.Entry, _ index: Int, _ dice: inout Dice) -> String? {
        guard dice.chance(90) || entry.parameters[min(index, entry.parameters.count - 1)] == .exact(.integer) else { return nil }
        let first: String = if case .exact(let type)? = entry.parameters.first { type.key } else { "any" }
        let list = Samples.arguments["\(entry.name)(\(first))/\(index + 1)"] ?? Samples.arguments["\(entry.name)/\(index + 1)"]
        guard let list else { return nil }
        // A jsonb subscript is a text or a number, as the overload says.
        let fitting = list.filter { value in
            guard index < entry.parameters.count, case .exact(let type) = entry.parameters[index] else { return true }
            return type == .integer ? !value.hasPrefix("'") : type == .text ? value.hasPrefix("'") || value.hasPrefix("N") : true
        }
        return fitting.isEmpty ? nil : dice.pick(fitting)
    }

    private func argument(_ parameter: FunctionTable.Parameter, _ bound: Binding, _ depth: Int, _ dice: inout Dice) -> Fragment {
        var type: DataType
        switch parameter {
        case .exact(let exact): type = exact
        case .any: type = dice.pick(Samples.types)
        case .element, .number: type = bound.element
        case .array: type = .array(bound.element)
        case .enumeration: type = Samples.mood
        case .range: type = .range(.int4range)
        }
        // PostgreSQL's rules for choosing an overload: a narrower number, or a quoted value without a type.
        if !isSafe, case .exact = parameter, dice.chance(6) {
            switch type {
            case .bigint: type = .integer
            case .numeric: type = dice.pick([.integer, .bigint])
            case .double: type = dice.pick([.integer, .numeric, .real])
            case .text: type = dice.pick([.varchar, .char])
            default:
                if let value = Samples.values(of: type).first { return Fragment(word: "'\(value)'") }
            }
        }
        return expression(type, depth: depth - 1, &dice)
    }

    private func written(_ entry: FunctionTable.Entry, _ arguments: [Fragment]) -> Fragment? {
        if entry.isOperator {
            switch arguments.count {
            case 1: return Fragment("(\(entry.name) \(arguments[0]))")
            case 2: return Fragment("(\(arguments[0]) \(entry.name) \(arguments[1]))")
            default: return nil
            }
        }
        switch entry.name {
        case "extract": return arguments.count == 2 ? Fragment("extract(\(arguments[0]) from \(arguments[1]))") : nil
        case "position": return arguments.count == 2 ? Fragment("position(\(arguments[0]) in \(arguments[1]))") : nil
        case "trim" where arguments.count == 1: return Fragment("trim(\(arguments[0]))")
        default: return Fragment("\(entry.name)(\(list: arguments, ", ", least: arguments.count))")
        }
    }
}
