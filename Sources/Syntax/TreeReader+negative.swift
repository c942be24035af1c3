/// Negative whole numbers. libpg_query 15-4.0.0 leaves every integer that is not above zero out of its JSON, so that `-5` arrives as `{}`,
/// which is also
/// what `0` looks like: the source says which it was.
extension TreeReader {
    /// The value of `{"ival": …}` or `{"Integer": …}`. `location` is of the number's sign, or of a word before it.
    func integer(_ node: Node, at location: Int) -> Int {
        node["ival"] == nil ? negative(at: location) : node.integer("ival")
    }

    /// The number that follows, if a minus sign does; else 0. Between the place and the digits may stand words, signs, brackets and
    /// comments.
    private func negative(at location: Int) -> Int {
        let bytes = text.utf8
        guard location >= 0, location < bytes.count else { return 0 }
        var rest = bytes[bytes.index(bytes.startIndex, offsetBy: location)...]
        // A made node has no place, and 0 is one where a comment may begin.
        if rest.starts(with: "--".utf8) { return 0 }
        var isNegative = false
        while let byte = rest.first {
            if rest.starts(with: "--".utf8) {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if rest.starts(with: "/*".utf8) {
                rest = rest.dropFirst(2)
                while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest = rest.dropFirst() }
                rest = rest.dropFirst(2)
            } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
                return isNegative ? -(Int(String(Substring(digits))) ?? 0) : 0
            } else {
                let isWord = byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
                guard isWord || byte <= 0x20 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "=") else {
                    return 0
                }
                if byte == UInt8(ascii: "-") { isNegative = true }
                rest = rest.dropFirst()
            }
        }
        return 0
    }
}
