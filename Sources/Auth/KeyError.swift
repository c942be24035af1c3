/// Why a key or token was refused. The answer is always 401, except ``noVerificationKey`` (500).
///
/// `message`, `details` and `hint` are safe to show a stranger: they never hold a part of the token, a secret or a path.
package struct KeyError: Error, Equatable, Sendable {
    /// `PGRST301`, `PGRST302`, `PGRST303`; nil for the refusals a gateway gives, whose bodies have no code.
    package var code: String?
    package var message: String
    package var details: String?
    package var hint: String?
    /// The value of `WWW-Authenticate` (RFC 6750 section 3), where the answer carries one.
    package var challenge: String?

    /// No key in a request to a project that requires one.
    package static let noKey = KeyError(
        message: "No API key found in request", hint: "No `apikey` request header or url param was found.")

    /// A wrong, expired or revoked `apikey`.
    package static let invalidKey = KeyError(
        message: "Invalid API key", hint: "Double check your Supabase `anon` or `service_role` API key.")

    /// Neither a role in the token nor a role for those without one.
    package static let anonymousDisabled = KeyError(code: "PGRST302", message: "Anonymous access is disabled", challenge: "Bearer")

    /// There is no key that could verify anything.
    package static let noVerificationKey = KeyError(code: "PGRST300", message: "Server lacks JWT secret")

    /// The token is not one, or no key of ours signed it.
    static func undecodable(_ message: String, details: String? = nil) -> KeyError {
        KeyError(code: "PGRST301", message: message, details: details, challenge: challenge(message))
    }

    /// The token is ours, but not for now or not for us.
    static func claims(_ message: String) -> KeyError {
        KeyError(code: "PGRST303", message: message, challenge: challenge(message))
    }

    // One text for a wrong signature, an unknown `kid` and a withdrawn key: which of them it was is nobody's business.
    static let noSuitableKey = undecodable(
        "No suitable key or wrong key type", details: "None of the keys was able to decode the JWT")
    static let wrongAlgorithm = undecodable("Wrong or unsupported encoding algorithm")
    static let malformed = undecodable("JWT cryptographic operation failed")

    private static func challenge(_ message: String) -> String {
        "Bearer error=\"invalid_token\", error_description=\"\(message)\""
    }
}
