import CSQLite
import OffstageSchema

extension Connection {
    private static let library: Void = offstage_uncounted()

    static func open(_ path: String, for purpose: Purpose) throws(Fault) -> OpaquePointer {
        _ = library
        var handle: OpaquePointer?
        let mode = purpose == .writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE
        let code = sqlite3_open_v2(path, &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nil)
        guard code == SQLITE_OK, let handle else {
            let fault = handle.map { Fault($0) } ?? Fault(code, "out of memory")
            sqlite3_close_v2(handle)
            throw fault
        }
        return handle
    }

    /// What every connection must be told before its first statement.
    func configure() throws(Fault) {
        sqlite3_extended_result_codes(handle, 1)
        for (option, value) in [
            (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0), (SQLITE_DBCONFIG_DEFENSIVE, purpose == .writer ? 0 : 1),
            // The triggers that feed search tables write to FTS5 tables, which a schema that is not trusted may not. What a schema could do
            // harm with is barred from it all the same: see `EngineFunction.register`.
            (SQLITE_DBCONFIG_TRUSTED_SCHEMA, purpose == .writer ? 1 : 0), (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
            (SQLITE_DBCONFIG_ENABLE_FKEY, 1),
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 1), (SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0),
        ] as [(Int32, Int32)] {
            guard offstage_config(handle, option, value) == SQLITE_OK else {
                throw Fault(SQLITE_ERROR, "this build of SQLite refuses option \(option)")
            }
        }
        offstage_without_surprises(handle)
        sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, (purpose == .writer ? 256 : 64) << 20)
        sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, 4 << 20)
        sqlite3_limit(handle, SQLITE_LIMIT_VDBE_OP, 1_000_000)
        sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 10_000)
        sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0)
        // Nothing else opens the file, so a reader is only ever told to wait while the log is being recovered or emptied.
        sqlite3_busy_timeout(handle, purpose == .inlineReader ? 0 : 5000)
        try run(
            script: """
                pragma mmap_size = 0; pragma cell_size_check = on; pragma recursive_triggers = on; pragma synchronous = full;
                pragma wal_autocheckpoint = 0; pragma foreign_keys = on; pragma temp_store = memory;
                """)
        // The cache is in KiB: a writer and a few readers are most of the memory an embedded project uses.
        try run(script: "pragma cache_size = \(purpose == .reader ? -8192 : -32768)")
        if purpose == .writer {
            guard try rows("pragma journal_mode = wal") == [[.text("wal")]] else {
                throw Fault(SQLITE_ERROR, "the data folder's file system cannot hold a write-ahead log")
            }
        } else {
            try run(script: "pragma query_only = on")
        }
        guard try rows("pragma foreign_keys") == [[.integer(1)]] else { throw Fault(SQLITE_ERROR, "foreign keys could not be switched on") }
    }
}
