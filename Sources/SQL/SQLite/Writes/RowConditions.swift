import OffstageQuery
package import OffstageSchema
package import OffstageSyntax

extension SQLiteDialect {
    /// A trigger's WHEN as a query of one value; the row's new columns are bound from 0, its old ones behind them.
    package func condition(_ when: Expression, overRowsOf columns: [View.Column], as caller: Caller) throws(SQLError) -> SQLText {
        var translator = Translator(schema, as: caller)
        let scope = Self.rowScope(columns, &translator)
        let term = try translator.boolean(try translator.gate.rewrite(when), in: scope, argumentOf: "WHEN")
        return translator.text("SELECT \(term.sql)")
    }

    /// `new` and `old`, bound as rows.
    static func rowScope(_ columns: [View.Column], _ translator: inout Translator) -> Scope {
        let scope = Scope()
        for (side, offset) in [("new", 0), ("old", columns.count)] {
            var relation = Scope.Relation(alias: side, name: nil, columns: [])
            for (index, column) in columns.enumerated() {
                var term = Term(translator.bind(.payload(offset + index)), column.type.type, modifier: column.type.modifier)
                term.levels = scope.bit
                relation.columns.append(.init(name: column.name, term: term))
            }
            scope.relations.append(relation)
        }
        return scope
    }

    /// The defaults of a table's columns, in their order.
    package func defaults(of table: Table) throws(SQLError) -> SQLText {
        var translator = Translator(schema, as: .system)
        var list: [String] = []
        for column in table.columns { list.append(try translator.standard(column)?.sql ?? "NULL") }
        return translator.text("SELECT \(list.isEmpty ? "NULL" : list.joined(separator: ", "))")
    }
}
