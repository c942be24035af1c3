import OffstageDatabase
import OffstageSchema
import OffstageServer

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One call of a function: who calls, and the database as the caller may use it.
public struct FunctionCall: Sendable {
    /// The database role that the caller's token or key names: `anon`, `authenticated`, `service_role`.
    public let role: String
    /// The token's `sub`: the account that calls; nil for a bare key.
    public let subject: String?
    /// The database with the caller's rights, or the owner's where the function is declared `security definer`.
    public let database: FunctionDatabase
    private let claimsText: String?

    init(_ call: SwiftCall, in database: ProjectDatabase, knowing queries: KnownQueries) {
        role = call.caller.role
        subject = call.caller.subject
        claimsText = call.caller.claims
        self.database = FunctionDatabase(
            database, queries, call.caller, isOwner: call.isDefiner, isReadOnly: call.isReadOnly)
    }

    /// The token's payload.
    ///
    /// - Throws: `DecodingError` where it is not such a value; a caller without a token has an empty payload.
    public func claims<Claims: Decodable>(as type: Claims.Type = Claims.self) throws -> Claims {
        try FunctionJSON.read((claimsText ?? "{}").utf8)
    }
}
