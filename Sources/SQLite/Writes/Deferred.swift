import OffstageSQL
import OffstageSchema

/// What a transaction has put off to its end: constraint triggers and unique keys that are initially deferred, or were made so.
enum DeferredWork {
    case trigger(Trigger, Afterwards.RowEvent, Inputs)
    case unique(QualifiedName, Key, [StoredValue], Caller)

    var name: String {
        switch self {
        case .trigger(let trigger, _, _): trigger.name
        case .unique(_, let key, _, _): key.name
        }
    }
}

/// `set constraints`: for the rest of the transaction.
struct ConstraintModes {
    var all: Bool?
    var named: [String: Bool] = [:]
}

extension Session {
    /// Whether a constraint that can be deferred is, now.
    func isDeferred(_ name: String, _ isInitially: Bool) -> Bool { modes.named[name] ?? modes.all ?? isInitially }

    /// A job or transaction begins: nothing is put off.
    func forgetDeferred() {
        deferred.removeAll(keepingCapacity: true)
        modes = ConstraintModes()
    }
}

extension Connection {
    /// Does what was put off: all of it, or what is no longer to wait.
    func runDeferred(_ schema: Schema, onlyImmediate: Bool = false) throws(RunStop) {
        var round = 0
        while !session.deferred.isEmpty {
            let waiting = session.deferred
            session.deferred = []
            var kept: [DeferredWork] = []
            for work in waiting {
                if onlyImmediate, session.isDeferred(work.name, true) {
                    kept.append(work)
                    continue
                }
                try perform(work, schema)
            }
            if onlyImmediate {
                session.deferred = kept + session.deferred
                return
            }
            // What triggers put off comes in the next round.
            round += 1
            guard round < 1000 else { throw .refused(SQLError("54001", "stack depth limit exceeded")) }
        }
    }

    private func perform(_ work: DeferredWork, _ schema: Schema) throws(RunStop) {
        switch work {
        case .trigger(let trigger, let event, let inputs):
            // Its table may have gone since.
            guard schema.triggers[event.relation.name]?.contains(where: { $0.name == trigger.name }) == true else { return }
            let call = TriggerCall(trigger, event.event.operation, on: event.relation, old: event.old, new: event.new)
            _ = try run(call, trigger.function, with: inputs, in: schema)
        case .unique(let name, let key, let row, let caller):
            guard let table = schema.tables[name] else { return }
            let broken: SQLError?
            do throws(Fault) {
                broken = try Diagnosis(self, schema, caller).duplicate(key, row, table)
            } catch {
                throw .fault(error)
            }
            if let broken { throw .refused(broken) }
        }
    }
}
