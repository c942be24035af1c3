package import OffstageSyntax

extension TypeName {
    /// The type as a tree, under the names PostgreSQL's parser would give it; enums under their full name.
    package init(_ column: ColumnType) {
        var type = column.type
        var dimensions = 0
        while case .array(let element) = type {
            type = element
            dimensions += 1
        }
        let modifiers: [Int] =
            switch column.modifier {
            case .length(let length): [length]
            case .numeric(let precision, let scale): [precision, scale]
            case .precision(let digits): type == .interval ? [0x7FFF, digits] : [digits]
            case .fields(let fields, let digits):
                [Schema.intervalFields.first { $0.value == fields }?.key ?? 0x7FFF] + (digits.map { [$0] } ?? [])
            case nil: []
            }
        let name: Name =
            switch type {
            case .enumeration(let type): Name(type.schema, type.name)
            case .composite(let row): row.name.map { Name($0) } ?? Name("pg_catalog", "record")
            case .domain(let domain): Name(domain.schema, domain.name)
            case .citext: Name("citext")
            case .text, .uuid, .bytea, .date, .json, .jsonb, .jsonpath, .record, .void, .trigger, .unknown:
                Name(Self.systemNames[type] ?? "text")
            default: Name("pg_catalog", Self.systemNames[type] ?? "text")
            }
        self.init(name, modifiers: modifiers.map { Expression(.literal(.integer(Int32(clamping: $0)))) }, arrayDimensions: dimensions)
    }

    private static let systemNames = Dictionary(Schema.systemTypes.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}
