package import OffstageSchema

/// The files of a project beside what its database remembers: which ran, which wait, and which do not fit.
///
/// ```swift
/// let history = MigrationHistory(files: files, applied: applied)
/// try history.check()
/// for file in history.pending { … }
/// ```
package struct MigrationHistory: Sendable, Hashable {
    package enum Status: Sendable, Hashable {
        case applied(at: Int64)
        case pending
        /// It ran, and its file says something else now.
        case changed(at: Int64)
        /// It ran, and its file is gone.
        case missing(at: Int64)
    }

    package struct Entry: Sendable, Hashable {
        package var name: String
        package var status: Status
        /// Nil where it is missing.
        package var file: MigrationFile?
    }

    /// In order of name.
    package let entries: [Entry]

    package init(files: [MigrationFile], applied: [AppliedMigration]) {
        let ran = Dictionary(applied.map { ($0.name, $0) }) { first, _ in first }
        let names = Set(files.map(\.name))
        var entries = files.map { file in
            let status: Status =
                switch ran[file.name] {
                case nil: .pending
                case let run? where run.checksum == file.checksum: .applied(at: run.appliedAt)
                case let run?: .changed(at: run.appliedAt)
                }
            return Entry(name: file.name, status: status, file: file)
        }
        for run in applied where !names.contains(run.name) {
            entries.append(Entry(name: run.name, status: .missing(at: run.appliedAt), file: nil))
        }
        self.entries = entries.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
    }

    /// What is still to be applied, in order.
    package var pending: [MigrationFile] { entries.compactMap { $0.status == .pending ? $0.file : nil } }

    package var changed: [String] {
        entries.compactMap { entry in if case .changed = entry.status { entry.name } else { nil } }
    }

    package var missing: [String] {
        entries.compactMap { entry in if case .missing = entry.status { entry.name } else { nil } }
    }

    /// Pending files whose name comes before one that ran: two branches met. They are applied, and worth a word.
    package var late: [String] {
        let lastRun = entries.lastIndex { $0.status != .pending } ?? -1
        return entries.indices.filter { $0 < lastRun && entries[$0].status == .pending }.map { entries[$0].name }
    }

    /// Throws where an applied file has changed: the database is not what the files say, and nobody can know what was meant.
    package func check() throws(SQLError) {
        guard let name = changed.first else { return }
        let others = changed.count > 1 ? " (and \(changed.count - 1) more)" : ""
        throw SQLError(
            "OFS401", "the migration \(name)\(others) was changed after it had been applied",
            details:
                "The database has what the file said then. Editing it now changes nothing there, and a new database would be different.",
            hint: """
                Put the file back as it was (git checkout \(name)) and write the change as a new migration (offstage migrate new NAME). \
                While developing, with nothing in the data folder worth keeping, remove the folder and start again.
                """)
    }
}
