/// Characters as PostgreSQL's input functions see them: in the C locale.
extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isLetter: Bool { lowercased >= UInt8(ascii: "a") && lowercased <= UInt8(ascii: "z") }

    var isBlank: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }

    var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Collection<UInt8> where SubSequence: Collection<UInt8>, Self: BidirectionalCollection {
    /// Without the blanks around it.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isBlank }), let last = lastIndex(where: { !$0.isBlank }) else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }

    /// Whether these bytes are `word` (in lower case) but for case.
    func isWord(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { expected in
            expected.count == count && zip(self, expected).allSatisfy { $0.lowercased == $1 }
        }
    }
}
