import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// A transaction of several steps on one connection: writes with terms, and batches.
///
/// All of it is kept or nothing: the answer under an `Idempotency-Key` lies in the transaction of its write.
struct RemoteScript {
    let connection: PostgresConnection
    let options: PostgresDatabase.Options
    let deadline: Int64

    /// Begins, lets `body` work, and commits; whatever is thrown undoes all of it.
    ///
    /// - Parameter isRepeatable: what is read stays so until the end. Where another transaction was faster, `body` runs again.
    func transaction<Value>(isRepeatable: Bool = false, _ body: () throws -> Value) throws -> Value {
        var attempts = isRepeatable ? 10 : 1
        while true {
            attempts -= 1
            do {
                try run([PostgresConnection.Command(text: isRepeatable ? "begin isolation level repeatable read" : "begin")])
                let value = try body()
                try connection.commit(deadline)
                return value
            } catch {
                connection.rollback()
                guard attempts > 0, let error = error as? SQLError, error.isOvertaken else { throw error }
            }
        }
    }

    /// Commands as the login user or as whoever was set last.
    @discardableResult func run(_ commands: [PostgresConnection.Command]) throws(SQLError) -> [PostgresResult] {
        switch connection.run(commands, deadline: deadline) {
        case .rows(let results): return results
        // Nothing is committed before the end, so a lost connection leaves nothing behind.
        case .failed(_, let error), .lost(_, let error): throw error
        }
    }

    /// Commands of which the one at `index` waits for other requests: where the time ends meanwhile, that is said.
    private func waiting(_ busy: SQLError, at index: Int, _ commands: [PostgresConnection.Command]) throws(SQLError) -> [PostgresResult] {
        switch connection.run(commands, deadline: deadline) {
        case .rows(let results): return results
        case .failed(index, let error) where error.code == SQLError.statementTimeout.code: throw busy
        case .failed(_, let error), .lost(_, let error): throw error
        }
    }

    // MARK: Terms

    /// A row that is compared must be the one that is written, so a write with a condition reads and writes one state of the database.
    func transaction(_ statement: RemoteStatement, on terms: WriteTerms, with inputs: Inputs, as format: RowFormat) throws -> Rows {
        try transaction(isRepeatable: terms.match != nil) { try run(statement, on: terms, with: inputs, as: format) }
    }

    /// A write, in the order that `WriteTerms` says.
    private func run(_ statement: RemoteStatement, on terms: WriteTerms, with inputs: Inputs, as format: RowFormat) throws -> Rows {
        if let once = terms.once, let kept = try kept(once, inputs) { return kept }
        if let match = terms.match {
            let tag = try tag(match, inputs)
            guard match.condition.matches(tag), match.condition.isNews(tag) else { throw SQLError.preconditionFailed }
        }
        let step = try RemoteStep(statement, inputs, format, options, deadline: deadline)
        var rows = try self.rows(of: step)
        try step.judge(rows)
        if let match = terms.match { rows.tag = try tag(match, inputs) }
        if let once = terms.once { try keep(rows, once) }
        return rows
    }

    private func rows(of step: RemoteStep) throws(SQLError) -> Rows {
        guard let last = try run(step.commands).last else { throw .wrongAnswer }
        return RemoteStep.rows(last)
    }

    private func read(_ statement: Statement, _ inputs: Inputs, _ values: [RequestValue], _ format: RowFormat) throws(SQLError) -> Rows {
        guard case .remote(let remote) = statement else { throw .wrongAnswer }
        var own = Inputs(caller: inputs.caller, values: values, now: inputs.now)
        own.settings = inputs.settings
        return try rows(of: try RemoteStep(remote, own, format, options, deadline: deadline))
    }

    /// The tag of the one row, as the caller sees it now.
    private func tag(_ match: WriteTerms.Match, _ inputs: Inputs) throws(SQLError) -> String? {
        let rows = try read(match.row, inputs, inputs.values, .object(nullsStripped: false))
        return rows.count == 1 ? match.tag(rows.body) : nil
    }

    // MARK: Kept answers

    /// What was answered to an earlier request of the same key. Whoever comes with the same key waits here for the first.
    ///
    /// Where the first commit was cut off from its standbys, its row is here and not yet there. It is read `for update`, which is a write: so
    /// this transaction's commit waits until the standbys have all that came before it, and what is told to be done stays done.
    func kept(_ once: WriteTerms.Once, _ inputs: Inputs) throws -> Rows? {
        let key = Self.hexadecimal(once.key)
        let results = try waiting(
            .keyInUse, at: 1,
            [
                // As the login user, who alone may see what is kept; and no longer than the caller's own time.
                PostgresConnection.Command(
                    text: "select set_config('role', 'none', true), set_config('statement_timeout', $1, true)",
                    parameters: try Parameters([RemoteStep.milliseconds(until: deadline)])),
                PostgresConnection.Command(
                    text: "select pg_advisory_xact_lock(hashtextextended($1, 716532))", parameters: try Parameters([key])),
                PostgresConnection.Command(
                    text: """
                        select encode(request, 'hex'), count, total, inserted, keys, body from offstage.answer \
                        where key = decode($1, 'hex') and given_at > now() - interval '1 day' for update
                        """, parameters: try Parameters([key])),
            ])
        guard results.count == 3, results[2].rowCount == 1 else { return nil }
        let answer = results[2]
        guard answer.text(0, 0) == Self.hexadecimal(once.request) else { throw SQLError.keyOfAnotherRequest }
        var rows = Rows(count: answer.number(0, 1) ?? 0, total: answer.number(0, 2))
        rows.inserted = answer.number(0, 3)
        let keys = answer.bytes(0, 4).flatMap { KeyLists($0) }?.lists
        rows.location = keys?.first
        rows.replay = .withoutBody
        if let body = answer.bytes(0, 5), try maySee(once.showing, keys, inputs) {
            rows.body = body
            rows.replay = .whole
        }
        return rows
    }

    /// Whether all that the kept body shows is still the caller's to read.
    private func maySee(_ showing: WriteTerms.Once.Showing, _ keys: [[String?]]?, _ inputs: Inputs) throws(SQLError) -> Bool {
        switch showing {
        case .never: return false
        case .always: return true
        case .whileReadable(let statement):
            guard let keys else { return false }
            for key in keys {
                let values = key.compactMap { $0.map { RequestValue.text($0) } }
                guard values.count == key.count, try read(statement, inputs, values, .none).count == 1 else { return false }
            }
            return true
        }
    }

    /// So many answers that have had their day go, and one more by its key; what their owners keep is counted.
    static let forgetting = """
        with old as (delete from offstage.answer where ctid = any(array(select ctid from offstage.answer \
        where given_at <= now() - interval '1 day' order by given_at limit $1 for update skip locked)) \
        or key = decode($2, 'hex') returning owner, octet_length(coalesce(body, '')) + octet_length(coalesce(keys, '')) bytes) \
        update offstage.answer_owner o set answers = o.answers - s.answers, bytes = o.bytes - s.bytes \
        from (select owner, count(*) answers, sum(bytes) bytes from old group by owner) s where s.owner = o.owner
        """

    func keep(_ rows: Rows, _ once: WriteTerms.Once) throws {
        var keys = rows.location.map { KeyLists.text(of: [$0]) }
        var body: String? =
            rows.body.isEmpty || rows.body.count > WriteTerms.Once.bodyBytes ? nil : String(decoding: rows.body, as: UTF8.self)
        switch once.showing {
        case .never: body = nil
        case .always: break
        case .whileReadable:
            if let all = rows.keys, all.count <= WriteTerms.Once.rows { keys = KeyLists.text(of: all) } else { body = nil }
        }
        let owner = Self.hexadecimal(once.owner)
        // What the owner keeps is counted in one row, for which the owner's writes wait for each other.
        let results = try waiting(
            .tooBusy, at: 2,
            [
                PostgresConnection.Command(text: "select set_config('role', 'none', true)"),
                // An old answer under the same key, and some of the others that have had their day.
                PostgresConnection.Command(text: Self.forgetting, parameters: try Parameters(["16", Self.hexadecimal(once.key)])),
                PostgresConnection.Command(
                    text: """
                        insert into offstage.answer_owner values (decode($1, 'hex'), 1, octet_length($2) + octet_length($3)) \
                        on conflict (owner) do update set answers = answer_owner.answers + 1, bytes = answer_owner.bytes + excluded.bytes \
                        returning answers, bytes
                        """, parameters: try Parameters([owner, keys ?? "", body ?? ""])),
            ])
        guard results.count == 3 else { throw SQLError.wrongAnswer }
        if let answers = results[2].number(0, 0), answers > once.keyLimit { throw SQLError.tooManyKeys(once.keyLimit) }
        if let kept = body, let bytes = results[2].number(0, 1), bytes > WriteTerms.Once.ownerBytes {
            body = nil
            try run([
                PostgresConnection.Command(
                    text: "update offstage.answer_owner set bytes = bytes - octet_length($2) where owner = decode($1, 'hex')",
                    parameters: try Parameters([owner, kept]))
            ])
        }
        try run([
            PostgresConnection.Command(
                text: """
                    insert into offstage.answer (key, owner, request, count, total, inserted, keys, body) \
                    values (decode($1, 'hex'), decode($2, 'hex'), decode($3, 'hex'), $4, $5, $6, $7, $8)
                    """,
                parameters: try Parameters([
                    Self.hexadecimal(once.key), owner, Self.hexadecimal(once.request), String(rows.count), rows.total.map(String.init),
                    rows.inserted.map(String.init), keys, body,
                ]))
        ])
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    // MARK: Batches

    func run(_ script: some StatementScript, with inputs: Inputs) throws -> Rows {
        let once = inputs.terms?.once
        if let once, let kept = try kept(once, inputs) { return kept }
        var script = script
        var last: Result<Rows, SQLError>?
        while let step = try script.next(after: last) { last = Result { () throws(SQLError) in try self.run(step) } }
        if let once { try keep(script.kept, once) }
        return script.answer
    }

    /// One step, undone by itself where it fails.
    private func run(_ script: ScriptStep) throws(SQLError) -> Rows {
        guard case .remote(let remote) = script.statement else { throw .wrongAnswer }
        let step = try RemoteStep(remote, script.inputs, script.format, options, deadline: deadline)
        let commands = [PostgresConnection.Command(text: "savepoint step")] + step.commands
        do throws(SQLError) {
            guard let result = try run(commands).last else { throw .wrongAnswer }
            let rows = RemoteStep.rows(result)
            try step.judge(rows)
            try run([PostgresConnection.Command(text: step.rollsBack ? "rollback to step" : "release step")])
            return rows
        } catch {
            if connection.isAlive { try run([PostgresConnection.Command(text: "rollback to step")]) }
            throw error
        }
    }
}
