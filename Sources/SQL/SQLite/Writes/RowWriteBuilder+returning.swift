import OffstageQuery
import OffstageSchema
import OffstageSyntax

extension RowWriteBuilder {
    struct Answer {
        var columns: [View.Column] = []
        /// What `find` must tell besides, for the columns of other tables.
        var extras: [String] = []
        /// A column of the target is named.
        var reads = false
    }

    /// `returning`, over the rows that were written: what is asked of it is kept in `write`.
    func returning(
        _ outputs: [Output], _ target: WriteTarget, beside found: Found?, after values: Int, _ write: inout RowWrite
    ) throws(SQLError) -> Answer {
        if found != nil { write.oldCells = RowWrite.firstCell }
        guard !outputs.isEmpty else { return Answer() }
        var answer = Answer()
        write.keepsRows = true
        var (translator, scope, prefix) = try begin()
        let row = translator.freshAlias()
        let slot = translator.bind(.rowSet(RowSetNumber.returned))
        func cell(_ index: Int) -> String { "pg_cell(\(slot), \(row).value, \(index))" }
        let base = target.table.columns.enumerated().map { index, column in
            Scope.Relation.Column(
                name: column.name,
                term: Term(cell(index), column.type.type, modifier: column.type.modifier).with { $0.levels = scope.bit })
        }
        scope.relations = [try relation(target, base: base, &translator).0]
        if let found {
            for other in found.scope.relations.dropFirst() {
                var copy = other
                for index in copy.columns.indices {
                    answer.extras.append(copy.columns[index].term.sql)
                    copy.columns[index].term.sql = cell(target.table.columns.count + answer.extras.count - 1)
                    copy.columns[index].term.levels = scope.bit
                }
                scope.relations.append(copy)
            }
            let start = RowWrite.firstCell + target.table.columns.count + values
            write.extraCells = start..<(start + answer.extras.count)
        }
        let (list, columns) = try translator.outputs(outputs, in: scope)
        answer.columns = columns
        answer.reads = scope.read.contains(target.alias) || outputs.contains { if case .star = $0.value.kind { true } else { false } }
        write.returning = translator.text(prefix + "SELECT \(list.joined(separator: ", ")) FROM \(Translator.rowNumbers(slot)) AS \(row)")
        return answer
    }
}

extension Translator {
    /// The list of a `returning`: texts, and the columns they give.
    mutating func outputs(_ outputs: [Output], in scope: Scope) throws(SQLError) -> ([String], [View.Column]) {
        var list: [String] = []
        var columns: [View.Column] = []
        for output in outputs where hasAggregate(output.value) {
            throw SQLError(
                "42803", "aggregate functions are not allowed in RETURNING", position: output.value.position.byteOffset)
        }
        for output in outputs where hasWindow(output.value) {
            throw SQLError("42P20", "window functions are not allowed in RETURNING", position: output.value.position.byteOffset)
        }
        for output in try expand(outputs, in: scope) {
            var term: Term
            if let known = output.term { term = known } else { term = try translate(try gate.rewrite(output.expression), in: scope) }
            term = try settled(term)
            list.append(term.sql)
            columns.append(View.Column(output.name, term.columnType, source: term.source))
        }
        return (list, columns)
    }
}
