/// What is wanted to be known of how a statement would run (PostgreSQL 15, EXPLAIN).
package struct Explanation: Sendable, Hashable {
    package var isJSON: Bool
    /// `analyze`, `verbose`, `settings`, `buffers`, `wal`.
    package var options: [String]

    package init(isJSON: Bool, options: [String]) {
        self.isJSON = isJSON
        self.options = options
    }
}
