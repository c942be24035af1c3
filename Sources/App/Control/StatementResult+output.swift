import OffstageJSON
import OffstageSchema

/// What a statement gave, as `offstage sql` shows it.
extension StatementResult {
    func tell(as format: SQLScript.Format, _ tell: DataCommand.Listener) {
        guard !columns.isEmpty else {
            return tell(.note(verb == "INSERT" ? "INSERT 0 \(changes)" : "\(verb) \(changes)"))
        }
        switch format {
        case .table: for line in table { tell(.line(line)) }
        case .csv: for line in csv { tell(.line(line)) }
        case .json: json { tell(.text($0)) }
        }
    }

    private func text(_ row: [StoredValue]) -> [String?] {
        zip(row, columns).map { value, column in
            switch (value, column.type.type) {
            case (.null, _): nil
            case (.integer(let flag), .boolean): flag != 0 ? "t" : "f"
            default: value.withCell { column.type.type.text(of: $0) }
            }
        }
    }

    // MARK: Table

    /// Aligned as psql does: names, a rule, rows, their count.
    private var table: [String] {
        let cells = rows.map { row in text(row).map { Self.shown($0 ?? "") } }
        let names = columns.map(\.name)
        let widths = names.indices.map { index in
            max(Self.width(names[index]), cells.map { index < $0.count ? Self.width($0[index]) : 0 }.max() ?? 0)
        }
        let isNumber = columns.map(\.type.type.isNumber)
        func line(_ parts: [String], right: [Bool]) -> String {
            let padded = parts.indices.map { index in
                let space = String(repeating: " ", count: max(0, widths[index] - Self.width(parts[index])))
                return right[index] ? " " + space + parts[index] + " " : " " + parts[index] + space + " "
            }
            var text = padded.joined(separator: "|")
            while text.last == " " { text.removeLast() }
            return text
        }
        var lines = [line(names, right: names.map { _ in false })]
        lines.append(widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+"))
        lines += cells.map { line($0, right: isNumber) }
        lines.append("(\(rows.count) row\(rows.count == 1 ? "" : "s"))")
        return lines
    }

    /// One line, and nothing that a terminal would obey.
    private static func shown(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                    switch scalar {
                    case "\n": ["↵"]
                    case "\t": ["→"]
                    case _ where scalar.properties.generalCategory == .control: ["\u{FFFD}"]
                    default: [scalar]
                    }
                }))
    }

    /// Columns on a terminal: East Asian wide signs take two.
    private static func width(_ text: String) -> Int {
        text.reduce(0) { sum, character in
            guard let first = character.unicodeScalars.first?.value else { return sum }
            let isWide =
                (0x1100...0x115F).contains(first) || (0x2E80...0xA4CF).contains(first) || (0xAC00...0xD7A3).contains(first)
                || (0xF900...0xFAFF).contains(first) || (0xFE30...0xFE6F).contains(first) || (0xFF00...0xFF60).contains(first)
                || (0x1F300...0x1FAFF).contains(first) || (0x20000...0x3FFFD).contains(first)
            return sum + (isWide ? 2 : 1)
        }
    }

    // MARK: CSV and JSON

    /// RFC 4180, as PostgreSQL's `copy … csv header`: null is nothing, an empty text is `""`.
    private var csv: [String] {
        func field(_ text: String?) -> String {
            guard let text else { return "" }
            let isPlain = !text.isEmpty && !text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
            return isPlain ? text : "\"\(text.doubling("\""))\""
        }
        return [columns.map { field($0.name) }.joined(separator: ",")] + rows.map { text($0).map(field).joined(separator: ",") }
    }

    /// All rows as one JSON text.
    var jsonRows: String {
        var text = ""
        json { text += $0 }
        return text
    }

    /// An array of objects, a row on each line.
    private func json(_ tell: (String) -> Void) {
        let renderers = columns.map { JSONRenderer($0.type.type) }
        let names = columns.map { JSONValue.string($0.name).text }
        tell("[")
        for (index, row) in rows.enumerated() {
            var writer = JSONWriter()
            writer.raw(text: index == 0 ? "{" : ",\n {")
            for (place, value) in row.enumerated() where place < renderers.count {
                writer.raw(text: (place == 0 ? "" : ", ") + names[place] + ": ")
                value.withCell { renderers[place].write($0, into: &writer) }
            }
            writer.raw(text: "}")
            tell(writer.text)
        }
        tell("]\n")
    }
}

extension DataType {
    fileprivate var isNumber: Bool {
        switch self {
        case .smallint, .integer, .bigint, .numeric, .real, .double: true
        default: false
        }
    }
}
