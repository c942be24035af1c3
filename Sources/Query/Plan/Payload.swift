package import OffstageJSON
package import OffstageSchema
import OffstageXML

/// What a write's body holds: columns, and rows of values for them.
///
/// JSON, CSV, XML and form bodies come out alike. A value a row does not give is nil.
package struct Payload: Sendable {
    package enum Value: Sendable, Hashable {
        case json(JSONValue)
        /// CSV, XML and forms: text for the column's input function.
        case text(String)
    }

    package var columns: [String]
    package var rows: [[Value?]]

    package init(columns: [String], rows: [[Value?]]) {
        self.columns = columns
        self.rows = rows
    }

    /// What planning needs to know of it.
    package var shape: PayloadShape {
        var patterns: [[Bool]] = []
        for row in rows {
            let given = row.map { $0 != nil }
            if !patterns.contains(given) { patterns.append(given) }
        }
        return PayloadShape(columns: columns, patterns: patterns, rowCount: rows.count)
    }
}

/// The columns of a payload and which of them its rows give.
package struct PayloadShape: Sendable, Hashable {
    package var columns: [String]
    package var patterns: [[Bool]]
    package var rowCount: Int

    package init(columns: [String], patterns: [[Bool]], rowCount: Int) {
        self.columns = columns
        self.patterns = patterns
        self.rowCount = rowCount
    }

    /// How many rows there are does not change a plan, except none.
    package static func == (a: Self, b: Self) -> Bool {
        a.columns == b.columns && a.patterns == b.patterns && (a.rowCount == 0) == (b.rowCount == 0)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(columns)
        hasher.combine(patterns)
        hasher.combine(rowCount == 0)
    }
}

/// How much a payload may hold.
package struct PayloadLimits: Sendable {
    package var rows = 10_000
    package var depth = 64

    package init() {}
}

extension Payload {
    /// Reads a body.
    ///
    /// - Parameter columns: the request's `columns`: only these count, and rows may leave some out.
    /// - Throws: PGRST102, as PostgREST words it.
    package init(
        _ body: UnsafeBufferPointer<UInt8>, type: PayloadType, columns: [String]?, limits: PayloadLimits = PayloadLimits()
    ) throws(RequestError) {
        switch type {
        case .json: try self.init(json: body, columns: columns, limits: limits)
        case .csv: try self.init(csv: body, columns: columns, limits: limits)
        case .form: try self.init(form: body, columns: columns)
        case .xml: try self.init(xml: body, columns: columns, limits: limits)
        default:
            throw RequestError(code: "PGRST102", message: "Content-Type not acceptable: \(type.name)")
        }
    }

    private static let invalid = RequestError(code: "PGRST102", message: "Empty or invalid json")

    static func tooMany(_ limit: Int) -> RequestError {
        RequestError(
            code: "PGRST102", message: "Too many rows in one request", details: "At most \(limit) rows are accepted.",
            hint: "Send the rows in several requests, or import a file with `offstage import`.")
    }

    /// The body as JSON.
    static func json(_ body: UnsafeBufferPointer<UInt8>, limits: PayloadLimits) throws(RequestError) -> JSONValue {
        var jsonLimits = JSONLimits()
        jsonLimits.depth = limits.depth
        do throws(JSONError) {
            return try JSONValue(parsing: body, limits: jsonLimits)
        } catch {
            throw RequestError(code: "PGRST102", message: "Empty or invalid json", details: body.isEmpty ? nil : "\(error)")
        }
    }

    private init(json body: UnsafeBufferPointer<UInt8>, columns: [String]?, limits: PayloadLimits) throws(RequestError) {
        let value = try Self.json(body, limits: limits)
        var objects: [[JSONValue.Member]] = []
        switch value {
        case .object(let members): objects = [members]
        case .array(let items):
            guard items.count <= limits.rows else { throw Self.tooMany(limits.rows) }
            for item in items {
                guard case .object(let members) = item else { throw Self.invalid }
                objects.append(members)
            }
        default: throw Self.invalid
        }
        if let columns {
            self.init(columns: columns, rows: [])
        } else {
            var names: [String] = []
            for member in objects.first ?? [] where !names.contains(member.name) { names.append(member.name) }
            self.init(columns: names, rows: [])
        }
        let places = Dictionary(self.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        rows.reserveCapacity(objects.count)
        for members in objects {
            var row = [Value?](repeating: nil, count: self.columns.count)
            for member in members {
                guard let place = places[member.name] else {
                    if columns == nil { throw RequestError(code: "PGRST102", message: "All object keys must match") }
                    continue
                }
                row[place] = .json(member.value)
            }
            if columns == nil, row.contains(where: { $0 == nil }) {
                throw RequestError(code: "PGRST102", message: "All object keys must match")
            }
            rows.append(row)
        }
    }

    private init(csv body: UnsafeBufferPointer<UInt8>, columns: [String]?, limits: PayloadLimits) throws(RequestError) {
        var reader = CSVReader(body)
        guard let header = try reader.next(), !header.isEmpty else { throw RequestError(code: "PGRST102", message: "Empty or invalid csv") }
        let names = header.map(\.text)
        self.init(columns: columns ?? names, rows: [])
        let places = self.columns.map { names.firstIndex(of: $0) }
        while let record = try reader.next() {
            guard record.count == names.count else {
                throw RequestError(code: "PGRST102", message: "All lines must have same number of fields")
            }
            guard rows.count < limits.rows else { throw Self.tooMany(limits.rows) }
            rows.append(
                places.map { place in
                    guard let place else { return nil }
                    return record[place].text == "NULL" && !record[place].wasQuoted ? .json(.null) : .text(record[place].text)
                })
        }
    }

    private init(xml body: UnsafeBufferPointer<UInt8>, columns: [String]?, limits: PayloadLimits) throws(RequestError) {
        var most = XMLLimits()
        most.rows = limits.rows
        do throws(XMLError) {
            let read = try XMLRows(reading: body, columns: columns, limits: most)
            self.init(columns: read.columns, rows: read.rows.map { $0.map { $0.map(Value.init) } })
        } catch {
            if error.isTooManyRows { throw Self.tooMany(limits.rows) }
            throw RequestError(
                code: "PGRST102", message: "Empty or invalid xml", details: body.isEmpty ? nil : "\(error)", hint: error.hint)
        }
    }

    private init(form body: UnsafeBufferPointer<UInt8>, columns: [String]?) throws(RequestError) {
        let text = String(decoding: body, as: UTF8.self)
        var names: [String] = []
        var values: [Value?] = []
        for parameter in try Parameter.all(in: text) {
            let name = String(decoding: parameter.name, as: UTF8.self)
            guard columns?.contains(name) ?? true else { continue }
            let value = Value.text(String(decoding: parameter.value, as: UTF8.self))
            if let place = names.firstIndex(of: name) {
                values[place] = value
            } else {
                names.append(name)
                values.append(value)
            }
        }
        self.init(columns: names, rows: [values])
    }
}

extension Payload.Value {
    fileprivate init(_ value: XMLRows.Value) {
        switch value {
        case .null: self = .json(.null)
        case .text(let text): self = .text(text)
        }
    }
}

extension PayloadType {
    /// Its values are text, which the type's input function reads.
    var givesText: Bool { self == .csv || self == .form || self == .xml }

    var name: String {
        switch self {
        case .json: "application/json"
        case .csv: "text/csv"
        case .form: "application/x-www-form-urlencoded"
        case .text: "text/plain"
        case .xml: "text/xml"
        case .binary: "application/octet-stream"
        case .other(let name): name
        }
    }
}

extension Payload {
    /// The bytes that a database takes the payload as: a JSON array of objects.
    package func recordset(_ body: [UInt8], type: PayloadType) -> [UInt8] {
        if case .json = type {
            let first = body.first { $0 != 0x20 && !(0x09...0x0D).contains($0) }
            return first == UInt8(ascii: "[") ? body : [UInt8(ascii: "[")] + body + [UInt8(ascii: "]")]
        }
        var writer = JSONWriter()
        writer.raw("[")
        for (index, row) in rows.enumerated() {
            if index > 0 { writer.raw(",") }
            Self.write(columns, row, into: &writer)
        }
        writer.raw("]")
        return Array(writer.text.utf8)
    }

    /// One row as an object; what it does not give is left out.
    static func write(_ names: [String], _ values: [Value?], into writer: inout JSONWriter) {
        writer.raw("{")
        var isFirst = true
        for (name, value) in zip(names, values) {
            guard let value else { continue }
            if !isFirst { writer.raw(",") }
            isFirst = false
            writer.string(name)
            writer.raw(":")
            switch value {
            case .json(let json): writer.raw(text: json.text)
            case .text(let text): writer.string(text)
            }
        }
        writer.raw("}")
    }

    /// One row as stored values, in the order of `columns`; a missing one is null.
    ///
    /// - Throws: the input function's error: 22P02 and its kin.
    package static func stored(
        _ row: [Value?], as columns: [Column], in context: ValueContext
    ) throws(SQLError) -> [StoredValue] {
        var values: [StoredValue] = []
        values.reserveCapacity(row.count)
        for (value, column) in zip(row, columns) {
            switch value {
            case .json(let json)?: values.append(try column.type.parse(json: json, in: context))
            case .text(let text)?: values.append(try column.type.parse(text, in: context))
            case nil: values.append(.null)
            }
        }
        return values
    }
}
