import CSQLite
import OffstageSchema

/// One SQL text, prepared on one connection. Finalised with its last owner.
final class PreparedStatement {
    let handle: OpaquePointer

    /// Prepares the first statement of `text`; nil if there is none (blanks, a comment).
    init?(_ text: String, on connection: OpaquePointer) throws(Fault) {
        var text = text
        var handle: OpaquePointer?
        var tail = 0
        try Self.prepare(&text, from: 0, on: connection, into: &handle, tail: &tail)
        guard let handle else { return nil }
        self.handle = handle
    }

    init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    /// Prepares what begins at byte `start` and says in `tail` where the next statement begins.
    static func prepare(
        _ text: inout String, from start: Int, on connection: OpaquePointer, into handle: inout OpaquePointer?, tail: inout Int,
        isKept: Bool = true
    ) throws(Fault) {
        var prepared: OpaquePointer?
        var end = 0
        let code = text.withUTF8 { utf8 -> Int32 in
            end = utf8.count
            guard let base = utf8.baseAddress, start < utf8.count, let length = Int32(exactly: utf8.count - start) else { return SQLITE_OK }
            return (base + start).withMemoryRebound(to: CChar.self, capacity: utf8.count - start) { from in
                var rest: UnsafePointer<CChar>?
                let flags = isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
                let code = sqlite3_prepare_v3(connection, from, length, flags, &prepared, &rest)
                if let rest { end = start + (rest - from) }
                return code
            }
        }
        guard code == SQLITE_OK else { throw Fault(connection) }
        handle = prepared
        tail = end
    }

    /// Bytes SQLite holds for it.
    var memory: Int { Int(sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_MEMUSED, 0)) }
    var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// True: a row is there. After false or an error the statement must be reset.
    @inline(__always)
    func step() throws(Fault) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw Fault(sqlite3_db_handle(handle))
    }

    func reset() { sqlite3_reset(handle) }

    /// Lets go of the rows, and of the request's values.
    func finish() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func cell(_ index: Int32) -> Cell {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, index))
        case SQLITE_TEXT: return .text(text(index))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(handle, index)?.assumingMemoryBound(to: UInt8.self)
            return .blob(UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, index))))
        default: return .null
        }
    }

    @inline(__always)
    func text(_ index: Int32) -> UnsafeBufferPointer<UInt8> {
        let start = sqlite3_column_text(handle, index)
        return UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, index)))
    }

    func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

    /// The row's value as one that outlives it.
    func value(_ index: Int32) -> StoredValue { StoredValue(cell(index)) }

    func bind(_ value: StoredValue, at index: Int32) throws(Fault) {
        let code: Int32
        switch value {
        case .null: code = sqlite3_bind_null(handle, index)
        case .integer(let number): code = sqlite3_bind_int64(handle, index, number)
        case .real(let number): code = sqlite3_bind_double(handle, index, number)
        case .text(let text): return try bind(text: text, at: index)
        case .blob(let bytes):
            code = bytes.withUnsafeBytes { offstage_bind_blob(handle, index, $0.baseAddress, UInt64($0.count)) }
        }
        guard code == SQLITE_OK else { throw Fault(sqlite3_db_handle(handle)) }
    }

    func bind(integer: Int64, at index: Int32) throws(Fault) {
        guard sqlite3_bind_int64(handle, index, integer) == SQLITE_OK else { throw Fault(sqlite3_db_handle(handle)) }
    }

    func bind(text: String, at index: Int32) throws(Fault) {
        var text = text
        let code = text.withUTF8 { utf8 -> Int32 in
            guard let base = utf8.baseAddress else { return offstage_bind_text(handle, index, "", 0) }
            return base.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                offstage_bind_text(handle, index, $0, UInt64(utf8.count))
            }
        }
        guard code == SQLITE_OK else { throw Fault(sqlite3_db_handle(handle)) }
    }

    /// Hands on a cell of another statement's current row.
    func bind(_ other: PreparedStatement, column: Int32, at index: Int32) throws(Fault) {
        guard sqlite3_bind_value(handle, index, sqlite3_column_value(other.handle, column)) == SQLITE_OK else {
            throw Fault(sqlite3_db_handle(handle))
        }
    }
}

extension StoredValue {
    init(_ cell: Cell) {
        switch cell {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        case .real(let number): self = .real(number)
        case .text(let utf8): self = .text(String(decoding: utf8, as: UTF8.self))
        case .blob(let bytes): self = .blob(Array(bytes))
        }
    }
}
