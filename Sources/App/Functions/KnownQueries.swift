import OffstageSQL
import OffstageSchema
import OffstageSyntax
import Synchronization

/// What the statements of functions mean, by their text: reading and translating one costs more than running it mostly does, and of
/// one text for all values SQLite keeps one prepared statement.
///
/// Bounded in number and in bytes. What was not used since the last time half the room was filled goes first.
final class KnownQueries: Sendable {
    /// A text, and which of its values are null: those stand in the tree.
    struct Key: Hashable, Sendable {
        var text: String
        var nulls: [Bool]

        init(_ query: SQLQuery) {
            text = query.text
            nulls = query.values.map { $0 == nil }
        }
    }

    /// One statement with parameters in its values' places, and what it is to the embedded engine for each role.
    final class Known: Sendable {
        let statement: DataStatement
        fileprivate let prepared = Mutex<(generation: Int64, byRole: [String: Prepared?])>((0, [:]))

        fileprivate init(_ statement: DataStatement) { self.statement = statement }
    }

    private struct State {
        var recent: [Key: Known] = [:]
        var older: [Key: Known] = [:]
        var recentBytes = 0
    }

    private static let halfEntries = 256
    private static let halfBytes = 1 << 19
    /// Longer texts are hardly written twice.
    private static let longest = 1 << 14
    private static let rolesPerQuery = 8

    private let state = Mutex(State())

    /// - Throws: as ``SQLQuery/statement(keepsValues:)``; 22021 for a value with a zero character, which no text of the database has.
    func known(_ query: SQLQuery) throws(SQLError) -> Known {
        guard !query.values.contains(where: { $0?.utf8.contains(0) == true }) else {
            throw SQLError("22021", "invalid byte sequence for encoding \"UTF8\": 0x00")
        }
        let key = Key(query)
        if let found = find(key) { return found }
        let fresh = Known(try query.statement(keepsValues: true))
        if key.text.utf8.count <= Self.longest { state.withLock { Self.insert(fresh, key, &$0) } }
        return fresh
    }

    /// The statement of a query, ready for the values that it is run with; nil where its values must be seen to say what it means.
    func prepared(_ known: Known, in schema: Schema, as caller: Caller) -> Prepared? {
        let kept = known.prepared.withLock { kept in kept.generation == schema.generation ? kept.byRole[caller.role] : nil }
        if let kept { return kept }
        let fresh = try? SQLiteDialect(schema).prepare(known.statement, as: caller, bindsParameters: true)
        known.prepared.withLock { kept in
            if kept.generation != schema.generation || kept.byRole.count >= Self.rolesPerQuery { kept = (schema.generation, [:]) }
            kept.byRole[caller.role] = .some(fresh)
        }
        return fresh
    }

    /// How many there are.
    var count: Int { state.withLock { $0.recent.count + $0.older.count } }

    private func find(_ key: Key) -> Known? {
        state.withLock { state in
            if let found = state.recent[key] { return found }
            guard let found = state.older.removeValue(forKey: key) else { return nil }
            Self.insert(found, key, &state)
            return found
        }
    }

    private static func insert(_ known: Known, _ key: Key, _ state: inout State) {
        let bytes = key.text.utf8.count + key.nulls.count
        if state.recent.count >= halfEntries || state.recentBytes + bytes > halfBytes {
            state.older = state.recent
            state.recent = [:]
            state.recentBytes = 0
        }
        if state.recent.updateValue(known, forKey: key) == nil { state.recentBytes += bytes }
    }
}
