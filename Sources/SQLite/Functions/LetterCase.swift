/// Upper and lower case as PostgreSQL has them in `C.UTF-8`: one code point becomes one code point, in no language's own way.
enum LetterCase {
    static func lower(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        map(text, from: UInt8(ascii: "A")) { simple($0.properties.lowercaseMapping, of: $0) ?? ($0.value == 0x130 ? "i" : $0) }
    }

    static func upper(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        map(text, from: UInt8(ascii: "a")) { scalar in
            // `ᾳ` has no single upper case letter but a title case one; `ß` has neither.
            simple(scalar.properties.uppercaseMapping, of: scalar) ?? simple(scalar.properties.titlecaseMapping, of: scalar) ?? scalar
        }
    }

    /// The letter, in lower and in upper case.
    static func variants(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let low = simple(scalar.properties.lowercaseMapping, of: scalar) ?? scalar
        let high = simple(scalar.properties.uppercaseMapping, of: scalar) ?? scalar
        return [scalar, low, high]
    }

    /// The first letter of each word in upper case, the rest in lower case.
    static func initial(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var inWord = false
        for scalar in text.unicodeScalars {
            let one = String(scalar)
            var copy = one
            let changed = copy.withUTF8 { inWord ? lower($0) : upper($0) }
            result.append(contentsOf: String(decoding: changed, as: UTF8.self).unicodeScalars)
            inWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }
        return String(result)
    }

    private static func simple(_ mapping: String, of scalar: Unicode.Scalar) -> Unicode.Scalar? {
        let scalars = mapping.unicodeScalars
        guard let first = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex else { return nil }
        return first
    }

    private static func map(
        _ text: UnsafeBufferPointer<UInt8>, from first: UInt8, _ change: (Unicode.Scalar) -> Unicode.Scalar
    ) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: text.count)
        var isPlain = true
        for (index, byte) in text.enumerated() {
            if byte >= 0x80 {
                isPlain = false
                break
            }
            result[index] = byte &- first < 26 ? byte ^ 0x20 : byte
        }
        if isPlain { return result }
        result.removeAll(keepingCapacity: true)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if scalar.isASCII {
                let byte = UInt8(scalar.value)
                result.append(byte &- first < 26 ? byte ^ 0x20 : byte)
            } else {
                result.append(contentsOf: UTF8.encode(change(scalar)) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return result
    }
}
