/// `create trigger … execute function f('a')`.
package struct CreateTrigger: Hashable, Sendable {
    package enum Timing: String, Hashable, Sendable {
        case before
        case after
        case insteadOf = "instead of"
    }

    package enum Event: String, Hashable, Sendable, CaseIterable { case insert, update, delete, truncate }

    /// `referencing old table as gone new table as come`.
    package struct Transition: Hashable, Sendable {
        package var name: String
        package var isNew: Bool
        /// False for PostgreSQL's unsupported `old row as …`.
        package var isTable: Bool

        package init(_ name: String, isNew: Bool, isTable: Bool = true) {
            self.name = name
            self.isNew = isNew
            self.isTable = isTable
        }
    }

    package var name: String
    package var orReplace = false
    package var isConstraint = false
    package var table: Name
    package var timing: Timing
    package var events: [Event]
    /// `update of a, b`.
    package var columns: [String] = []
    package var isForEachRow: Bool
    package var when: Expression?
    package var transitions: [Transition] = []
    package var function: Name
    package var arguments: [String] = []
    package var isDeferrable = false
    package var isInitiallyDeferred = false
    /// `from t`, of a constraint trigger.
    package var constrained: Name?

    package init(
        _ name: String, _ timing: Timing, _ events: [Event], on table: Name, forEachRow: Bool, execute function: Name,
        _ arguments: [String] = []
    ) {
        self.name = name
        self.timing = timing
        self.events = events
        self.table = table
        isForEachRow = forEachRow
        self.function = function
        self.arguments = arguments
    }
}

extension TreeReader {
    func createTrigger(_ node: Node) throws(SyntaxError) -> CreateTrigger {
        let events = node.integer("events")
        let timing = node.integer("timing")
        var trigger = CreateTrigger(
            node.string("trigname") ?? "", timing & 2 != 0 ? .before : timing & 64 != 0 ? .insteadOf : .after,
            [(CreateTrigger.Event.insert, 4), (.update, 16), (.delete, 8), (.truncate, 32)].filter { events & $0.1 != 0 }.map(\.0),
            on: try member(node, "relation", name(table:)), forEachRow: node.flag("row"), execute: name(node.list("funcname")),
            node.list("args").compactMap(\.name))
        trigger.orReplace = node.flag("replace")
        trigger.isConstraint = node.flag("isconstraint")
        trigger.columns = node.names("columns")
        trigger.when = try expression(optional: node["whenClause"])
        for wrapped in node.list("transitionRels") {
            guard let transition = wrapped["TriggerTransition"] else { continue }
            trigger.transitions.append(
                .init(transition.string("name") ?? "", isNew: transition.flag("isNew"), isTable: transition.flag("isTable")))
        }
        trigger.isDeferrable = node.flag("deferrable")
        trigger.isInitiallyDeferred = node.flag("initdeferred")
        trigger.constrained = node["constrrel"].map(name(table:))
        return trigger
    }
}

extension SQLPrinter {
    mutating func createTrigger(_ trigger: CreateTrigger) {
        write("create \(trigger.orReplace ? "or replace " : "")\(trigger.isConstraint ? "constraint " : "")trigger ")
        name(trigger.name)
        write(" \(trigger.timing.rawValue) ")
        write(trigger.events, separator: " or ") { printer, event in
            printer.write(event.rawValue)
            if event == .update, !trigger.columns.isEmpty {
                printer.write(" of ")
                printer.names(trigger.columns)
            }
        }
        write(" on ")
        name(trigger.table)
        if let constrained = trigger.constrained {
            write(" from ")
            name(constrained)
        }
        if trigger.isDeferrable { write(" deferrable") }
        if trigger.isInitiallyDeferred { write(" initially deferred") }
        if !trigger.transitions.isEmpty { write(" referencing") }
        for transition in trigger.transitions {
            write(" \(transition.isNew ? "new" : "old") \(transition.isTable ? "table" : "row") as ")
            name(transition.name)
        }
        write(trigger.isForEachRow ? " for each row" : " for each statement")
        if let when = trigger.when {
            write(" when (")
            expression(when)
            write(")")
        }
        write(" execute function ")
        name(trigger.function)
        bracketed(trigger.arguments) { $0.write(quotedString($1)) }
    }
}
