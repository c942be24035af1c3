import CSQLite
import OffstageDatabase
package import OffstageSchema

/// What SQLite said when a call failed, before it is known what that means to the caller.
struct Fault: Error {
    /// The extended result code.
    var code: Int32
    var message: String

    init(_ code: Int32, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ connection: OpaquePointer?) {
        code = sqlite3_extended_errcode(connection)
        message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? ""
    }

    var primary: Int32 { code & 0xFF }

    /// The fault as an error, where no constraint of a table is behind it.
    func error(in session: Session) -> SQLError {
        switch primary {
        case SQLITE_INTERRUPT:
            return session.interruption
        case SQLITE_FULL:
            return .diskFull
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN:
            return SQLError("58030", "could not read or write the database file", hint: "See the server's log and run offstage doctor.")
        case SQLITE_NOMEM:
            return SQLError("53200", "out of memory")
        case SQLITE_TOOBIG:
            return SQLError("54000", "a value or statement is too large")
        case SQLITE_BUSY, SQLITE_LOCKED:
            return SQLError("55P03", "the database is busy", hint: "Try again in a moment.")
        case SQLITE_READONLY:
            return SQLError("25006", "cannot write in a read-only transaction")
        default:
            return RaisedError.error(in: message) ?? SQLError("XX000", message)
        }
    }
}

extension OwnThread {
    /// A thread of an engine that is being opened.
    static func started(_ body: @escaping @Sendable () -> Void) throws(Fault) -> OwnThread {
        do throws(SQLError) { return try OwnThread(body) } catch { throw Fault(SQLITE_NOMEM, error.message) }
    }
}

extension SQLError {
    static let diskFull = SQLError("53100", "could not extend file: No space left on device", hint: "Check free disk space.")
}

/// An error of one of our own functions on its way through SQLite, which carries one text only.
package enum RaisedError {
    private static let mark: Character = "\u{1}"

    /// What a function hands to `sqlite3_result_error`.
    package static func text(_ error: SQLError) -> String {
        [error.code, error.message, error.details ?? "", error.hint ?? "", error.constraint ?? ""].reduce(into: "") { text, part in
            text.append(mark)
            text += part.replacing(String(mark), with: " ")
        }
    }

    static func error(in text: String) -> SQLError? {
        guard text.first == mark else { return nil }
        let parts = text.dropFirst().split(separator: mark, maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5 else { return nil }
        return SQLError(
            String(parts[0]), String(parts[1]), details: parts[2].isEmpty ? nil : String(parts[2]),
            hint: parts[3].isEmpty ? nil : String(parts[3]), constraint: parts[4].isEmpty ? nil : String(parts[4]))
    }
}

extension Fault {
    /// The constraints SQLite tells apart, by extended result code.
    enum Violation: Int32 {
        case check = 275
        case foreignKey = 787
        case notNull = 1299
        case primaryKey = 1555
        case unique = 2067
        case rowID = 2579
    }

    var violation: Violation? { Violation(rawValue: code) }
}
