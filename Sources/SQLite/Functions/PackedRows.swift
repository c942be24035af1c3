import CSQLite
import OffstageSchema

/// Rows of a subquery as one value, and back: what SQLite lacks for LATERAL, where a subquery in `from` reads its neighbours.
///
/// `pg_rows((SELECT pg_rows_agg(c1, c2) FROM (…)))` is the subquery again, as a table-valued function, which may read what stands to its
/// left. Values keep their kinds. Columns are `c1` … `c120`, then `ordinal`.
///
/// The form: the number of columns (2 bytes), then each value: a kind (1 byte), then 8 bytes of a number, or a length (4 bytes) and bytes.
struct PackedRows {
    static let mostColumns = 120

    private(set) var bytes: [UInt8] = []
    private(set) var columns = 0

    init(columns: Int) {
        self.columns = columns
        bytes = [UInt8(truncatingIfNeeded: columns), UInt8(truncatingIfNeeded: columns >> 8)]
    }

    mutating func append(_ call: FunctionCall) throws(SQLError) {
        for index in 0..<columns {
            switch call.cell(index) {
            case .null: bytes.append(0)
            case .integer(let value): append(1, UInt64(bitPattern: value))
            case .real(let value): append(2, value.bitPattern)
            case .text(let text): append(3, text)
            case .blob(let blob): append(4, blob)
            }
        }
        guard bytes.count <= 64 << 20 else {
            throw SQLError("54000", "a lateral subquery's rows are too large", hint: "Give it a limit, or fewer columns.")
        }
    }

    private mutating func append(_ kind: UInt8, _ number: UInt64) {
        bytes.append(kind)
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ kind: UInt8, _ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(kind)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: text)
    }
}

/// Walks over packed rows.
struct PackedRowReader {
    let columns: Int
    private let bytes: [UInt8]
    private var at = 2

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        columns = bytes.count < 2 ? 0 : Int(bytes[0]) | Int(bytes[1]) << 8
    }

    /// The next row; nil at the end, or where the bytes are no packed rows.
    mutating func next() -> [StoredValue]? {
        guard at < bytes.count, columns > 0 else { return nil }
        var row: [StoredValue] = []
        row.reserveCapacity(columns)
        for _ in 0..<columns {
            guard at < bytes.count else { return nil }
            let kind = bytes[at]
            at += 1
            switch kind {
            case 0: row.append(.null)
            case 1, 2:
                guard let number = number(8) else { return nil }
                row.append(kind == 1 ? .integer(Int64(bitPattern: number)) : .real(Double(bitPattern: number)))
            default:
                guard let count = number(4), count <= UInt64(bytes.count - at) else { return nil }
                let part = bytes[at..<(at + Int(count))]
                at += Int(count)
                row.append(kind == 3 ? .text(String(decoding: part, as: UTF8.self)) : .blob(Array(part)))
            }
        }
        return row
    }

    private mutating func number(_ width: Int) -> UInt64? {
        guard bytes.count - at >= width else { return nil }
        var value: UInt64 = 0
        for offset in (0..<width).reversed() { value = value << 8 | UInt64(bytes[at + offset]) }
        at += width
        return value
    }
}

private final class PackingRows: Accumulator {
    private var rows: PackedRows?

    override func add(_ call: FunctionCall) throws(SQLError) {
        if rows == nil { rows = PackedRows(columns: call.count) }
        try rows?.append(call)
    }

    override func give(to call: FunctionCall) { call.give(blob: rows?.bytes ?? []) }
}

extension EngineFunction {
    static let packedRows: [EngineFunction] = [
        // pg_rows_agg(c1, c2, …)
        aggregate("pg_rows_agg", -1) { step($0, $1, $2) { PackingRows() } },
        // pg_rows_zip(rows, columns, rows, columns, …): side by side, the shorter padded with nulls.
        EngineFunction("pg_rows_zip", -1) {
            run($0, $1, $2) { call in
                var readers: [(rows: PackedRowReader, columns: Int)] = []
                for index in 0..<(call.count / 2) {
                    readers.append((PackedRowReader(Array(call.blob(index * 2))), call.small(index * 2 + 1)))
                }
                let width = readers.reduce(0) { $0 + $1.columns }
                var packed = PackedRows(columns: width)
                while true {
                    var row: [StoredValue] = []
                    var isEnd = true
                    for index in readers.indices {
                        if let part = readers[index].rows.next() {
                            row += part
                            isEnd = false
                        } else {
                            row += [StoredValue](repeating: .null, count: readers[index].columns)
                        }
                    }
                    if isEnd { break }
                    try packed.append(row)
                }
                call.give(blob: packed.bytes)
            }
        },
    ]
}

extension PackedRows {
    mutating func append(_ row: [StoredValue]) throws(SQLError) {
        for value in row.prefix(columns) {
            switch value {
            case .null: bytes.append(0)
            case .integer(let number): append(1, UInt64(bitPattern: number))
            case .real(let number): append(2, number.bitPattern)
            case .text(var text): text.withUTF8 { append(3, $0) }
            case .blob(let blob): blob.withUnsafeBufferPointer { append(4, $0) }
            }
        }
        guard bytes.count <= 64 << 20 else {
            throw SQLError("54000", "the rows of several functions are too large", hint: "Give them fewer rows.")
        }
    }
}

// MARK: The table

/// SQLite keeps the address, so there is one for the whole process, written once.
private struct Methods: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<sqlite3_module>
}

private struct Cursor {
    var base: sqlite3_vtab_cursor
    var run: Unmanaged<Run>
}

private final class Run {
    var rows = PackedRowReader([])
    var current: [StoredValue]?
    var ordinal: Int64 = 0

    func advance() {
        current = rows.next()
        ordinal += 1
    }
}

enum PackedRowTable {
    static func register(on handle: OpaquePointer) -> Int32 {
        sqlite3_create_module_v2(handle, "pg_rows", methods.pointer, nil, nil)
    }

    private static let methods: Methods = {
        let pointer = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        pointer.initialize(to: sqlite3_module())
        pointer.pointee.xConnect = { handle, _, _, _, result, _ in
            let columns = (1...PackedRows.mostColumns).map { "c\($0)" }.joined(separator: ", ")
            let code = sqlite3_declare_vtab(handle, "create table x(\(columns), ordinal, a hidden)")
            guard code == SQLITE_OK else { return code }
            let table = UnsafeMutablePointer<sqlite3_vtab>.allocate(capacity: 1)
            table.initialize(to: sqlite3_vtab())
            result?.pointee = table
            return SQLITE_OK
        }
        pointer.pointee.xDisconnect = { table in
            table?.deallocate()
            return SQLITE_OK
        }
        pointer.pointee.xBestIndex = { _, plan in
            guard let plan else { return SQLITE_ERROR }
            for index in 0..<Int(plan.pointee.nConstraint) {
                let constraint = plan.pointee.aConstraint[index]
                guard Int(constraint.iColumn) == PackedRows.mostColumns + 1, Int32(constraint.op) == SQLITE_INDEX_CONSTRAINT_EQ else {
                    continue
                }
                // Its value is not known yet in this order of the join: another order must be tried.
                guard constraint.usable != 0 else { return SQLITE_CONSTRAINT }
                plan.pointee.aConstraintUsage[index].argvIndex = 1
                plan.pointee.aConstraintUsage[index].omit = 1
            }
            plan.pointee.estimatedCost = 20
            plan.pointee.estimatedRows = 10
            return SQLITE_OK
        }
        pointer.pointee.xOpen = { _, result in
            let cursor = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
            cursor.initialize(to: Cursor(base: sqlite3_vtab_cursor(), run: .passRetained(Run())))
            result?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        pointer.pointee.xClose = { cursor in
            guard let cursor = held(cursor) else { return SQLITE_OK }
            cursor.pointee.run.release()
            cursor.deallocate()
            return SQLITE_OK
        }
        pointer.pointee.xFilter = { cursor, _, _, count, values in
            guard let run = held(cursor)?.pointee.run.takeUnretainedValue() else { return SQLITE_ERROR }
            let call = FunctionCall(nil, count, values)
            run.rows = PackedRowReader(count > 0 && !call.isNull(0) ? Array(call.blob(0)) : [])
            run.ordinal = 0
            run.advance()
            return SQLITE_OK
        }
        pointer.pointee.xNext = { cursor in
            held(cursor)?.pointee.run.takeUnretainedValue().advance()
            return SQLITE_OK
        }
        pointer.pointee.xEof = { cursor in held(cursor)?.pointee.run.takeUnretainedValue().current == nil ? 1 : 0 }
        pointer.pointee.xRowid = { cursor, result in
            result?.pointee = held(cursor)?.pointee.run.takeUnretainedValue().ordinal ?? 0
            return SQLITE_OK
        }
        pointer.pointee.xColumn = { cursor, context, column in
            guard let run = held(cursor)?.pointee.run.takeUnretainedValue(), let current = run.current else { return SQLITE_OK }
            let call = FunctionCall(context, 0, nil)
            let index = Int(column)
            if index == PackedRows.mostColumns {
                call.give(run.ordinal)
            } else if current.indices.contains(index) {
                do throws(SQLError) { try call.give(current[index]) } catch { EngineFunction.raise(error, in: context) }
            } else {
                call.giveNull()
            }
            return SQLITE_OK
        }
        return Methods(pointer: pointer)
    }()
}

private func held(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> UnsafeMutablePointer<Cursor>? {
    UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self)
}
