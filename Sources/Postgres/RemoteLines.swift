import OffstageDatabase
import OffstageSQL
import OffstageSchema

/// A read whose answer is lines, taken row by row: neither PostgreSQL nor this server holds the whole of it in memory.
struct RemoteLines: Sendable {
    private let command: PostgresConnection.Command
    private let before: [UInt8]
    private let after: [UInt8]
    private let folder: String
    private let limit: Int

    /// Nil where the form has no lines.
    init?(
        _ statement: RemoteStatement, _ inputs: Inputs, _ format: RowFormat, _ options: PostgresDatabase.Options
    ) throws(SQLError) {
        guard let lines = statement.lines(as: format) else { return nil }
        command = PostgresConnection.Command(
            text: lines.text.text, parameters: try Parameters(lines.text.bindings, inputs), isByRow: true)
        (before, after) = (lines.before, lines.after)
        (folder, limit) = (options.answerFolder, options.answerLimit)
    }

    /// The answer; nil where there are no rows, since then nobody tells what the headers say.
    ///
    /// - Throws: what the server said; 54000, 53100 and 58030 where the answer has no room.
    func rows(_ prelude: PostgresConnection.Command, on connection: PostgresConnection, deadline: Int64) throws(SQLError) -> Rows? {
        let gathered = GatheredLines(before, after, LongAnswer(in: folder, limit: limit))
        let commands = [PostgresConnection.Command(text: "begin read only"), prelude, command, PostgresConnection.Command(text: "commit")]
        _ = try connection.results(of: commands, deadline: deadline) { (row) throws(SQLError) in try gathered.add(row) }
        return try gathered.rows()
    }
}

/// What has come of an answer.
private final class GatheredLines {
    private let before: [UInt8]
    private let after: [UInt8]
    private let answer: LongAnswer
    private var last: PostgresResult?
    private var count = 0
    private var piece: [UInt8] = []

    init(_ before: [UInt8], _ after: [UInt8], _ answer: LongAnswer) {
        (self.before, self.after, self.answer) = (before, after, answer)
    }

    func add(_ row: PostgresResult) throws(SQLError) {
        // The names of the columns.
        if count == 0, !before.isEmpty { piece += row.bytes(0, 1) ?? [] }
        (last, count) = (row, count + 1)
        piece += before
        try row.withBytes(0, 0) { (bytes) throws(SQLError) in piece.append(contentsOf: bytes) }
        piece += after
        if piece.count > LongAnswer.piece { try spill() }
    }

    func rows() throws(SQLError) -> Rows? {
        // When the last row came, all functions had run.
        guard let last else { return nil }
        var told = RemoteStep.rows(last)
        (told.body, told.count) = (piece, count)
        if answer.body != nil {
            try spill()
            (told.body, told.longBody) = ([], answer.body)
        }
        return told
    }

    private func spill() throws(SQLError) {
        var failure: SQLError?
        piece.withUnsafeBytes { bytes in do throws(SQLError) { try answer.append(bytes) } catch { failure = error } }
        if let failure { throw failure }
        piece.removeAll(keepingCapacity: true)
    }
}
