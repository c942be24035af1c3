import CPostgres
import OffstageDatabase
package import OffstageSchema

/// COPY in both directions, by libpq's own calls. Rows pass through; no more than one message of them is held.
///
/// Source: PostgreSQL 15, chapter 34.10, "Functions Associated with the COPY Command".
extension PostgresSession {
    /// Runs `copy … from stdin`, and sends it the rows as they stand in a file, without the closing `\.`.
    ///
    /// - Throws: what the server said; the transaction is for the caller to undo.
    package func copy(_ statement: String, _ rows: [UInt8]) throws(SQLError) { try connection.copy(statement, rows) }

    /// Runs `copy … from stdin`, and sends it what `body` sends, as it comes.
    ///
    /// - Throws: what `body` throws, and then nothing was kept; what the server said, which it says at the end.
    package func copy(_ statement: String, sending body: (_ send: (UnsafeRawBufferPointer) -> Void) throws -> Void) throws {
        try connection.copy(statement, sending: body)
    }

    /// Runs `copy … to stdout`, and gives its rows one by one, each with its line break where the format has one.
    ///
    /// - Parameter row: what it throws is thrown, after the rest of the rows was read and let go.
    /// - Throws: what the server said; 08001 where it is gone.
    package func copyOut(_ statement: String, each row: (UnsafeRawBufferPointer) throws(SQLError) -> Void) throws(SQLError) {
        try connection.copyOut(statement, each: row)
    }
}

extension PostgresConnection {
    func copy(_ statement: String, _ rows: [UInt8]) throws(SQLError) {
        try copying(statement, PGRES_COPY_IN) { (handle) throws(SQLError) in
            let isSent = rows.withUnsafeBytes { Self.put($0, handle) }
            return PQputCopyEnd(handle, nil) == 1 && isSent
        }
    }

    func copy(_ statement: String, sending body: (_ send: (UnsafeRawBufferPointer) -> Void) throws -> Void) throws {
        var failure: (any Error)?
        do throws(SQLError) {
            try copying(statement, PGRES_COPY_IN) { (handle) throws(SQLError) in
                var isSent = true
                do {
                    try body { bytes in isSent = isSent && Self.put(bytes, handle) }
                } catch {
                    failure = error
                    return PQputCopyEnd(handle, "the rows could not be read") == 1
                }
                return PQputCopyEnd(handle, nil) == 1 && isSent
            }
        } catch { throw failure ?? error }
        if let failure { throw failure }
    }

    /// The server reads nothing more after it has refused a row, and says why at the end.
    private static func put(_ bytes: UnsafeRawBufferPointer, _ handle: OpaquePointer) -> Bool {
        var at = 0
        while at < bytes.count {
            let part = UnsafeRawBufferPointer(rebasing: bytes[at..<min(at + 65_536, bytes.count)])
            guard PQputCopyData(handle, part.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(part.count)) == 1 else { return false }
            at += part.count
        }
        return true
    }

    func copyOut(_ statement: String, each row: (UnsafeRawBufferPointer) throws(SQLError) -> Void) throws(SQLError) {
        var refusal: SQLError?
        try copying(statement, PGRES_COPY_OUT) { (handle) throws(SQLError) in
            while true {
                var buffer: UnsafeMutablePointer<CChar>?
                let count = PQgetCopyData(handle, &buffer, 0)
                guard count > 0, let buffer else { return count == -1 || count == -2 }
                defer { PQfreemem(buffer) }
                guard refusal == nil else { continue }
                do throws(SQLError) { try row(UnsafeRawBufferPointer(start: buffer, count: Int(count))) } catch { refusal = error }
            }
        }
        if let refusal { throw refusal }
    }

    /// Begins a COPY, lets `body` move its rows, and takes what the server says at the end.
    ///
    /// - Parameter body: false where the rows could not be moved, for a reason that is in no result.
    private func copying(
        _ statement: String, _ direction: ExecStatusType, _ body: (OpaquePointer) throws(SQLError) -> Bool
    ) throws(SQLError) {
        guard !statement.utf8.contains(0) else { throw SQLError("22021", "invalid byte sequence for encoding \"UTF8\": 0x00") }
        try withoutPipeline { (handle) throws(SQLError) in
            func gone() -> SQLError { .unreachable(PQerrorMessage(handle).map { String(cString: $0) } ?? "") }
            guard let begun = PQexec(handle, statement) else { throw gone() }
            let beginning = PostgresResult(begun)
            guard PQresultStatus(begun) == direction else {
                throw beginning.isFromServer ? beginning.error(in: statement) : gone()
            }
            let isMoved = try body(handle)
            var failure: SQLError?
            while let result = PQgetResult(handle) {
                let owned = PostgresResult(result)
                if PQresultStatus(result) != PGRES_COMMAND_OK, failure == nil {
                    failure = owned.isFromServer ? owned.error(in: statement) : gone()
                }
            }
            if let failure { throw failure }
            guard isMoved, isAlive else { throw gone() }
        }
    }
}
