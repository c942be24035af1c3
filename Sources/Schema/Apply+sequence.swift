import OffstageSyntax

extension Application {
    mutating func createSequence(_ create: CreateSequence) throws(SQLError) {
        let name = try schema.placement(of: create.name, path: path)
        if schema.relation(name) != nil {
            if create.ifNotExists { return notice("relation \"\(name.name)\" already exists, skipping") }
            throw SQLError("42P07", "relation \"\(name.name)\" already exists", position: create.name.position.known)
        }
        var sequence = try sequence(name, type: .bigint, create.options)
        schema.sequences[name] = sequence
        for case .ownedBy(let owner) in create.options {
            try own(&sequence, owner)
            schema.sequences[name] = sequence
        }
        grantDefaults(to: name, .sequence)
        changes.append(.createSequence(name))
    }

    mutating func alterSequence(_ alter: AlterSequence) throws(SQLError) {
        guard let found = schema.resolve(alter.name, path: path), var sequence = schema.sequences[found.name] else {
            if alter.ifExists, schema.resolve(alter.name, path: path) == nil {
                return notice("relation \"\(alter.name.last)\" does not exist, skipping")
            }
            if schema.resolve(alter.name, path: path) != nil {
                throw SQLError("42809", "\"\(alter.name.last)\" is not a sequence", position: alter.name.position.known)
            }
            throw schema.missingRelation(alter.name, path: path)
        }
        try change(&sequence, alter.options)
    }

    /// The options of `alter sequence`, or of `alter column … set generated`.
    mutating func change(_ sequence: inout Sequence, _ options: [SequenceOption]) throws(SQLError) {
        let kept = sequence
        let rest = options.filter { if case .restart = $0 { false } else if case .ownedBy = $0 { false } else { true } }
        if !rest.isEmpty {
            var asked = rest
            var type = kept.type
            for case .type(let name) in rest { type = try schema.resolveType(name, path: path).type }
            // A bound that was its old type's own moves with the type.
            let moves = type != kept.type
            let isTop = moves && kept.maximum == Self.range(of: kept.type).upperBound && kept.increment > 0
            let isBottom = moves && kept.minimum == Self.range(of: kept.type).lowerBound && kept.increment < 0
            if !rest.contains(where: { if case .start = $0 { true } else { false } }) { asked.append(.start(kept.start)) }
            if !rest.contains(where: { if case .increment = $0 { true } else { false } }) { asked.append(.increment(kept.increment)) }
            if !rest.contains(where: { if case .minimum = $0 { true } else { false } }) {
                if !isBottom { asked.append(.minimum(kept.minimum)) }
            }
            if !rest.contains(where: { if case .maximum = $0 { true } else { false } }) {
                if !isTop { asked.append(.maximum(kept.maximum)) }
            }
            if !rest.contains(where: { if case .cycle = $0 { true } else { false } }) { asked.append(.cycle(kept.isCycling)) }
            if !rest.contains(where: { if case .cache = $0 { true } else { false } }) { asked.append(.cache(kept.cache)) }
            sequence = try self.sequence(kept.name, type: kept.type, asked)
            sequence.ownedBy = kept.ownedBy
        }
        for option in options {
            switch option {
            case .restart(let value):
                let value = value ?? sequence.start
                if value < sequence.minimum {
                    throw SQLError("22023", "RESTART value (\(value)) cannot be less than MINVALUE (\(sequence.minimum))")
                }
                if value > sequence.maximum {
                    throw SQLError("22023", "RESTART value (\(value)) cannot be greater than MAXVALUE (\(sequence.maximum))")
                }
                changes.append(.restartSequence(sequence.name, with: value))
            case .ownedBy(let owner): try own(&sequence, owner)
            default: break
            }
        }
        schema.sequences[sequence.name] = sequence
    }

    private mutating func own(_ sequence: inout Sequence, _ owner: Name) throws(SQLError) {
        if let old = sequence.ownedBy {
            let column = schema.tables[old.table]?.columns.firstIndex { $0.name == old.column }
            if let column, schema.tables[old.table]?.columns[column].identity != nil {
                throw SQLError(
                    "0A000", "cannot change ownership of identity sequence",
                    details: "Sequence \"\(sequence.name.name)\" is linked to table \"\(old.table.name)\".")
            }
            if let column { schema.tables[old.table]?.columns[column].sequence = nil }
        }
        sequence.ownedBy = nil
        if owner.parts.isEmpty || owner.parts == ["none"] { return }
        guard owner.parts.count > 1 else {
            throw SQLError(
                "42601", "invalid OWNED BY option", hint: "Specify OWNED BY table.column or OWNED BY NONE.", position: owner.position.known)
        }
        let table = try schema.resolveTable(Name(Array(owner.parts.dropLast()), at: owner.position), path: path)
        guard let column = schema.tables[table]?.columns.firstIndex(where: { $0.name == owner.last }) else {
            throw SQLError("42703", "column \"\(owner.last)\" of relation \"\(table.name)\" does not exist", position: owner.position.known)
        }
        if table.schema != sequence.name.schema { throw SQLError("55000", "sequence must be in same schema as table it is linked to") }
        sequence.ownedBy = ColumnSource(table, owner.last)
        schema.tables[table]?.columns[column].sequence = sequence.name
    }

    /// The sequence behind a serial or identity column, `books_id_seq`, made and recorded.
    ///
    /// Nil while a catalogue is read, which holds sequences by themselves.
    mutating func makeSequence(for column: Column, of table: QualifiedName, _ options: [SequenceOption]) throws(SQLError) -> QualifiedName?
    {
        if isReadingCatalogue { return nil }
        guard [.smallint, .integer, .bigint].contains(column.type.type) else {
            throw SQLError("22023", "identity column type must be smallint, integer, or bigint")
        }
        var name = QualifiedName(
            table.schema,
            ObjectName.choose(table.name, column.name, "seq") {
                $0 == table.name || schema.relation(QualifiedName(table.schema, $0)) != nil
            })
        for case .name(let given) in options {
            name = try schema.placement(of: given, path: path)
            if schema.relation(name) != nil { throw SQLError("42P07", "relation \"\(name.name)\" already exists") }
        }
        var sequence = try sequence(name, type: column.type.type, options)
        sequence.ownedBy = ColumnSource(table, column.name)
        schema.sequences[name] = sequence
        grantDefaults(to: name, .sequence)
        changes.append(.createSequence(name))
        return name
    }

    private static func range(of type: DataType) -> ClosedRange<Int64> {
        switch type {
        case .smallint: Int64(Int16.min)...Int64(Int16.max)
        case .integer: Int64(Int32.min)...Int64(Int32.max)
        default: Int64.min...Int64.max
        }
    }

    /// A sequence with its options' defaults filled in, as `init_params` does.
    func sequence(_ name: QualifiedName, type: DataType, _ options: [SequenceOption]) throws(SQLError) -> Sequence {
        var type = type
        var increment: Int64 = 1
        var minimum: Int64?
        var maximum: Int64?
        var start: Int64?
        var sequence = Sequence(name)
        for option in options {
            switch option {
            case .type(let name):
                type = try schema.resolveType(name, path: path).type
                guard [.smallint, .integer, .bigint].contains(type) else {
                    throw SQLError("22023", "sequence type must be smallint, integer, or bigint", position: name.name.position.known)
                }
            case .increment(let value): increment = value
            case .minimum(let value): minimum = value
            case .maximum(let value): maximum = value
            case .start(let value): start = value
            case .cycle(let value): sequence.isCycling = value
            case .cache(let value):
                if value < 1 { throw SQLError("22023", "CACHE (\(value)) must be greater than zero") }
                sequence.cache = value
            case .restart, .ownedBy, .name: break
            }
        }
        if increment == 0 { throw SQLError("22023", "INCREMENT must not be zero") }
        let range = Self.range(of: type)
        sequence.type = type
        sequence.increment = increment
        sequence.maximum = maximum ?? (increment > 0 ? range.upperBound : -1)
        sequence.minimum = minimum ?? (increment > 0 ? 1 : range.lowerBound)
        if !range.contains(sequence.maximum) {
            throw SQLError("22023", "MAXVALUE (\(sequence.maximum)) is out of range for sequence data type \(type.name)")
        }
        if !range.contains(sequence.minimum) {
            throw SQLError("22023", "MINVALUE (\(sequence.minimum)) is out of range for sequence data type \(type.name)")
        }
        if sequence.minimum >= sequence.maximum {
            throw SQLError("22023", "MINVALUE (\(sequence.minimum)) must be less than MAXVALUE (\(sequence.maximum))")
        }
        sequence.start = start ?? (increment > 0 ? sequence.minimum : sequence.maximum)
        if sequence.start < sequence.minimum {
            throw SQLError("22023", "START value (\(sequence.start)) cannot be less than MINVALUE (\(sequence.minimum))")
        }
        if sequence.start > sequence.maximum {
            throw SQLError("22023", "START value (\(sequence.start)) cannot be greater than MAXVALUE (\(sequence.maximum))")
        }
        return sequence
    }
}
