import CSQLite

extension EmbeddedDatabase {
    /// The SQLite that runs, which may be newer than the one built against: `3.40.1`.
    package static var engineVersion: String { String(cString: sqlite3_libversion()) }
}
