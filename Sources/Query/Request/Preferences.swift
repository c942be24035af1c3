/// What the `Prefer` header asks for (RFC 7240). Of two tokens of one kind the first counts.
package struct Preferences: Hashable, Sendable {
    package enum Return: String, Hashable, Sendable {
        case minimal, representation
        case headersOnly = "headers-only"
    }
    package enum Count: String, Hashable, Sendable { case exact, planned, estimated }
    package enum Resolution: String, Hashable, Sendable {
        case mergeDuplicates = "merge-duplicates"
        case ignoreDuplicates = "ignore-duplicates"
    }
    package enum Missing: String, Hashable, Sendable { case `default`, null }
    package enum Handling: String, Hashable, Sendable { case strict, lenient }
    /// Where a read is answered.
    package enum Reading: String, Hashable, Sendable { case replica, primary }
    package enum Transaction: String, Hashable, Sendable { case commit, rollback }

    package var `return`: Return?
    package var count: Count?
    package var resolution: Resolution?
    package var missing: Missing?
    package var handling: Handling?
    package var reading: Reading?
    package var transaction: Transaction?
    /// As written; whether there is such a zone is for the database to say.
    package var timezone: String?
    package var maxAffected: Int?
    /// `etag`: the answer about one row carries its tag.
    package var tag = false
    /// Tokens that mean nothing here, in order. An error when handling is strict.
    package var invalid: [String] = []

    package init() {}

    /// - Throws: `PGRST122` when `handling=strict` and a token is unknown.
    package init(headers: [String]) throws(RequestError) {
        for header in headers {
            for token in header.utf8.split(separator: UInt8(ascii: ",")) {
                let token = Substring(token).trimmingBlanks()
                if !token.isEmpty { take(token) }
            }
        }
        if handling == .strict, !invalid.isEmpty {
            throw RequestError(
                code: "PGRST122", message: "Invalid preferences given with handling=strict",
                details: "Invalid preferences: " + invalid.joined(separator: ", "))
        }
    }

    private mutating func take(_ token: Substring) {
        let parts = token.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1]) : ""
        let isKnown =
            switch parts[0] {
            case "return": Self.keep(Return(rawValue: value), in: &self.return)
            case "count": Self.keep(Count(rawValue: value), in: &count)
            case "resolution": Self.keep(Resolution(rawValue: value), in: &resolution)
            case "missing": Self.keep(Missing(rawValue: value), in: &missing)
            case "handling": Self.keep(Handling(rawValue: value), in: &handling)
            case "read": Self.keep(Reading(rawValue: value), in: &reading)
            case "tx": Self.keep(Transaction(rawValue: value), in: &transaction)
            case "timezone": Self.keep(value.isEmpty ? nil : value, in: &timezone)
            case "max-affected": Self.keep(Int(value).flatMap { $0 < 0 ? nil : $0 }, in: &maxAffected)
            case "etag" where parts.count == 1: Self.note(&tag)
            default: false
            }
        if !isKnown { invalid.append(String(token)) }
    }

    private static func note(_ place: inout Bool) -> Bool {
        place = true
        return true
    }

    private static func keep<Value>(_ value: Value?, in place: inout Value?) -> Bool {
        guard let value else { return false }
        if place == nil { place = value }
        return true
    }

    /// The value of `Preference-Applied`: those honoured, in the contract's order, ours behind them. `nil` when there are none, and then the header is
    /// absent.
    ///
    /// - Parameters:
    ///   - isMutation: `return` applies.
    ///   - resolves: `resolution` applies: a POST to a table with a primary key or with `on_conflict`.
    ///   - setsMissing: `missing` applies: a POST or PATCH.
    ///   - mayChooseTransaction: the server lets callers choose `tx`.
    ///   - isRead: `read` applies.
    package func applied(
        isMutation: Bool, resolves: Bool, setsMissing: Bool, mayChooseTransaction: Bool, isRead: Bool = false
    ) -> String? {
        var tokens: [String] = []
        if resolves, let resolution { tokens.append("resolution=\(resolution.rawValue)") }
        if setsMissing, let missing { tokens.append("missing=\(missing.rawValue)") }
        if isMutation, let wanted = self.return { tokens.append("return=\(wanted.rawValue)") }
        if let count { tokens.append("count=\(count.rawValue)") }
        if mayChooseTransaction, let transaction { tokens.append("tx=\(transaction.rawValue)") }
        if let handling { tokens.append("handling=\(handling.rawValue)") }
        if let timezone { tokens.append("timezone=\(timezone)") }
        if handling == .strict, let maxAffected { tokens.append("max-affected=\(maxAffected)") }
        if isRead, let reading { tokens.append("read=\(reading.rawValue)") }
        return tokens.isEmpty ? nil : tokens.joined(separator: ", ")
    }
}

extension Substring {
    /// Without the blanks and tabs around it.
    func trimmingBlanks() -> Substring {
        var bytes = utf8[...]
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return Substring(bytes)
    }
}
