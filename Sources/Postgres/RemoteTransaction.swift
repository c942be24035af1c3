import OffstageDatabase
import OffstageJSON
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// One request as a transaction of its own: begin, who asks, the statement and commit go out together and come back together.
struct RemoteTransaction: Sendable {
    private let step: RemoteStep
    private let judged: Bool
    private let lines: RemoteLines?
    private let guess: RemoteGuess?

    /// - Throws: 22021, 22023: see ``Parameters``.
    init(
        _ statement: RemoteStatement, _ inputs: Inputs, _ format: RowFormat, _ options: PostgresDatabase.Options, deadline: Int64
    ) throws(SQLError) {
        step = try RemoteStep(statement, inputs, format, options, deadline: deadline)
        judged = step.isJudged
        guess = try RemoteGuess(statement, inputs)
        lines = try inputs.mayBeLong && guess == nil ? RemoteLines(statement, inputs, format, options) : nil
    }

    /// - Throws: what the server said; 08007 where it cannot be known whether a write happened.
    func run(on connection: PostgresConnection, deadline: Int64) throws(SQLError) -> Rows {
        if let lines, let rows = try lines.rows(step.commands[0], on: connection, deadline: deadline) { return rows }
        var commands = [PostgresConnection.Command(text: step.isWrite ? "begin" : "begin read only")] + step.commands
        if let guess { commands.append(guess.command) }
        if !judged { commands.append(PostgresConnection.Command(text: "commit")) }
        switch connection.run(commands, deadline: deadline, commits: step.isWrite && !judged) {
        case .rows(let results):
            guard results.count == commands.count else { throw .wrongAnswer }
            connection.mayWaitForStandbys = results[1].text(0, 9) != "t"
            var rows = RemoteStep.rows(results[2])
            if let guess { rows.total = guess.total(rows, results[3]) }
            return judged ? try judge(rows, connection, deadline) : rows
        case .failed(_, let error):
            connection.rollback()
            throw error
        // All that was sent may have happened, unless nothing of it is kept by itself.
        case .lost(_, let error): throw step.isWrite && !judged ? .unknownFate(error) : error
        }
    }

    /// The end of a transaction whose answer decides whether it is kept.
    private func judge(_ rows: Rows, _ connection: PostgresConnection, _ deadline: Int64) throws(SQLError) -> Rows {
        do throws(SQLError) { try step.judge(rows) } catch {
            connection.rollback()
            throw error
        }
        if step.rollsBack {
            connection.rollback()
        } else {
            try connection.commit(deadline)
        }
        return rows
    }
}

/// A statement with what it is run with: as whom, in which time zone, for how long; and what its answer must be.
struct RemoteStep: Sendable {
    let isWrite: Bool
    let rollsBack: Bool
    /// Who asks, then the statement.
    let commands: [PostgresConnection.Command]
    private let wantsSingle: Bool
    private let maxAffected: Int?

    init(
        _ statement: RemoteStatement, _ inputs: Inputs, _ format: RowFormat, _ options: PostgresDatabase.Options, deadline: Int64
    ) throws(SQLError) {
        isWrite = statement.isWrite
        rollsBack = inputs.rollsBack
        // A read that is not what was asked for can be told so after its end.
        wantsSingle = inputs.wantsSingle && isWrite
        maxAffected = isWrite ? inputs.maxAffected : nil
        let text = statement.text(as: format, counting: inputs.counting)
        commands = [
            try Self.prelude(inputs, options, deadline),
            PostgresConnection.Command(text: text.text, parameters: try Parameters(text.bindings, inputs)),
        ]
    }

    /// Its answer decides whether it is kept.
    var isJudged: Bool { rollsBack || wantsSingle || maxAffected != nil }

    /// - Throws: PGRST116, PGRST124.
    func judge(_ rows: Rows) throws(SQLError) {
        if wantsSingle, rows.count != 1 {
            throw SQLError(
                "PGRST116", "Cannot coerce the result to a single JSON object", details: "The result contains \(rows.count) rows")
        }
        if let maxAffected, rows.count > maxAffected {
            throw SQLError(
                "PGRST124", "Query result exceeds max-affected preference constraint", details: "The query affects \(rows.count) rows")
        }
    }

    /// Sets who asks, for the transaction. The role is set last: what stands before it is set as the login user.
    static func prelude(_ inputs: Inputs, _ options: PostgresDatabase.Options, _ deadline: Int64) throws(SQLError)
        -> PostgresConnection.Command
    {
        let parameters = try Parameters([
            // What the program asks by itself, it asks as the login user.
            inputs.caller == .system ? "none" : inputs.caller.role, inputs.caller.claims ?? "", inputs.settings["request.method"] ?? "",
            inputs.settings["request.path"] ?? "",
            inputs.settings["request.headers"] ?? "", inputs.settings["request.cookies"] ?? "",
            options.searchPath, inputs.timeZone ?? "UTC",
            milliseconds(until: deadline),
        ])
        return PostgresConnection.Command(
            text: """
                select set_config('request.jwt.claims', $2, true), set_config('request.method', $3, true), \
                set_config('request.path', $4, true), set_config('request.headers', $5, true), set_config('request.cookies', $6, true), \
                set_config('search_path', $7, true), set_config('TimeZone', $8, true), set_config('statement_timeout', $9, true), \
                set_config('role', $1, true), current_setting('synchronous_standby_names') = ''
                """, parameters: parameters)
    }

    /// What is left of the request's time, for `statement_timeout`: waiting for a connection is a part of it.
    static func milliseconds(until deadline: Int64) -> String {
        deadline == MonotonicClock.never ? "0" : String(min(max((deadline &- MonotonicClock.now) / 1_000_000, 1), Int64(Int32.max)))
    }

    /// The one row that a remote statement gives.
    static func rows(_ result: PostgresResult) -> Rows {
        var rows = Rows(body: result.bytes(0, 0) ?? [], count: result.number(0, 1) ?? 0, total: result.number(0, 2))
        rows.inserted = result.number(0, 3)
        rows.keys = result.bytes(0, 4).flatMap { KeyLists($0) }?.lists
        rows.location = rows.keys?.first
        rows.status = result.text(0, 6)
        rows.headers = result.text(0, 7)
        rows.last = result.bytes(0, 5).flatMap { KeyLists(one: $0) }?.lists.first
        return rows
    }
}

/// Lists of texts and nulls, as JSON: `[["1","a"],["2",null]]`.
struct KeyLists {
    var lists: [[String?]] = []

    init?(_ bytes: [UInt8]) {
        guard case .array(let items)? = Self.value(bytes) else { return nil }
        for item in items {
            guard case .array(let cells) = item else { return nil }
            lists.append(cells.map(Self.text))
        }
    }

    init?(one bytes: [UInt8]) {
        guard case .array(let cells)? = Self.value(bytes) else { return nil }
        lists = [cells.map(Self.text)]
    }

    static func text(of lists: [[String?]]) -> String {
        var writer = JSONWriter()
        writer.raw("[")
        for (index, list) in lists.enumerated() {
            writer.raw(text: index > 0 ? ",[" : "[")
            for (place, cell) in list.enumerated() {
                if place > 0 { writer.raw(",") }
                if let cell { writer.string(cell) } else { writer.null() }
            }
            writer.raw("]")
        }
        writer.raw("]")
        return writer.text
    }

    private static func value(_ bytes: [UInt8]) -> JSONValue? {
        try? bytes.withUnsafeBufferPointer { try JSONValue(parsing: $0) }
    }

    private static func text(_ value: JSONValue) -> String? { if case .string(let text) = value { text } else { nil } }
}

extension PostgresConnection {
    /// What the commands of a transaction give that keeps nothing: a read, or one that ends in a rollback.
    func results(
        of commands: [Command], deadline: Int64, eachRow: ((PostgresResult) throws(SQLError) -> Void)? = nil
    ) throws(SQLError) -> [PostgresResult] {
        switch run(commands, deadline: deadline, eachRow: eachRow) {
        case .rows(let results): return results
        case .failed(_, let error):
            rollback()
            throw error
        case .lost(_, let error): throw error
        }
    }

    /// Leaves the transaction that failed; a connection that cannot, or still waits for an answer, is dropped by the pool.
    func rollback() {
        guard isAlive, isInTransaction else { return }
        _ = run([Command(text: "rollback")], deadline: MonotonicClock.deadline(after: .seconds(2)))
    }

    /// - Throws: 08007 where it cannot be known whether what the transaction did is kept.
    func commit(_ deadline: Int64) throws(SQLError) {
        switch run([Command(text: "commit")], deadline: deadline, commits: true) {
        case .rows: return
        case .failed(_, let error):
            rollback()
            throw error
        case .lost(_, let error): throw .unknownFate(error)
        }
    }
}

extension SQLError {
    static let wrongAnswer = SQLError("XX000", "the database answered something else than was asked")

    /// The connection broke after a write was sent.
    static func unknownFate(_ reason: SQLError) -> SQLError {
        SQLError(
            "08007", "the database did not confirm the write: whether it happened is not known",
            details: reason.details,
            hint: "Look before sending it again, or send writes with an Idempotency-Key.")
    }

    /// Another transaction wrote what this one had read, or kept an answer under the same key.
    var isOvertaken: Bool { code == "40001" || code == "23505" && constraint == "answer_pkey" }

    /// The database has the statement's transaction undone, or never began it, because of what it is going through itself: it leaves, or it has
    /// become a standby. To a read, 25006 says that a function of it writes, which no other connection would change.
    func isPassing(isWrite: Bool) -> Bool { code == "57P01" || code == "57P02" || code == "57P03" || code == "25006" && isWrite }
}
