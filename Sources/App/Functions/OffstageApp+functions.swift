/// Business logic: functions that migrations declare and the program has.
///
/// ```sql
/// create function quote(country text, grams int default 500) returns numeric stable language swift as 'quote';
/// grant execute on function quote to anon, authenticated;
/// ```
///
/// ```swift
/// struct Parcel: Decodable { var country: String; var grams: Int }
///
/// var app = OffstageApp()
/// app.function("quote") { (parcel: Parcel, call) in
///     let rates = try await call.database.query("select price from rates where country = \(parcel.country)", as: Rate.self)
///     …
/// }
/// await app.run()
/// ```
///
/// `POST /rest/v1/rpc/quote` calls it as any other function: its declaration says who may, what it takes and what it gives.
extension OffstageApp {
    /// Adds a function. One added under the same name before is replaced.
    ///
    /// - Parameters:
    ///   - name: what stands behind `language swift as` in the migration.
    ///   - body: takes the arguments under their names in SQL, as the types that JSON has for theirs, and gives a value, an object or a list
    ///     of objects, as declared. It runs on the program's own threads, as many at a time as there are calls.
    public mutating func function<Input: Decodable & Sendable, Output: Encodable & Sendable>(
        _ name: String, _ body: @escaping @Sendable (Input, FunctionCall) async throws -> Output
    ) {
        functions[name] = { arguments, call in
            let output = try await body(try ProgramFunctions.arguments(arguments, of: name, as: Input.self), call)
            return try FunctionJSON.bytes(of: output)
        }
    }

    /// Adds a function that is declared to return `void`.
    public mutating func function<Input: Decodable & Sendable>(
        _ name: String, _ body: @escaping @Sendable (Input, FunctionCall) async throws -> Void
    ) {
        functions[name] = { arguments, call in
            try await body(try ProgramFunctions.arguments(arguments, of: name, as: Input.self), call)
            return []
        }
    }

    /// Adds a function that takes no arguments.
    public mutating func function<Output: Encodable & Sendable>(
        _ name: String, _ body: @escaping @Sendable (FunctionCall) async throws -> Output
    ) {
        functions[name] = { _, call in try FunctionJSON.bytes(of: try await body(call)) }
    }
}
