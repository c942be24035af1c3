package import OffstageSyntax

extension Schema {
    /// The whole schema as rows of SQL from which `Schema(catalogue:)` makes it again, kind by kind.
    package var catalogueEntries: [CatalogueEntry] {
        let entries =
            roleEntries + namespaceEntries + enumerationEntries + domainEntries + compositeEntries + tableEntries + sequenceEntries
            + viewEntries
            + functionEntries + triggerEntries
            + commentEntries
            + grantEntries
        let byKind = Dictionary(grouping: entries, by: \.kind)
        return CatalogueEntry.Kind.allCases.flatMap { byKind[$0] ?? [] }
    }

    private func entry(_ kind: CatalogueEntry.Kind, _ name: QualifiedName, _ statements: [Statement.Kind]) -> CatalogueEntry {
        CatalogueEntry(
            kind, schema: name.schema, name: name.name, definition: statements.map { Statement($0).sql }.joined(separator: ";\n"))
    }

    private var roleEntries: [CatalogueEntry] {
        let sorted = roles.values.sorted { $0.name < $1.name }
        return sorted.map { role in
            var options: [RoleOption] = []
            if role.isSuperuser { options.append(.superuser(true)) }
            if role.canLogin { options.append(.login(true)) }
            if !role.inherits { options.append(.inherit(false)) }
            if role.bypassesRowSecurity { options.append(.bypassRowSecurity(true)) }
            var statements: [Statement.Kind] = [.createRole(name: role.name, options: options)]
            if let limit = role.statementTimeout {
                statements.append(.administration(.roleSetting(role: role.name, name: "statement_timeout", value: String(limit))))
            }
            return entry(.role, QualifiedName("", role.name), statements)
        }
            + sorted.filter { !$0.memberOf.isEmpty }.map { role in
                entry(
                    .membership, QualifiedName("", role.name), [.grantRole(roles: role.memberOf.sorted(), to: [role.name], isGrant: true)])
            }
    }

    private var namespaceEntries: [CatalogueEntry] {
        namespaces.map { entry(.schema, QualifiedName($0, ""), [.createSchema(name: $0, ifNotExists: false)]) }
            + namespaceUsage.sorted { $0.key < $1.key }.map { namespace, roles in
                entry(
                    .usage, QualifiedName(namespace, ""),
                    [.grant(Grant(isGrant: true, [.init("usage")], on: .schemas([namespace]), roles: roles.sorted()))])
            }
            + extensions.sorted().map {
                entry(
                    .extension, QualifiedName("", $0),
                    [.createExtension(name: $0, schema: extensionSchemas[$0], ifNotExists: false)])
            }
            + publications.sorted { $0.key < $1.key }.map { name, publication in
                entry(
                    .publication, QualifiedName("", name), [.administration(.createPublication(Publication(name, publication)))])
            }
    }

    private var enumerationEntries: [CatalogueEntry] {
        enumerations.sorted { $0.key < $1.key }.flatMap { name, type in
            let labels = type.labels.map(\.name)
            var entries = [entry(.enumeration, name, [.createType(CreateType(Name(name), .enumeration(labels)))])]
            if type.labels != Application.spaced(labels) {
                let rows = type.labels.map { [Expression.string($0.name), Expression(.literal(.number(String($0.position))))] }
                entries.append(entry(.labelPositions, name, [.data(.select(Select(.values(rows))))]))
            }
            return entries
        }
    }

    private var compositeEntries: [CatalogueEntry] {
        inOrder(composites.mapValues { $0.fields.map(\.type.type) }).compactMap { composites[$0] }.map { row in
            let name = row.name ?? QualifiedName("", "")
            let columns = row.fields.map { ColumnDefinition(name: $0.name, type: TypeName($0.type), constraints: []) }
            return entry(.composite, name, [.createType(CreateType(Name(name), .composite(columns)))])
        }
    }

    /// By name, but each behind those whose rows it holds.
    private func inOrder(_ types: [QualifiedName: [DataType]]) -> [QualifiedName] {
        var rest = types.keys.sorted()
        var result: [QualifiedName] = []
        while !rest.isEmpty {
            let ready = rest.filter { name in !rest.contains { other in other != name && types[name]?.contains { $0.holds(other) } == true }
            }
            let next = ready.isEmpty ? rest : ready
            result += next
            rest.removeAll { next.contains($0) }
        }
        return result
    }

    private var domainEntries: [CatalogueEntry] {
        inOrder(domains.mapValues { [$0.below.type] }).compactMap { domains[$0] }.map { domain in
            var constraints: [Constraint] = []
            if domain.isNotNull { constraints.append(Constraint(.notNull)) }
            if let value = domain.defaultValue { constraints.append(Constraint(.default(value))) }
            constraints += domain.checks.map { Constraint(.check($0.condition, noInherit: false), name: $0.name) }
            return entry(.domain, domain.name, [.createType(CreateType(Name(domain.name), .domain(TypeName(domain.below), constraints)))])
        }
    }

    // MARK: Tables

    private var tableEntries: [CatalogueEntry] {
        inOrder(tables.mapValues { $0.columns.map(\.type.type) }).compactMap { name in tables[name].map { (name, $0) } }.flatMap {
            name, table -> [CatalogueEntry] in
            var entries = [entry(.table, name, definition(table))]
            if let view = table.materialized {
                let options = view.isPopulated ? [:] : ["with_data": "false"]
                let create = CreateView(Name(name), isMaterialized: true, options: options, as: view.select)
                entries.append(entry(.materializedView, name, [.createView(create)]))
            }
            return entries + self.entries(of: table)
        }
    }

    private func entries(of table: Table) -> [CatalogueEntry] {
        let name = table.name
        let indexes = table.indexes.map { index in
            entry(.index, QualifiedName(name.schema, index.name), [.createIndex(CreateIndex(index, on: table.name))])
        }
        let references = table.foreignKeys.map { key in
            entry(.reference, QualifiedName(name.schema, "\(name.name).\(key.name)"), [table.adding(key.constraint)])
        }
        let policies = table.policies.map { policy in
            let create = CreatePolicy(
                policy.name, on: Name(name), isPermissive: policy.isPermissive, for: policy.command, to: policy.roles, using: policy.using,
                check: policy.check)
            return entry(.policy, QualifiedName(name.schema, "\(name.name).\(policy.name)"), [.createPolicy(create)])
        }
        return indexes + references + policies
    }

    private func definition(_ table: Table) -> [Statement.Kind] {
        var statements: [Statement.Kind] = [.createTable(CreateTable(Name(table.name), columns: table.columns.map(\.definition)))]
        for key in [table.primaryKey].compactMap({ $0 }) + table.uniqueKeys {
            statements.append(table.adding(key.constraint(isPrimary: key == table.primaryKey)))
        }
        for check in table.checks {
            statements.append(
                table.adding(Constraint(.check(check.condition, noInherit: false), name: check.name, isNotValid: check.isNotValid)))
        }
        var actions: [AlterTable.Action] = []
        if table.hasRowSecurity { actions.append(.rowSecurity(true)) }
        if table.forcesRowSecurity { actions.append(.forceRowSecurity(true)) }
        if table.owner != "postgres" { actions.append(.owner(table.owner)) }
        if !actions.isEmpty { statements.append(.alterTable(AlterTable(.table, Name(table.name), actions))) }
        return statements
    }

    private var sequenceEntries: [CatalogueEntry] {
        sequences.sorted { $0.key < $1.key }.map { name, sequence in
            var options: [SequenceOption] = [
                .increment(sequence.increment), .minimum(sequence.minimum), .maximum(sequence.maximum), .start(sequence.start),
            ]
            if sequence.type != .bigint { options.insert(.type(TypeName(ColumnType(sequence.type))), at: 0) }
            if sequence.cache != 1 { options.append(.cache(sequence.cache)) }
            if sequence.isCycling { options.append(.cycle(true)) }
            if let owner = sequence.ownedBy { options.append(.ownedBy(Name(owner.table.schema, owner.table.name, owner.column))) }
            return entry(.sequence, name, [.createSequence(CreateSequence(Name(name), options: options))])
        }
    }

    // MARK: Views and functions

    private var viewEntries: [CatalogueEntry] {
        views.sorted { $0.key < $1.key }.flatMap { name, view in
            var options: [String: String] = [:]
            if view.isSecurityInvoker { options["security_invoker"] = "true" }
            if view.isSecurityBarrier { options["security_barrier"] = "true" }
            if let option = view.checkOption { options["check_option"] = option.rawValue }
            var statements: [Statement.Kind] = [
                .createView(CreateView(Name(name), columns: view.columns.map(\.name), options: options, as: view.select))
            ]
            if view.owner != "postgres" { statements.append(.alterTable(AlterTable(.view, Name(name), [.owner(view.owner)]))) }
            let columns = view.columns.map { column in
                ColumnDefinition(
                    name: column.name, type: TypeName(column.type),
                    constraints: column.source.map {
                        [Constraint(.foreignKey(ForeignKey(columns: [], references: Name($0.table), [$0.column])))]
                    } ?? [])
            }
            return [entry(.viewColumns, name, [.createTable(CreateTable(Name(name), columns: columns))]), entry(.view, name, statements)]
        }
    }

    private var functionEntries: [CatalogueEntry] {
        functions.values.flatMap { $0 }.sorted { $0.signature < $1.signature }.map { function in
            entry(.function, function.signature, [.createFunction(CreateFunction(function))])
        }
    }

    private var triggerEntries: [CatalogueEntry] {
        triggers.sorted { $0.key < $1.key }.flatMap { relation, list in
            list.map { trigger in
                var statements: [Statement.Kind] = [.createTrigger(CreateTrigger(trigger, on: relation))]
                if !trigger.isEnabled {
                    statements.append(.alterTable(AlterTable(.table, Name(relation), [.enableTrigger(trigger.name, false)])))
                }
                return entry(.trigger, QualifiedName(relation.schema, "\(relation.name).\(trigger.name)"), statements)
            }
        }
    }

    private var commentEntries: [CatalogueEntry] {
        var comments: [(Comment, String)] = []
        func add(_ kind: ObjectKind, _ path: [String], _ text: String?, _ arguments: [TypeName]? = nil) {
            guard let text else { return }
            comments.append((Comment(on: kind, Name(path), arguments: arguments, is: text), path.first ?? ""))
        }
        for (name, table) in tables.sorted(by: { $0.key < $1.key }) {
            add(.table, [name.schema, name.name], table.comment)
            for column in table.columns { add(.column, [name.schema, name.name, column.name], column.comment) }
        }
        for (name, view) in views.sorted(by: { $0.key < $1.key }) { add(.view, [name.schema, name.name], view.comment) }
        for function in functions.values.flatMap({ $0 }).sorted(by: { $0.signature < $1.signature }) {
            add(.function, [function.name.schema, function.name.name], function.comment, function.parameters.map { TypeName($0.type) })
        }
        for (key, text) in self.comments.sorted(by: {
            ($0.key.kind.rawValue, $0.key.path.joined(separator: ".")) < ($1.key.kind.rawValue, $1.key.path.joined(separator: "."))
        }) {
            add(key.kind, key.path, text)
        }
        return comments.map { comment, schema in
            let signature = comment.arguments.map { "(\($0.map { Statement.text($0) }.joined(separator: ", ")))" } ?? ""
            return entry(
                .comment,
                QualifiedName(schema, "\(comment.kind.rawValue) \(comment.name.parts.dropFirst().joined(separator: "."))\(signature)"),
                [.comment(comment)])
        }
    }

    // MARK: Grants

    private var grantEntries: [CatalogueEntry] {
        var entries = privileges.sorted { $0.key < $1.key }.compactMap { name, held -> CatalogueEntry? in
            var grants = held.whole.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map { role, list in
                Statement.Kind.grant(Grant(isGrant: true, list.sorted.map { .init($0) }, on: objects(name), roles: [role]))
            }
            for (role, columns) in held.columns.sorted(by: { $0.key < $1.key }) {
                for (column, list) in columns.sorted(by: { $0.key < $1.key }) {
                    grants.append(
                        .grant(Grant(isGrant: true, list.sorted.map { .init($0, columns: [column]) }, on: objects(name), roles: [role])))
                }
            }
            return grants.isEmpty ? nil : entry(.grant, name, grants)
        }
        entries += automaticPrivileges.sorted { $0.key < $1.key }.map { name, held in
            entry(
                .automaticGrant, name,
                held.sorted { $0.key < $1.key }.map { role, list in
                    .grant(Grant(isGrant: true, list.sorted.map { .init($0) }, on: objects(name), roles: [role]))
                })
        }
        for (i, line) in defaultPrivileges.enumerated() {
            let grant = Grant(
                isGrant: true, line.privileges.sorted.map { .init($0) },
                on: .defaults(line.kind, inSchemas: line.schema.map { [$0] } ?? []),
                roles: [line.role])
            entries.append(entry(.defaultPrivileges, QualifiedName(line.schema ?? "", "\(i + 1)"), [.grant(grant)]))
        }
        return entries
    }

    private func objects(_ name: QualifiedName) -> Grant.Objects {
        if sequences[name] != nil { return .sequences([Name(name)]) }
        if let function = functions.values.flatMap({ $0 }).first(where: { $0.signature == name }) {
            return .functions([Name(function.name)], arguments: [function.parameters.map { TypeName($0.type) }])
        }
        return .tables([Name(name)])
    }
}

extension Set<Privilege> {
    fileprivate var sorted: [String] { map(\.rawValue).sorted() }
}

extension Name {
    init(_ name: QualifiedName) { self.init(name.schema, name.name) }
}

extension Statement {
    fileprivate static func text(_ type: TypeName) -> String {
        type.name.parts.joined(separator: ".") + String(repeating: "[]", count: type.arrayDimensions)
    }
}

// MARK: What a thing looks like as a tree

extension Table {
    fileprivate func adding(_ constraint: Constraint) -> Statement.Kind {
        .alterTable(AlterTable(.table, Name(name), [.addConstraint(constraint)]))
    }
}

extension Column {
    /// As `create table` says it; sequences and keys apart.
    package var definition: ColumnDefinition {
        var constraints: [Constraint] = []
        if isNotNull { constraints.append(Constraint(.notNull)) }
        if let defaultValue { constraints.append(Constraint(.default(defaultValue))) }
        if let generated { constraints.append(Constraint(.generated(generated))) }
        if let identity { constraints.append(Constraint(.identity(always: identity == .always, options: []))) }
        return ColumnDefinition(name: name, type: TypeName(type), constraints: constraints)
    }
}

extension Key {
    package func constraint(isPrimary: Bool) -> Constraint {
        Constraint(
            isPrimary ? .primaryKey(columns, usingIndex: nil) : .unique(columns, nullsNotDistinct: nullsNotDistinct, usingIndex: nil),
            name: name,
            isDeferrable: isDeferrable, isInitiallyDeferred: isInitiallyDeferred)
    }
}

extension Reference {
    package var constraint: Constraint {
        var key = ForeignKey(columns: columns, references: Name(table), referenced, onDelete: onDelete, onUpdate: onUpdate, match: match)
        key.setsOnDelete = setsOnDelete
        return Constraint(
            .foreignKey(key), name: name, isDeferrable: isDeferrable, isInitiallyDeferred: isInitiallyDeferred, isNotValid: isNotValid)
    }
}

extension Publication {
    fileprivate init(_ name: String, _ publication: PublishedTables) {
        let members = publication.tables.sorted { $0.key < $1.key }.map { table, member in
            Member(Name(table), columns: member.columns, where: member.filter)
        }
        let isWhole = publication.operations.count == 4
        self.init(
            name, isForAllTables: publication.isForAllTables, members: members, schemas: publication.schemas.sorted(),
            options: isWhole ? [:] : ["publish": publication.operations.sorted().joined(separator: ", ")])
    }
}

extension CreateIndex {
    package init(_ index: Index, on table: QualifiedName) {
        self.init(
            name: index.name, on: Name(table), isUnique: index.isUnique, nullsNotDistinct: index.nullsNotDistinct, method: index.method,
            index.elements,
            including: index.including, where: index.filter)
    }
}

extension CreateFunction {
    package init(_ function: Function) {
        var parameters = function.parameters.map {
            Parameter(name: $0.name, mode: $0.isVariadic ? .variadic : .in, type: TypeName($0.type), default: $0.defaultValue)
        }
        var returns: TypeName?
        switch function.result {
        case .scalar(let type):
            returns = TypeName(type)
            parameters += function.outputs.map { Parameter(name: $0.name, mode: .out, type: TypeName($0.type)) }
        case .set(let type):
            returns = TypeName(type)
            returns?.isSet = true
            parameters += function.outputs.map { Parameter(name: $0.name, mode: .out, type: TypeName($0.type)) }
        case .table(let name, let isSet): returns = TypeName(Name(name), isSet: isSet)
        case .row(let columns, let isSet):
            parameters += columns.map { Parameter(name: $0.name, mode: isSet ? .table : .out, type: TypeName($0.type)) }
        }
        self.init(
            Name(function.name), parameters: parameters, returns: returns, language: function.language, body: function.body,
            volatility: function.volatility, isStrict: function.isStrict, isSecurityDefiner: function.isSecurityDefiner,
            settings: function.settings)
        givesOneRow = function.givesOneRow
    }
}
