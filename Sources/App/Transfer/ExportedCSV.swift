/// CSV as RFC 4180 has it, from lines as a read writes them, where backslashes are doubled like quotes.
///
/// For a spreadsheet it is written so that no cell of it is taken for a formula. Numbers stay numbers. All other cells are in quotes, so that a program that splits at semicolons finds no second cell inside one, and those
/// that begin like a formula have an apostrophe before them. A byte order mark tells the encoding. Example: `=1+1` becomes `"'=1+1"`.
/// Source: OWASP, CSV Injection.
struct ExportedCSV {
    private var body: [UInt8] = []
    private var place = 0
    private var isHeader = true
    private var result: [UInt8]
    private let isForSpreadsheet: Bool

    init(isForSpreadsheet: Bool) {
        self.isForSpreadsheet = isForSpreadsheet
        result = isForSpreadsheet ? [0xEF, 0xBB, 0xBF] : []
    }

    /// Writes a line of texts; nil is null.
    mutating func row(_ fields: [String?]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { result.append(UInt8(ascii: ",")) }
            write(field.map { Array($0.utf8) })
        }
        result.append(UInt8(ascii: "\n"))
    }

    /// What was written since this was asked last.
    mutating func written() -> [UInt8] {
        defer { result.removeAll(keepingCapacity: true) }
        return result
    }

    /// Lines as a read writes them, or some that follow: fields as in a row's text, with quotes and backslashes doubled inside quotes. The
    /// header is written anew: there names are not quoted, and without rows there is none.
    mutating func rewritten(_ lines: UnsafeRawBufferPointer, header: [String]) -> [UInt8] {
        (body, place) = (Array(lines), 0)
        if isHeader {
            isHeader = false
            row(header)
            result.removeLast()
            let plain = header.joined(separator: ",").utf8
            guard body.starts(with: plain), body.count > plain.count else { return written() }
            place = plain.count
        }
        result.reserveCapacity(body.count + body.count / 4)
        while place < body.count {
            write(body[place] != UInt8(ascii: "\"") ? plainField() : quotedField())
            guard place < body.count else { break }
            result.append(body[place])
            place += 1
        }
        return written()
    }

    /// Up to the comma or the line's end; nil for null.
    private mutating func plainField() -> [UInt8]? {
        let start = place
        while place < body.count, body[place] != UInt8(ascii: ","), body[place] != UInt8(ascii: "\n") { place += 1 }
        return start == place ? nil : Array(body[start..<place])
    }

    private mutating func quotedField() -> [UInt8] {
        var content: [UInt8] = []
        place += 1
        while place < body.count {
            let byte = body[place]
            place += 1
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                guard place < body.count, body[place] == byte else { break }
                place += 1
            }
            content.append(byte)
        }
        return content
    }

    private mutating func write(_ content: [UInt8]?) {
        guard let content else { return }
        if isForSpreadsheet ? Self.isNumber(content) : Self.isPlain(content) { return result.append(contentsOf: content) }
        result.append(UInt8(ascii: "\""))
        if isForSpreadsheet, Self.startsFormula(content) { result.append(UInt8(ascii: "'")) }
        for byte in content {
            if byte == UInt8(ascii: "\"") { result.append(byte) }
            result.append(byte)
        }
        result.append(UInt8(ascii: "\""))
    }

    /// An empty text is in quotes, since null is nothing at all.
    private static func isPlain(_ content: [UInt8]) -> Bool {
        !content.isEmpty
            && !content.contains {
                $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
            }
    }

    /// As PostgreSQL prints numbers: `-1.50`, `1e+20`.
    private static func isNumber(_ content: [UInt8]) -> Bool {
        let digits = content.first == UInt8(ascii: "-") ? content.dropFirst() : content[...]
        let parts = digits.split(separator: UInt8(ascii: "e"), omittingEmptySubsequences: false)
        guard let mantissa = parts.first, parts.count <= 2 else { return false }
        let exponent = parts.count == 2 ? parts[1] : [UInt8(ascii: "0")]
        let isSigned = exponent.first == UInt8(ascii: "+") || exponent.first == UInt8(ascii: "-")
        let halves = mantissa.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return halves.count <= 2 && halves.allSatisfy(isDigits) && isDigits(isSigned ? exponent.dropFirst() : exponent)
    }

    private static func isDigits(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    /// Whether it begins, after white space, with `=`, `+`, `-` or `@`, their full-width forms too, or at once with a control character.
    private static func startsFormula(_ content: [UInt8]) -> Bool {
        guard let first = content.first else { return false }
        if first < 0x20 { return true }
        let shown = content.drop { $0 <= 0x20 }
        return ["=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"].contains { shown.starts(with: $0.utf8) }
    }
}
