/// Who is asking: the role of the token and what it claims.
package struct Caller: Hashable, Sendable {
    /// The database role statements run as: `anon`, `authenticated`, `service_role`, or one of the project's own.
    package var role: String
    /// The token's payload as JSON text: what `auth.jwt()` and `current_setting('request.jwt.claims')` give. Nil without a token.
    package var claims: String?
    /// The `sub` claim: what `auth.uid()` gives.
    package var subject: String?

    package init(role: String, claims: String? = nil, subject: String? = nil) {
        self.role = role
        self.claims = claims
        self.subject = subject
    }

    /// The owner of everything. Passes row level security, as owners do; for migrations and features' own statements over their own tables.
    package static let system = Caller(role: "postgres")
    /// A request that brought no key.
    package static let anonymous = Caller(role: "anon")
}
