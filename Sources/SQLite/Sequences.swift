import OffstageSchema

/// The counters behind `nextval`, which no rollback turns back: an id that a failed insert took is gone, as in PostgreSQL.
///
/// They live in memory and what changed is written in the transaction that is about to commit, so that an id a client has seen is never
/// given twice, not even after a power cut. Only the writing thread uses them.
///
/// Source: PostgreSQL 15, chapter 9.17.
final class Sequences {
    struct Counter {
        var definition: Sequence
        var value: Int64
        /// Whether `value` was given out; if not, it is the next.
        var isCalled: Bool
    }

    private(set) var counters: [String: Counter] = [:]
    private(set) var changed: Set<String> = []
    /// What `currval` may tell: the values this request has taken.
    private var taken: [String: Int64] = [:]
    private var lastTaken: String?
    /// What a statement took, so that running it again for a diagnosis meets the same values.
    private var journal: [Int64] = []
    private var replay: Int?

    /// Takes over the schema's definitions. Counters of the same name go on; new ones begin at their start.
    func define(_ definitions: some Swift.Collection<Sequence>, stored: [String: (value: Int64, isCalled: Bool)] = [:]) {
        var next: [String: Counter] = [:]
        for definition in definitions {
            let name = definition.name.description
            if var counter = counters[name] {
                counter.definition = definition
                next[name] = counter
            } else if let (value, isCalled) = stored[name] {
                next[name] = Counter(definition: definition, value: value, isCalled: isCalled)
            } else {
                next[name] = Counter(definition: definition, value: definition.start, isCalled: false)
            }
        }
        counters = next
        changed.formIntersection(next.keys)
    }

    /// A sequence that was dropped and made again begins anew.
    func forget(_ name: QualifiedName) {
        counters[name.description] = nil
    }

    func rename(_ old: QualifiedName, to new: QualifiedName) {
        guard let counter = counters.removeValue(forKey: old.description) else { return }
        counters[new.description] = counter
        changed.remove(old.description)
        changed.insert(new.description)
    }

    func beginRequest() {
        taken.removeAll(keepingCapacity: true)
        lastTaken = nil
    }

    func beginStatement() {
        journal.removeAll(keepingCapacity: true)
        replay = nil
    }

    /// The statement is run again: it takes what it took before.
    func beginReplay() { replay = 0 }

    func next(_ name: String) throws(SQLError) -> Int64 {
        // SQLite computes a single row twice where a trigger looks at it first, hence the remainder.
        if let at = replay, !journal.isEmpty {
            replay = at + 1
            return journal[at % journal.count]
        }
        var counter = try counter(name)
        let definition = counter.definition
        if counter.isCalled {
            let (sum, overflow) = counter.value.addingReportingOverflow(definition.increment)
            if definition.increment > 0, overflow || sum > definition.maximum {
                guard definition.isCycling else { throw limit(definition, "maximum", definition.maximum) }
                counter.value = definition.minimum
            } else if definition.increment < 0, overflow || sum < definition.minimum {
                guard definition.isCycling else { throw limit(definition, "minimum", definition.minimum) }
                counter.value = definition.maximum
            } else {
                counter.value = sum
            }
        }
        counter.isCalled = true
        counters[name] = counter
        changed.insert(name)
        taken[name] = counter.value
        lastTaken = name
        journal.append(counter.value)
        return counter.value
    }

    func current(_ name: String) throws(SQLError) -> Int64 {
        let counter = try counter(name)
        guard let value = taken[name] else {
            throw SQLError("55000", "currval of sequence \"\(counter.definition.name.name)\" is not yet defined in this session")
        }
        return value
    }

    func last() throws(SQLError) -> Int64 {
        guard let lastTaken, let value = taken[lastTaken] else { throw SQLError("55000", "lastval is not yet defined in this session") }
        return value
    }

    func set(_ name: String, to value: Int64, isCalled: Bool) throws(SQLError) {
        var counter = try counter(name)
        let definition = counter.definition
        guard value >= definition.minimum, value <= definition.maximum else {
            throw SQLError(
                "22003",
                "setval: value \(value) is out of bounds for sequence \"\(definition.name.name)\" (\(definition.minimum)..\(definition.maximum))"
            )
        }
        counter.value = value
        counter.isCalled = isCalled
        counters[name] = counter
        changed.insert(name)
        if isCalled { taken[name] = value }
    }

    /// Writes what changed into the open transaction. `saved` once that has committed.
    func save(on connection: Connection) throws(Fault) {
        guard !changed.isEmpty else { return }
        let statement = try connection.statement(
            """
            insert into "offstage.sequence" (name, value, is_called) values (?1, ?2, ?3) \
            on conflict (name) do update set value = excluded.value, is_called = excluded.is_called
            """)
        for name in changed {
            guard let counter = counters[name] else { continue }
            defer { statement.finish() }
            try statement.bind(text: name, at: 1)
            try statement.bind(integer: counter.value, at: 2)
            try statement.bind(integer: counter.isCalled ? 1 : 0, at: 3)
            _ = try statement.step()
        }
    }

    func saved() { changed.removeAll(keepingCapacity: true) }

    private func counter(_ name: String) throws(SQLError) -> Counter {
        guard let counter = counters[name] else { throw SQLError("42P01", "relation \"\(name)\" does not exist") }
        return counter
    }

    private func limit(_ sequence: Sequence, _ end: String, _ value: Int64) -> SQLError {
        SQLError("2200H", "nextval: reached \(end) value of sequence \"\(sequence.name.name)\" (\(value))")
    }
}
