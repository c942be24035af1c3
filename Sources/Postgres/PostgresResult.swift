import CPostgres
import OffstageSchema

/// The rows of one command, in libpq's memory until they are copied out.
final class PostgresResult {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }
    deinit { PQclear(handle) }

    var rowCount: Int { Int(PQntuples(handle)) }
    var columnCount: Int { Int(PQnfields(handle)) }

    /// The cell as bytes; nil for null and for what is not there.
    func bytes(_ row: Int, _ column: Int) -> [UInt8]? {
        guard row < rowCount, column < columnCount, PQgetisnull(handle, Int32(row), Int32(column)) == 0,
            let value = PQgetvalue(handle, Int32(row), Int32(column))
        else { return nil }
        let count = Int(PQgetlength(handle, Int32(row), Int32(column)))
        return value.withMemoryRebound(to: UInt8.self, capacity: count) { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }

    /// The cell's bytes, borrowed; none for null.
    func withBytes<R>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) throws(SQLError) -> R) throws(SQLError) -> R {
        guard row < rowCount, column < columnCount, let value = PQgetvalue(handle, Int32(row), Int32(column)) else {
            return try body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        return try body(UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(handle, Int32(row), Int32(column)))))
    }

    func text(_ row: Int, _ column: Int) -> String? { bytes(row, column).map { String(decoding: $0, as: UTF8.self) } }

    func number(_ row: Int, _ column: Int) -> Int? { text(row, column).flatMap { Int($0) } }

    /// The columns' names, and the types by PostgreSQL's number for them.
    var columns: [PostgresSession.Answer.Column] {
        (0..<columnCount).map { index in
            PostgresSession.Answer.Column(
                name: PQfname(handle, Int32(index)).map { String(cString: $0) } ?? "", type: PQftype(handle, Int32(index)))
        }
    }

    /// `INSERT 0 3`.
    var tag: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

    /// The first cell of each row, line by line, as EXPLAIN gives its plan.
    var lines: String { (0..<rowCount).map { text($0, 0) ?? "" }.joined(separator: "\n") }

    var rows: [[String?]] { (0..<rowCount).map { row in (0..<columnCount).map { text(row, $0) } } }

    /// The server said it, and not the library on this side.
    var isFromServer: Bool { PQresultErrorField(handle, Int32(UInt8(ascii: "C"))) != nil }

    /// What the server said of a command that failed.
    var error: SQLError {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(handle, Int32($0)) }.map { String(cString: $0) }
        }
        return SQLError(
            field("C") ?? "XX000", field("M") ?? "the database gave no reason", details: field("D"), hint: field("H"),
            constraint: field("n"))
    }

    /// The same, with the place in the command's text: the server counts characters from 1.
    func error(in text: String) -> SQLError {
        var error = error
        if let place = PQresultErrorField(handle, Int32(UInt8(ascii: "P"))).flatMap({ Int(String(cString: $0)) }), place > 0 {
            error.position = text.unicodeScalars.prefix(place - 1).reduce(0) { $0 + UTF8.width($1) }
        }
        return error
    }
}
