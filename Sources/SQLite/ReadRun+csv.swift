import OffstageJSON
import OffstageSchema

extension ReadRun {
    /// A header and a line per row, as PostgREST writes them: fields as PostgreSQL prints them inside a row's text.
    ///
    /// The header comes from the first row, so that no rows leave a single line end.
    func csv(_ node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) -> Int {
        var count = 0
        var value = JSONWriter()
        while try step(node) {
            if count == 0 { writer.raw(text: Self.names(node.fields).joined(separator: ",")) }
            writer.byte(UInt8(ascii: "\n"))
            var isFirst = true
            for index in 0..<node.fields.steps.count {
                if case .arrays(let child, let keys) = node.fields.contents[index] {
                    for (_, json) in try columnsOfRows(child, of: node, keys: keys) {
                        if !isFirst { writer.byte(UInt8(ascii: ",")) }
                        isFirst = false
                        json.withUnsafeBufferPointer { Self.rowField($0, into: &writer) }
                    }
                    continue
                }
                if !isFirst { writer.byte(UInt8(ascii: ",")) }
                isFirst = false
                value.truncate(to: 0)
                if try text(node.fields, index, of: node, into: &value) { value.withBytes { Self.rowField($0, into: &writer) } }
            }
            count += 1
            if writer.count > rowLimit { try spill(&writer) }
        }
        if count == 0 { writer.byte(UInt8(ascii: "\n")) }
        return count
    }

    private static func names(_ fields: CompiledFields) -> [String] {
        fields.names.indices.flatMap { index in
            if case .arrays(let child, _) = fields.contents[index] { names(child.fields) } else { [fields.names[index]] }
        }
    }

    /// The field as PostgreSQL prints it in a row; false for null.
    private func text(_ fields: CompiledFields, _ index: Int, of node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) -> Bool
    {
        switch fields.contents[index] {
        case .cell:
            let cell = node.statement.cell(fields.steps[index].column)
            switch (cell, fields.types[index]) {
            case (.null, _): return false
            case (.integer(let flag), .boolean): writer.raw(flag != 0 ? "t" : "f")
            default: fields.types[index].write(cell, into: &writer, in: binder.values.timeZone)
            }
            return true
        default:
            try value(fields, index, of: node, into: &writer)
            return writer.withBytes { !$0.elementsEqual("null".utf8) }
        }
    }

    /// Quotes what `record_out` quotes: nothing at all, quotes, backslashes, parentheses, commas and white space.
    private static func rowField(_ bytes: UnsafeBufferPointer<UInt8>, into writer: inout JSONWriter) {
        let needsQuotes =
            bytes.isEmpty
            || bytes.contains { byte in
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), 0x20, 0x09...0x0D:
                    true
                default: false
                }
            }
        guard needsQuotes else { return writer.raw(bytes) }
        writer.byte(UInt8(ascii: "\""))
        for byte in bytes {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { writer.byte(byte) }
            writer.byte(byte)
        }
        writer.byte(UInt8(ascii: "\""))
    }
}
