/// Where values stand in a JSON text, for those who keep them as they were written: blanks, the order of members, members given twice.
///
/// ```swift
/// JSONTexts.rows(of: #"[{"id": 1, "j": {"b" :1}}]"#, ["j"])     // [["j": the bytes of {"b" :1}]]
/// ```
///
/// The text has been read before, so its form is known to be right; where it is not, what is found is what is right so far.
package struct JSONTexts {
    private let input: UnsafeBufferPointer<UInt8>
    private var at = 0

    /// The objects and arrays that are members by these names of an object, or of each object of an array. Of a name given twice, the last.
    package static func rows(of input: UnsafeBufferPointer<UInt8>, _ names: Set<String>) -> [[String: Range<Int>]] {
        var texts = JSONTexts(input: input)
        texts.skipBlanks()
        guard texts.take("[") else { return [texts.members(names)] }
        var rows: [[String: Range<Int>]] = []
        repeat {
            texts.skipBlanks()
            guard texts.byte == UInt8(ascii: "{") else { break }
            rows.append(texts.members(names))
            texts.skipBlanks()
        } while texts.take(",")
        return rows
    }

    private init(input: UnsafeBufferPointer<UInt8>) { self.input = input }

    private mutating func members(_ names: Set<String>) -> [String: Range<Int>] {
        var found: [String: Range<Int>] = [:]
        guard take("{") else { return found }
        repeat {
            skipBlanks()
            let key = at
            skipString()
            guard let name = name(key..<at) else { break }
            skipBlanks()
            guard take(":") else { break }
            skipBlanks()
            let start = at
            let isContainer = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
            skipValue()
            if names.contains(name) { found[name] = isContainer ? start..<at : nil }
            skipBlanks()
        } while take(",")
        _ = take("}")
        return found
    }

    /// A key, without its quotes and escapes.
    private func name(_ range: Range<Int>) -> String? {
        let bytes = UnsafeBufferPointer(rebasing: input[range])
        guard bytes.count >= 2 else { return nil }
        guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self) }
        return (try? JSONValue(parsing: bytes))?.string
    }

    // MARK: Bytes

    private var byte: UInt8? { at < input.count ? input[at] : nil }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard byte == UInt8(ascii: wanted) else { return false }
        at += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func skipString() {
        guard take("\"") else { return }
        while let byte {
            at += 1
            if byte == UInt8(ascii: "\"") { return }
            if byte == UInt8(ascii: "\\"), at < input.count { at += 1 }
        }
    }

    private mutating func skipValue() {
        var depth = 0
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                skipString()
                if depth == 0 { return }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of what it is in.
                if depth == 0 { return }
                depth -= 1
                at += 1
                if depth == 0 { return }
            case UInt8(ascii: ",") where depth == 0: return
            default: at += 1
            }
        }
    }
}
