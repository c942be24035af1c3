import OffstageDatabase
import OffstagePostgres
import OffstageSchema
import OffstageSyntax

/// One file on its way into PostgreSQL.
struct RemoteFileRun: Sendable {
    private let file: MigrationFile
    private let shown: String
    private let preamble: String
    private let exposed: [String]

    init(_ file: MigrationFile, shown: String, preamble: String, exposed: [String]) {
        self.file = file
        self.shown = shown
        self.preamble = preamble
        self.exposed = exposed
    }

    /// The first line of a file that may not run in a transaction: `create index concurrently`, `alter system`, `vacuum`.
    static let withoutTransaction = "-- offstage: no transaction"

    /// What a file sets is its own: the connection goes back to others. In a transaction it is undone with it.
    static let forgetting = "reset session authorization; reset role; reset all"

    /// - Returns: the grants that were made without being written, as SQL.
    /// - Throws: `MigrationError` for what the server refuses.
    func perform(on session: PostgresSession) throws -> [String] {
        if file.text.hasPrefix(Self.withoutTransaction) { return try outsideTransaction(on: session) }
        return try session.transaction { session in
            _ = try session.rows(PostgresSetup.lock)
            // Another server may have been faster.
            guard try !hasRun(on: session) else { return [] }
            if !preamble.isEmpty { try session.run(script: preamble) }
            let before = try session.catalogue(inTransaction: true)
            let statements = try run(on: session, survives: false)
            return try finish(statements, before, on: session)
        }
    }

    /// The file's statements, with the usual grants behind them, in the transaction that is open: a seed.
    func performSeed(on session: PostgresSession) throws {
        let before = try session.catalogue(inTransaction: true)
        let statements = try run(on: session, survives: false)
        _ = try RemoteGrants(exposed).give(for: statements, before: before, on: session)
        try session.run(script: Self.forgetting)
    }

    /// Each statement by itself. What ran before one that fails stays, and the error says so.
    private func outsideTransaction(on session: PostgresSession) throws -> [String] {
        // Asked again and again rather than waited for: an index that is made concurrently waits for all who wait in a statement.
        while try session.rows(Self.lock).first?.first != "t" {
            guard try !hasRun(on: session) else { return [] }
            MonotonicClock.sleep(milliseconds: 200)
        }
        defer {
            try? session.run(script: Self.forgetting)
            _ = try? session.rows(Self.unlock)
        }
        guard try !hasRun(on: session) else { return [] }
        if !preamble.isEmpty { try session.run(script: preamble) }
        let before = try session.catalogue()
        let statements = try run(on: session, survives: true)
        return try session.transaction { try finish(statements, before, on: $0) }
    }

    private static let lock = "select pg_try_advisory_lock(7165322)"
    private static let unlock = "select pg_advisory_unlock(7165322)"

    private func hasRun(on session: PostgresSession) throws -> Bool {
        try !session.rows("select 1 from offstage.migration where name = $1", [file.name]).isEmpty
    }

    private func finish(_ statements: [Statement], _ before: Schema, on session: PostgresSession) throws -> [String] {
        let grants = try RemoteGrants(exposed).give(for: statements, before: before, on: session)
        _ = try session.rows("insert into offstage.migration (name, checksum) values ($1, $2)", [file.name, file.checksum])
        _ = try session.rows("notify offstage, 'reload schema'")
        try session.run(script: Self.forgetting)
        return grants
    }

    /// Runs the statements one by one, so that an error has its place, without those that begin and end transactions.
    ///
    /// - Parameter survives: each is its own transaction.
    private func run(on session: PostgresSession, survives: Bool) throws -> [Statement] {
        let copied: CopyText
        do throws(SQLError) { copied = try CopyText(file.text) } catch { throw MigrationError(error, file: shown, text: file.text) }
        // What our own parser has no shape for is for PostgreSQL alone, and what it cannot read is, too.
        guard let statements = try? parse(copied.sql, file: shown, takesUnshaped: true) else {
            do throws(SQLError) {
                try session.run(script: file.text)
            } catch {
                throw MigrationError(error, file: shown, text: file.text, survives: survives)
            }
            return []
        }
        for statement in statements {
            if case .transaction = statement.kind { continue }
            let offset = max(0, Int(statement.position.offset))
            do throws(SQLError) {
                if case .administration(.copy(let copy)) = statement.kind, !copy.isElsewhere {
                    try session.copy(statement.source, copied.rows(after: offset))
                } else {
                    try session.run(script: try statement.remoteSource)
                }
            } catch {
                var error = error
                error.position = error.position.map { $0 + offset }
                throw MigrationError(error, file: shown, text: file.text, statement: statement.position, survives: survives)
            }
        }
        return statements
    }
}
