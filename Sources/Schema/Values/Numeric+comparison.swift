extension Numeric {
    /// Compares two numerics as stored, on their bytes: the order of the collation `pg_numeric`.
    ///
    /// -Infinity, numbers by value (`1.0` equals `1.00`), Infinity, NaN. Both must be stored text: no blanks, no exponent, no leading
    /// zeros.
    package static func compare(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int32 {
        let left = Shape(a)
        let right = Shape(b)
        if left.rank != right.rank { return left.rank < right.rank ? -1 : 1 }
        switch left.rank {
        case 1: return magnitudes(left, right)
        case -1: return magnitudes(right, left)
        default: return 0
        }
    }

    /// Where a text's digits and its point are.
    private struct Shape {
        /// -2 -Infinity, -1 negative, 0 zero, 1 positive, 2 Infinity, 3 NaN.
        var rank: Int
        var digits: UnsafeBufferPointer<UInt8>
        var point: Int

        init(_ text: UnsafeBufferPointer<UInt8>) {
            digits = text
            point = 0
            guard let first = text.first else {
                rank = -3
                return
            }
            let negative = first == UInt8(ascii: "-")
            if negative { digits = UnsafeBufferPointer(rebasing: text[1...]) }
            guard let leading = digits.first, leading.isDigit else {
                rank = negative ? -2 : first == UInt8(ascii: "N") ? 3 : 2
                return
            }
            while point < digits.count, digits[point] != UInt8(ascii: ".") { point &+= 1 }
            rank = negative ? -1 : 1
            // Only a number that begins with 0 can be zero.
            if leading == UInt8(ascii: "0"), digits.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }) { rank = 0 }
        }
    }

    private static func magnitudes(_ a: Shape, _ b: Shape) -> Int32 {
        if a.point != b.point { return a.point < b.point ? -1 : 1 }
        // The points are at the same place, so digits can be compared as they stand, the point with them.
        let common = min(a.digits.count, b.digits.count)
        var at = 0
        while at < common {
            if a.digits[at] != b.digits[at] { return a.digits[at] < b.digits[at] ? -1 : 1 }
            at &+= 1
        }
        if a.digits[common...].contains(where: { $0 > UInt8(ascii: "0") }) { return 1 }
        return b.digits[common...].contains(where: { $0 > UInt8(ascii: "0") }) ? -1 : 0
    }
}
