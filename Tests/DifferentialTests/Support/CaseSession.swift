import OffstageSchema

/// Who asks in a case file.
struct CaseSession {
    private(set) var caller = Caller.system
    private var claims: String?

    /// Whether a statement only says who asks.
    mutating func takes(_ statement: String) -> Bool {
        let words = statement.split(whereSeparator: \.isWhitespace).map(String.init)
        if words == ["reset", "role"] {
            caller = .system
        } else if words.count == 3, words[0] == "set", words[1] == "role" {
            caller = Caller(role: words[2], claims: claims, subject: claims.flatMap(Self.subject))
        } else if statement.hasPrefix("select set_config('request.jwt.claims', '") {
            claims = statement.split(separator: "'", omittingEmptySubsequences: false).dropFirst(3).first.map(String.init)
            caller = Caller(role: caller.role, claims: claims, subject: claims.flatMap(Self.subject))
        } else {
            return false
        }
        return true
    }

    private static func subject(of claims: String) -> String? {
        guard let key = claims.firstRange(of: "\"sub\"") else { return nil }
        let rest = claims[key.upperBound...].split(separator: "\"", omittingEmptySubsequences: false)
        return rest.count > 1 ? String(rest[1]) : nil
    }
}
