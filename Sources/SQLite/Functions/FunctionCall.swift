import CSQLite
import OffstageJSON
import OffstageSchema

/// One call of an engine function: its arguments, read in place, and where its result goes.
struct FunctionCall {
    let context: OpaquePointer?
    let count: Int
    private let arguments: UnsafeMutablePointer<OpaquePointer?>?

    init(_ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?) {
        self.context = context
        self.count = Int(count)
        self.arguments = arguments
    }

    /// What literals mean here: the session's time zone and clock.
    var values: ValueContext {
        var values = EngineFunction.session(of: context)?.values ?? ValueContext()
        values.now = EngineFunction.session(of: context)?.now ?? values.now
        return values
    }

    // MARK: Arguments

    @inline(__always)
    func argument(_ index: Int) -> OpaquePointer? { index < count ? arguments?[index] : nil }

    @inline(__always)
    func isNull(_ index: Int) -> Bool { index >= count || sqlite3_value_type(arguments?[index]) == SQLITE_NULL }

    var hasNull: Bool { (0..<count).contains { isNull($0) } }

    @inline(__always)
    func integer(_ index: Int) -> Int64 { sqlite3_value_int64(argument(index)) }

    /// An integer that is used as a length or a place: kept within what fits in 32 bits.
    func small(_ index: Int) -> Int { Int(max(min(integer(index), Int64(Int32.max)), Int64(Int32.min))) }

    func boolean(_ index: Int) -> Bool { integer(index) != 0 }

    func double(_ index: Int) -> Double {
        let argument = argument(index)
        // The one number that is stored as text is NaN.
        return sqlite3_value_type(argument) == SQLITE_TEXT ? .nan : sqlite3_value_double(argument)
    }

    /// The argument's text as UTF-8; valid until the call ends.
    @inline(__always)
    func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        guard let start = sqlite3_value_text(argument(index)) else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(argument(index))))
    }

    func blob(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        guard let start = sqlite3_value_blob(argument(index)) else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(
            start: start.assumingMemoryBound(to: UInt8.self), count: Int(sqlite3_value_bytes(argument(index))))
    }

    func text(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

    func numeric(_ index: Int) throws(SQLError) -> Numeric {
        if sqlite3_value_type(argument(index)) == SQLITE_INTEGER { return Numeric(integer(index)) }
        return try Numeric(bytes(index))
    }

    /// A numeric of few digits as a whole number and its scale; nil for any other, which `numeric` reads.
    @inline(__always)
    func shortNumeric(_ index: Int) -> (value: Int64, scale: Int)? {
        guard sqlite3_value_type(argument(index)) == SQLITE_TEXT else { return nil }
        return Numeric.short(bytes(index))
    }

    func interval(_ index: Int) throws(SQLError) -> Interval { try Interval(text(index)) }

    func json(_ index: Int) throws(SQLError) -> JSONValue { try JSONValue(stored: bytes(index)) }

    func cell(_ index: Int) -> Cell {
        switch sqlite3_value_type(argument(index)) {
        case SQLITE_INTEGER: .integer(integer(index))
        case SQLITE_FLOAT: .real(double(index))
        case SQLITE_TEXT: .text(bytes(index))
        case SQLITE_BLOB: .blob(blob(index))
        default: .null
        }
    }

    func value(_ index: Int) -> StoredValue {
        switch cell(index) {
        case .null: .null
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): .blob(Array(bytes))
        }
    }

    /// The type that an argument names by its key; read once per statement where the argument is a constant.
    func type(_ index: Int) throws(SQLError) -> ColumnType {
        try remembered(index) { (key) throws(SQLError) in try ColumnType(named: key) }
    }

    /// What `make` gives for a text argument, kept with the statement where the argument is a constant.
    func remembered<Value>(_ index: Int, _ make: (String) throws(SQLError) -> Value) throws(SQLError) -> Value {
        if let kept = sqlite3_get_auxdata(context, Int32(index)) {
            return Unmanaged<Remembered<Value>>.fromOpaque(kept).takeUnretainedValue().value
        }
        let value = try make(text(index))
        let box = Unmanaged.passRetained(Remembered(value))
        sqlite3_set_auxdata(context, Int32(index), box.toOpaque()) { box in
            if let box { Unmanaged<AnyObject>.fromOpaque(box).release() }
        }
        return value
    }

    // MARK: Results

    func giveNull() { sqlite3_result_null(context) }
    func give(_ value: Int64) { sqlite3_result_int64(context, value) }
    func give(_ value: Int) { sqlite3_result_int64(context, Int64(value)) }
    func give(_ value: Bool) { sqlite3_result_int(context, value ? 1 : 0) }
    func give(_ value: Numeric) { give(value.text) }
    func give(_ value: Interval) { give(value.text) }
    func give(_ bytes: UnsafeBufferPointer<UInt8>) {
        UnsafeRawBufferPointer(bytes).withMemoryRebound(to: CChar.self) { offstage_result_text(context, $0.baseAddress, UInt64($0.count)) }
    }
    func give(_ text: String) {
        var text = text
        text.withUTF8 { give($0) }
    }
    func give(_ writer: borrowing JSONWriter) { writer.withBytes { give($0) } }
    func give(blob: [UInt8]) { blob.withUnsafeBytes { offstage_result_blob(context, $0.baseAddress, UInt64($0.count)) } }

    /// SQLite would make null of NaN, silently: it is given as it is stored.
    func give(_ value: Double) {
        guard !value.isNaN else { return give("NaN") }
        sqlite3_result_double(context, value)
    }

    func give(_ value: StoredValue) throws(SQLError) {
        switch value {
        case .null: giveNull()
        case .integer(let value): give(value)
        case .real(let value): give(value)
        case .text(let text): give(text)
        case .blob(let bytes): give(blob: bytes)
        }
    }
}

private final class Remembered<Value> {
    let value: Value
    init(_ value: Value) { self.value = value }
}

extension ColumnType {
    init(named key: String) throws(SQLError) {
        guard let type = ColumnType(key: key) else { throw SQLError("XX000", "no type has the key \(key)") }
        self = type
    }
}

extension EngineFunction {
    /// Immutable, and allowed in checks, indexes and generated columns.
    static let pure: Flags = [.deterministic, .innocuous]

    /// Runs a function's body; what it throws becomes the statement's error.
    @inline(__always)
    static func run(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ body: (FunctionCall) throws -> Void
    ) {
        do {
            try body(FunctionCall(context, count, arguments))
        } catch let error as SQLError {
            raise(error, in: context)
        } catch {
            raise(SQLError("XX000", "\(error)"), in: context)
        }
    }

    /// As `run`, but null as soon as an argument is null.
    @inline(__always)
    static func strict(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ body: (FunctionCall) throws -> Void
    ) {
        for index in 0..<Int(count) where sqlite3_value_type(arguments?[index]) == SQLITE_NULL { return sqlite3_result_null(context) }
        run(context, count, arguments, body)
    }
}

extension SQLError {
    static let zeroDivision = SQLError("22012", "division by zero")
    static let overflow = SQLError("22003", "value out of range: overflow")
    static let underflow = SQLError("22003", "value out of range: underflow")

    static func outOfRange(_ type: DataType) -> SQLError { SQLError("22003", "\(type.name) out of range") }
}
