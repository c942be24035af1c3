import OffstageQuery
package import OffstageSchema
package import OffstageSyntax

/// A piece of a function's body, translated for the shapes its variables had.
package struct CompiledFragment: Sendable {
    package var prepared: Prepared
    /// What the bindings `.local` mean.
    package var slots: [LocalSlot]
    /// The variables it names: where one has another shape, it is to be translated again.
    package var used: [Int]
}

extension SQLiteDialect {
    /// Translates a statement of a function's body.
    ///
    /// - Parameters:
    ///   - targets: the types that untyped literals in a query's list take.
    ///   - rowSets: relations that exist only while the function runs, and the numbers their rows are kept under.
    package func compile(
        _ statement: DataStatement, _ locals: LocalScope, as caller: Caller, path: [String], targets: [ColumnType]? = nil,
        rowSets: [(name: String, number: Int, columns: [View.Column])] = []
    ) throws(SQLError) -> CompiledFragment {
        var translator = Translator(schema, as: caller, path: path)
        translator.locals = locals
        for set in rowSets { translator.define(set.name, as: set.number, columns: set.columns) }
        let marked = locals.marked(statement)
        let prepared: Prepared
        if case .select(let select) = marked, let targets {
            let query = try translator.translate(try translator.gate.rewrite(select), in: nil, targets: targets)
            prepared = Prepared(
                .query(translator.text(query.sql)),
                columns: query.columns.map { View.Column($0.name, $0.term.columnType, source: $0.term.source) }, verb: "SELECT")
        } else {
            prepared = try prepare(marked, translator)
        }
        return CompiledFragment(prepared: prepared, slots: locals.slots, used: locals.used.sorted())
    }

    /// A text that makes `?1`, a value of one type, into one of another as PL/pgSQL assigns: by an assignment cast, else through its text.
    package func assignment(from source: ColumnType, to target: ColumnType) throws(SQLError) -> SQLText {
        var translator = Translator(schema, as: .system)
        let value = Term(translator.bind(.local(0)), source.type, modifier: source.modifier)
        do throws(SQLError) {
            let term = try translator.coerce(value, to: target, .assignment)
            return translator.text("SELECT \(term.sql)")
        } catch {
            guard error.code == "42846" else { throw error }
            let text = try translator.coerce(value, to: ColumnType(.text), .assignment)
            let term = try translator.coerce(text, to: target, .explicit)
            return translator.text("SELECT \(term.sql)")
        }
    }
}
