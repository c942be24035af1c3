package import OffstageSchema

/// How long a statement of a role may take: the shortest of what the settings and the role itself say.
///
/// ```swift
/// var limits = TimeLimits(roles: ["anon": .seconds(3)], others: .seconds(8))
/// limits.heed(schema)          // after `alter role anon set statement_timeout = '1s'`
/// limits.limit(of: "anon")     // 1 s
/// ```
package struct TimeLimits: Sendable, Hashable {
    private let others: Duration
    private let set: [String: Duration]
    /// Of each role that may take less than `others`.
    private var shorter: [String: Duration]

    /// - Parameters:
    ///   - roles: what the settings say of some roles; more than `others` is `others`.
    ///   - others: what they say of all.
    package init(roles: [String: Duration], others: Duration) {
        self.others = others
        set = roles.filter { $0.value < others }
        shorter = set
    }

    /// Takes in what the roles of the database say, in place of what those of an earlier schema said. A limit of 0 is none.
    package mutating func heed(_ schema: Schema) {
        shorter = set
        for role in schema.roles.values {
            guard let milliseconds = role.statementTimeout, milliseconds > 0 else { continue }
            let own = Duration.milliseconds(milliseconds)
            if own < shorter[role.name] ?? others { shorter[role.name] = own }
        }
    }

    /// Nil, which is no limit, for what the program asks by itself.
    package func limit(of role: String) -> Duration? { role == Caller.system.role ? nil : shorter[role] ?? others }
}
