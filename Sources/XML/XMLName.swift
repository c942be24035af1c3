/// Names as XML elements, which can be read back: as in SQL/XML (ISO 9075-14), what a name of XML cannot hold is `_xHHHH_`, and a
/// name's own `_x` is `_x005F_x`.
///
/// ```swift
/// XMLName.escaped("a b")      // "a_x0020_b"
/// XMLName.escaped("1st")      // "_x0031_st"
/// XMLName.escaped("_x0020_")  // "_x005F_x0020_"
/// XMLName.escaped("")         // "_x_", which is nobody else's
/// ```
package enum XMLName {
    /// The namespace of `xsi:nil`, which says that a value is null. Source: XML Schema Part 1, section 2.6.2.
    package static let schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

    package static func escaped(_ name: String) -> String {
        guard !name.isEmpty else { return "_x_" }
        var result = ""
        var scalars = Substring(name).unicodeScalars
        while let scalar = scalars.popFirst() {
            let isFirst = result.isEmpty
            let isPlain: Bool
            switch scalar {
            case "_": isPlain = scalars.first != "x"
            case "a"..."z", "A"..."Z": isPlain = true
            case "0"..."9", "-", ".": isPlain = !isFirst
            // From U+00C0 on, what starts an identifier of Unicode starts a name of XML. Before it, ª, µ and º do not.
            default: isPlain = scalar.value >= 0xC0 && scalar.properties.isXIDStart
            }
            if isPlain {
                result.unicodeScalars.append(scalar)
            } else {
                let code = String(scalar.value, radix: 16, uppercase: true)
                result += "_x" + String(repeating: "0", count: max(0, 4 - code.count)) + code + "_"
            }
        }
        return result
    }

    /// The name that is written as `element`. What is no escape stands for itself.
    ///
    /// ```swift
    /// XMLName.unescaped("a_x0020_b")  // "a b"
    /// XMLName.unescaped("_xyz")       // "_xyz"
    /// ```
    package static func unescaped(_ element: String) -> String {
        guard element != "_x_" else { return "" }
        guard element.utf8.contains(UInt8(ascii: "_")) else { return element }
        var result = ""
        var scalars = Substring(element).unicodeScalars
        while let scalar = scalars.popFirst() {
            if scalar == "_", let (meant, count) = escape(scalars) {
                result.unicodeScalars.append(meant)
                scalars = scalars.dropFirst(count)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `xHHHH_` at the start, of four to six digits: the character and how long it is. No name has the character zero.
    private static func escape(_ scalars: Substring.UnicodeScalarView) -> (Unicode.Scalar, count: Int)? {
        guard scalars.first == "x" else { return nil }
        let digits = scalars.dropFirst().prefix(7).prefix { $0.properties.isASCIIHexDigit }
        guard (4...6).contains(digits.count), scalars.dropFirst(1 + digits.count).first == "_",
            let value = UInt32(String(digits), radix: 16), value > 0, let scalar = Unicode.Scalar(value)
        else { return nil }
        return (scalar, digits.count + 2)
    }
}
