import CSQLite
import OffstageJSON
import OffstageSchema

/// The running state of one aggregate over one group.
///
/// Subclasses skip nulls themselves, where PostgreSQL's aggregate does. Over no rows at all the result is null.
class Accumulator {
    init() {}
    func add(_ call: FunctionCall) throws {}
    /// Takes a row out again, when a window's frame moves on.
    func remove(_ call: FunctionCall) throws {
        throw SQLError("0A000", "this aggregate with a moving window frame is not supported on the embedded engine")
    }
    func give(to call: FunctionCall) throws {}

    // What `Framed` needs: a value alone, and the word that says which of several aggregates is meant.
    func prepare(as name: StoredValue) {}
    func take(_ value: Double) throws(SQLError) {}
    func take(_ value: Int64) {}
}

/// Where SQLite keeps a group's accumulator; nil where there is none and none is to be made.
private func place(_ context: OpaquePointer?, creating: Bool) -> UnsafeMutablePointer<UnsafeRawPointer?>? {
    sqlite3_aggregate_context(context, creating ? Int32(MemoryLayout<UnsafeRawPointer?>.size) : 0)?
        .assumingMemoryBound(to: UnsafeRawPointer?.self)
}

private func accumulator(_ held: UnsafeRawPointer) -> Accumulator { Unmanaged<Accumulator>.fromOpaque(held).takeUnretainedValue() }

extension EngineFunction {
    /// An aggregate that may stand in a window, too. `step` makes the state where there is none yet.
    static func aggregate(_ name: String, _ arguments: Int32, _ step: @escaping Callback) -> EngineFunction {
        EngineFunction(name, arguments, .innocuous, .window(step: step, final: giveLast, value: giveCurrent, inverse: takeOut))
    }

    /// One row of an aggregate.
    @inline(__always)
    static func step(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ make: () -> Accumulator
    ) {
        guard let place = place(context, creating: true) else { return sqlite3_result_error_nomem(context) }
        if place.pointee == nil { place.pointee = UnsafeRawPointer(Unmanaged.passRetained(make()).toOpaque()) }
        guard let held = place.pointee else { return }
        run(context, count, arguments) { try accumulator(held).add($0) }
    }

    private static let giveLast: Final = { context in
        let place = place(context, creating: false)
        guard let held = place?.pointee else { return sqlite3_result_null(context) }
        place?.pointee = nil
        let state = Unmanaged<Accumulator>.fromOpaque(held).takeRetainedValue()
        EngineFunction.run(context, 0, nil) { try state.give(to: $0) }
    }

    private static let giveCurrent: Final = { context in
        guard let held = place(context, creating: false)?.pointee else { return sqlite3_result_null(context) }
        EngineFunction.run(context, 0, nil) { try accumulator(held).give(to: $0) }
    }

    private static let takeOut: Callback = { context, count, arguments in
        guard let held = place(context, creating: false)?.pointee else { return }
        EngineFunction.run(context, count, arguments) { try accumulator(held).remove($0) }
    }
}
