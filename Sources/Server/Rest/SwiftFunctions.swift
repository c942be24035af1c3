package import OffstageSchema

/// The functions that the program itself has, by the names that `language swift as '…'` gives them.
package protocol SwiftFunctions: Sendable {
    /// Nil where the program has none of that name.
    subscript(_ name: String) -> SwiftFunction? { get }
}

/// Runs a function, away from the event loops.
///
/// Gives what the function gave, as JSON. `Refusal` and `SQLError` that it throws are the answer; everything else is a fault of the program's.
package typealias SwiftFunction = @Sendable (SwiftCall) async throws -> [UInt8]

/// One call of a function in Swift.
package struct SwiftCall: Sendable {
    /// One JSON document: an object of all arguments, or the body by itself where the function takes it whole.
    package var arguments: [UInt8]
    package var caller: Caller
    /// `security definer`: what it asks of the database, it asks as the owner.
    package var isDefiner: Bool
    /// It was called by GET or HEAD: nothing may be written.
    package var isReadOnly: Bool
}
