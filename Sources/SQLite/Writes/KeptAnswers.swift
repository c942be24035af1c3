import OffstageDatabase
import OffstageJSON
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// Writes with terms: conditions on a row, and answers that are kept so that a request sent again is not done again.
///
/// All of it happens in the write's own transaction: after a crash there are both the rows and the kept answer, or neither.
extension WriterLoop {
    /// The tables of kept answers. What each caller keeps is counted by triggers, since answers also go by themselves.
    static let keptAnswers = """
        create table if not exists "offstage.answer" (
            key blob primary key, owner blob not null, request blob not null, given_at integer not null, count integer not null,
            total integer, inserted integer, keys text, body blob
        ) strict;
        create index if not exists "offstage.answer_given_at" on "offstage.answer" (given_at);
        create table if not exists "offstage.answer_owner" (
            owner blob primary key, answers integer not null, bytes integer not null
        ) strict, without rowid;
        create trigger if not exists "offstage.answer_in" after insert on "offstage.answer" begin
            insert into "offstage.answer_owner" values (new.owner, 1, ifnull(length(new.body), 0) + ifnull(length(new.keys), 0))
                on conflict do update set answers = answers + 1, bytes = bytes + excluded.bytes;
        end;
        create trigger if not exists "offstage.answer_out" after delete on "offstage.answer" begin
            update "offstage.answer_owner" set answers = answers - 1,
                bytes = bytes - ifnull(length(old.body), 0) - ifnull(length(old.keys), 0)
                where owner = old.owner;
            delete from "offstage.answer_owner" where owner = old.owner and answers <= 0;
        end;
        """

    func run(_ write: Write, on terms: WriteTerms, with inputs: Inputs, as format: RowFormat) throws(RunStop) -> Rows {
        if let once = terms.once, let kept = try kept(once, inputs) { return kept }
        if let match = terms.match {
            let tag = try tag(match, inputs)
            guard match.condition.matches(tag), match.condition.isNews(tag) else { throw .refused(.preconditionFailed) }
        }
        var rows = try perform(write, with: inputs, as: format)
        if let match = terms.match { rows.tag = try tag(match, inputs) }
        if let once = terms.once { try keep(rows, once, inputs) }
        return rows
    }

    /// The tag of the one row, as the caller sees it now.
    private func tag(_ match: WriteTerms.Match, _ inputs: Inputs) throws(RunStop) -> String? {
        let rows = try connection.read(match.row.embedded, with: inputs.asking(inputs.values), as: .object(nullsStripped: false))
        return rows.count == 1 ? match.tag(rows.body) : nil
    }

    // MARK: Keeping

    func kept(_ once: WriteTerms.Once, _ inputs: Inputs) throws(RunStop) -> Rows? {
        let found = try answers(
            "select request, count, total, inserted, keys, body from \"offstage.answer\" where key = ?1 and given_at > ?2",
            [.blob(once.key), .integer(inputs.now - WriteTerms.Once.life)])
        guard let row = found.first, row.count == 6 else { return nil }
        guard row[0] == .blob(once.request) else { throw .refused(.keyOfAnotherRequest) }
        var rows = Rows(count: row[1].number ?? 0, total: row[2].number, inserted: row[3].number)
        let keys = Self.keys(row[4])
        rows.location = keys?.first
        rows.replay = .withoutBody
        if case .blob(let body) = row[5], try maySee(once.showing, keys, inputs) {
            rows.body = body
            rows.replay = .whole
        }
        return rows
    }

    /// Whether all that the kept body shows is still the caller's to read.
    private func maySee(_ showing: WriteTerms.Once.Showing, _ keys: [[String?]]?, _ inputs: Inputs) throws(RunStop) -> Bool {
        switch showing {
        case .never: return false
        case .always: return true
        case .whileReadable(let read):
            guard let keys else { return false }
            for key in keys {
                let values = key.compactMap { $0.map { RequestValue.text($0) } }
                guard values.count == key.count else { return false }
                guard try connection.read(read.embedded, with: inputs.asking(values), as: .none).count == 1 else { return false }
            }
            return true
        }
    }

    func keep(_ rows: Rows, _ once: WriteTerms.Once, _ inputs: Inputs) throws(RunStop) {
        // An old answer under the same key, and some of the others that have had their day.
        try forget(before: inputs.now - WriteTerms.Once.life, atMost: 16, or: once.key)
        let held = try answers("select answers, bytes from \"offstage.answer_owner\" where owner = ?1", [.blob(once.owner)]).first
        if let answers = held?.first?.number, answers >= once.keyLimit { throw .refused(.tooManyKeys(once.keyLimit)) }
        var keys = rows.location.flatMap { Self.text([$0]) }
        var keepsBody = !rows.body.isEmpty && rows.body.count <= WriteTerms.Once.bodyBytes
        switch once.showing {
        case .never: keepsBody = false
        case .always: break
        case .whileReadable:
            let all = rows.keys.flatMap { $0.count <= WriteTerms.Once.rows ? Self.text($0) : nil }
            if let all { keys = all } else { keepsBody = false }
        }
        let bytes = rows.body.count + (keys?.utf8.count ?? 0)
        if (held?.last?.number ?? 0) + bytes > WriteTerms.Once.ownerBytes { keepsBody = false }
        _ = try answers(
            """
            insert into "offstage.answer" (key, owner, request, given_at, count, total, inserted, keys, body) \
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            [
                .blob(once.key), .blob(once.owner), .blob(once.request), .integer(inputs.now), .integer(Int64(rows.count)),
                .number(rows.total), .number(rows.inserted), keys.map { .text($0) } ?? .null, keepsBody ? .blob(rows.body) : .null,
            ])
        if oldestAnswer == nil { oldestAnswer = inputs.now }
    }

    // MARK: Forgetting

    func findOldestAnswer() throws(SQLError) {
        oldestAnswer = nil
        if case .integer(let time)? = try rows("select min(given_at) from \"offstage.answer\"").first?.first { oldestAnswer = time }
    }

    /// Between batches: answers that have had their day go, some at a time.
    func forgetOldAnswers() {
        let day = WriteTerms.Once.life
        guard let oldest = oldestAnswer, currentMicroseconds() - oldest > day else { return }
        do {
            try connection.plain("begin immediate")
            try forget(before: currentMicroseconds() - day, atMost: 1_000, or: [])
            try connection.plain("commit")
            try findOldestAnswer()
        } catch {
            rollBack()
            // Tried again when some time has passed.
            oldestAnswer = currentMicroseconds() - day + 60_000_000
        }
    }

    private func forget(before time: Int64, atMost limit: Int, or key: [UInt8]) throws(RunStop) {
        _ = try answers(
            """
            delete from "offstage.answer" where rowid in (select rowid from "offstage.answer" where given_at <= ?1 \
            order by given_at limit ?2) or key = ?3
            """, [.integer(time), .integer(Int64(limit)), .blob(key)])
    }

    private func answers(_ text: String, _ values: [StoredValue]) throws(RunStop) -> [[StoredValue]] {
        do throws(Fault) { return try connection.rows(text, values) } catch { throw .fault(error) }
    }

    // MARK: Keys as text

    /// Nil where they are too long to keep.
    private static func text(_ keys: [[String?]]) -> String? {
        var writer = JSONWriter(capacity: keys.count * 32 + 8)
        writer.value(.array(keys.map { key in .array(key.map { $0.map { .string($0) } ?? .null }) }))
        return writer.count <= WriteTerms.Once.bodyBytes ? writer.text : nil
    }

    private static func keys(_ value: StoredValue) -> [[String?]]? {
        guard case .text(let text) = value, let json = try? JSONValue(parsing: text), let list = json.array else { return nil }
        return list.map { ($0.array ?? []).map(\.string) }
    }
}

extension Inputs {
    /// The same caller and moment asking something else, in UTC.
    fileprivate func asking(_ values: [RequestValue]) -> Inputs {
        var inputs = Inputs(caller: caller, values: values, now: now)
        inputs.settings = settings
        return inputs
    }
}

extension StoredValue {
    fileprivate var number: Int? { if case .integer(let number) = self { Int(number) } else { nil } }
    fileprivate static func number(_ number: Int?) -> StoredValue { number.map { .integer(Int64($0)) } ?? .null }
}

extension Statement {
    fileprivate var embedded: Read {
        get throws(RunStop) { if case .read(let read) = self { read } else { throw .refused(.ofAnotherEngine) } }
    }
}
