import OffstageJSON
import OffstageSQL
import OffstageSchema
import OffstageXML

extension ReadRun {
    /// `<books><row><id>1</id>…</row></books>`: null is `xsi:nil`, embeds nest, json is its text.
    func xml(_ node: CompiledNode, root: String, into writer: inout JSONWriter) throws(RunStop) -> Int {
        let root = XMLName.escaped(root)
        writer.raw(text: "<\(root) xmlns:xsi=\"\(XMLName.schemaInstance)\">")
        let count = try xmlRows(node, into: &writer)
        XML.close(root, &writer)
        return count
    }

    private func xmlRows(_ node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) -> Int {
        var count = 0
        while try step(node) {
            XML.open("row", &writer)
            try members(node.fields, of: node, into: &writer)
            XML.close("row", &writer)
            count += 1
            if writer.count > byteLimit { throw .overBudget }
        }
        return count
    }

    private func members(_ fields: CompiledFields, of node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) {
        for index in 0..<fields.steps.count {
            let name = XMLName.escaped(fields.names[index])
            switch fields.contents[index] {
            case .cell:
                let cell = node.statement.cell(fields.steps[index].column)
                if case .null = cell {
                    XML.null(name, &writer)
                    continue
                }
                var value = JSONWriter(capacity: 64)
                switch (fields.types[index], cell) {
                case (.timestamp, .integer(let moment)): DateTimeOutput.timestamp(moment, json: true, into: &value)
                case (.timestamptz, .integer(let moment)):
                    DateTimeOutput.timestamptz(moment, in: binder.values.timeZone, json: true, into: &value)
                case (let type, _): type.write(cell, into: &value)
                }
                value.withBytes { XML.element(name, $0, &writer) }
            case .object(let presence, let inner):
                if node.statement.isNull(presence) {
                    XML.null(name, &writer)
                    continue
                }
                XML.open(name, &writer)
                try members(inner, of: node, into: &writer)
                XML.close(name, &writer)
            case .list(let child, let keys):
                defer { child.statement.reset() }
                try begin(child, of: node, keys: keys)
                XML.open(name, &writer)
                _ = try xmlRows(child, into: &writer)
                XML.close(name, &writer)
            case .one(let child, let keys):
                defer { child.statement.reset() }
                try begin(child, of: node, keys: keys)
                guard try step(child) else {
                    XML.null(name, &writer)
                    continue
                }
                XML.open(name, &writer)
                try members(child.fields, of: child, into: &writer)
                XML.close(name, &writer)
            case .arrays(let child, let keys):
                for (name, json) in try columnsOfRows(child, of: node, keys: keys) {
                    json.withUnsafeBufferPointer { XML.element(XMLName.escaped(name), $0, &writer) }
                }
            }
        }
    }
}

/// Source: Extensible Markup Language 1.0 (Fifth Edition).
private enum XML {
    static func null(_ name: String, _ writer: inout JSONWriter) {
        writer.byte(UInt8(ascii: "<"))
        writer.raw(text: name)
        writer.raw(" xsi:nil=\"true\"/>")
    }

    /// A value. One with characters that XML cannot hold is the base64 of its UTF-8, and says so.
    static func element(_ name: String, _ bytes: UnsafeBufferPointer<UInt8>, _ writer: inout JSONWriter) {
        if isText(bytes) {
            open(name, &writer)
            text(bytes, &writer)
        } else {
            writer.byte(UInt8(ascii: "<"))
            writer.raw(text: name)
            writer.raw(" encoding=\"base64\">")
            writer.raw(text: (try? BinaryText.encode(bytes, "base64"))?.filter { $0 != "\n" } ?? "")
        }
        close(name, &writer)
    }

    /// No control characters but tabs and line ends, no U+FFFE and U+FFFF (as three bytes of UTF-8).
    private static func isText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x09, 0x0A, 0x0D: continue
            case 0..<0x20: return false
            case 0xEF where index + 2 < bytes.count && bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE: return false
            default: continue
            }
        }
        return true
    }

    static func open(_ name: String, _ writer: inout JSONWriter) {
        writer.byte(UInt8(ascii: "<"))
        writer.raw(text: name)
        writer.byte(UInt8(ascii: ">"))
    }

    static func close(_ name: String, _ writer: inout JSONWriter) {
        writer.raw("</")
        writer.raw(text: name)
        writer.byte(UInt8(ascii: ">"))
    }

    private static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ writer: inout JSONWriter) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "<"): writer.raw("&lt;")
            case UInt8(ascii: ">"): writer.raw("&gt;")
            case UInt8(ascii: "&"): writer.raw("&amp;")
            case 0x0D: writer.raw("&#13;")
            default: writer.byte(byte)
            }
        }
    }
}
