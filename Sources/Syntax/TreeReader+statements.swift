extension TreeReader {
    /// Any statement, wrapped in its node's name.
    func statement(_ wrapped: Node) throws(SyntaxError) -> Statement.Kind {
        guard let (kind, node) = wrapped.wrapped else { throw error("XX000", "the parser left out a statement", at: wrapped) }
        switch kind {
        case "SelectStmt": return try selectStatement(node)
        case "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt": return .data(try dataStatement(wrapped))
        case "CreateStmt": return .createTable(try createTable(node))
        case "CreateTableAsStmt": return try createTableAs(node)
        case "AlterTableStmt": return try alterTable(node)
        case "IndexStmt": return .createIndex(try createIndex(node))
        case "ViewStmt": return try createView(node)
        case "CreateEnumStmt":
            return .createType(CreateType(name(node.list("typeName")), .enumeration(node.names("vals"))))
        case "CompositeTypeStmt":
            return .createType(CreateType(try member(node, "typevar", name(table:)), .composite(try columns(node.list("coldeflist")))))
        case "CreateDomainStmt": return .createType(try createDomain(node))
        case "CreateRangeStmt": return .createType(CreateType(name(node.list("typeName")), .range))
        case "AlterDomainStmt": return try alterDomain(node)
        case "AlterEnumStmt": return .alterEnum(alterEnum(node))
        case "CreateFunctionStmt": return .createFunction(try createFunction(node))
        case "CreateTrigStmt": return .createTrigger(try createTrigger(node))
        case "ConstraintsSetStmt":
            return .setConstraints(
                node.list("constraints").compactMap { $0["RangeVar"].map(name(table:)) }, deferred: node.flag("deferred"))
        case "CreatePolicyStmt": return .createPolicy(try createPolicy(node))
        case "AlterPolicyStmt":
            return .alterPolicy(
                AlterPolicy(
                    node.string("policy_name") ?? "", on: try member(node, "table", name(table:)),
                    roles: node["roles"] == nil ? nil : roles(node.list("roles")), using: try expression(optional: node["qual"]),
                    check: try expression(optional: node["with_check"])))
        case "CreateSchemaStmt":
            let schema = node.string("schemaname") ?? node["authrole"].map(role) ?? ""
            if node["schemaElts"] != nil {
                var elements: [Statement] = []
                for element in node.list("schemaElts") {
                    elements.append(Statement(try statement(element), at: place(of: element)))
                }
                return .administration(.schemaWithElements(name: schema, ifNotExists: node.flag("if_not_exists"), elements))
            }
            return .createSchema(name: schema, ifNotExists: node.flag("if_not_exists"))
        case "CreateExtensionStmt":
            return .createExtension(
                name: node.string("extname") ?? "", schema: option("schema", of: node.list("options")).map(text),
                ifNotExists: node.flag("if_not_exists"))
        case "CreateSeqStmt":
            if node["sequence"]?["relpersistence"]?.equals("t") ?? false {
                return .administration(.refused(what: "CREATE TEMPORARY SEQUENCE", hint: "Create a sequence, or use row_number()."))
            }
            return .createSequence(
                CreateSequence(
                    try member(node, "sequence", name(table:)), ifNotExists: node.flag("if_not_exists"),
                    options: try sequenceOptions(node.list("options"))))
        case "AlterSeqStmt":
            return .alterSequence(
                AlterSequence(
                    try member(node, "sequence", name(table:)), ifExists: node.flag("missing_ok"),
                    options: try sequenceOptions(node.list("options"))))
        case "CreateRoleStmt": return createRole(node)
        case "GrantRoleStmt":
            return .grantRole(
                roles: node.list("granted_roles").compactMap { $0["AccessPriv"]?.string("priv_name") },
                to: roles(node.list("grantee_roles")),
                isGrant: node.flag("is_grant"))
        case "GrantStmt": return .grant(try grant(node))
        case "AlterDefaultPrivilegesStmt": return try defaultPrivileges(node)
        case "DropStmt": return try drop(node)
        case "DropRoleStmt":
            return .drop(Drop(.role, roles(node.list("roles")).map { Name($0) }, ifExists: node.flag("missing_ok"), cascade: false))
        case "RenameStmt": return try rename(node)
        case "CommentStmt": return try comment(node)
        case "VariableSetStmt": return set(node)
        case "TransactionStmt": return transaction(node)
        case "DoStmt":
            return .doBlock(
                language: option("language", of: node.list("args")).map(text) ?? "plpgsql",
                body: option("as", of: node.list("args")).map(text) ?? "")
        case "TruncateStmt":
            return .truncate(
                node.list("relations").compactMap { $0["RangeVar"].map(name(table:)) }, cascade: cascades(node),
                restartIdentity: node.flag("restart_seqs"))
        default: return try administration(kind, node) ?? .other(kind)
        }
    }

    /// The argument of a `DefElem` by its name.
    func option(_ name: StaticString, of options: [Node]) -> Node? {
        options.last { $0["DefElem"]?["defname"]?.equals(name) ?? false }?["DefElem"]?["arg"]
    }

    /// `select … into t` is `create table t as select …`.
    private func selectStatement(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        guard let into = node["intoClause"] else { return .data(.select(try select(node))) }
        guard let relation = into["rel"], relation["relpersistence"]?.equals("p") ?? false else { return Self.temporary("TABLE") }
        return .createTableAs(
            name: name(table: relation), columns: into.names("colNames"), try select(node, isInto: true), withData: true, ifNotExists: false
        )
    }

    /// Nothing lives for a session only: requests share their connections.
    private static func temporary(_ what: String) -> Statement.Kind {
        .administration(
            .refused(what: "CREATE TEMPORARY \(what)", hint: "Use a common table expression (with … as), or a table of its own."))
    }

    private func createTableAs(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        guard let query = node["query"], let into = node["into"], let relation = into["rel"] else { return .other("CreateTableAsStmt") }
        guard query["SelectStmt"] != nil else {
            return .administration(.refused(what: "CREATE TABLE AS EXECUTE", hint: "Write the query itself behind AS."))
        }
        if relation["relpersistence"]?.equals("t") ?? false { return Self.temporary("TABLE") }
        let name = name(table: relation)
        let columns = into.names("colNames")
        let select = try select(wrapped: query)
        let withData = !into.flag("skipData")
        guard node["objtype"]?.equals("OBJECT_MATVIEW") ?? false else {
            return .createTableAs(name: name, columns: columns, select, withData: withData, ifNotExists: node.flag("if_not_exists"))
        }
        var options = options(into.list("options"))
        if !withData { options["with_data"] = "false" }
        return .createView(
            CreateView(name, isMaterialized: true, ifNotExists: node.flag("if_not_exists"), columns: columns, options: options, as: select))
    }

    private func createView(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        guard node["view"]?["relpersistence"]?.equals("p") ?? false else { return Self.temporary("VIEW") }
        var options = options(node.list("options"))
        switch node.string("withCheckOption") {
        case "LOCAL_CHECK_OPTION": options["check_option"] = "local"
        case "CASCADED_CHECK_OPTION": options["check_option"] = "cascaded"
        default: break
        }
        return .createView(
            CreateView(
                try member(node, "view", name(table:)), orReplace: node.flag("replace"), columns: node.names("aliases"), options: options,
                as: try member(node, "query", select(wrapped:))))
    }

    private func createDomain(_ node: Node) throws(SyntaxError) -> CreateType {
        if let collation = node["collClause"] { throw unsupported("\"collate\" in \"create domain\"", at: collation) }
        return CreateType(
            name(node.list("domainname")), .domain(try member(node, "typeName", type), try constraints(node.list("constraints"))))
    }

    private func alterDomain(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        let constraint = node.string("name") ?? ""
        let change: AlterDomain.Change
        switch node.string("subtype") {
        case "T": change = .setDefault(try expression(optional: node["def"]))
        case "N": change = .setNotNull(false)
        case "O": change = .setNotNull(true)
        case "C":
            guard let node = node["def"], let added = try constraints([node]).first else { return .other("AlterDomainStmt") }
            change = .addConstraint(added)
        case "X":
            change = .dropConstraint(
                constraint, ifExists: node.flag("missing_ok"), cascade: node.string("behavior") == "DROP_CASCADE")
        case "V": change = .validateConstraint(constraint)
        default: return .other("AlterDomainStmt")
        }
        return .alterDomain(AlterDomain(name(node.list("typeName")), change))
    }

    private func alterEnum(_ node: Node) -> AlterEnum {
        let new = node.string("newVal") ?? ""
        return AlterEnum(
            name(node.list("typeName")),
            node.string("oldVal").map { .rename($0, to: new) }
                ?? .add(
                    new, neighbour: node.string("newValNeighbor"), after: node.flag("newValIsAfter"),
                    ifNotExists: node.flag("skipIfNewValExists")))
    }

    private func createPolicy(_ node: Node) throws(SyntaxError) -> CreatePolicy {
        let command: CreatePolicy.Command =
            switch node.string("cmd_name") {
            case "select": .select
            case "insert": .insert
            case "update": .update
            case "delete": .delete
            default: .all
            }
        return CreatePolicy(
            node.string("policy_name") ?? "", on: try member(node, "table", name(table:)), isPermissive: node.flag("permissive"),
            for: command,
            to: roles(node.list("roles")), using: try expression(optional: node["qual"]),
            check: try expression(optional: node["with_check"]))
    }

    // MARK: Settings and transactions

    private func set(_ node: Node) -> Statement.Kind {
        let local = node.flag("is_local")
        let name = node.string("name") ?? ""
        switch node.string("kind") {
        case "VAR_SET_VALUE":
            guard let value = settingValue(node) else { return .other("VariableSetStmt") }
            return .set(name: name, value: value, local: local)
        case "VAR_SET_DEFAULT", "VAR_RESET": return .set(name: name, value: nil, local: local)
        case "VAR_RESET_ALL": return .set(name: "all", value: nil, local: false)
        // `set transaction isolation level …`: a file is one serializable transaction.
        case "VAR_SET_MULTI": return .administration(.noEffect("SET TRANSACTION", relations: []))
        default: return .other("VariableSetStmt")
        }
    }

    /// A setting's value as PostgreSQL keeps it: the parts of a list joined by commas, quoted where they are names that need it.
    func settingValue(_ node: Node) -> String? {
        let isList = (node.string("name") ?? "").lowercased() == "search_path" || node.list("args").count > 1
        var parts: [String] = []
        for argument in node.list("args") {
            // `set time zone interval '-3:30' hour to minute`
            if let span = argument["TypeCast"]?["arg"]?["A_Const"]?["sval"]?.string("sval") {
                parts.append("interval '\(span)'")
                continue
            }
            guard let constant = argument["A_Const"] else { return nil }
            if let text = constant["sval"] {
                let value = text.string("sval") ?? ""
                parts.append(isList ? quotedIdentifier(value) : value)
            } else if let number = constant["ival"] {
                parts.append(String(integer(number, at: constant.location)))
            } else if let number = constant["fval"] {
                parts.append(number.string("fval") ?? "")
            } else {
                return nil
            }
        }
        return parts.joined(separator: ", ")
    }

    private func transaction(_ node: Node) -> Statement.Kind {
        // A file is one transaction, and serializable: `begin isolation level …` asks for no more. `commit and chain` does.
        guard !node.flag("chain") else { return .other("TransactionStmt") }
        switch node.string("kind") {
        case "TRANS_STMT_BEGIN", "TRANS_STMT_START": return .transaction(.begin)
        case "TRANS_STMT_COMMIT": return .transaction(.commit)
        case "TRANS_STMT_ROLLBACK": return .transaction(.rollback)
        case "TRANS_STMT_SAVEPOINT": return .administration(.savepoint(node.string("savepoint_name") ?? ""))
        case "TRANS_STMT_ROLLBACK_TO": return .administration(.rollbackTo(node.string("savepoint_name") ?? ""))
        case "TRANS_STMT_RELEASE": return .administration(.release(node.string("savepoint_name") ?? ""))
        default: return .other("TransactionStmt")
        }
    }
}
