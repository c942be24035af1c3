import OffstageSchema
import OffstageSyntax

/// Domains: the type below, and a check of every value that becomes one.
extension Translator {
    /// A domain's check of a value.
    mutating func holds(_ check: Check, _ value: Term, at position: Position = .none) throws(SQLError) -> Term {
        let scope = Scope()
        scope.relations = [Scope.Relation(alias: "", columns: [.init(name: "value", term: value)])]
        return try boolean(check.condition, in: scope, argumentOf: "CHECK")
    }

    /// A value of the type below, which must hold what its domain says: 23502 or 23514 otherwise.
    mutating func constrain(_ term: Term, as domain: Domain) throws(SQLError) -> Term {
        let rules = schema.rules(of: domain)
        guard rules.isNotNull || !rules.checks.isEmpty else { return term }
        let name = DataType.domain(domain).name
        // Asked about more than once, it is worked out only once.
        let isPlain = !term.sql.contains("(")
        let row = isPlain ? "" : freshAlias()
        var value = term.with { $0.source = nil }
        if !isPlain { value.sql = "\(row).v" }
        var sql = "(CASE"
        if rules.isNotNull {
            sql += " WHEN \(value.sql) IS NULL THEN pg_fail('23502', \(Self.quoted("domain \(name) does not allow null values")))"
        }
        for check in rules.checks {
            let condition = try holds(check, value)
            let message = "value for domain \(name) violates check constraint \"\(check.name)\""
            sql += " WHEN NOT \(condition.sql) THEN pg_fail('23514', \(Self.quoted(message)))"
        }
        sql += " ELSE \(value.sql) END)"
        var result = term
        if isPlain {
            result.sql = sql
        } else {
            // The barrier keeps SQLite from putting the expression into each place where its value stands.
            result.sql = "(SELECT \(sql) FROM (SELECT \(term.sql) AS v LIMIT 1) AS \(row))"
        }
        result.isSafe = false
        result.isNotNull = term.isNotNull || rules.isNotNull
        result.source = nil
        return result
    }
}
