import CSQLite
package import OffstageSchema

/// A function of the engine's own, as SQLite wants to know it.
///
/// Callbacks are C functions that read their arguments in place. What they need of the request is in the `Session`, which every
/// callback finds with `EngineFunction.session(of:)`. They raise with `EngineFunction.raise`, never with another result code: an
/// interrupt or an I/O code from a function would undo the whole batch of writes.
package struct EngineFunction: Sendable {
    package typealias Callback = @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void
    package typealias Final = @convention(c) (OpaquePointer?) -> Void

    package enum Body: Sendable {
        case scalar(Callback)
        case aggregate(step: Callback, final: Final)
        case window(step: Callback, final: Final, value: Final, inverse: Callback)
    }

    package struct Flags: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }
        /// The same arguments always give the same result.
        package static let deterministic = Flags(rawValue: SQLITE_DETERMINISTIC)
        /// May stand in a check, an index or a generated column.
        package static let innocuous = Flags(rawValue: SQLITE_INNOCUOUS)
    }

    package var name: String
    /// How many arguments; -1 for any number.
    package var arguments: Int32
    package var flags: Flags
    package var body: Body

    package init(_ name: String, _ arguments: Int32, _ flags: Flags = [], _ body: Body) {
        self.name = name
        self.arguments = arguments
        self.flags = flags
        self.body = body
    }

    package init(_ name: String, _ arguments: Int32, _ flags: Flags = [], _ callback: @escaping Callback) {
        self.init(name, arguments, flags, .scalar(callback))
    }

    package static func session(of context: OpaquePointer?) -> Session? {
        sqlite3_user_data(context).map { Unmanaged<Session>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Ends the call with an error: only its statement is undone.
    package static func raise(_ error: SQLError, in context: OpaquePointer?) {
        sqlite3_result_error(context, RaisedError.text(error), -1)
    }

    static func register(on connection: Connection) throws(Fault) {
        let session = Unmanaged.passUnretained(connection.session).toOpaque()
        for function in all {
            // Only what is harmless anywhere may stand in a trigger, a check or an index, whoever wrote it into the file.
            let flags = SQLITE_UTF8 | function.flags.rawValue | (function.flags.contains(.innocuous) ? 0 : SQLITE_DIRECTONLY)
            let code =
                switch function.body {
                case .scalar(let callback):
                    sqlite3_create_function_v2(
                        connection.handle, function.name, function.arguments, flags, session, callback, nil, nil, nil)
                case .aggregate(let step, let final):
                    sqlite3_create_function_v2(
                        connection.handle, function.name, function.arguments, flags, session, nil, step, final, nil)
                case .window(let step, let final, let value, let inverse):
                    sqlite3_create_window_function(
                        connection.handle, function.name, function.arguments, flags, session, step, final, value, inverse, nil)
                }
            guard code == SQLITE_OK else { throw Fault(connection.handle) }
        }
        for collation in EngineCollation.all {
            guard
                sqlite3_create_collation_v2(connection.handle, collation.name, SQLITE_UTF8, nil, collation.compare, nil) == SQLITE_OK
            else { throw Fault(connection.handle) }
        }
        guard EngineCollation.makeOnDemand(on: connection.handle) == SQLITE_OK else { throw Fault(connection.handle) }
        guard TableFunction.register(on: connection.handle) == SQLITE_OK, PackedRowTable.register(on: connection.handle) == SQLITE_OK else {
            throw Fault(connection.handle)
        }
        guard CallTable.register(on: connection) == SQLITE_OK else { throw Fault(connection.handle) }
    }
}

/// An order of texts of the engine's own: `pg_numeric`, `pg_jsonb`, …
package struct EngineCollation: Sendable {
    package typealias Comparison =
        @convention(c) (UnsafeMutableRawPointer?, Int32, UnsafeRawPointer?, Int32, UnsafeRawPointer?) -> Int32

    package var name: String
    package var compare: Comparison

    package init(_ name: String, _ compare: @escaping Comparison) {
        self.name = name
        self.compare = compare
    }
}
