import OffstageJSON
import OffstageSchema
import Testing

@Suite struct DataTypeNameTests {
    @Test(arguments: [
        ("int", "integer"), ("INT4", "integer"), ("int8", "bigint"), ("bool", "boolean"), ("float8", "double precision"),
        ("Double   Precision", "double precision"),
        ("varchar", "character varying"), ("bpchar", "character"), ("decimal", "numeric"), ("timestamptz", "timestamp with time zone"),
        ("timestamp with time zone", "timestamp with time zone"), ("timestamp", "timestamp without time zone"), ("_int4", "integer[]"),
        ("uuid[]", "uuid[]"),
    ])
    func `aliases resolve to PostgreSQL's names`(alias: String, name: String) {
        #expect(DataType(name: alias)?.name == name)
    }

    @Test(arguments: ["", "[]", "_", "int[][]", "serial", "mood", "void[]", "__int4"])
    func `other names are no types`(name: String) {
        #expect(DataType(name: name) == nil)
    }

    @Test func `modifiers stand where PostgreSQL prints them`() {
        #expect(ColumnType(.numeric, .numeric(precision: 5, scale: 2)).name == "numeric(5,2)")
        #expect(ColumnType(.timestamptz, .precision(3)).name == "timestamp(3) with time zone")
        #expect(ColumnType(.array(.varchar), .length(3)).name == "character varying(3)[]")
    }

    @Test func `a cell of the wrong kind is printed, not trapped on`() {
        for type in [
            DataType.boolean, .date, .timestamptz, .array(.integer), .jsonb, .enumeration(.init(schema: "public", name: "e", labels: [])),
            .real,
        ] {
            for value in [
                StoredValue.null, .integer(.max), .integer(.min), .integer(7), .real(.infinity), .real(1.5), .text("{"), .text(""),
                .blob([0, 255]),
            ] {
                value.withCell { cell in
                    _ = type.text(of: cell)
                    var writer = JSONWriter()
                    JSONRenderer(type).write(cell, into: &writer)
                    #expect(writer.count > 0 || value == .text(""))
                }
            }
        }
    }
}
