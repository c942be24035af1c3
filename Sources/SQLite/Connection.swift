import CSQLite
import OffstageJSON
import OffstageSQL
package import OffstageSchema

/// One connection to the database file, used by one thread at a time.
package final class Connection {
    enum Purpose { case writer, inlineReader, reader }

    let handle: OpaquePointer
    let purpose: Purpose
    package let session = Session()
    /// By text: writes, counts and fixed statements.
    private var statements = RecentCache<String, PreparedStatement>(limit: 4 << 20)
    /// By the whole tree: a read's statements with the names of its fields, ready to run.
    var reads = RecentCache<ReadKey, CompiledNode>(limit: 8 << 20)
    /// Bodies are made here, so that a hot read allocates only its answer.
    var output = JSONWriter(capacity: 16 << 10)
    /// Numbers the runs of reads.
    var runs: UInt64 = 0
    /// The project's functions, made ready to run, by signature, role and search path; and the schema they were made ready for.
    var procedures: [ProcedureKey: Procedure] = [:]
    var procedureGeneration: Int64 = -1
    /// What the database's epoch was when the caches were filled.
    var epoch: UInt64 = 0

    init(path: String, for purpose: Purpose) throws(Fault) {
        self.purpose = purpose
        handle = try Self.open(path, for: purpose)
        session.connection = self
        // From here on the handle is closed by deinit.
        try configure()
        try EngineFunction.register(on: self)
        sqlite3_progress_handler(
            handle, Session.stepsPerTick,
            { session in
                guard let session else { return 0 }
                return Unmanaged<Session>.fromOpaque(session).takeUnretainedValue().tick() ? 1 : 0
            }, Unmanaged.passUnretained(session).toOpaque())
    }

    deinit {
        dropStatements()
        sqlite3_close_v2(handle)
    }

    /// The cached statement for a text. It must be given back reset: one run at a time. A function that calls itself meets its own text
    /// running, and gets another.
    func statement(_ text: String) throws(Fault) -> PreparedStatement {
        let known = statements.find(text)
        if let known, sqlite3_stmt_busy(known.handle) == 0 { return known }
        guard let statement = try PreparedStatement(text, on: handle) else { throw Fault(SQLITE_MISUSE, "empty statement") }
        if known != nil { return statement }
        statements.insert(statement, for: text, weight: statement.memory + text.utf8.count)
        return statement
    }

    func dropStatements() {
        statements.removeAll()
        session.referenced = [:]
        reads.removeAll()
        procedures.removeAll()
    }

    /// Runs every statement of a text and drops their rows. For fixed texts and definitions.
    package func execute(_ script: String) throws(SQLError) {
        do throws(Fault) {
            try run(script: script)
        } catch {
            throw error.error(in: session)
        }
    }

    func run(script: String) throws(Fault) {
        var script = script
        var start = 0
        while start < script.utf8.count {
            var handle: OpaquePointer?
            var end = 0
            try PreparedStatement.prepare(&script, from: start, on: self.handle, into: &handle, tail: &end, isKept: false)
            if let handle {
                let statement = PreparedStatement(owning: handle)
                while try statement.step() {}
            }
            guard end > start else { return }
            start = end
        }
    }

    /// Runs one cached statement and gives all its rows. For small answers.
    func rows(_ text: String, _ values: [StoredValue] = []) throws(Fault) -> [[StoredValue]] {
        let statement = try statement(text)
        defer { statement.finish() }
        for (index, value) in values.enumerated() { try statement.bind(value, at: Int32(index + 1)) }
        var rows: [[StoredValue]] = []
        let columns = Int32(statement.columnCount)
        while try statement.step() { rows.append((0..<columns).map { statement.value($0) }) }
        return rows
    }

    /// Runs one cached statement and gives its rows one by one.
    func each(_ text: String, _ row: ([StoredValue]) throws -> Void) throws {
        func told<Value>(_ body: () throws(Fault) -> Value) throws(SQLError) -> Value {
            do throws(Fault) { return try body() } catch { throw error.error(in: session) }
        }
        let statement = try told { () throws(Fault) in try self.statement(text) }
        defer { statement.finish() }
        let columns = Int32(statement.columnCount)
        while try told({ () throws(Fault) in try statement.step() }) { try row((0..<columns).map { statement.value($0) }) }
    }

    /// False while a transaction is open.
    var isAutocommitting: Bool { sqlite3_get_autocommit(handle) != 0 }

    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Whether some row waits for a row its key refers to. SQLite counts them for the whole connection and looks only at commit.
    var hasUnresolvedKeys: Bool {
        var current: Int32 = 0
        var highest: Int32 = 0
        sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
        return current != 0
    }
}

@available(*, unavailable) extension Connection: Sendable {}
