extension SQLPrinter {
    mutating func type(_ type: TypeName) {
        if type.isSet { write("setof ") }
        if !standardType(type) {
            name(type.name)
            modifiers(type.modifiers)
        }
        for _ in 0..<max(0, type.arrayDimensions) { write("[]") }
    }

    private mutating func modifiers(_ modifiers: [Expression]) {
        if !modifiers.isEmpty { bracketed(modifiers) { $0.expression($1) } }
    }

    /// Writes the words of the SQL standard for what PostgreSQL's parser turned into its own name, where they give that name back.
    private mutating func standardType(_ type: TypeName) -> Bool {
        guard type.name.parts.count == 2, type.name.parts[0] == "pg_catalog" else { return false }
        let plain: String? =
            switch type.name.last {
            case "int2": "smallint"
            case "int4": "integer"
            case "int8": "bigint"
            case "float4": "real"
            case "float8": "double precision"
            case "bool": "boolean"
            default: nil
            }
        if let plain, type.modifiers.isEmpty {
            write(plain)
            return true
        }
        switch type.name.last {
        case "numeric": write("numeric")
        case "varchar": write("character varying")
        case "bpchar" where type.modifiers.count == 1: write("character")
        case "varbit": write("bit varying")
        case "bit" where type.modifiers.count == 1: write("bit")
        case "interval" where type.modifiers.isEmpty: write("interval")
        case "timestamp", "time": return time(type, type.name.last, zone: "")
        case "timestamptz": return time(type, "timestamp", zone: " with time zone")
        case "timetz": return time(type, "time", zone: " with time zone")
        default: return false
        }
        modifiers(type.modifiers)
        return true
    }

    private mutating func time(_ type: TypeName, _ word: String, zone: String) -> Bool {
        guard type.modifiers.count < 2 else { return false }
        if let precision = type.modifiers.first {
            // The words take a plain number only.
            guard case .literal(.integer(0...)) = precision.kind else { return false }
        }
        write(word)
        modifiers(type.modifiers)
        write(zone)
        return true
    }
}
