import OffstageJSON
import OffstageQuery
import OffstageSchema

/// How rows stand in a file.
package enum RowFileFormat: String, Sendable, Hashable, CaseIterable {
    /// With a header; an empty field without quotes is null.
    case csv
    /// An array of objects.
    case json
    /// An object on each line.
    case ndjson

    /// By the end of a file's name.
    package init?(fileName: String) {
        if fileName.hasSuffix(".csv") {
            self = .csv
        } else if fileName.hasSuffix(".json") {
            self = .json
        } else if fileName.hasSuffix(".ndjson") || fileName.hasSuffix(".jsonl") {
            self = .ndjson
        } else {
            return nil
        }
    }
}

/// The rows of a file one after another, each with the line it begins on. One row is held at a time.
struct RowSource {
    enum Value {
        case null
        case text(String)
        case json(JSONValue)
    }
    enum Row {
        /// In the header's order.
        case fields([Value])
        case members([JSONValue.Member])
    }

    private let input: RowInput
    private let format: RowFileFormat
    /// The columns that a header names; nil where each row names its own.
    private(set) var header: [String]?
    /// Of a JSON array, the number of its element.
    private(set) var line = 1
    private var isOpen = false
    private var isClosed = false

    /// - Throws: 22P04 for a file that is not of its format at all.
    init(_ input: RowInput, _ format: RowFileFormat) throws {
        self.input = input
        self.format = format
        if format == .json { line = 0 }
        guard format == .csv else { return }
        // A byte order mark is the first reader's to pass over.
        while input.window.count < 3, !input.isWhole { try input.fill() }
        guard let (record, _) = try record() else {
            throw SQLError("22P04", "the file is empty", hint: "Its first line names the columns.")
        }
        let names = record.map(\.text)
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw SQLError("42701", "column \"\(name)\" specified more than once")
        }
        header = names
    }

    /// The bytes of the rows that were given.
    var position: Int { input.taken }

    /// How far into the file.
    var share: Double { input.share }

    /// The next row and the line it begins on; nil at the end.
    ///
    /// - Throws: 22P02 and 22P04 for what is no row of the format, which ends the file.
    mutating func next() throws -> (line: Int, row: Result<Row, BadRow>)? {
        switch format {
        case .csv:
            guard let (record, line) = try record() else { return nil }
            let wanted = header?.count ?? 0
            guard record.count == wanted else {
                return (line, .failure(BadRow(line: line, reason: "22P04: \(record.count) fields where the header has \(wanted)")))
            }
            return (line, .success(.fields(record.map { $0.text.isEmpty && !$0.wasQuoted ? .null : .text($0.text) })))
        case .json: return try element().map { (line, .success(.members(try Self.members($0, line)))) }
        case .ndjson:
            guard let (value, line) = try lineOfJSON() else { return nil }
            return (line, .success(.members(try Self.members(value, line))))
        }
    }

    private static func members(_ value: JSONValue, _ line: Int) throws(SQLError) -> [JSONValue.Member] {
        guard case .object(let members) = value else { throw SQLError("22P04", "row \(line) is not an object") }
        return members
    }

    // MARK: CSV

    private mutating func record() throws -> (fields: [CSVReader.Field], line: Int)? {
        while true {
            var reader = CSVReader(input.window, line: line)
            let found: Result<[CSVReader.Field]?, RequestError>
            do throws(RequestError) { found = .success(try reader.next()) } catch { found = .failure(error) }
            // What reaches to the end of the window may go on behind it.
            if reader.offset == input.window.count, !input.isWhole {
                try input.fill()
                continue
            }
            switch found {
            case .failure(let error): throw SQLError("22P04", error.message, details: error.details)
            case .success(let fields):
                defer { line = reader.line }
                input.use(reader.offset)
                return fields.map { ($0, reader.recordLine) }
            }
        }
    }

    // MARK: JSON

    private mutating func lineOfJSON() throws -> (JSONValue, Int)? {
        while true {
            let window = input.window
            guard let end = window.firstIndex(of: UInt8(ascii: "\n")) ?? (input.isWhole ? window.count : nil) else {
                try input.fill()
                continue
            }
            if end == 0, window.isEmpty { return nil }
            let text = UnsafeBufferPointer(rebasing: window[..<end])
            let place = line
            line += 1
            defer { input.use(min(end + 1, window.count)) }
            guard text.contains(where: { $0 > UInt8(ascii: " ") }) else { continue }
            return (try Self.json(text, "line \(place)"), place)
        }
    }

    private static func json(_ bytes: UnsafeBufferPointer<UInt8>, _ place: String) throws(SQLError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes, limits: JSONLimits(depth: 64, bytes: RowInput.limit), refusingZero: true)
        } catch { throw SQLError("22P02", "\(place) is not JSON: \(error)") }
    }

    /// The next element of the array that the file is; nil behind its closing bracket.
    private mutating func element() throws -> JSONValue? {
        guard !isClosed else { return nil }
        guard let first = try sign() else { throw cut() }
        if !isOpen {
            guard first == UInt8(ascii: "[") else {
                throw SQLError("22P04", "the file is not a JSON array", hint: "One object per line is --format ndjson.")
            }
            isOpen = true
            input.use(1)
            guard let second = try sign() else { throw cut() }
            if second == UInt8(ascii: "]") { return try close() }
        } else if first == UInt8(ascii: "]") {
            return try close()
        } else {
            guard first == UInt8(ascii: ",") else { throw SQLError("22P02", "what follows element \(line) is not JSON") }
            input.use(1)
            guard try sign() != nil else { throw cut() }
        }
        line += 1
        var scan = ElementScan()
        while !scan.advance(over: input.window), !input.isWhole { try input.fill() }
        let value = try Self.json(UnsafeBufferPointer(rebasing: input.window[..<scan.place]), "element \(line)")
        input.use(scan.place)
        return value
    }

    private func cut() -> SQLError { SQLError("22P02", "the file ends inside of its JSON array") }

    /// Nothing but white space may follow.
    private mutating func close() throws -> JSONValue? {
        input.use(1)
        guard try sign() == nil else { throw SQLError("22P02", "something follows the JSON array") }
        isClosed = true
        return nil
    }

    /// The next byte that is no white space, which is then the window's first; nil at the end.
    private func sign() throws -> UInt8? {
        while true {
            let window = input.window
            if let index = window.firstIndex(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
                let byte = window[index]
                input.use(index)
                return byte
            }
            input.use(window.count)
            guard !input.isWhole else { return nil }
            try input.fill()
        }
    }
}

/// Finds where an element of an array ends: outside of strings, and of brackets that it opened. What it spans need not be JSON.
private struct ElementScan {
    private(set) var place = 0
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// - Returns: whether the end was found: a comma, a closing bracket.
    mutating func advance(over window: UnsafeBufferPointer<UInt8>) -> Bool {
        while place < window.count {
            let byte = window[place]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return true }
                    depth -= 1
                case UInt8(ascii: ","): if depth == 0 { return true }
                default: break
                }
            }
            place += 1
        }
        return false
    }
}

/// A row of a file that could not be taken in.
package struct BadRow: Error, Sendable, Hashable, CustomStringConvertible {
    package var line: Int
    package var reason: String

    package var description: String { "line \(line): \(reason)" }
}
