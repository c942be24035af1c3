extension GrammarReader {
    /// Runs a whole rule and turns what stopped it into an error that names `what` was read and where.
    ///
    /// A rule that does not match runs again from the start, this time taking notes for the error.
    mutating func read<T>(_ what: @autoclosure () -> String, _ rule: (inout GrammarReader) throws(Stop) -> T) throws(RequestError) -> T {
        do {
            return try rule(&self)
        } catch {
            switch error {
            case .mismatch where !notes.areKept:
                self = GrammarReader(bytes, limits: limits, firstValue: firstValue)
                notes.areKept = true
                return try read(what(), rule)
            case .mismatch:
                throw RequestError(
                    code: "PGRST100", message: "\"failed to parse \(what())\" \(place(of: notes.position))", details: details())
            case .limit(var error):
                if error.message.isEmpty { error.message = "\"failed to parse \(what())\" \(place(of: position))" }
                throw error
            }
        }
    }

    /// An error of a limit; `read` adds the message, which says where.
    func tooMany(_ details: String) -> RequestError {
        RequestError(code: "PGRST100", message: "", details: details, hint: "Split the request, or ask for less in one.")
    }

    /// `(line 1, column 4)`: characters counted from 1, tab stops every eight columns.
    func place(of offset: Int) -> String {
        var (line, column, index) = (1, 1, 0)
        while index < min(offset, bytes.count) {
            switch bytes[index] {
            case 0x0A: (line, column) = (line + 1, 1)
            case 0x09: column += 8 - (column - 1) % 8
            default: column += 1
            }
            index += max(width(at: index), 1)
        }
        return "(line \(line), column \(column))"
    }

    /// `unexpected "x" expecting "a", "b" or end of input`
    func details() -> String {
        var met: String?
        var refused: [String] = []
        var expected: [String] = []
        for note in notes.items {
            switch note {
            case .met(let offset):
                if met == nil { met = scalar(at: offset).map(Self.quoted) ?? "end of input" }
            case .refused(let offset):
                let text = scalar(at: offset).map { "'\(Self.escaped($0, quote: "'"))'" } ?? "end of input"
                if !refused.contains(text) { refused.append(text) }
            case .expected(let phrase):
                if !expected.contains(phrase) { expected.append(phrase) }
            }
        }
        var parts: [String] = []
        if !refused.isEmpty {
            parts.append("unexpected " + Self.joined(refused))
        } else if let met {
            parts.append("unexpected " + met)
        }
        if !expected.isEmpty { parts.append("expecting " + Self.joined(expected)) }
        return parts.isEmpty ? "unknown parse error" : parts.joined(separator: " ")
    }

    static func joined(_ phrases: [String]) -> String {
        guard let last = phrases.last, phrases.count > 1 else { return phrases.first ?? "" }
        return phrases.dropLast().joined(separator: ", ") + " or " + last
    }

    static func quoted(_ scalar: Unicode.Scalar) -> String {
        "\"\(escaped(scalar, quote: "\""))\""
    }

    /// A character as Haskell shows it, which is how clients have always seen it here: `\n`, `\"`, `\233`.
    static func escaped(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
        switch scalar {
        case quote: "\\\(quote)"
        case "\\": "\\\\"
        case "\u{07}": "\\a"
        case "\u{08}": "\\b"
        case "\t": "\\t"
        case "\n": "\\n"
        case "\u{0B}": "\\v"
        case "\u{0C}": "\\f"
        case "\r": "\\r"
        case "\u{7F}": "\\DEL"
        case "\u{20}"..."\u{7E}": String(Character(scalar))
        case ..<"\u{20}": "\\" + controlNames[Int(scalar.value)]
        default: "\\\(scalar.value)"
        }
    }

    private static let controlNames = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "a", "b", "t", "n", "v", "f", "r", "SO", "SI",
        "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
    ]
}
