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

/// The rows of a file one after another, each with the line it begins on.
struct RowSource {
    enum Value {
        case null
        case text(String)
        case json(JSONValue)
    }
    struct Row {
        /// In a JSON array, the number of its element.
        var line: Int
        /// For each column; nil where the row has no such member.
        var values: [Value?]
    }
    private enum Content {
        case csv(CSVReader)
        case objects([(line: Int, members: [JSONValue.Member])], next: Int)
    }

    let columns: [String]
    private var content: Content
    /// For progress: how far into the file.
    private(set) var share = 0.0
    private let size: Int

    /// The bytes must outlive the source.
    ///
    /// - Throws: 22P04 for a file that is not of its format at all.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ format: RowFileFormat) throws(SQLError) {
        size = max(1, bytes.count)
        switch format {
        case .csv:
            var reader = CSVReader(bytes)
            guard let header = try Self.record(&reader) else {
                throw SQLError("22P04", "the file is empty", hint: "Its first line names the columns.")
            }
            columns = header.map(\.text)
            content = .csv(reader)
        case .json:
            guard case .array(let elements) = try Self.json(bytes, at: 1) else {
                throw SQLError("22P04", "the file is not a JSON array", hint: "One object per line is --format ndjson.")
            }
            var objects: [(line: Int, members: [JSONValue.Member])] = []
            for (index, element) in elements.enumerated() { objects.append((index + 1, try Self.members(element, index + 1))) }
            columns = Self.columns(of: objects)
            content = .objects(objects, next: 0)
        case .ndjson:
            var objects: [(line: Int, members: [JSONValue.Member])] = []
            var line = 0
            for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                line += 1
                guard part.contains(where: { $0 > UInt8(ascii: " ") }) else { continue }
                objects.append((line, try Self.members(try Self.json(UnsafeBufferPointer(rebasing: part), at: line), line)))
            }
            columns = Self.columns(of: objects)
            content = .objects(objects, next: 0)
        }
        var seen: Set<String> = []
        for column in columns where !seen.insert(column).inserted {
            throw SQLError("42701", "column \"\(column)\" specified more than once")
        }
    }

    private static func record(_ reader: inout CSVReader) throws(SQLError) -> [CSVReader.Field]? {
        do throws(RequestError) { return try reader.next() } catch { throw SQLError("22P04", error.message, details: error.details) }
    }

    private static func json(_ bytes: UnsafeBufferPointer<UInt8>, at line: Int) throws(SQLError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes, limits: JSONLimits(depth: 64, bytes: 1 << 30), refusingZero: true)
        } catch { throw SQLError("22P02", "line \(line) is not JSON: \(error)") }
    }

    private static func members(_ value: JSONValue, _ line: Int) throws(SQLError) -> [JSONValue.Member] {
        guard case .object(let members) = value else { throw SQLError("22P04", "row \(line) is not an object") }
        return members
    }

    private static func columns(of objects: [(line: Int, members: [JSONValue.Member])]) -> [String] {
        var columns: [String] = []
        var seen: Set<String> = []
        for object in objects { for member in object.members where seen.insert(member.name).inserted { columns.append(member.name) } }
        return columns
    }

    /// The next row; nil at the end.
    mutating func next() throws(SQLError) -> Result<Row, BadRow>? {
        switch content {
        case .csv(var reader):
            let line = reader.line
            let record = try Self.record(&reader)
            content = .csv(reader)
            share = Double(reader.offset) / Double(size)
            guard let record else { return nil }
            guard record.count == columns.count else {
                return .failure(BadRow(line: line, reason: "22P04: \(record.count) fields where the header has \(columns.count)"))
            }
            return .success(Row(line: line, values: record.map { $0.text.isEmpty && !$0.wasQuoted ? .null : .text($0.text) }))
        case .objects(let objects, let index):
            guard index < objects.count else { return nil }
            content = .objects(objects, next: index + 1)
            share = Double(index + 1) / Double(objects.count)
            let object = JSONValue.object(objects[index].members)
            return .success(
                Row(line: objects[index].line, values: columns.map { column in object[column].map { $0 == .null ? .null : .json($0) } }))
        }
    }
}

/// A row of a file that could not be taken in.
package struct BadRow: Error, Sendable, Hashable, CustomStringConvertible {
    package var line: Int
    package var reason: String

    package var description: String { "line \(line): \(reason)" }
}
