import OffstageQuery
package import OffstageSchema
package import OffstageSyntax

extension SQLiteDialect {
    /// Puts the rows of a query, column by column, into a table: `create table as`, and the refresh of a materialized view. Run as the owner.
    package func prepare(filling name: QualifiedName, from select: Select, path: [String]) throws(SQLError) -> Prepared {
        guard let table = schema.tables[name] else { throw SQLError("42P01", "relation \"\(name)\" does not exist") }
        var translator = Translator(schema, as: .system, path: path)
        let query = try translator.translate(
            try translator.gate.with(path: path).rewrite(select), in: nil, targets: table.columns.map(\.type))
        guard query.columns.count == table.columns.count else {
            throw SQLError("42P16", "the query gives \(query.columns.count) columns and \"\(name.name)\" has \(table.columns.count)")
        }
        var values: [String] = []
        for (output, column) in zip(query.columns, table.columns) {
            values.append(try translator.coerce(output.term, to: column.type, .assignment).sql)
        }
        // A table without columns holds its rows in one that nobody sees.
        let names = table.columns.isEmpty ? ["\"~none\""] : table.columns.map { StoredName.column($0.name) }
        let text =
            "INSERT INTO \(StoredName.table(name)) (\(names.joined(separator: ", "))) "
            + "SELECT \(values.isEmpty ? "NULL" : values.joined(separator: ", ")) FROM (\(query.sql)) WHERE true"
        return Prepared(.native(translator.text(text), on: name), columns: [], verb: "SELECT")
    }
}
