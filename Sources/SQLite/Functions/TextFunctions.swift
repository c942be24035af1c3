import CSQLite
import OffstageSchema
@_spi(_Unicode) import Swift

/// Less common functions of text. Source: PostgreSQL 15, chapter 9.4.
extension EngineFunction {
    static let textFunctions: [EngineFunction] = [
        EngineFunction("pg_unistr", 1, pure) { strict($0, $1, $2) { $0.give(try unescaped($0.text(0))) } },
        EngineFunction("pg_parse_ident", 2, pure) {
            strict($0, $1, $2) { call in
                let parts = try identifiers(call.text(0), isStrict: call.boolean(1))
                call.give(ArrayText.text(of: parts.map { .text($0) }, element: .text))
            }
        },
        EngineFunction("pg_normalize", 2, pure) { strict($0, $1, $2) { $0.give(try normalized($0.text(0), $0.text(1))) } },
        EngineFunction("pg_is_normalized", 2, pure) {
            strict($0, $1, $2) { call in
                let text = call.text(0)
                call.give(try normalized(text, call.text(1)).unicodeScalars.elementsEqual(text.unicodeScalars))
            }
        },
        // pg_overlay(text, replacement, start[, length])
        EngineFunction("pg_overlay", -1, pure) {
            strict($0, $1, $2) { call in
                let (text, replacement) = (call.text(0).unicodeScalars, call.text(1).unicodeScalars)
                let start = call.integer(2)
                let length = call.count > 3 ? call.integer(3) : Int64(replacement.count)
                guard start > 0 else { throw SQLError("22011", "negative substring length not allowed") }
                guard start + length <= Int64(Int32.max) else { throw SQLError.outOfRange(.integer) }
                var result = String.UnicodeScalarView(text.prefix(Int(start - 1)))
                result.append(contentsOf: replacement)
                result.append(contentsOf: text.dropFirst(max(Int(start + length - 1), 0)))
                call.give(String(result))
            }
        },
        // pg_string_to_array and its kin need a text for null; pg_num_nulls(wanted, values…) counts nulls or others.
        EngineFunction("pg_count_nulls", -1, pure) {
            run($0, $1, $2) { call in
                let nulls = (1..<max(call.count, 1)).count { call.isNull($0) }
                call.give(call.boolean(0) ? nulls : call.count - 1 - nulls)
            }
        },
        EngineFunction("pg_count_array_nulls", 2, pure) {
            strict($0, $1, $2) { call in
                let items = try ArrayText.items(of: call.text(1))
                call.give(items.count { ($0 == nil) == call.boolean(0) })
            }
        },
    ]

    private static func normalized(_ text: String, _ form: String) throws(SQLError) -> String {
        switch form.uppercased() {
        case "NFC": return text._nfc.reduce(into: "") { $0.unicodeScalars.append($1) }
        case "NFD": return text._nfd.reduce(into: "") { $0.unicodeScalars.append($1) }
        case "NFKC", "NFKD":
            guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
            throw SQLError(
                "0A000", "normalization form \(form.uppercased()) is not supported on the embedded engine", hint: "Use NFC or NFD.")
        default: throw SQLError("22023", "invalid normalization form: \(form)")
        }
    }

    /// `unistr('\0061\u0062')`.
    private static func unescaped(_ text: String) throws(SQLError) -> String {
        var result = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        var at = 0
        var high: UInt32?
        let invalidPair = SQLError("42601", "invalid Unicode surrogate pair")
        while at < scalars.count {
            guard scalars[at] == "\\" else {
                if high != nil { throw invalidPair }
                result.append(scalars[at])
                at += 1
                continue
            }
            if at + 1 < scalars.count, scalars[at + 1] == "\\" {
                if high != nil { throw invalidPair }
                result.append("\\")
                at += 2
                continue
            }
            var value: UInt32?
            for (prefix, width) in [("", 4), ("u", 4), ("+", 6), ("U", 8)] {
                let from = at + 1 + prefix.count
                guard from + width <= scalars.count, prefix.isEmpty || String(scalars[at + 1]) == prefix else { continue }
                let digits = scalars[from..<(from + width)]
                guard digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else { continue }
                value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
                at = from + width
                break
            }
            guard let code = value else {
                throw SQLError(
                    "42601", "invalid Unicode escape", hint: "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
            }
            switch code {
            case 0xD800...0xDBFF:
                if high != nil { throw invalidPair }
                high = code
            case 0xDC00...0xDFFF:
                guard let first = high, let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (code - 0xDC00)) else {
                    throw invalidPair
                }
                result.append(scalar)
                high = nil
            default:
                if high != nil { throw invalidPair }
                guard code != 0, let scalar = Unicode.Scalar(code) else {
                    throw SQLError("42601", "invalid Unicode code point: \(hex(code))")
                }
                result.append(scalar)
            }
        }
        if high != nil { throw invalidPair }
        return String(result)
    }

    private static func hex(_ code: UInt32) -> String {
        let digits = String(code, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }

    /// `parse_ident('Schema."Table"')`.
    private static func identifiers(_ text: String, isStrict: Bool) throws(SQLError) -> [String] {
        func invalid(_ details: String? = nil) -> SQLError {
            SQLError("22023", "string is not a valid identifier: \"\(text)\"", details: details)
        }
        var rest = text.unicodeScalars[...]
        func isBlank(_ scalar: Unicode.Scalar) -> Bool { " \t\n\r\u{C}".unicodeScalars.contains(scalar) }
        func isStart(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || !scalar.isASCII || CharacterClass.alpha.contains(scalar)
        }
        rest = rest.drop(while: isBlank)
        var parts: [String] = []
        var isBehindDot = false
        while true {
            var isMissing = true
            if rest.first == "\"" {
                rest.removeFirst()
                var name = String.UnicodeScalarView()
                while true {
                    guard let next = rest.popFirst() else { throw invalid("String has unclosed double quotes.") }
                    if next != "\"" {
                        name.append(next)
                    } else if rest.first == "\"" {
                        rest.removeFirst()
                        name.append("\"")
                    } else {
                        break
                    }
                }
                guard !name.isEmpty else { throw invalid("Quoted identifier must not be empty.") }
                parts.append(String(name))
                isMissing = false
            } else if let first = rest.first, isStart(first) {
                let name = rest.prefix { isStart($0) || CharacterClass.digit.contains($0) || $0 == "$" }
                rest = rest[name.endIndex...]
                // Of an identifier only the letters of ASCII are lowered.
                parts.append(
                    String(String.UnicodeScalarView(name.map { ("A"..."Z") ~= $0 ? Unicode.Scalar(UInt8($0.value) | 0x20) : $0 })))
                isMissing = false
            }
            if isMissing {
                if rest.first == "." { throw invalid("No valid identifier before \".\".") }
                throw invalid(isBehindDot ? "No valid identifier after \".\"." : nil)
            }
            rest = rest.drop(while: isBlank)
            guard let next = rest.first else { return parts }
            guard next == "." else {
                if isStrict { throw invalid() }
                return parts
            }
            isBehindDot = true
            rest.removeFirst()
            rest = rest.drop(while: isBlank)
        }
    }
}
