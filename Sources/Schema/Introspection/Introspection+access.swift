import OffstageSyntax

/// Who may do what, as far as it is more than grants: for those who tell of it. PostgreSQL decides it by itself.
extension Introspection {
    mutating func readAccess() throws {
        for row in try ask(CatalogueQueries.policies).map(CatalogueRow.init) {
            // What this side cannot read is a condition all the same.
            func condition(_ index: Int) -> Expression? {
                row.text(index).map { (try? parseExpression($0)) ?? Expression(.literal(.null)) }
            }
            let command: CreatePolicy.Command =
                switch row[4] {
                case "r": .select
                case "a": .insert
                case "w": .update
                case "d": .delete
                default: .all
                }
            schema.tables[row.name]?.policies.append(
                Policy(
                    row[2], isPermissive: row.flag(3), for: command, to: row.list(5), using: condition(6), check: condition(7)))
        }
        for row in try ask(CatalogueQueries.usage).map(CatalogueRow.init) { schema.namespaceUsage[row[0]] = Set(row.list(1)) }
    }
}
