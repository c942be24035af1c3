/// A relation of `pg_catalog` or `information_schema`: its columns, and its rows made of a schema.
package struct SystemRelation: Sendable {
    package var name: QualifiedName
    package var columns: [(name: String, type: DataType)]
    private let rows: @Sendable (SystemCatalogue) -> [[StoredValue]]

    /// - Parameter columns: `oid oid, relname name, …`.
    init(_ schema: String, _ name: String, _ columns: String, _ rows: @escaping @Sendable (SystemCatalogue) -> [[StoredValue]]) {
        self.name = QualifiedName(schema, name)
        self.columns = columns.split(separator: ",").map { part in
            let words = part.split(whereSeparator: \.isWhitespace)
            return (String(words.first ?? ""), Self.types[String(words.last ?? "")] ?? .text)
        }
        self.rows = rows
    }

    private static let types: [String: DataType] = [
        "oid": .bigint, "name": .text, "text": .text, "int": .integer, "bigint": .bigint, "smallint": .smallint, "bool": .boolean,
        "names": .array(.text), "ints": .array(.smallint), "oids": .array(.bigint), "texts": .array(.text), "real": .real,
        "timestamptz": .timestamptz, "varchar": .varchar,
    ]

    /// The rows as a JSON array of arrays, for SQLite's `json_each`.
    package func json(_ catalogue: SystemCatalogue) -> String {
        var text = "["
        for (i, row) in rows(catalogue).enumerated() {
            text += i == 0 ? "[" : ",["
            for (j, value) in row.enumerated() {
                if j > 0 { text += "," }
                Self.write(value, to: &text)
            }
            text += "]"
        }
        return text + "]"
    }

    static func write(_ value: StoredValue, to text: inout String) {
        switch value {
        case .null, .blob: text += "null"
        case .integer(let number): text += String(number)
        case .real(let number): text += "\(number)"
        case .text(let string):
            text += "\""
            for scalar in string.unicodeScalars {
                switch scalar {
                case "\"": text += "\\\""
                case "\\": text += "\\\\"
                case "\n": text += "\\n"
                case "\r": text += "\\r"
                case "\t": text += "\\t"
                case _ where scalar.value < 0x20:
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: text.unicodeScalars.append(scalar)
                }
            }
            text += "\""
        }
    }

    // MARK: Which there are

    private static let all: [QualifiedName: SystemRelation] = {
        let list = classes + objects + informationSchema + informationSchemaMore
        return Dictionary(list.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }()

    /// `pg_class`, `pg_catalog.pg_class`, `information_schema.tables`.
    package static func named(_ parts: [String]) -> SystemRelation? {
        switch parts.count {
        case 1: parts[0].hasPrefix("pg_") ? all[QualifiedName("pg_catalog", parts[0])] : nil
        case 2: all[QualifiedName(parts[0], parts[1])]
        default: nil
        }
    }

    package static func named(_ name: QualifiedName) -> SystemRelation? { all[name] }

    package static var names: [QualifiedName] { all.keys.sorted() }
}

// MARK: Cells

func cell(_ text: String?) -> StoredValue { text.map { .text($0) } ?? .null }
func cell(_ number: Int64?) -> StoredValue { number.map { .integer($0) } ?? .null }
func cell(_ number: Int) -> StoredValue { .integer(Int64(number)) }
func cell(_ flag: Bool) -> StoredValue { .integer(flag ? 1 : 0) }
func yesOrNo(_ flag: Bool) -> StoredValue { .text(flag ? "YES" : "NO") }
func cells(_ names: [String]) -> StoredValue { .text(ArrayText.text(of: names.map { .text($0) }, element: .text)) }
func cells(_ numbers: [Int]) -> StoredValue { .text("{" + numbers.map(String.init).joined(separator: ",") + "}") }
