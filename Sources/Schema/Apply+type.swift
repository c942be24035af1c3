import OffstageSyntax

extension Application {
    mutating func createType(_ create: CreateType) throws(SQLError) {
        let position = create.name.position
        let labels: [String]
        switch create.kind {
        case .enumeration(let given): labels = given
        case .composite(let columns):
            let name = try schema.placement(of: create.name, path: path)
            if schema.isTypeName(name) { throw SQLError("42710", "type \"\(name.name)\" already exists", position: position.known) }
            return try createComposite(name, columns)
        case .domain(let type, let constraints): return try createDomain(create, over: type, constraints)
        case .range: throw unsupported("CREATE TYPE … AS RANGE", "Use two columns, one for each bound.", position)
        }
        let name = try schema.placement(of: create.name, path: path)
        if schema.isTypeName(name) {
            throw SQLError("42710", "type \"\(name.name)\" already exists", position: position.known)
        }
        var seen: Set<String> = []
        for label in labels {
            try requireLabel(label)
            if !seen.insert(label).inserted {
                throw SQLError(
                    "23505", "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"",
                    details: "The label \"\(label)\" is given twice.", position: position.known)
            }
        }
        schema.enumerations[name] = Enumeration(schema: name.schema, name: name.name, labels: Self.spaced(labels))
    }

    private func requireLabel(_ label: String) throws(SQLError) {
        if label.utf8.count > ObjectName.limit {
            throw SQLError("42602", "invalid enum label \"\(label)\"", details: "Labels must be 63 bytes or less.")
        }
    }

    static func spaced(_ labels: [String]) -> [Enumeration.Label] {
        labels.enumerated().map { Enumeration.Label(name: $1, position: Int64($0 + 1) * 1024) }
    }

    mutating func alterEnum(_ alter: AlterEnum) throws(SQLError) {
        guard let old = schema.resolveEnumeration(alter.name, path: path) else {
            throw SQLError(
                "42704", "type \"\(alter.name.parts.joined(separator: "."))\" does not exist", position: alter.name.position.known)
        }
        var new = old
        switch alter.change {
        case .add(let label, let neighbour, let after, let ifNotExists):
            try requireLabel(label)
            if old.labels.contains(where: { $0.name == label }) {
                if ifNotExists { return }
                throw SQLError("42710", "enum label \"\(label)\" already exists")
            }
            var place = old.labels.count
            if let neighbour {
                guard let found = old.labels.firstIndex(where: { $0.name == neighbour }) else { throw missingLabel(neighbour, old) }
                place = after ? found + 1 : found
            }
            let before = place > 0 ? old.labels[place - 1].position : nil
            let next = place < old.labels.count ? old.labels[place].position : nil
            let position: Int64
            switch (before, next) {
            case (let low?, let high?): position = low + (high - low) / 2
            case (let low?, nil): position = low + 1024
            case (nil, let high?): position = high - 1024
            case (nil, nil): position = 1024
            }
            new.labels.insert(.init(name: label, position: position), at: place)
            // No room left between two labels: all are spaced anew, and stored values with them.
            if position == before || position == next { new.labels = Self.spaced(new.labels.map(\.name)) }
        case .rename(let label, let other):
            try requireLabel(other)
            guard let found = old.labels.firstIndex(where: { $0.name == label }) else { throw missingLabel(label, old) }
            if old.labels.contains(where: { $0.name == other }) { throw SQLError("42710", "enum label \"\(other)\" already exists") }
            new.labels[found].name = other
            renameLabel(label, to: other, of: old)
        }
        schema.replace(old, with: new)
        changes.append(.alterEnumeration(old: old, new: new))
    }

    /// PostgreSQL keeps a default's label by its number; here it is text that changes along.
    private mutating func renameLabel(_ label: String, to new: String, of type: Enumeration) {
        func renamed(_ value: Expression) -> Expression {
            switch value.kind {
            case .literal(.string(label)): Expression(.literal(.string(new)), at: value.position)
            case .cast(let inner, let name) where name.arrayDimensions == 0:
                Expression(.cast(renamed(inner), name), at: value.position)
            default: value
            }
        }
        for name in schema.tables.keys {
            for i in schema.tables[name]?.columns.indices ?? 0..<0
            where schema.tables[name]?.columns[i].type.type.base == .enumeration(type) {
                if let value = schema.tables[name]?.columns[i].defaultValue {
                    schema.tables[name]?.columns[i].defaultValue = renamed(value)
                }
            }
        }
    }

    private func missingLabel(_ label: String, _ type: Enumeration) -> SQLError {
        SQLError("22023", "\"\(label)\" is not an existing enum label", hint: schema.perhaps(label, type.labels.map(\.name)))
    }
}

extension Schema {
    /// The enum type changed, here and in every column, view and function that has it.
    mutating func replace(_ old: Enumeration, with new: Enumeration) {
        enumerations[QualifiedName(old.schema, old.name)] = nil
        enumerations[QualifiedName(new.schema, new.name)] = new
        mapTypes { $0 == .enumeration(old) ? .enumeration(new) : $0 }
    }
}
