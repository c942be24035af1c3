/// CSV by RFC 4180, read record by record from memory: commas, double quotes doubled inside quotes, CRLF or LF.
package struct CSVReader {
    package struct Field: Sendable, Hashable {
        package var text: String
        package var wasQuoted: Bool
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    /// The line the next record begins at, from 1.
    package private(set) var line: Int
    /// The line that the last record began at.
    package private(set) var recordLine: Int

    /// The bytes must outlive the reader.
    ///
    /// - Parameter line: where they stand in their file.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, line: Int = 1) {
        self.bytes = bytes
        self.line = line
        recordLine = line
        // A byte order mark is no part of the first name.
        if line == 1, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { place = 3 }
    }

    /// How far it has read, in bytes.
    package var offset: Int { place }

    /// The next record, or nil at the end. An empty line is skipped.
    ///
    /// - Throws: PGRST102 for a quote that is never closed or text that is not UTF-8.
    package mutating func next() throws(RequestError) -> [Field]? {
        while place < bytes.count, bytes[place] == 0x0A || bytes[place] == 0x0D {
            if bytes[place] == 0x0A { line += 1 }
            place += 1
        }
        guard place < bytes.count else { return nil }
        recordLine = line
        var record: [Field] = []
        while true {
            record.append(try field())
            guard place < bytes.count else { return record }
            let byte = bytes[place]
            place += 1
            if byte == 0x2C { continue }
            if byte == 0x0D, place < bytes.count, bytes[place] == 0x0A { place += 1 }
            line += 1
            return record
        }
    }

    private mutating func field() throws(RequestError) -> Field {
        guard place < bytes.count, bytes[place] == 0x22 else {
            let start = place
            while place < bytes.count, bytes[place] != 0x2C, bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
            return Field(text: try text(bytes[start..<place]), wasQuoted: false)
        }
        let opened = line
        place += 1
        var content: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == 0x22 {
                guard place < bytes.count, bytes[place] == 0x22 else {
                    // What follows a closing quote up to the comma belongs to the field, as most readers have it.
                    while place < bytes.count, bytes[place] != 0x2C, bytes[place] != 0x0A, bytes[place] != 0x0D {
                        content.append(bytes[place])
                        place += 1
                    }
                    return Field(text: try text(content), wasQuoted: true)
                }
                place += 1
            } else if byte == 0x0A {
                line += 1
            }
            content.append(byte)
        }
        throw RequestError(code: "PGRST102", message: "A quote is never closed", details: "The field begins on line \(opened).")
    }

    private func text(_ bytes: some Collection<UInt8>) throws(RequestError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw RequestError(code: "PGRST102", message: "The text is not valid UTF-8", details: "On line \(line).")
        }
        return text
    }
}
