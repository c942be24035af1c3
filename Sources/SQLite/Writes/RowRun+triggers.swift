import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// What a statement still has to do once its rows are written.
struct Afterwards {
    struct RowEvent {
        var event: RowWrite.Event
        var relation: WrittenRelation
        var old: [StoredValue]?
        var new: [StoredValue]?
        /// The triggers that fire, in their order.
        var triggers: [Trigger]
    }

    struct Statement: Hashable {
        var relation: QualifiedName
        var event: RowWrite.Event
    }

    /// The rows of a statement, as its transition tables show them.
    struct Rows {
        var old: [[StoredValue]] = []
        var new: [[StoredValue]] = []
        var assigned: Set<String> = []
    }

    struct KeyChange {
        var table: Table
        var old: [StoredValue]?
        var new: [StoredValue]?
    }

    var events: [RowEvent] = []
    /// Statements that began, in order: the one itself, then those that its keys made of others' rows.
    var statements: [Statement] = []
    var rows: [Statement: Rows] = [:]
    var keys: [KeyChange] = []
    /// The tables that keys reach by a write, where SQLite cannot do it alone.
    var reached: [Statement: [(child: Table, key: Reference, event: CreateTrigger.Event)]] = [:]
}

extension RowRun {
    /// A statement begins on a relation: once, whatever number of rows it has.
    func begin(_ event: RowWrite.Event, on relation: WrittenRelation, assigned: Set<String>) throws(RunStop) {
        let statement = Afterwards.Statement(relation: relation.name, event: event)
        guard afterwards.rows[statement] == nil else { return }
        afterwards.statements.append(statement)
        afterwards.rows[statement] = Afterwards.Rows(assigned: assigned)
        for trigger in schema.triggers(of: relation.name, event.trigger, .before, forEachRow: false)
        where fires(trigger, event, assigned) {
            guard try holds(trigger, relation, nil, nil) else { continue }
            _ = try call(trigger, event, on: relation, old: nil, new: nil)
        }
    }

    /// Row triggers before or instead of a row's write, each given what the one before made of the row. Nil: the row is left alone.
    func fire(
        _ timing: CreateTrigger.Timing, _ event: RowWrite.Event, on relation: WrittenRelation, old: [StoredValue]?, new: [StoredValue]?,
        assigned: Set<String> = []
    ) throws(RunStop) -> [StoredValue]? {
        var row = new ?? old ?? []
        for trigger in schema.triggers(of: relation.name, event.trigger, timing, forEachRow: true) where fires(trigger, event, assigned) {
            let current = new == nil ? nil : row
            guard try holds(trigger, relation, old, current) else { continue }
            guard let result = try call(trigger, event, on: relation, old: old, new: current) else { return nil }
            if new != nil {
                guard result.count == row.count else { throw .refused(SQLError("XX000", "a trigger returned a row of another shape")) }
                row = result
            }
        }
        return row
    }

    /// A row was written: its triggers wait for the end of the statement.
    func note(
        _ event: RowWrite.Event, on relation: WrittenRelation, old: [StoredValue]?, new: [StoredValue]?, assigned: Set<String>
    ) throws(RunStop) {
        if let table = relation.table, hasKeys(table) { afterwards.keys.append(.init(table: table, old: old, new: new)) }
        let statement = Afterwards.Statement(relation: relation.name, event: event)
        guard let all = schema.triggers[relation.name], !all.isEmpty else { return }
        if all.contains(where: { $0.oldTable != nil || $0.newTable != nil }) {
            if let old { afterwards.rows[statement, default: .init()].old.append(old) }
            if let new { afterwards.rows[statement, default: .init()].new.append(new) }
        }
        var triggers: [Trigger] = []
        for trigger in schema.triggers(of: relation.name, event.trigger, .after, forEachRow: true) where fires(trigger, event, assigned) {
            if try holds(trigger, relation, old, new) { triggers.append(trigger) }
        }
        guard !triggers.isEmpty else { return }
        afterwards.events.append(.init(event: event, relation: relation, old: old, new: new, triggers: triggers))
    }

    /// Triggers after rows, then after the statement; and the same for rows that keys reached.
    func runAfterwards(_ relation: WrittenRelation, events: [RowWrite.Event]) throws(RunStop) {
        let own = relation.name
        for isOwn in [true, false] {
            for event in afterwards.events where (event.relation.name == own) == isOwn {
                for trigger in event.triggers {
                    if trigger.isConstraint, connection.session.isDeferred(trigger.name, trigger.isInitiallyDeferred) {
                        connection.session.deferred.append(.trigger(trigger, event, run.inputs))
                    } else {
                        _ = try call(trigger, event.event, on: event.relation, old: event.old, new: event.new)
                    }
                }
            }
            // An upsert's update ends before its insert.
            for statement in afterwards.statements.reversed() where (statement.relation == own) == isOwn {
                guard let rows = afterwards.rows[statement] else { continue }
                let there = statement.relation == own ? relation : WrittenRelation(statement.relation, schema)
                for trigger in schema.triggers(of: statement.relation, statement.event.trigger, .after, forEachRow: false)
                where fires(trigger, statement.event, rows.assigned) {
                    guard try holds(trigger, there, nil, nil) else { continue }
                    _ = try call(trigger, statement.event, on: there, old: nil, new: nil)
                }
            }
        }
    }

    private func fires(_ trigger: Trigger, _ event: RowWrite.Event, _ assigned: Set<String>) -> Bool {
        event != .update || trigger.columns.isEmpty || trigger.columns.contains { assigned.contains($0) }
    }

    /// Whether its WHEN is true.
    private func holds(
        _ trigger: Trigger, _ relation: WrittenRelation, _ old: [StoredValue]?, _ new: [StoredValue]?
    ) throws(RunStop) -> Bool {
        guard let when = trigger.when else { return true }
        let text: SQLText
        do throws(SQLError) {
            text = try SQLiteDialect(schema).condition(when, overRowsOf: relation.columns, as: run.inputs.caller)
        } catch {
            throw .refused(error)
        }
        let none = [StoredValue](repeating: .null, count: relation.columns.count)
        return try run.rows(of: text, row: (new ?? none) + (old ?? none)).rows.first?.first == .integer(1)
    }

    private func call(
        _ trigger: Trigger, _ event: RowWrite.Event, on relation: WrittenRelation, old: [StoredValue]?, new: [StoredValue]?
    ) throws(RunStop) -> [StoredValue]? {
        let statement = Afterwards.Statement(relation: relation.name, event: event)
        var call = TriggerCall(trigger, event.operation, on: relation, old: old, new: new)
        if let name = trigger.oldTable { call.transitionTables.append(.init(name, rows: afterwards.rows[statement]?.old ?? [])) }
        if let name = trigger.newTable { call.transitionTables.append(.init(name, rows: afterwards.rows[statement]?.new ?? [])) }
        return try connection.run(call, trigger.function, with: run.inputs, in: schema)
    }
}

extension TriggerCall {
    init(
        _ trigger: Trigger, _ operation: Operation, on relation: WrittenRelation, old: [StoredValue]?, new: [StoredValue]?
    ) {
        let timing: Timing =
            switch trigger.timing {
            case .before: .before
            case .after: .after
            case .insteadOf: .insteadOf
            }
        self.init(
            trigger.name, on: relation.name, columns: relation.columns, timing, operation, forEachRow: trigger.isForEachRow,
            arguments: trigger.arguments, old: old, new: new)
    }
}

extension RowWrite.Event {
    var operation: TriggerCall.Operation {
        switch self {
        case .insert: .insert
        case .update: .update
        case .delete: .delete
        }
    }
}

extension WrittenRelation {
    init(_ name: QualifiedName, _ schema: Schema) {
        self.init(name, schema, schema.tables[name]?.viewColumns ?? schema.views[name]?.columns ?? [])
    }
}
