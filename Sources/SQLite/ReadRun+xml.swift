import OffstageJSON
import OffstageSchema

extension ReadRun {
    /// `<books><row><id>1</id>…</row></books>`: null is left out, embeds nest, json is its text.
    func xml(_ node: CompiledNode, root: String, into writer: inout JSONWriter) throws(RunStop) -> Int {
        let root = XML.name(root)
        XML.open(root, &writer)
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
            let name = XML.name(fields.names[index])
            switch fields.contents[index] {
            case .cell:
                let cell = node.statement.cell(fields.steps[index].column)
                if case .null = cell { continue }
                XML.open(name, &writer)
                var value = JSONWriter(capacity: 64)
                switch (fields.types[index], cell) {
                case (.timestamp, .integer(let moment)): DateTimeOutput.timestamp(moment, json: true, into: &value)
                case (.timestamptz, .integer(let moment)):
                    DateTimeOutput.timestamptz(moment, in: binder.values.timeZone, json: true, into: &value)
                case (let type, _): type.write(cell, into: &value)
                }
                value.withBytes { XML.text($0, &writer) }
                XML.close(name, &writer)
            case .object(let presence, let inner):
                if node.statement.isNull(presence) { continue }
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
                guard try step(child) else { continue }
                XML.open(name, &writer)
                try members(child.fields, of: child, into: &writer)
                XML.close(name, &writer)
            case .arrays(let child, let keys):
                for (name, json) in try columnsOfRows(child, of: node, keys: keys) {
                    let name = XML.name(name)
                    XML.open(name, &writer)
                    json.withUnsafeBufferPointer { XML.text($0, &writer) }
                    XML.close(name, &writer)
                }
            }
        }
    }
}

/// Source: Extensible Markup Language 1.0 (Fifth Edition); names as in SQL/XML (ISO 9075-14): `a b` is `a_x0020_b`.
private enum XML {
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

    static func name(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            let isStart: Bool
            switch scalar {
            case "a"..."z", "A"..."Z", "_": isStart = true
            case "0"..."9", "-", ".": isStart = false
            default: isStart = scalar.value > 0x7F && scalar.properties.isXIDStart
            }
            let isNamed = isStart || !result.isEmpty && ("0"..."9" ~= scalar || scalar == "-" || scalar == ".")
            if isNamed {
                result.unicodeScalars.append(scalar)
            } else {
                let code = String(scalar.value, radix: 16, uppercase: true)
                result += "_x" + String(repeating: "0", count: max(0, 4 - code.count)) + code + "_"
            }
        }
        return result.isEmpty ? "_" : result
    }

    /// Escapes markup; a character that XML 1.0 cannot hold becomes U+FFFD.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ writer: inout JSONWriter) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "<"): writer.raw("&lt;")
            case UInt8(ascii: ">"): writer.raw("&gt;")
            case UInt8(ascii: "&"): writer.raw("&amp;")
            case 0x0D: writer.raw("&#13;")
            case 0x09, 0x0A: writer.byte(byte)
            case 0..<0x20: writer.raw("\u{FFFD}")
            // U+FFFE and U+FFFF, as three bytes of UTF-8.
            case 0xEF where index + 2 < bytes.count && bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE:
                writer.raw("\u{FFFD}")
                index += 2
            default: writer.byte(byte)
            }
            index += 1
        }
    }
}
