import OffstageJSON
import OffstageSchema
import Testing

/// What PostgreSQL 15 made of literals: its answers, recorded.
enum ValueTable {
    struct Row: CustomStringConvertible, Sendable {
        var type: String
        var literal: String
        var answer: [String]

        var description: String { "\(type) \(literal.debugDescription)" }
    }

    static func rows(_ table: String) throws -> [Row] {
        try table.split(separator: "\n").map { line in
            let fields = try JSONValue(parsing: String(line)).array?.compactMap(\.string) ?? []
            return Row(type: fields[0], literal: fields[1], answer: Array(fields.dropFirst(2)))
        }
    }

    static let mood = Enumeration(
        schema: "public", name: "mood",
        labels: ["sad", "ok", "very happy", "\"quo\"ted", "null"].enumerated().map { .init(name: $1, position: Int64($0 + 1) * 1024) })

    static func columnType(_ name: String) throws -> ColumnType {
        var name = name[...]
        let isArray = name.hasSuffix("[]")
        if isArray { name = name.dropLast(2) }
        var modifier: TypeModifier?
        if let open = name.firstIndex(of: "(") {
            let numbers = name[open...].dropFirst().dropLast().split(separator: ",").compactMap { Int($0) }
            name = name[..<open]
            switch name {
            case "numeric": modifier = .numeric(precision: numbers[0], scale: numbers.count > 1 ? numbers[1] : 0)
            case "varchar", "char": modifier = .length(numbers[0])
            default: modifier = .precision(numbers[0])
            }
        }
        let type = name == "mood" ? .enumeration(mood) : try #require(DataType(name: String(name)))
        return ColumnType(isArray ? .array(type) : type, modifier)
    }

    static func answer(_ row: Row) throws -> [String] {
        let type = try columnType(row.type)
        do throws(SQLError) {
            let value = try type.parse(row.literal, in: ValueContext())
            var writer = JSONWriter()
            let text = value.withCell { cell in
                JSONRenderer(type.type).write(cell, into: &writer)
                return type.type.text(of: cell)
            }
            return ["OK", text, writer.text]
        } catch {
            return [error.code, error.message, error.details ?? "", error.hint ?? ""]
        }
    }
}

@Suite struct ValueTableTests {
    struct Table: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
    }

    @Test(
        arguments: [
            "scalars": ValueTable.scalars, "numerics": ValueTable.numerics, "times": ValueTable.times, "documents": ValueTable.documents,
        ].map({ Table(testDescription: $0, text: $1) }))
    func `literals are read, printed and refused as by PostgreSQL`(table: Table) throws {
        let rows = try ValueTable.rows(table.text)
        #expect(rows.count > 100)
        for row in rows { #expect(try ValueTable.answer(row) == row.answer, "\(row)") }
    }
}
