import OffstageSyntax

/// Expressions as PostgreSQL prints them back (`pg_get_expr`): upper-case words, brackets around operators, literals with their type.
///
/// Source: PostgreSQL 15, `ruleutils.c`. The commonest shapes are PostgreSQL's to the letter; rarer ones mean the same.
package struct Deparser {
    /// Types of the columns an expression may name.
    var types: [String: ColumnType] = [:]

    /// As PostgreSQL's `pretty` printing does it: no brackets around what is cast.
    private let isPretty: Bool

    package init(_ table: Table? = nil, isPretty: Bool = false) {
        self.isPretty = isPretty
        for column in table?.columns ?? [] { types[column.name] = column.type }
    }

    /// A default or generated value of a column of this type.
    func text(_ e: Expression, as type: ColumnType) -> String { typed(e, as: type.type) }

    /// A condition.
    func text(_ e: Expression) -> String { write(e).text }

    /// What an index is over, without order and operator classes.
    package func elements(of index: Index) -> [String] {
        index.elements.map { element in
            let text = self.text(element.value)
            switch element.value.kind {
            case .column, .call: return text
            default: return text.hasPrefix("(") ? text : "(\(text))"
            }
        }
    }

    private func write(_ e: Expression) -> (text: String, type: DataType?) {
        switch e.kind {
        case .literal(let literal): return (Self.literal(literal), Self.type(literal))
        case .column(let name):
            return (name.parts.map(quotedIdentifier).last ?? "", types[name.last]?.type)
        case .cast(let inner, let type):
            let shown = Self.shown(type)
            if case .literal(.string(let text)) = inner.kind { return ("\(quoted(text))::\(shown)", Self.type(type)) }
            let written = write(inner)
            let isPlain = if case .column = inner.kind { true } else { false }
            return (isPlain ? "(\(written.text))::\(shown)" : "(\(written.text))::\(shown)", Self.type(type))
        case .binary(let op, let a, let b): return binary(op, a, b)
        case .unary(let op, let x): return ("(\(op) \(write(x).text))", write(x).type)
        case .not(let x): return ("(NOT \(write(x).text))", .boolean)
        case .and(let parts): return ("(" + parts.map { write($0).text }.joined(separator: " AND ") + ")", .boolean)
        case .or(let parts): return ("(" + parts.map { write($0).text }.joined(separator: " OR ") + ")", .boolean)
        case .isNull(let x, let negated): return ("(\(write(x).text) IS \(negated ? "NOT " : "")NULL)", .boolean)
        case .isBoolean(let x, let value, let negated):
            let word = value.map { $0 ? "TRUE" : "FALSE" } ?? "UNKNOWN"
            return ("(\(write(x).text) IS \(negated ? "NOT " : "")\(word))", .boolean)
        case .between(let x, let low, let high, _, let negated):
            let type = write(x).type
            let subject = compared(x, type)
            let (a, b) = (typed(low, as: type), typed(high, as: type))
            return negated
                ? ("((\(subject) < \(a)) OR (\(subject) > \(b)))", .boolean) : ("((\(subject) >= \(a)) AND (\(subject) <= \(b)))", .boolean)
        case .inList(let x, let list, let negated):
            let type = write(x).type
            let element = type.map(Self.comparisonType)
            let items = list.map { typed($0, as: type, comparing: true) }.joined(separator: ", ")
            let array = "ARRAY[\(items)]"
            let cast = type == .varchar ? "(\(array))::text[]" : array
            _ = element
            return ("(\(compared(x, type)) \(negated ? "<> ALL" : "= ANY") (\(cast)))", .boolean)
        case .anyOf(let x, let op, let array, let all):
            return ("(\(compared(x, write(x).type)) \(op) \(all ? "ALL" : "ANY") (\(write(array).text)))", .boolean)
        case .isDistinct(let a, let b, let negated):
            return ("(\(write(a).text) IS \(negated ? "NOT " : "")DISTINCT FROM \(typed(b, as: write(a).type)))", .boolean)
        case .array(let items): return ("ARRAY[\(items.map { write($0).text }.joined(separator: ", "))]", nil)
        case .call(let call): return self.call(call)
        case .case(let operand, let whens, let otherwise):
            var text = "\nCASE" + (operand.map { " \(write($0).text)" } ?? "")
            for when in whens { text += "\n    WHEN \(write(when.condition).text) THEN \(write(when.result).text)" }
            text += "\n    ELSE \(otherwise.map { write($0).text } ?? "NULL")\nEND"
            return (text, nil)
        default: return (e.sql, nil)
        }
    }

    private func binary(_ op: String, _ a: Expression, _ b: Expression) -> (text: String, type: DataType?) {
        let left = write(a).type
        let right = write(b).type
        let isComparison = ["=", "<>", "<", "<=", ">", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*"].contains(op)
        let known = Self.isLiteral(a) ? right : left
        let casts = isComparison || op == "||" || known == .numeric
        let texts = "\(casts && op != "||" ? typed(a, as: known, comparing: true) : typed(a, as: known)) \(op == "!=" ? "<>" : op) "
        let text = texts + (casts ? typed(b, as: known, comparing: true) : typed(b, as: known))
        return ("(\(text))", isComparison ? .boolean : known)
    }

    private static func isLiteral(_ e: Expression) -> Bool { if case .literal = e.kind { true } else { false } }

    /// One side of a comparison with a value of this type.
    private func compared(_ e: Expression, _ type: DataType?) -> String { typed(e, as: type, comparing: true) }

    private static func comparisonType(_ type: DataType) -> DataType { type == .varchar ? .text : type }

    private func typed(_ e: Expression, as type: DataType?, comparing: Bool = false) -> String {
        guard let type else { return write(e).text }
        switch e.kind {
        case .literal(.string(let text)):
            let shown = comparing ? Self.comparisonType(type) : type
            return "\(quoted(text))::\(shown.name)"
        case .literal(.null): return "NULL::\(type.name)"
        case .literal(.integer(let number)):
            guard comparing else { return String(number) }
            switch type {
            case .numeric, .double, .real:
                let shown = isPretty ? String(number) : "(\(number))"
                return "\(shown)::\(type == .numeric ? "numeric" : "double precision")"
            default: return String(number)
            }
        case .literal(.number(let number)):
            guard comparing else { return number }
            return type == .double || type == .real ? "(\(number))::double precision" : number
        case .column(let name) where comparing && types[name.last]?.type == .varchar:
            return "(\(quotedIdentifier(name.last)))::text"
        case .unary("-", let inner) where Self.isLiteral(inner): return "'-\(write(inner).text)'::integer"
        default: return write(e).text
        }
    }

    private func call(_ call: Call) -> (text: String, type: DataType?) {
        let isSystem = call.function.qualifier == nil || call.function.qualifier == "pg_catalog"
        if isSystem, call.arguments.isEmpty, let word = Self.words[call.function.last] { return (word, nil) }
        let name = call.function.qualifier == "pg_catalog" ? Name(call.function.last) : call.function
        let arguments = call.arguments.map { argument -> String in
            let value = argument.value
            if case .literal(.string(let text)) = value.kind { return "\(quoted(text))::text" }
            if case .column(let column) = value.kind, types[column.last]?.type == .varchar, Self.takesText.contains(call.function.last) {
                return "(\(quotedIdentifier(column.last)))::text"
            }
            return write(value).text
        }
        if isSystem, ["coalesce", "greatest", "least", "nullif"].contains(call.function.last) {
            return ("\(call.function.last.uppercased())(\(arguments.joined(separator: ", ")))", nil)
        }
        let type: DataType? =
            switch call.function.last {
            case "lower", "upper", "btrim", "replace", "concat", "md5": .text
            case "length", "char_length", "octet_length": .integer
            default: nil
            }
        let shown = name.parts.map(quotedIdentifier).joined(separator: ".")
        return ("\(shown)(\(arguments.joined(separator: ", ")))", type)
    }

    private static let takesText: Set<String> = ["lower", "upper", "btrim", "length", "char_length", "replace", "md5", "octet_length"]
    private static let words: [String: String] = [
        "current_date": "CURRENT_DATE", "current_timestamp": "CURRENT_TIMESTAMP", "current_user": "CURRENT_USER",
        "localtimestamp": "LOCALTIMESTAMP", "session_user": "SESSION_USER", "current_role": "CURRENT_ROLE",
    ]

    private static func literal(_ literal: Literal) -> String {
        switch literal {
        case .null: "NULL"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number): number
        case .string(let text): quotedText(text) + "::text"
        case .bits(let text): "\(text.prefix(1))'\(text.dropFirst())'::\"bit\""
        }
    }

    private static func type(_ literal: Literal) -> DataType? {
        switch literal {
        case .boolean: .boolean
        case .integer: .integer
        case .number: .numeric
        case .bits: .bit
        case .string: nil
        case .null: nil
        }
    }

    private static func type(_ name: TypeName) -> DataType? {
        let element = Schema.systemTypes[name.name.last]
        return name.arrayDimensions > 0 ? element.map { .array($0) } : element
    }

    private static func shown(_ type: TypeName) -> String {
        if type.name.last == "regclass" { return "regclass" }
        let element: String =
            if let known = Schema.systemTypes[type.name.last] {
                type.modifiers.isEmpty
                    ? known.name : "\(known.name)(\(type.modifiers.map(\.sql).joined(separator: ",")))"
            } else {
                type.name.parts.filter { $0 != "public" && $0 != "pg_catalog" }.map(quotedIdentifier).joined(separator: ".")
            }
        return element + (type.arrayDimensions > 0 ? "[]" : "")
    }

    private func quoted(_ text: String) -> String { Self.quotedText(text) }

    private static func quotedText(_ text: String) -> String { "'" + text.doubling("'") + "'" }
}

/// Definitions as `pg_get_constraintdef`, `pg_get_indexdef` and `pg_get_viewdef` give them.
extension SystemCatalogue {
    func definition(_ key: Key, isPrimary: Bool) -> String {
        (isPrimary ? "PRIMARY KEY" : key.nullsNotDistinct ? "UNIQUE NULLS NOT DISTINCT" : "UNIQUE") + " (\(list(key.columns)))"
            + deferral(key.isDeferrable, key.isInitiallyDeferred)
    }

    func definition(_ key: Reference) -> String {
        func action(_ action: ForeignKey.Action) -> String {
            switch action {
            case .noAction: "NO ACTION"
            case .restrict: "RESTRICT"
            case .cascade: "CASCADE"
            case .setNull: "SET NULL"
            case .setDefault: "SET DEFAULT"
            }
        }
        var text = "FOREIGN KEY (\(list(key.columns))) REFERENCES \(shown(key.table))(\(list(key.referenced)))"
        if key.match == .full { text += " MATCH FULL" }
        if key.onUpdate != .noAction { text += " ON UPDATE \(action(key.onUpdate))" }
        if key.onDelete != .noAction { text += " ON DELETE \(action(key.onDelete))" }
        return text + deferral(key.isDeferrable, key.isInitiallyDeferred) + (key.isNotValid ? " NOT VALID" : "")
    }

    func definition(_ check: Check, of table: Table) -> String {
        let condition = Deparser(table).text(check.condition)
        return "CHECK (\(condition))" + (check.isNotValid ? " NOT VALID" : "")
    }

    func indexDefinition(_ index: Index, of table: Table) -> String {
        let deparser = Deparser(table)
        let elements = zip(index.elements, deparser.elements(of: index)).map { element, shown -> String in
            var text = shown
            if let collation = element.collation { text += " COLLATE \"\(collation.last)\"" }
            if let kind = element.operatorClass, !kind.last.hasSuffix("_ops") || Self.namedClasses.contains(kind.last) {
                text += " \(kind.last)"
            }
            if element.descending { text += " DESC" }
            switch (element.nullsFirst, element.descending) {
            case (true?, false): text += " NULLS FIRST"
            case (false?, true): text += " NULLS LAST"
            default: break
            }
            return text
        }
        var text =
            "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(quotedIdentifier(index.name)) ON \(whole(table.name)) USING \(index.method) "
        text += "(\(elements.joined(separator: ", ")))"
        if !index.including.isEmpty { text += " INCLUDE (\(list(index.including)))" }
        if index.nullsNotDistinct { text += " NULLS NOT DISTINCT" }
        if let filter = index.filter {
            let condition = deparser.text(filter)
            text += " WHERE \(condition.hasPrefix("(") ? condition : condition)"
        }
        return text
    }

    private static let namedClasses: Set<String> = [
        "text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops", "jsonb_path_ops", "gin_trgm_ops", "gist_trgm_ops",
    ]

    func indexDefinition(_ key: Key, of table: Table) -> String {
        "CREATE UNIQUE INDEX \(quotedIdentifier(key.name)) ON \(whole(table.name)) USING btree (\(list(key.columns)))"
            + (key.nullsNotDistinct ? " NULLS NOT DISTINCT" : "")
    }

    func definition(_ select: Select) -> String { " \(select.sql);" }

    func list(_ columns: [String]) -> String { columns.map(quotedIdentifier).joined(separator: ", ") }

    func whole(_ name: QualifiedName) -> String { "\(quotedIdentifier(name.schema)).\(quotedIdentifier(name.name))" }

    /// As `regclass` prints it: with its schema where the path does not lead there.
    func shown(_ name: QualifiedName) -> String {
        Schema.searchPath.contains(name.schema) ? quotedIdentifier(name.name) : whole(name)
    }

    private func deferral(_ isDeferrable: Bool, _ isDeferred: Bool) -> String {
        isDeferred ? " DEFERRABLE INITIALLY DEFERRED" : isDeferrable ? " DEFERRABLE" : ""
    }
}
