import OffstageSchema

/// `to_number`.
extension NumberPattern {
    /// The number that a text written by this pattern means.
    func number(in text: String) throws(SQLError) -> Numeric {
        if flags.contains(.scientific) { throw SQLError("0A000", "\"EEEE\" not supported for input") }
        if flags.contains(.roman) { throw SQLError("0A000", "\"RN\" not supported for input") }
        var reader = Reader(pattern: self, text: text.unicodeScalars.map { $0 })
        reader.read()
        var digits = String(reader.digits)
        if digits.hasSuffix(".") { digits.removeLast() }
        let word = (reader.sign == " " ? "" : String(reader.sign)) + digits
        guard !digits.isEmpty else {
            let word = reader.sign == " " ? " " : String(reader.sign)
            throw SQLError("22P02", "invalid input syntax for type numeric: \"\(word)\"")
        }
        let scale = reader.behind
        let precision = before + shift + scale
        let stored = try ColumnType(.numeric, .numeric(precision: max(precision, 1), scale: scale)).parse(word, in: ValueContext())
        guard case .text(let number) = stored else { return .zero }
        var result = try Numeric(number)
        if flags.contains(.shifted), shift > 0 {
            result = try result * Numeric.tenth(shift)
        }
        return result
    }

    private struct Reader {
        let pattern: NumberPattern
        let text: [Unicode.Scalar]
        var at = 0
        var sign: Unicode.Scalar = " "
        var digits: [Character] = []
        var before = 0
        var behind = 0
        var hasPoint = false

        private var isAtEnd: Bool { at >= text.count }
        private func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }

        init(pattern: NumberPattern, text: [Unicode.Scalar]) {
            self.pattern = pattern
            self.text = text
        }

        mutating func read() {
            for item in pattern.items {
                if isAtEnd { return }
                switch item {
                case .nine, .zero, .point:
                    place(item)
                    at += 1
                case .comma, .group:
                    if digits.isEmpty, pattern.flags.contains(.fills) { continue }
                    if text[at] == "," { at += 1 }
                case .currency: skip(1)
                case .ordinal: skip(2)
                case .minus:
                    if text[at] == "-" { take("-") } else { skip(1) }
                case .plus:
                    if text[at] == "+" { take("+") } else { skip(1) }
                case .sign:
                    if text[at] == "-" { take("-") } else if text[at] == "+" { take("+") } else { skip(1) }
                case .roman, .smallRoman: continue
                case .text: at += 1
                }
            }
        }

        private mutating func take(_ mark: Unicode.Scalar) {
            sign = mark
            at += 1
        }

        /// Over what is no part of a number.
        private mutating func skip(_ count: Int) {
            for _ in 0..<count {
                if isAtEnd || "0123456789.,+-".unicodeScalars.contains(text[at]) { return }
                at += 1
            }
        }

        private mutating func place(_ item: Item) {
            if text[at] == " " { at += 1 }
            if isAtEnd { return }
            let flags = pattern.flags
            if sign == " ", item != .point, before + behind == 0 {
                if flags.contains(.anchored), pattern.anchor == .front {
                    if text[at] == "-" || text[at] == "+" { take(text[at]) }
                } else if text[at] == "-" || (flags.contains(.brackets) && text[at] == "<") {
                    take("-")
                } else if text[at] == "+" {
                    take("+")
                }
            }
            if isAtEnd { return }
            var hasRead = false
            if isDigit(text[at]) {
                if hasPoint, behind == pattern.behind { return }
                digits.append(Character(text[at]))
                if hasPoint { behind += 1 } else { before += 1 }
                hasRead = true
            } else if flags.contains(.decimal), !hasPoint, text[at] == "." {
                digits.append(".")
                hasPoint = true
                hasRead = true
            }
            guard sign == " ", before + behind > 0 else { return }
            if flags.contains(.anchored), hasRead, at + 1 < text.count, !isDigit(text[at + 1]) {
                if text[at + 1] == "-" || text[at + 1] == "+" {
                    sign = text[at + 1]
                    at += 1
                }
            } else if !hasRead, !flags.contains(.anchored), !flags.isDisjoint(with: [.plus, .minus]) {
                if text[at] == "-" || text[at] == "+" { sign = text[at] }
            }
        }
    }
}

extension Numeric {
    /// One, divided by ten so many times, with the sixteen digits behind the point that PostgreSQL's `power` gives.
    fileprivate static func tenth(_ shift: Int) throws(SQLError) -> Numeric {
        try Numeric("0." + String(repeating: "0", count: shift - 1) + "1").rounded(to: max(16, shift))
    }
}
