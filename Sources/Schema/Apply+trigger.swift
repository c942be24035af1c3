import OffstageSyntax

extension Application {
    mutating func createTrigger(_ create: CreateTrigger) throws(SQLError) {
        let position = create.table.position.known
        guard let found = schema.resolve(create.table, path: path) else { throw schema.missingRelation(create.table, path: path) }
        try require(create, fits: found)
        try requireTransitions(create, onView: found.kind == .view)
        try requireCondition(create, on: found.name)
        let function = try self.function(create.function, [])
        guard function.returnsTrigger else {
            throw SQLError(
                "42P17", "function \(create.function.last) must return type trigger", position: create.function.position.known)
        }
        var seen: Set<String> = []
        let names = Set(schema.tables[found.name]?.columns.map(\.name) ?? schema.views[found.name]?.columns.map(\.name) ?? [])
        for column in create.columns {
            guard names.contains(column) else {
                throw SQLError("42703", "column \"\(column)\" of relation \"\(found.name.name)\" does not exist", position: position)
            }
            guard seen.insert(column).inserted else {
                throw SQLError("42701", "column \"\(column)\" specified more than once", position: position)
            }
        }
        var trigger = Trigger(
            ObjectName.truncated(create.name), create.timing, create.events, forEachRow: create.isForEachRow, execute: function.signature)
        trigger.columns = create.columns
        trigger.when = create.when
        trigger.oldTable = create.transitions.first { !$0.isNew }?.name
        trigger.newTable = create.transitions.first { $0.isNew }?.name
        trigger.arguments = create.arguments
        trigger.isConstraint = create.isConstraint
        trigger.isDeferrable = create.isDeferrable || create.isInitiallyDeferred
        trigger.isInitiallyDeferred = create.isInitiallyDeferred
        try add(trigger, to: found.name, replacing: create.orReplace, at: position)
    }

    private mutating func add(
        _ trigger: Trigger, to relation: QualifiedName, replacing: Bool, at position: Int?
    ) throws(SQLError) {
        guard let old = schema.triggers[relation]?.firstIndex(where: { $0.name == trigger.name }) else {
            schema.triggers[relation, default: []].append(trigger)
            return
        }
        guard replacing else {
            throw SQLError("42710", "trigger \"\(trigger.name)\" for relation \"\(relation.name)\" already exists", position: position)
        }
        if schema.triggers[relation]?[old].isConstraint == true || trigger.isConstraint {
            throw SQLError(
                "42710", "trigger \"\(trigger.name)\" for relation \"\(relation.name)\" is a constraint trigger", position: position)
        }
        schema.triggers[relation]?[old] = trigger
    }

    /// What kinds of triggers tables and views may have.
    private func require(_ create: CreateTrigger, fits relation: (name: QualifiedName, kind: RelationKind)) throws(SQLError) {
        let position = create.table.position.known
        func wrong(_ word: String, _ details: String) -> SQLError {
            SQLError("42809", "\"\(relation.name.name)\" is a \(word)", details: details, position: position)
        }
        switch relation.kind {
        case .table:
            if create.timing == .insteadOf { throw wrong("table", "Tables cannot have INSTEAD OF triggers.") }
        case .view:
            if create.timing != .insteadOf, create.isForEachRow {
                throw wrong("view", "Views cannot have row-level BEFORE or AFTER triggers.")
            }
            if create.events.contains(.truncate) { throw wrong("view", "Views cannot have TRUNCATE triggers.") }
        default: throw SQLError("42809", "relation \"\(relation.name.name)\" cannot have triggers", position: position)
        }
        if create.isForEachRow, create.events.contains(.truncate) {
            throw SQLError("0A000", "TRUNCATE FOR EACH ROW triggers are not supported", position: position)
        }
        guard create.timing == .insteadOf else { return }
        if !create.isForEachRow { throw SQLError("0A000", "INSTEAD OF triggers must be FOR EACH ROW", position: position) }
        if create.when != nil { throw SQLError("0A000", "INSTEAD OF triggers cannot have WHEN conditions", position: position) }
        if !create.columns.isEmpty { throw SQLError("0A000", "INSTEAD OF triggers cannot have column lists", position: position) }
    }

    private func requireTransitions(_ create: CreateTrigger, onView: Bool) throws(SQLError) {
        let position = create.table.position.known
        var names: [Bool: String] = [:]
        for transition in create.transitions {
            if !transition.isTable {
                throw SQLError(
                    "0A000", "ROW variable naming in the REFERENCING clause is not supported",
                    hint: "Use OLD TABLE or NEW TABLE for naming transition tables.", position: position)
            }
            if onView {
                throw SQLError(
                    "42809", "\"\(create.table.last)\" is a view", details: "Triggers on views cannot have transition tables.",
                    position: position)
            }
            if create.timing != .after {
                throw SQLError("42P17", "transition table name can only be specified for an AFTER trigger", position: position)
            }
            if create.events.contains(.truncate) {
                throw SQLError("0A000", "TRUNCATE triggers with transition tables are not supported", position: position)
            }
            if create.events.count > 1 {
                throw SQLError(
                    "0A000", "transition tables cannot be specified for triggers with more than one event", position: position)
            }
            if !create.columns.isEmpty {
                throw SQLError("0A000", "transition tables cannot be specified for triggers with column lists", position: position)
            }
            let word = transition.isNew ? "NEW" : "OLD"
            guard create.events.contains(.update) || create.events.contains(transition.isNew ? .insert : .delete) else {
                throw SQLError(
                    "42P17", "\(word) TABLE can only be specified for \(transition.isNew ? "an INSERT" : "a DELETE") or UPDATE trigger",
                    position: position)
            }
            if names[transition.isNew] != nil {
                throw SQLError("42P17", "\(word) TABLE cannot be specified multiple times", position: position)
            }
            names[transition.isNew] = transition.name
        }
        if let old = names[false], old == names[true] {
            throw SQLError("42P17", "OLD TABLE name and NEW TABLE name cannot be the same", position: position)
        }
    }

    /// What `when` may look at.
    private func requireCondition(_ create: CreateTrigger, on relation: QualifiedName) throws(SQLError) {
        guard let when = create.when else { return }
        let uses = TreeUses(when)
        if let position = uses.firstSelect {
            throw SQLError("0A000", "cannot use subquery in trigger WHEN condition", position: position.known)
        }
        for name in uses.columns {
            let side = name.parts.count > 1 ? name.parts[0] : name.last
            guard side == "old" || side == "new" else { continue }
            let position = name.position.known
            if !create.isForEachRow {
                throw SQLError("42P17", "statement trigger's WHEN condition cannot reference column values", position: position)
            }
            if side == "old", create.events.contains(.insert) {
                throw SQLError("42P17", "INSERT trigger's WHEN condition cannot reference OLD values", position: position)
            }
            if side == "new", create.events.contains(.delete) {
                throw SQLError("42P17", "DELETE trigger's WHEN condition cannot reference NEW values", position: position)
            }
            if side == "new", create.timing == .before, schema.tables[relation]?.column(name.last)?.generated != nil {
                throw SQLError(
                    "42P17", "BEFORE trigger's WHEN condition cannot reference NEW generated columns",
                    details: "Column \"\(name.last)\" is a generated column.", position: position)
            }
        }
    }

    func missingTrigger(_ name: String, _ relation: String, at position: Int?) -> SQLError {
        SQLError("42704", "trigger \"\(name)\" for table \"\(relation)\" does not exist", position: position)
    }

    mutating func renameTrigger(_ rename: Rename, to: String) throws(SQLError) {
        let position = rename.name.position.known
        guard let found = schema.resolve(rename.name, path: path) else { throw schema.missingRelation(rename.name, path: path) }
        let old = rename.part ?? ""
        guard let index = schema.triggers[found.name]?.firstIndex(where: { $0.name == old }) else {
            throw missingTrigger(old, found.name.name, at: position)
        }
        if schema.triggers[found.name]?.contains(where: { $0.name == to }) == true {
            throw SQLError("42710", "trigger \"\(to)\" for relation \"\(found.name.name)\" already exists", position: position)
        }
        schema.triggers[found.name]?[index].name = to
        if let text = schema.comments.removeValue(forKey: Commented(.trigger, [found.name.schema, found.name.name, old])) {
            schema.comments[Commented(.trigger, [found.name.schema, found.name.name, to])] = text
        }
    }

    /// `alter table … enable trigger`; nil for all of them.
    mutating func enableTrigger(_ name: String?, _ isOn: Bool, on relation: QualifiedName, at position: Int?) throws(SQLError) {
        guard let name else {
            for index in schema.triggers[relation]?.indices ?? 0..<0 { schema.triggers[relation]?[index].isEnabled = isOn }
            return
        }
        guard let index = schema.triggers[relation]?.firstIndex(where: { $0.name == name }) else {
            throw missingTrigger(name, relation.name, at: position)
        }
        schema.triggers[relation]?[index].isEnabled = isOn
    }
}

extension Function {
    package var returnsTrigger: Bool {
        if case .scalar(let type) = result { type.type == .trigger } else { false }
    }
}
