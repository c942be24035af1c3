import OffstageJSON
package import OffstageSchema

extension Payload {
    /// Gives columns of type `json`, and each of those in a `json[]`, the text that stands in a body of JSON, as PostgreSQL keeps it:
    /// `{"b" : 1, "a": 2}` is not `jsonb`.
    ///
    /// A string is written anew there, too, so only objects and arrays are looked for.
    package mutating func keepTexts(as columns: [Column], from body: [UInt8]) {
        let kept = Self.keeping(self.columns, columns)
        guard !kept.isEmpty else { return }
        body.withUnsafeBufferPointer { bytes in
            for (row, texts) in zip(rows.indices, JSONScan(bytes).containers(named: kept)) {
                Self.keep(texts, of: bytes, self.columns, columns, &rows[row])
            }
        }
    }

    /// Where rows are filled up with defaults (`missing=default`), PostgreSQL takes the whole body through `jsonb`, and `json` is its text.
    ///
    /// - Throws: 22003 for a number beyond numeric, 22P05 for a zero character.
    package mutating func writeAnew(as columns: [Column]) throws(SQLError) {
        for (place, column) in columns.enumerated() where column.type.base.type.keepsTexts {
            for row in rows.indices where rows[row].indices.contains(place) {
                guard case .json(let value)? = rows[row][place], value != .null else { continue }
                if column.type.base.type == .json {
                    rows[row][place] = .text(try JSONBText.canonical(value))
                } else if case .array(let values) = value {
                    var texts: [String?] = []
                    for value in values { texts.append(value == .null ? nil : try JSONBText.canonical(value)) }
                    rows[row][place] = Self.list(values, texts) ?? rows[row][place]
                }
            }
        }
    }

    /// The names of those that keep their text.
    static func keeping(_ names: [String], _ columns: [Column]) -> Set<String> {
        Set(zip(names, columns).filter { $1.type.base.type.keepsTexts }.map(\.0))
    }

    static func keep(
        _ texts: [String: Range<Int>], of bytes: UnsafeBufferPointer<UInt8>, _ names: [String], _ columns: [Column], _ row: inout [Value?]
    ) {
        for (name, range) in texts {
            guard let place = names.firstIndex(of: name), row.indices.contains(place), columns.indices.contains(place),
                case .json(let value)? = row[place]
            else { continue }
            if columns[place].type.base.type == .json {
                row[place] = .text(String(decoding: bytes[range], as: UTF8.self))
            } else if case .array(let values) = value {
                let places = JSONScan(bytes, range).elements() ?? []
                let texts = zip(values, places).map { value, place -> String? in
                    switch value {
                    case .null: nil
                    case .object, .array: String(decoding: bytes[place], as: UTF8.self)
                    case .boolean, .number, .string: value.text
                    }
                }
                row[place] = list(values, texts) ?? row[place]
            }
        }
    }

    /// An array of `json` as PostgreSQL writes it; nil where it has another dimension, which is said elsewhere.
    private static func list(_ values: [JSONValue], _ texts: [String?]) -> Value? {
        guard values.count == texts.count else { return nil }
        if case .array? = values.first { return nil }
        return .text(ArrayText.text(of: texts.map { $0.map { .text($0) } }, element: .json))
    }
}

extension CallPayload {
    /// The same for a call: its arguments, and a body that is the one argument, which is taken as it is.
    package mutating func keepTexts(for plan: CallPlan, from bytes: [UInt8]) {
        if plan.takesBody {
            switch body {
            case .json?: body = .text(String(decoding: bytes, as: UTF8.self))
            // A body of no bytes is an object of no arguments.
            case nil: body = .text("{}")
            case .text?: break
            }
            return
        }
        let kept = Payload.keeping(names, plan.columns)
        guard case .json? = body, !kept.isEmpty else { return }
        bytes.withUnsafeBufferPointer { bytes in
            var row: [Payload.Value?] = values
            Payload.keep(JSONScan(bytes).containers(named: kept).first ?? [:], of: bytes, names, plan.columns, &row)
            values = row.compactMap { $0 }
        }
    }
}

extension DataType {
    /// `json`, or a list of it.
    fileprivate var keepsTexts: Bool { self == .json || self == .array(.json) }
}
