/// The root's limit, offset and `Range` while they are being read.
struct RootWindow {
    var limit: Int?
    var offset: Int?

    /// The rows that all three ask for.
    ///
    /// `Range: 5-9` with `offset=7` is two rows from the seventh. A limit of 0 is nothing, without complaint.
    /// - Throws: `PGRST103` when there can be no such rows.
    func within(range header: String?) throws(RequestError) -> (limit: Int?, offset: Int?) {
        if let limit, limit < 0 { throw .range("Limit should be greater than or equal to zero.") }
        guard limit != 0, let range = header.flatMap(Self.range) else { return (limit, offset) }
        if let upper = range.upper, upper < range.lower {
            throw .range("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
        }
        let lower = max(range.lower, offset ?? 0)
        // One past the last row, where there is an end.
        let ends = [range.upper.map { Self.sum($0, 1) }, limit.map { Self.sum(offset ?? 0, $0) }].compactMap { $0 }
        guard let end = ends.min() else { return (nil, lower) }
        guard end > lower else { throw .range("Limit should be greater than or equal to zero.") }
        return (end - lower, lower)
    }

    private static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }

    /// `0-9` or `5-`; anything else is as if absent.
    private static func range(_ header: String) -> (lower: Int, upper: Int?)? {
        let parts = header.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts.allSatisfy({ $0.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }) else { return nil }
        return (number(parts[0]) ?? 0, parts[1].isEmpty ? nil : number(parts[1]))
    }

    /// A whole number, with blanks around it allowed; as large as fits. `nil` for anything else.
    static func number(_ bytes: some BidirectionalCollection<UInt8>) -> Int? {
        var digits = bytes[bytes.startIndex...]
        while digits.first == 0x20 { digits.removeFirst() }
        while digits.last == 0x20 { digits.removeLast() }
        let isNegative = digits.first == 0x2D
        if isNegative { digits.removeFirst() }
        guard !digits.isEmpty else { return nil }
        var number = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            number = overflow ? .max : sum(tens, Int(digit - 0x30))
        }
        return isNegative ? -number : number
    }
}
