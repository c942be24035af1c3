extension TreeReader {
    func createTable(_ node: Node) throws(SyntaxError) -> CreateTable {
        let relation = node["relation"]
        var table = CreateTable(
            try member(node, "relation", name(table:)), ifNotExists: node.flag("if_not_exists"),
            isTemporary: relation?["relpersistence"]?.equals("t") ?? false, isUnlogged: relation?["relpersistence"]?.equals("u") ?? false,
            columns: [])
        for element in node.list("tableElts") {
            switch element.wrapped {
            case ("ColumnDef", let column)?: table.columns.append(try self.column(column))
            case ("Constraint", let constraint)?: table.constraints.append(try self.constraint(constraint))
            case ("TableLikeClause", let like)?:
                table.likes.append(
                    .init(try member(like, "relation", name(table:)), options: like.integer("options"), place: table.columns.count))
            default: throw unsupported("this in \"create table\"", at: element)
            }
        }
        table.hasStorageOptions = node["options"] != nil || node["tablespacename"] != nil || node["accessMethod"] != nil
        let beyond: [(StaticString, String)] = [
            ("partbound", "partition of"), ("partspec", "partition by"), ("inhRelations", "inherits"), ("ofTypename", "of type"),
        ]
        table.beyond = beyond.first { node[$0.0] != nil }?.1
        if table.beyond == nil, node["oncommit"].map({ !$0.equals("ONCOMMIT_NOOP") }) ?? false { table.beyond = "on commit" }
        return table
    }

    func columns(_ nodes: [Node]) throws(SyntaxError) -> [ColumnDefinition] {
        var columns: [ColumnDefinition] = []
        for node in nodes {
            if let column = node["ColumnDef"] { columns.append(try self.column(column)) }
        }
        return columns
    }

    func column(_ node: Node) throws(SyntaxError) -> ColumnDefinition {
        ColumnDefinition(
            name: node.string("colname") ?? "", type: try member(node, "typeName", type),
            constraints: try constraints(node.list("constraints")),
            collation: node["collClause"].map { name($0.list("collname")) }, at: position(node))
    }

    /// A column's constraints. `deferrable` and the like are entries of their own to the parser and belong to the one before.
    func constraints(_ nodes: [Node]) throws(SyntaxError) -> [Constraint] {
        var constraints: [Constraint] = []
        for wrapped in nodes {
            guard let node = wrapped["Constraint"] else { continue }
            let kind = node.string("contype") ?? ""
            guard kind.hasPrefix("CONSTR_ATTR_") else {
                constraints.append(try constraint(node))
                continue
            }
            guard let last = constraints.indices.last else { throw error("42601", "misplaced constraint attribute", at: node) }
            switch kind {
            case "CONSTR_ATTR_DEFERRABLE": constraints[last].isDeferrable = true
            case "CONSTR_ATTR_DEFERRED":
                constraints[last].isDeferrable = true
                constraints[last].isInitiallyDeferred = true
            default: break
            }
        }
        return constraints
    }

    /// From a `Constraint`'s members, of a column or a table.
    func constraint(_ node: Node) throws(SyntaxError) -> Constraint {
        Constraint(
            try constraintKind(node), name: node.string("conname"), isDeferrable: node.flag("deferrable") || node.flag("initdeferred"),
            isInitiallyDeferred: node.flag("initdeferred"), isNotValid: node.flag("skip_validation"), at: position(node))
    }

    private func constraintKind(_ node: Node) throws(SyntaxError) -> Constraint.Kind {
        switch node.string("contype") ?? "" {
        case "CONSTR_NULL": return .null
        case "CONSTR_NOTNULL": return .notNull
        case "CONSTR_DEFAULT": return .default(try expression(node, "raw_expr"))
        case "CONSTR_IDENTITY":
            return .identity(always: node["generated_when"]?.equals("a") ?? false, options: try sequenceOptions(node.list("options")))
        case "CONSTR_GENERATED": return .generated(try expression(node, "raw_expr"))
        case "CONSTR_CHECK": return .check(try expression(node, "raw_expr"), noInherit: node.flag("is_no_inherit"))
        // The columns of `include (…)` change no answer and are not kept.
        case "CONSTR_PRIMARY": return .primaryKey(node.names("keys"), usingIndex: node.string("indexname"))
        case "CONSTR_UNIQUE":
            return .unique(node.names("keys"), nullsNotDistinct: node.flag("nulls_not_distinct"), usingIndex: node.string("indexname"))
        case "CONSTR_FOREIGN": return .foreignKey(try foreignKey(node))
        case "CONSTR_EXCLUSION": return .exclusion
        case let kind: throw unsupported(kind, at: node)
        }
    }

    private func foreignKey(_ node: Node) throws(SyntaxError) -> ForeignKey {
        var key = ForeignKey(
            columns: node.names("fk_attrs"), references: try member(node, "pktable", name(table:)), node.names("pk_attrs"),
            onDelete: action(node.string("fk_del_action")), onUpdate: action(node.string("fk_upd_action")),
            match: node["fk_matchtype"]?.equals("f") ?? false ? .full : .simple)
        key.setsOnDelete = node.names("fk_del_set_cols")
        return key
    }

    private func action(_ letter: String?) -> ForeignKey.Action {
        switch letter {
        case "r": .restrict
        case "c": .cascade
        case "n": .setNull
        case "d": .setDefault
        default: .noAction
        }
    }

    // MARK: Sequences

    func sequenceOptions(_ nodes: [Node]) throws(SyntaxError) -> [SequenceOption] {
        var options: [SequenceOption] = []
        for wrapped in nodes {
            guard let node = wrapped["DefElem"] else { continue }
            let number = node["arg"].flatMap { self.number($0, at: node.location) }
            switch node.string("defname") ?? "" {
            case "as": options.append(.type(try member(node, "arg") { (arg) throws(SyntaxError) in try member(arg, "TypeName", type) }))
            case "start": options.append(.start(number ?? 1))
            case "increment": options.append(.increment(number ?? 1))
            case "minvalue": options.append(.minimum(number))
            case "maxvalue": options.append(.maximum(number))
            case "cycle": options.append(.cycle(node["arg"]?["Boolean"]?.flag("boolval") ?? true))
            case "cache": options.append(.cache(number ?? 1))
            case "restart": options.append(.restart(number))
            case "owned_by":
                let owner = node["arg"].map { name(list: $0) } ?? Name([])
                options.append(.ownedBy(owner.parts == ["none"] ? Name([]) : owner))
            case "sequence_name": options.append(.name(node["arg"].map { name(list: $0) } ?? Name([])))
            case "logged", "unlogged": break
            case let option: throw unsupported("the option \"\(option)\" of a sequence", at: node)
            }
        }
        return options
    }

    /// The number in a `DefElem`'s argument; beyond 32 bits the parser calls it a float.
    private func number(_ argument: Node, at location: Int) -> Int64? {
        if let integer = argument["Integer"] { return Int64(self.integer(integer, at: location)) }
        return argument["Float"]?.string("fval").flatMap { Int64($0) }
    }

    // MARK: Alter table

    func alterTable(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        let object: AlterTable.Object
        switch node.string("objtype") {
        case "OBJECT_TABLE": object = .table
        case "OBJECT_VIEW": object = .view
        case "OBJECT_INDEX": object = .index
        case "OBJECT_SEQUENCE": object = .sequence
        case "OBJECT_MATVIEW": object = .materializedView
        case "OBJECT_TYPE": object = .type
        default: return .other("AlterTableStmt")
        }
        var actions: [AlterTable.Action] = []
        for wrapped in node.list("cmds") {
            if let command = wrapped["AlterTableCmd"] { actions.append(try action(command)) }
        }
        return .alterTable(AlterTable(object, try member(node, "relation", name(table:)), ifExists: node.flag("missing_ok"), actions))
    }

    private func action(_ node: Node) throws(SyntaxError) -> AlterTable.Action {
        let name = node.string("name") ?? ""
        let ifExists = node.flag("missing_ok")
        let cascade = cascades(node)
        let subtype = node.string("subtype") ?? ""
        switch subtype {
        case "AT_AddColumn":
            return .addColumn(try definition(node, "ColumnDef", column), ifNotExists: ifExists)
        case "AT_DropColumn": return .dropColumn(name, ifExists: ifExists, cascade: cascade)
        case "AT_AlterColumnType": return try setType(name, node)
        case "AT_ColumnDefault": return .setDefault(name, try expression(optional: node["def"]))
        case "AT_SetNotNull": return .setNotNull(name, true)
        case "AT_DropNotNull": return .setNotNull(name, false)
        case "AT_DropExpression": return .dropExpression(name, ifExists: ifExists)
        case "AT_AddIdentity":
            guard case .identity(let always, let options) = try definition(node, "Constraint", constraint).kind else {
                return .other(subtype)
            }
            return .addIdentity(name, always: always, options: options)
        case "AT_SetIdentity": return try setIdentity(name, node.list("def"))
        case "AT_DropIdentity": return .dropIdentity(name, ifExists: ifExists)
        case "AT_AddConstraint": return .addConstraint(try definition(node, "Constraint", constraint))
        case "AT_DropConstraint": return .dropConstraint(name, ifExists: ifExists, cascade: cascade)
        case "AT_ValidateConstraint": return .validateConstraint(name)
        case "AT_EnableRowSecurity": return .rowSecurity(true)
        case "AT_DisableRowSecurity": return .rowSecurity(false)
        case "AT_ForceRowSecurity": return .forceRowSecurity(true)
        case "AT_NoForceRowSecurity": return .forceRowSecurity(false)
        case "AT_ChangeOwner": return .owner(node["newowner"].map(role) ?? "")
        case "AT_SetRelOptions": return .setOptions(options(node.list("def")))
        case "AT_ResetRelOptions":
            return .setOptions(
                Dictionary(node.list("def").compactMap { $0["DefElem"]?.string("defname") }.map { ($0, "reset") }) { a, _ in a })
        case "AT_EnableTrig", "AT_EnableAlwaysTrig": return .enableTrigger(name, true)
        case "AT_EnableTrigAll", "AT_EnableTrigUser": return .enableTrigger(nil, true)
        case "AT_DisableTrig": return .enableTrigger(name, false)
        case "AT_DisableTrigUser": return .enableTrigger(nil, false)
        case "AT_SetStatistics", "AT_SetStorage", "AT_SetCompression", "AT_ReplicaIdentity", "AT_ClusterOn", "AT_DropCluster",
            "AT_SetTableSpace", "AT_SetOptions", "AT_ResetOptions", "AT_SetAccessMethod", "AT_SetLogged", "AT_SetUnLogged":
            return .ignored(subtype)
        default: return .other(subtype)
        }
    }

    /// What `def` holds, wrapped as `kind`.
    private func definition<Result>(
        _ node: Node, _ kind: StaticString, _ read: (Node) throws(SyntaxError) -> Result
    ) throws(SyntaxError) -> Result {
        try member(node, "def") { (definition) throws(SyntaxError) in try member(definition, kind, read) }
    }

    private func setType(_ column: String, _ node: Node) throws(SyntaxError) -> AlterTable.Action {
        try definition(node, "ColumnDef") { (definition) throws(SyntaxError) in
            if let collation = definition["collClause"] { throw unsupported("\"collate\" in \"alter column … type\"", at: collation) }
            return .setType(
                column, try member(definition, "typeName", type), using: try expression(optional: definition["raw_default"]))
        }
    }

    private func setIdentity(_ column: String, _ options: [Node]) throws(SyntaxError) -> AlterTable.Action {
        func isGenerated(_ node: Node) -> Bool { node["DefElem"]?["defname"]?.equals("generated") ?? false }
        // The argument is the letter `a` or `d` as a number.
        let always = options.first(where: isGenerated).map { $0["DefElem"]?["arg"]?["Integer"]?.integer("ival") == 97 }
        return .setIdentity(column, options: try sequenceOptions(options.filter { !isGenerated($0) }), always: always)
    }

    /// `(a = 1, b)`: names to values' texts, lower case; one without a value is `true`.
    func options(_ nodes: [Node]) -> [String: String] {
        var options: [String: String] = [:]
        for wrapped in nodes {
            guard let node = wrapped["DefElem"], let name = node.string("defname") else { continue }
            options[name] = node["arg"].map { text($0, at: node.location).lowercased() } ?? "true"
        }
        return options
    }

    /// The text of a `DefElem`'s argument.
    func text(_ argument: Node) -> String { text(argument, at: -1) }

    /// The same where it may be a negative number: `location` is the option's.
    func text(_ argument: Node, at location: Int) -> String {
        switch argument.wrapped {
        case ("String", let node)?: node.string("sval") ?? ""
        case ("Integer", let node)?: String(integer(node, at: location))
        case ("Float", let node)?: node.string("fval") ?? ""
        case ("Boolean", let node)?: node.flag("boolval") ? "true" : "false"
        case ("TypeName", let node)?: node.names("names").last ?? ""
        default: argument.elements.compactMap(\.name).joined(separator: ".")
        }
    }

    // MARK: Indexes

    func createIndex(_ node: Node) throws(SyntaxError) -> CreateIndex {
        var elements: [CreateIndex.Element] = []
        for wrapped in node.list("indexParams") {
            guard let element = wrapped["IndexElem"] else { continue }
            if element["opclassopts"] != nil { throw unsupported("options of an operator class", at: node) }
            elements.append(
                .init(
                    try indexed(element), descending: isDescending(element, "ordering"), nullsFirst: nullsFirst(element, "nulls_ordering"),
                    collation: optionalName(element, "collation"), operatorClass: optionalName(element, "opclass")))
        }
        var index = CreateIndex(
            name: node.string("idxname"), on: try member(node, "relation", name(table:)), ifNotExists: node.flag("if_not_exists"),
            isUnique: node.flag("unique"), nullsNotDistinct: node.flag("nulls_not_distinct"),
            method: node.string("accessMethod") ?? "btree",
            elements, including: node.list("indexIncludingParams").compactMap { $0["IndexElem"]?.string("name") },
            where: try expression(optional: node["whereClause"]))
        index.isConcurrent = node.flag("concurrent")
        index.hasStorageOptions = node["options"] != nil || node["tableSpace"] != nil
        return index
    }

    private func optionalName(_ node: Node, _ member: StaticString) -> Name? {
        node[member].map { name(list: $0) }
    }
}
