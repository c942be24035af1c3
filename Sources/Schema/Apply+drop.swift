import OffstageSyntax

/// Something that can be dropped, or dropped along with what it rests on.
enum Droppable: Hashable {
    case table(QualifiedName), view(QualifiedName), sequence(QualifiedName), type(QualifiedName), namespace(String)
    case index(QualifiedName, String), constraint(QualifiedName, String), policy(QualifiedName, String)
    case column(QualifiedName, String), defaultValue(QualifiedName, String), trigger(QualifiedName, String)
    /// By signature.
    case function(QualifiedName)
    /// Of a composite type.
    case attribute(QualifiedName, String)
}

extension Droppable {
    /// The table it is a piece of.
    fileprivate var owner: QualifiedName? {
        switch self {
        case .index(let table, _), .constraint(let table, _), .policy(let table, _), .trigger(let table, _), .column(let table, _),
            .defaultValue(let table, _):
            table
        default: nil
        }
    }
}

extension Application {
    mutating func drop(_ drop: Drop) throws(SQLError) {
        switch drop.kind {
        case .role: return try dropRoles(drop.names, ifExists: drop.ifExists)
        case .extension:
            for name in drop.names { try dropExtension(name.last, ifExists: drop.ifExists) }
            return
        case .publication:
            for name in drop.names where schema.publications.removeValue(forKey: name.last) == nil {
                guard drop.ifExists else { throw SQLError("42704", "publication \"\(name.last)\" does not exist") }
                notice("publication \"\(name.last)\" does not exist, skipping")
            }
            return
        default: break
        }
        var targets: [Droppable] = []
        for (i, name) in drop.names.enumerated() {
            let arguments = i < drop.arguments.count ? drop.arguments[i] : nil
            if let target = try target(drop, name, arguments) {
                targets.append(target)
            } else {
                notice("\(missing(drop, name, arguments)), skipping")
            }
        }
        guard !targets.isEmpty else { return }
        try remove(targets, cascade: drop.cascade)
    }

    /// PostgreSQL's words for what need not be there.
    private func missing(_ drop: Drop, _ name: Name, _ arguments: [TypeName]?) -> String {
        let spoken = name.parts.joined(separator: ".")
        switch drop.kind {
        case .policy, .trigger:
            let table = Name(Array(name.parts.dropLast()))
            guard schema.resolve(table, path: path) != nil else {
                return "relation \"\(table.parts.joined(separator: "."))\" does not exist"
            }
            return "\(drop.kind.rawValue) \"\(name.last)\" for relation \"\(table.parts.joined(separator: "."))\" does not exist"
        case .function, .procedure:
            let types = (arguments ?? []).map { (try? schema.resolveType($0, path: path).type.name) ?? $0.name.last }
            return "function \(spoken)(\(types.joined(separator: ","))) does not exist"
        case .type, .domain: return "type \"\(spoken)\" does not exist"
        case .table, .view, .sequence, .index, .materializedView:
            if let namespace = name.qualifier, !schema.namespaces.contains(namespace) { return "schema \"\(namespace)\" does not exist" }
            return "\(drop.kind == .materializedView ? "materialized view" : drop.kind.rawValue) \"\(name.last)\" does not exist"
        default: return "\(drop.kind.rawValue) \"\(name.last)\" does not exist"
        }
    }

    /// What is to go; nil where it is not there and need not be.
    private func target(_ drop: Drop, _ name: Name, _ arguments: [TypeName]?) throws(SQLError) -> Droppable? {
        let position = name.position.known
        switch drop.kind {
        case .table, .view, .sequence, .index, .materializedView:
            let word = drop.kind == .materializedView ? "materialized view" : drop.kind.rawValue
            guard let found = schema.resolve(name, path: path) else {
                if drop.ifExists { return nil }
                if let namespace = name.qualifier { try schema.requireNamespace(namespace, at: name.position) }
                let names: [String] = drop.kind == .view ? schema.views.keys.map(\.name) : schema.tables.keys.map(\.name)
                throw SQLError(
                    drop.kind == .index ? "42704" : "42P01", "\(word) \"\(name.last)\" does not exist",
                    hint: drop.kind == .table || drop.kind == .view ? schema.perhaps(name.last, names) : nil, position: position)
            }
            switch (drop.kind, found.kind) {
            case (.table, .table): return .table(found.name)
            case (.view, .view): return .view(found.name)
            case (.materializedView, .materializedView): return .table(found.name)
            case (.sequence, .sequence): return .sequence(found.name)
            case (.index, .index(let table)):
                if let constraint = schema.tables[table]?.constraintNames.first(where: { $0 == found.name.name }) {
                    throw SQLError(
                        "2BP01", "cannot drop index \(constraint) because constraint \(constraint) on table \(table.name) requires it",
                        hint: "You can drop constraint \(constraint) on table \(table.name) instead.", position: position)
                }
                return .index(table, found.name.name)
            default:
                let real = found.kind.word
                throw SQLError(
                    "42809", "\"\(name.last)\" is not \(drop.kind == .index ? "an" : "a") \(word)",
                    hint: "Use DROP \(real.uppercased()) to remove \(real == "index" ? "an" : "a") \(real).", position: position)
            }
        case .type, .domain:
            if let found = schema.resolveDomain(name, path: path) { return .type(found.name) }
            if let found = schema.resolveEnumeration(name, path: path) {
                if drop.kind == .domain { throw SQLError("42809", "\"\(name.last)\" is not a domain", position: position) }
                return .type(QualifiedName(found.schema, found.name))
            }
            if let found = schema.resolveComposite(name, path: path)?.name {
                guard schema.composites[found] == nil else { return .type(found) }
                let kind = schema.views[found] == nil ? "table" : "view"
                throw SQLError(
                    "2BP01", "cannot drop type \(found.name) because \(kind) \(found.name) requires it",
                    hint: "You can drop \(kind) \(found.name) instead.", position: position)
            }
            if drop.ifExists { return nil }
            if name.parts.count == 1 || name.qualifier == "pg_catalog", let type = Schema.systemTypes[name.last] {
                throw SQLError("2BP01", "cannot drop type \(type.name) because it is required by the database system", position: position)
            }
            throw SQLError("42704", "type \"\(name.parts.joined(separator: "."))\" does not exist", position: position)
        case .function, .procedure:
            do {
                return .function(try function(name, arguments).signature)
            } catch {
                if drop.ifExists, error.code == "42883" { return nil }
                throw error
            }
        case .schema:
            guard schema.namespaces.contains(name.last) else {
                if drop.ifExists { return nil }
                throw SQLError("3F000", "schema \"\(name.last)\" does not exist", position: position)
            }
            if Schema.initial.namespaces.contains(name.last), name.last != "public" {
                throw SQLError("2BP01", "cannot drop schema \(name.last) because Offstage requires it", position: position)
            }
            return .namespace(name.last)
        case .policy:
            let tableName = Name(Array(name.parts.dropLast()), at: name.position)
            guard let found = schema.resolve(tableName, path: path) else {
                if drop.ifExists { return nil }
                throw schema.missingRelation(tableName, path: path)
            }
            guard schema.tables[found.name]?.policies.contains(where: { $0.name == name.last }) == true else {
                if drop.ifExists { return nil }
                throw missingPolicy(name.last, found.name)
            }
            return .policy(found.name, name.last)
        case .trigger:
            let owner = Name(Array(name.parts.dropLast()), at: name.position)
            guard let found = schema.resolve(owner, path: path) else {
                if drop.ifExists { return nil }
                throw schema.missingRelation(owner, path: path)
            }
            guard schema.triggers[found.name]?.contains(where: { $0.name == name.last }) == true else {
                if drop.ifExists { return nil }
                throw missingTrigger(name.last, found.name.name, at: position)
            }
            return .trigger(found.name, name.last)
        case .extension, .publication, .column, .constraint, .role:
            throw unsupported("DROP \(drop.kind.rawValue.uppercased())", nil, name.position)
        }
    }

    // MARK: What goes along

    /// Drops these, and what rests on them if `cascade`; otherwise throws 2BP01 with a list of it.
    mutating func remove(_ targets: [Droppable], cascade: Bool) throws(SQLError) {
        // What the targets are made of goes without a word, whichever of them comes first.
        var automatic = Set(targets)
        var parts = targets
        while let next = parts.popLast() {
            for part in self.parts(of: next) where automatic.insert(part).inserted { parts.append(part) }
        }
        var going: [Droppable] = []
        var seen: Set<Droppable> = []
        var named: Set<Droppable> = []
        var reasons: [String] = []
        for target in targets { visit(target, automatic, &seen, &named, &going, &reasons) }
        if !reasons.isEmpty, !cascade, let first = targets.first {
            let shown =
                reasons.prefix(100).joined(separator: "\n") + (reasons.count > 100 ? "\nand \(reasons.count - 100) other objects" : "")
            throw SQLError(
                "2BP01",
                targets.count == 1
                    ? "cannot drop \(spoken(first)) because other objects depend on it"
                    : "cannot drop desired object(s) because other objects depend on them",
                details: shown, hint: "Use DROP ... CASCADE to drop the dependent objects too.")
        }
        if cascade, !reasons.isEmpty {
            let gone = reasons.compactMap { line in line.firstRange(of: " depends on ").map { String(line[..<$0.lowerBound]) } }
            if gone.count == 1 { notice("drop cascades to \(gone[0])") }
            if gone.count > 1 {
                let list = gone.prefix(100).map { "drop cascades to \($0)" }.joined(separator: "\n")
                notice("drop cascades to \(gone.count) other objects\n\(list)")
            }
        }
        let kept = changes.count
        for target in going.reversed() { forget(target) }
        // A table that goes takes its own keys along: no need to take them off first.
        let tables = Set(going.compactMap { if case .table(let name) = $0 { name } else { nil } })
        changes =
            Array(changes[..<kept])
            + changes[kept...].filter { change in
                switch change {
                case .alterTable(let old, _, _): !tables.contains(old.name)
                case .dropIndex(let table, _), .dropColumn(let table, _): !tables.contains(table)
                default: true
                }
            }
    }

    /// Depth first, as PostgreSQL lists them.
    private func visit(
        _ object: Droppable, _ automatic: Set<Droppable>, _ seen: inout Set<Droppable>, _ named: inout Set<Droppable>,
        _ going: inout [Droppable],
        _ reasons: inout [String]
    ) {
        guard seen.insert(object).inserted else { return }
        going.append(object)
        let dependents = dependents(of: object).filter { dependent, _ in
            !automatic.contains(dependent)
                && dependent.owner.map { table in
                    ![Droppable.table(table)].contains { seen.contains($0) || automatic.contains($0) || named.contains($0) }
                } ?? true
        }
        func name(_ dependent: Droppable, _ on: String) {
            if named.insert(dependent).inserted, !seen.contains(dependent) { reasons.append("\(spoken(dependent)) depends on \(on)") }
        }
        // Of a schema everything in it is said first.
        if case .namespace = object { for (dependent, on) in dependents { name(dependent, on) } }
        for (dependent, on) in dependents {
            name(dependent, on)
            visit(dependent, automatic, &seen, &named, &going, &reasons)
        }
        for part in parts(of: object) { visit(part, automatic, &seen, &named, &going, &reasons) }
    }

    /// What is a part of it, and goes without a word.
    private func parts(of object: Droppable) -> [Droppable] {
        switch object {
        case .table(let name):
            let table = schema.tables[name]
            return (table?.columns ?? []).compactMap { column in column.sequence.map { .sequence($0) } }
                + (table?.policies ?? []).map { .policy(name, $0.name) }
                + (table?.foreignKeys ?? []).map { .constraint(name, $0.name) }
                + (schema.triggers[name] ?? []).map { .trigger(name, $0.name) }
        case .view(let name): return (schema.triggers[name] ?? []).map { .trigger(name, $0.name) }
        case .column(let name, let column):
            guard let table = schema.tables[name] else { return [] }
            var parts: [Droppable] = []
            if let sequence = table.column(column)?.sequence { parts.append(.sequence(sequence)) }
            if table.column(column)?.defaultValue != nil { parts.append(.defaultValue(name, column)) }
            for key in [table.primaryKey].compactMap({ $0 }) + table.uniqueKeys where key.columns.contains(column) {
                parts.append(.constraint(name, key.name))
            }
            for key in table.foreignKeys where key.columns.contains(column) { parts.append(.constraint(name, key.name)) }
            for check in table.checks where TreeUses(check.condition).columns.contains(where: { $0.last == column }) {
                parts.append(.constraint(name, check.name))
            }
            for index in table.indexes where index.mentions(column) { parts.append(.index(name, index.name)) }
            return parts
        default: return []
        }
    }

    /// What rests on it from outside, and on which part of it.
    private func dependents(of object: Droppable) -> [(Droppable, on: String)] {
        var found: [(Droppable, on: String)] = []
        let on = spoken(object)
        let views = queries
        let tables = schema.tables.values.sorted { $0.name < $1.name }
        switch object {
        case .table(let name), .view(let name):
            for function in allFunctions where function.rests(onRow: name) {
                found.append((.function(function.signature), "type \(name.name)"))
            }
            found += holders(of: name, "type \(name.name)")
            for view in views where view.name != name && uses(view.select, name) { found.append((view.object, on)) }
            for table in tables where table.name != name {
                for key in table.foreignKeys where key.table == name { found.append((.constraint(table.name, key.name), on)) }
                for policy in table.policies where uses(policy, of: table.name, name) {
                    found.append((.policy(table.name, policy.name), on))
                }
            }
        case .column(let name, let column):
            for view in views where view.name != name && uses(view.select, name, column) { found.append((view.object, on)) }
            for table in tables {
                for key in table.foreignKeys where key.table == name && key.referenced.contains(column) {
                    found.append((.constraint(table.name, key.name), on))
                }
                for policy in table.policies where uses(policy, of: table.name, name, column) {
                    found.append((.policy(table.name, policy.name), on))
                }
            }
            for trigger in schema.triggers[name] ?? [] {
                let reads = trigger.when.map { TreeUses($0).columns.contains { $0.last == column } } ?? false
                if reads || trigger.columns.contains(column) { found.append((.trigger(name, trigger.name), on)) }
            }
            for other in schema.tables[name]?.columns ?? [] where other.name != column {
                if let generated = other.generated, TreeUses(generated).columns.contains(where: { $0.last == column }) {
                    found.append((.column(name, other.name), on))
                }
            }
        case .constraint(let name, let constraint):
            guard let table = schema.tables[name],
                let key = ([table.primaryKey].compactMap { $0 } + table.uniqueKeys).first(where: { $0.name == constraint })
            else { break }
            found += references(to: table, key.columns, "index \(constraint)", isMeant: { $0.name == constraint })
        case .index(let name, let index):
            guard let table = schema.tables[name], let index = table.indexes.first(where: { $0.name == index }), index.isUnique else {
                break
            }
            let columns = index.elements.compactMap { if case .column(let column) = $0.value.kind { column.last } else { nil } }
            found += references(to: table, columns, on, isMeant: { _ in false })
        case .sequence(let name):
            for table in tables {
                for column in table.columns where column.defaultValue?.nextSequence == name {
                    found.append((.defaultValue(table.name, column.name), on))
                }
            }
        case .type(let name): found += holders(of: name, on)
        case .function(let signature):
            for (relation, triggers) in schema.triggers.sorted(by: { $0.key < $1.key }) {
                for trigger in triggers where trigger.function == signature { found.append((.trigger(relation, trigger.name), on)) }
            }
            guard let function = allFunctions.first(where: { $0.signature == signature }), schema.functions[function.name]?.count == 1
            else { break }
            let calls = { (names: [Name]) in
                names.contains { $0.last == function.name.name && ($0.qualifier ?? function.name.schema) == function.name.schema }
            }
            for view in views where calls(TreeUses(view.select).functions) { found.append((view.object, on)) }
            for table in tables {
                for policy in table.policies
                where [policy.using, policy.check].contains(where: {
                    $0.map { calls(TreeUses($0, enteringSelects: true).functions) } == true
                }) {
                    found.append((.policy(table.name, policy.name), on))
                }
                for column in table.columns {
                    if let value = column.defaultValue, calls(TreeUses(value).functions) {
                        found.append((.defaultValue(table.name, column.name), on))
                    }
                    if let value = column.generated, calls(TreeUses(value).functions) {
                        found.append((.column(table.name, column.name), on))
                    }
                }
                for check in table.checks where calls(TreeUses(check.condition).functions) {
                    found.append((.constraint(table.name, check.name), on))
                }
                for index in table.indexes
                where (index.elements.map(\.value) + [index.filter].compactMap { $0 }).contains(where: { calls(TreeUses($0).functions) }) {
                    found.append((.index(table.name, index.name), on))
                }
            }
        case .namespace(let namespace):
            for type in (Array(schema.enumerations.keys) + Array(schema.composites.keys) + Array(schema.domains.keys)).sorted()
            where type.schema == namespace {
                found.append((.type(type), on))
            }
            for table in tables where table.name.schema == namespace { found.append((.table(table.name), on)) }
            for view in schema.views.keys.sorted() where view.schema == namespace { found.append((.view(view), on)) }
            for function in allFunctions where function.name.schema == namespace { found.append((.function(function.signature), on)) }
            for sequence in schema.sequences.values where sequence.name.schema == namespace && sequence.ownedBy == nil {
                found.append((.sequence(sequence.name), on))
            }
        case .policy, .defaultValue, .attribute, .trigger: break
        }
        return found
    }

    /// What is made of a type, or of a table's or view's row.
    private func holders(of name: QualifiedName, _ on: String) -> [(Droppable, on: String)] {
        var found: [(Droppable, on: String)] = []
        for table in schema.tables.values.sorted(by: { $0.name < $1.name }) where table.name != name {
            for column in table.columns where column.type.type.isMade(of: name) {
                let isArray = if case .array = column.type.type { true } else { false }
                found.append((.column(table.name, column.name), isArray ? on + "[]" : on))
            }
        }
        for row in schema.composites.values.sorted(by: { ($0.name ?? name) < ($1.name ?? name) }) {
            for field in row.fields where field.type.type.isMade(of: name) {
                if let own = row.name { found.append((.attribute(own, field.name), on)) }
            }
        }
        for view in schema.views.values.sorted(by: { $0.name < $1.name })
        where view.name != name && view.columns.contains(where: { $0.type.type.isMade(of: name) }) {
            found.append((.view(view.name), on))
        }
        for domain in schema.domains.values.sorted(by: { $0.name < $1.name }) where domain.below.type.isMade(of: name) {
            found.append((.type(domain.name), on))
        }
        for function in allFunctions where function.types.contains(where: { $0.isMade(of: name) }) {
            found.append((.function(function.signature), on))
        }
        return found
    }

    private var allFunctions: [Function] { schema.functions.values.flatMap { $0 }.sorted { $0.signature < $1.signature } }

    /// Foreign keys that need these columns to be unique, when no other key says so.
    private func references(to table: Table, _ columns: [String], _ on: String, isMeant: (Key) -> Bool) -> [(Droppable, on: String)] {
        let wanted = Set(columns)
        // The first that fits is the one a foreign key rests on.
        let first = ([table.primaryKey].compactMap { $0 } + table.uniqueKeys).first { Set($0.columns) == wanted }
        guard first.map(isMeant) ?? true else { return [] }
        return schema.tables.values.sorted { $0.name < $1.name }.flatMap { other in
            other.foreignKeys.filter { $0.table == table.name && Set($0.referenced) == wanted }.map {
                (.constraint(other.name, $0.name), on)
            }
        }
    }

    private func spoken(_ object: Droppable) -> String {
        func shown(_ name: QualifiedName) -> String { path.contains(name.schema) ? name.name : "\(name.schema).\(name.name)" }
        switch object {
        case .table(let name):
            return "\(schema.tables[name]?.materialized == nil ? "table" : "materialized view") \(shown(name))"
        case .view(let name): return "view \(shown(name))"
        case .sequence(let name): return "sequence \(shown(name))"
        case .type(let name): return "type \(shown(name))"
        case .namespace(let name): return "schema \(name)"
        case .index(_, let name): return "index \(name)"
        case .constraint(let table, let name): return "constraint \(name) on table \(shown(table))"
        case .trigger(let table, let name):
            return "trigger \(name) on \(schema.views[table] == nil ? "table" : "view") \(shown(table))"
        case .policy(let table, let name): return "policy \(name) on table \(shown(table))"
        case .column(let table, let name): return "column \(name) of table \(shown(table))"
        case .defaultValue(let table, let name): return "default value for column \(name) of table \(shown(table))"
        // As PostgreSQL shows a signature: without blanks.
        case .function(let name): return "function \(shown(name).replacing(", ", with: ","))"
        case .attribute(let type, let name): return "column \(name) of composite type \(shown(type))"
        }
    }

    // MARK: Forgetting

    private mutating func forget(_ object: Droppable) {
        switch object {
        case .table(let name):
            guard schema.tables.removeValue(forKey: name) != nil else { return }
            publish(name, as: nil)
            forgetPrivileges(name)
            forgetComments {
                ($0.path.first, $0.path.dropFirst().first) == (name.schema, name.name) && [.column, .constraint, .policy].contains($0.kind)
            }
            changes.append(.dropTable(name))
        case .view(let name):
            schema.views[name] = nil
            forgetPrivileges(name)
            forgetComments { ($0.path.first, $0.path.dropFirst().first) == (name.schema, name.name) && $0.kind == .column }
        case .sequence(let name): forget(sequence: name)
        case .type(let name):
            schema.enumerations[name] = nil
            schema.composites[name] = nil
            schema.domains[name] = nil
            forgetComments { $0 == Commented(.type, [name.schema, name.name]) }
        case .namespace(let name):
            for publication in schema.publications.keys { schema.publications[publication]?.schemas.remove(name) }
            schema.namespaces.removeAll { $0 == name }
            schema.namespaceUsage[name] = nil
            schema.defaultPrivileges.removeAll { $0.schema == name }
            forgetComments { $0 == Commented(.schema, [name]) }
        case .index(let table, let name):
            guard let i = schema.tables[table]?.indexes.firstIndex(where: { $0.name == name }) else { return }
            schema.tables[table]?.indexes.remove(at: i)
            forgetComments { $0 == Commented(.index, [table.schema, name]) }
            changes.append(.dropIndex(table, index: name))
        case .constraint(let name, let constraint):
            guard let old = schema.tables[name], old.hasConstraint(constraint) else { return }
            var table = old
            if table.primaryKey?.name == constraint { table.primaryKey = nil }
            table.uniqueKeys.removeAll { $0.name == constraint }
            table.foreignKeys.removeAll { $0.name == constraint }
            table.checks.removeAll { $0.name == constraint }
            schema.tables[name] = table
            forgetComments { $0 == Commented(.constraint, [name.schema, name.name, constraint]) }
            changes.append(.alterTable(old: old, new: table))
        case .trigger(let relation, let name):
            schema.triggers[relation]?.removeAll { $0.name == name }
            if schema.triggers[relation]?.isEmpty == true { schema.triggers[relation] = nil }
            forgetComments { $0 == Commented(.trigger, [relation.schema, relation.name, name]) }
        case .policy(let table, let name):
            schema.tables[table]?.policies.removeAll { $0.name == name }
            forgetComments { $0 == Commented(.policy, [table.schema, table.name, name]) }
        case .column(let table, let name):
            guard let i = schema.tables[table]?.columns.firstIndex(where: { $0.name == name }) else { return }
            schema.tables[table]?.columns.remove(at: i)
            for role in schema.privileges[table]?.columns.keys.map({ $0 }) ?? [] {
                schema.privileges[table]?.columns[role]?[name] = nil
                if schema.privileges[table]?.columns[role]?.isEmpty == true { schema.privileges[table]?.columns[role] = nil }
            }
            if schema.privileges[table]?.isEmpty == true { schema.privileges[table] = nil }
            changes.append(.dropColumn(table, column: name))
        case .defaultValue(let table, let name):
            guard let old = schema.tables[table], let i = old.columns.firstIndex(where: { $0.name == name }),
                old.columns[i].defaultValue != nil
            else { return }
            var new = old
            new.columns[i].defaultValue = nil
            schema.tables[table] = new
            changes.append(.alterTable(old: old, new: new))
        case .attribute(let type, let name): schema.composites[type]?.fields.removeAll { $0.name == name }
        case .function(let signature):
            for (name, overloads) in schema.functions where overloads.contains(where: { $0.signature == signature }) {
                let left = overloads.filter { $0.signature != signature }
                schema.functions[name] = left.isEmpty ? nil : left
            }
            forgetPrivileges(signature)
        }
    }

    mutating func forget(sequence name: QualifiedName) {
        guard let sequence = schema.sequences.removeValue(forKey: name) else { return }
        forgetPrivileges(name)
        forgetComments { $0 == Commented(.sequence, [name.schema, name.name]) }
        if let owner = sequence.ownedBy, let i = schema.tables[owner.table]?.columns.firstIndex(where: { $0.name == owner.column }) {
            schema.tables[owner.table]?.columns[i].sequence = nil
        }
        changes.append(.dropSequence(name))
    }

    private mutating func forgetPrivileges(_ name: QualifiedName) {
        schema.privileges[name] = nil
        schema.automaticPrivileges[name] = nil
    }

    private mutating func forgetComments(_ isGone: (Commented) -> Bool) {
        for key in schema.comments.keys.filter(isGone) { schema.comments[key] = nil }
    }
}

extension Index {
    func mentions(_ column: String) -> Bool {
        including.contains(column)
            || (elements.map(\.value) + [filter].compactMap { $0 }).contains { TreeUses($0).columns.contains { $0.last == column } }
    }
}

extension Expression {
    /// The sequence of `nextval('…'::regclass)`.
    var nextSequence: QualifiedName? {
        guard case .call(let call) = kind, call.function.last == "nextval", let argument = call.arguments.first?.value else { return nil }
        var text: String?
        switch argument.kind {
        case .literal(.string(let value)): text = value
        case .cast(let inner, _): if case .literal(.string(let value)) = inner.kind { text = value }
        default: break
        }
        guard let text, let name = Identifier.parts(text) else { return nil }
        return name.count == 1 ? QualifiedName("public", name[0]) : QualifiedName(name[0], name[1])
    }
}

package enum Identifier {
    /// `public."My Seq"` in its parts; nil for what is no name of one or two.
    package static func parts(_ text: String) -> [String]? {
        var parts: [String] = [""]
        var isQuoted = false
        var characters = Array(text)[...]
        while let c = characters.popFirst() {
            switch (c, isQuoted) {
            case ("\"", true) where characters.first == "\"":
                characters.removeFirst()
                parts[parts.count - 1].append("\"")
            case ("\"", _): isQuoted.toggle()
            case (".", false): parts.append("")
            case (_, true): parts[parts.count - 1].append(c)
            case (_, false): parts[parts.count - 1] += c.lowercased()
            }
        }
        return !isQuoted && (1...2).contains(parts.count) && parts.allSatisfy { !$0.isEmpty } ? parts : nil
    }
}

extension Function {
    func rests(onRow table: QualifiedName) -> Bool { if case .table(let name, _) = result { name == table } else { false } }

    var types: [DataType] {
        let results: [DataType] =
            switch result {
            case .scalar(let type), .set(let type): [type.type]
            case .row(let columns, _): columns.map { $0.type.type }
            case .table: []
            }
        return parameters.map { $0.type.type } + results
    }
}
