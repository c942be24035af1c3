package import OffstageSyntax

/// A trigger of a table or view, as the schema keeps it.
package struct Trigger: Sendable, Hashable {
    package var name: String
    package var timing: CreateTrigger.Timing
    package var events: [CreateTrigger.Event]
    /// `update of`: only where one of these is among the assigned columns.
    package var columns: [String] = []
    package var isForEachRow: Bool
    /// Over `old` and `new`.
    package var when: Expression?
    /// The names under which its function sees the rows of the whole statement.
    package var oldTable: String?
    package var newTable: String?
    /// By signature.
    package var function: QualifiedName
    package var arguments: [String] = []
    package var isConstraint = false
    package var isDeferrable = false
    package var isInitiallyDeferred = false
    package var isEnabled = true

    package init(
        _ name: String, _ timing: CreateTrigger.Timing, _ events: [CreateTrigger.Event], forEachRow: Bool, execute function: QualifiedName
    ) {
        self.name = name
        self.timing = timing
        self.events = events
        isForEachRow = forEachRow
        self.function = function
    }
}

extension Schema {
    /// The enabled triggers of a relation for an event, in the order they fire: by name.
    package func triggers(
        of relation: QualifiedName, _ event: CreateTrigger.Event, _ timing: CreateTrigger.Timing, forEachRow: Bool
    ) -> [Trigger] {
        guard let all = triggers[relation] else { return [] }
        return all.filter {
            $0.isEnabled && $0.timing == timing && $0.isForEachRow == forEachRow && $0.events.contains(event)
        }
        .sorted { $0.name < $1.name }
    }

    package func hasTriggers(on relation: QualifiedName, for event: CreateTrigger.Event) -> Bool {
        triggers[relation]?.contains { $0.isEnabled && $0.events.contains(event) } == true
    }

    /// Whether writing so to a table must go row by row: it, or a table that its keys reach, has triggers that fire.
    package func firesTriggers(_ table: QualifiedName, _ event: CreateTrigger.Event) -> Bool {
        guard !triggers.isEmpty || setsSomeColumns else { return false }
        var seen: Set<QualifiedName> = []
        func fires(_ name: QualifiedName, _ event: CreateTrigger.Event) -> Bool {
            if hasTriggers(on: name, for: event) { return true }
            guard event == .delete || event == .update, seen.insert(name).inserted else { return false }
            return cascades(from: name, event).contains { ($0.key.setsPart && event == .delete) || fires($0.child.name, $0.event) }
        }
        return fires(table, event)
    }

    /// Some key sets only some of its columns, which SQLite cannot.
    private var setsSomeColumns: Bool { tables.values.contains { $0.foreignKeys.contains { $0.setsPart } } }

    /// The tables whose rows change when a row of this one is deleted or its key is updated.
    package func cascades(
        from table: QualifiedName, _ event: CreateTrigger.Event
    ) -> [(child: Table, key: Reference, event: CreateTrigger.Event)] {
        var found: [(child: Table, key: Reference, event: CreateTrigger.Event)] = []
        for child in tables.values.sorted(by: { $0.name < $1.name }) {
            for key in child.foreignKeys where key.table == table {
                switch event == .delete ? key.onDelete : key.onUpdate {
                case .noAction, .restrict: continue
                case .cascade: found.append((child, key, event))
                case .setNull, .setDefault: found.append((child, key, .update))
                }
            }
        }
        return found
    }
}

extension Reference {
    /// `on delete set null (a)`.
    package var setsPart: Bool { !setsOnDelete.isEmpty }
}

extension CreateTrigger {
    /// As the catalogue writes it down.
    init(_ trigger: Trigger, on relation: QualifiedName) {
        self.init(
            trigger.name, trigger.timing, trigger.events, on: Name(relation.schema, relation.name), forEachRow: trigger.isForEachRow,
            execute: Name(trigger.function.schema, trigger.functionName), trigger.arguments)
        isConstraint = trigger.isConstraint
        columns = trigger.columns
        when = trigger.when
        isDeferrable = trigger.isDeferrable
        isInitiallyDeferred = trigger.isInitiallyDeferred
        if let name = trigger.oldTable { transitions.append(.init(name, isNew: false)) }
        if let name = trigger.newTable { transitions.append(.init(name, isNew: true)) }
    }
}

extension Trigger {
    /// A trigger function takes no arguments: its signature is its name and two brackets.
    package var functionName: String { String(function.name.dropLast(2)) }
}

extension Schema {
    /// The tables and all whose keys refer to them, by any number of steps: what `truncate … cascade` empties.
    package func truncationOrder(_ tables: [QualifiedName]) -> [QualifiedName] {
        var found = tables
        var next = 0
        while next < found.count {
            for other in self.tables.values.sorted(by: { $0.name < $1.name })
            where !found.contains(other.name) && other.foreignKeys.contains(where: { $0.table == found[next] }) {
                found.append(other.name)
            }
            next += 1
        }
        return found
    }
}

extension Application {
    /// The constraints that `set constraints` names, each of which can be deferred.
    func constraints(_ names: [Name]) throws(SQLError) -> [String] {
        for name in names {
            var keys: [(name: String, isDeferrable: Bool)] = []
            for table in schema.tables.values where name.qualifier == nil || table.name.schema == name.qualifier {
                for key in table.foreignKeys { keys.append((key.name, key.isDeferrable)) }
                for key in [table.primaryKey].compactMap({ $0 }) + table.uniqueKeys { keys.append((key.name, key.isDeferrable)) }
            }
            for trigger in schema.triggers.values.joined() where trigger.isConstraint { keys.append((trigger.name, trigger.isDeferrable)) }
            keys = keys.filter { $0.name == name.last }
            guard let first = keys.first else {
                throw SQLError("42704", "constraint \"\(name.last)\" does not exist", position: name.position.known)
            }
            guard first.isDeferrable else {
                throw SQLError("42809", "constraint \"\(name.last)\" is not deferrable", position: name.position.known)
            }
        }
        return names.map(\.last)
    }
}
