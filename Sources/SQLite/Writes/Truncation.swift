package import OffstageSQL
package import OffstageSchema
import OffstageSyntax

extension WriteTransaction {
    /// Empties tables, whose keys may refer to one another only, and fires their statement triggers.
    package func truncate(_ tables: [QualifiedName], with inputs: Inputs) throws(SQLError) {
        try armedRun { (connection, schema) throws(RunStop) in
            func fire(_ timing: CreateTrigger.Timing) throws(RunStop) {
                for table in tables {
                    let relation = WrittenRelation(table, schema)
                    for trigger in schema.triggers(of: table, .truncate, timing, forEachRow: false) {
                        let call = TriggerCall(trigger, .truncate, on: relation, old: nil, new: nil)
                        _ = try connection.run(call, trigger.function, with: inputs, in: schema)
                    }
                }
            }
            try fire(.before)
            try connection.plain("pragma defer_foreign_keys = on")
            defer { try? connection.command("pragma defer_foreign_keys = off") }
            for table in tables { try connection.plain("DELETE FROM \(StoredName.table(table))") }
            try fire(.after)
        }
    }

    /// `set constraints`: what is to wait from now on, and what has waited and must not any more.
    package func setConstraints(_ names: [String], deferred: Bool) throws(SQLError) {
        try armedRun { (connection, schema) throws(RunStop) in
            if names.isEmpty {
                connection.session.modes = ConstraintModes(all: deferred)
            } else {
                for name in names { connection.session.modes.named[name] = deferred }
            }
            guard !deferred else { return }
            try connection.runDeferred(schema, onlyImmediate: true)
            guard connection.hasUnresolvedKeys else { return }
            let session = connection.session
            if let broken = try connection.unresolvedKey(schema, by: nil, unless: { session.isDeferred($0.name, true) }) {
                throw .refused(broken)
            }
        }
    }
}

extension Connection {
    /// The first row that refers to nothing by a key that may not wait any longer.
    /// `by`: the table the statement wrote to.
    func unresolvedKey(
        _ schema: Schema, by writer: QualifiedName?, unless isDeferred: (Reference) -> Bool
    ) throws(RunStop) -> SQLError? {
        let names = schema.tables.values.filter { table in table.foreignKeys.contains { $0.isDeferrable && !isDeferred($0) } }
        do throws(Fault) {
            return try Diagnosis(self, schema, .system).firstUnresolved(names, isRemoval: false, by: writer) {
                !($0.isDeferrable && isDeferred($0))
            }
        } catch {
            throw .fault(error)
        }
    }
}
