package import OffstageSchema

/// The functions that the program itself has, by the names that `language swift as '…'` gives them.
package protocol SwiftFunctions: Sendable {
    func contains(_ name: String) -> Bool

    /// Runs one, away from the event loops.
    ///
    /// - Returns: what it gave, as JSON.
    /// - Throws: `Refusal` and `SQLError` are the answer; everything else is a fault of the program's.
    func run(_ call: SwiftCall) async throws -> [UInt8]
}

/// One call of a function in Swift.
package struct SwiftCall: Sendable {
    package var name: String
    /// One JSON document: an object of all arguments, or the body by itself where the function takes it whole.
    package var arguments: [UInt8]
    package var caller: Caller
    /// `security definer`: what it asks of the database, it asks as the owner.
    package var isDefiner: Bool
    /// It was called by GET or HEAD: nothing may be written.
    package var isReadOnly: Bool
}
