extension TreeReader {
    /// The statements of `Administration`; nil for every other.
    func administration(_ kind: String, _ node: Node) throws(SyntaxError) -> Statement.Kind? {
        switch kind {
        case "AlterObjectSchemaStmt": return try setSchema(node)
        case "AlterOwnerStmt": return try owner(node)
        case "AlterFunctionStmt": return try alterFunction(node)
        case "RefreshMatViewStmt":
            return .administration(
                .refresh(
                    try member(node, "relation", name(table:)), concurrently: node.flag("concurrent"), withData: !node.flag("skipData")))
        case "CreatePublicationStmt": return .administration(.createPublication(try publication(node)))
        case "AlterPublicationStmt": return try alterPublication(node)
        case "AlterRoleStmt":
            guard !node.list("options").contains(where: { $0["DefElem"]?["defname"]?.equals("rolemembers") ?? false }) else {
                let members = roles(option("rolemembers", of: node.list("options"))?.elements ?? [])
                return .grantRole(roles: [node["role"].map(role) ?? ""], to: members, isGrant: node.integer("action") >= 0)
            }
            return .administration(.alterRole(node["role"].map(role) ?? "", roleOptions(node.list("options"))))
        case "AlterRoleSetStmt": return roleSetting(node)
        case "DropOwnedStmt": return .administration(.dropOwned(roles(node.list("roles")), cascade: cascades(node)))
        case "ReassignOwnedStmt":
            return .administration(.reassignOwned(roles(node.list("roles")), to: node["newrole"].map(role) ?? ""))
        case "ReindexStmt": return reindex(node)
        case "CopyStmt": return try copy(node)
        case "VariableShowStmt": return show(node)
        case "AlterExtensionStmt":
            return .administration(.alterExtension(node.string("extname") ?? "", schema: nil))
        case "LockStmt": return noEffect("LOCK TABLE", node.list("relations"))
        case "VacuumStmt":
            let word = node.flag("is_vacuumcmd") ? "VACUUM" : "ANALYZE"
            return noEffect(word, node.list("rels").compactMap { $0["VacuumRelation"] }, member: "relation")
        case "ClusterStmt":
            return .administration(.noEffect("CLUSTER", relations: node["relation"].map { [name(table: $0)] } ?? []))
        case "CheckPointStmt": return .administration(.noEffect("CHECKPOINT", relations: []))
        case "DiscardStmt": return .administration(.noEffect("DISCARD", relations: []))
        case "AlterDatabaseSetStmt", "AlterDatabaseStmt", "AlterDatabaseRefreshCollStmt":
            return .administration(.noEffect("ALTER DATABASE", relations: []))
        case "AlterSystemStmt": return .administration(.noEffect("ALTER SYSTEM", relations: []))
        case "SecLabelStmt": return .administration(.noEffect("SECURITY LABEL", relations: []))
        case "CommentStmt": return .administration(.noEffect("COMMENT ON \(Self.spoken(node.string("objtype")))", relations: []))
        case "DropStmt":
            // What cannot be there need not be dropped.
            guard node.flag("missing_ok") else { return nil }
            return .administration(.noEffect("DROP \(Self.spoken(node.string("removeType"))) IF EXISTS", relations: []))
        default: return nil
        }
    }

    private func noEffect(_ word: String, _ nodes: [Node]) -> Statement.Kind {
        .administration(.noEffect(word, relations: nodes.compactMap { $0["RangeVar"].map(name(table:)) }))
    }

    private func noEffect(_ word: String, _ nodes: [Node], member: StaticString) -> Statement.Kind {
        .administration(.noEffect(word, relations: nodes.compactMap { $0[member].map(name(table:)) }))
    }

    /// `OBJECT_EVENT_TRIGGER` as people write it.
    static func spoken(_ object: String?) -> String {
        var words = (object ?? "OBJECT").split(separator: "_").dropFirst().joined(separator: " ")
        switch words {
        case "TSCONFIGURATION": words = "TEXT SEARCH CONFIGURATION"
        case "TSDICTIONARY": words = "TEXT SEARCH DICTIONARY"
        case "TSPARSER": words = "TEXT SEARCH PARSER"
        case "TSTEMPLATE": words = "TEXT SEARCH TEMPLATE"
        case "FDW": words = "FOREIGN DATA WRAPPER"
        case "FOREIGN SERVER": words = "SERVER"
        case "OPCLASS": words = "OPERATOR CLASS"
        case "OPFAMILY": words = "OPERATOR FAMILY"
        case "DOMCONSTRAINT": words = "CONSTRAINT ON DOMAIN"
        case "LARGEOBJECT": words = "LARGE OBJECT"
        case "MATVIEW": words = "MATERIALIZED VIEW"
        default: break
        }
        return words
    }

    // MARK: Owners and schemas

    private func setSchema(_ node: Node) throws(SyntaxError) -> Statement.Kind? {
        let to = node.string("newschema") ?? ""
        if node["objectType"]?.equals("OBJECT_EXTENSION") ?? false {
            return .administration(.alterExtension(node["object"]?.name ?? "", schema: to))
        }
        guard let kind = objectKind(node, "objectType") else { return nil }
        let named = try named(node)
        return .administration(.setSchema(kind, named.name, arguments: named.arguments, to: to, ifExists: node.flag("missing_ok")))
    }

    private func owner(_ node: Node) throws(SyntaxError) -> Statement.Kind? {
        let named = try named(node)
        return .administration(
            .owner(
                objectKind(node, "objectType"), word: Self.spoken(node.string("objectType")), named.name, arguments: named.arguments,
                to: node["newowner"].map(role) ?? ""))
    }

    private func named(_ node: Node) throws(SyntaxError) -> (name: Name, arguments: [TypeName]?) {
        if let relation = node["relation"] { return (name(table: relation), nil) }
        return try member(node, "object", object)
    }

    // MARK: Functions

    private func alterFunction(_ node: Node) throws(SyntaxError) -> Statement.Kind? {
        let function = try member(node, "func") { (function) throws(SyntaxError) in
            let arguments = function.flag("args_unspecified") ? nil : try types(function.list("objargs"))
            return (name: name(function.list("objname")), arguments: arguments)
        }
        var options: [FunctionOption] = []
        for wrapped in node.list("actions") {
            guard let option = wrapped["DefElem"] else { continue }
            let argument = option["arg"]
            let isOn = argument?["Boolean"]?.flag("boolval") ?? false
            switch option.string("defname") ?? "" {
            case "volatility":
                switch argument.map(text) {
                case "immutable": options.append(.volatility(.immutable))
                case "stable": options.append(.volatility(.stable))
                default: options.append(.volatility(.volatile))
                }
            case "strict": options.append(.strict(isOn))
            case "security": options.append(.securityDefiner(isOn))
            case "set":
                guard let setting = argument?["VariableSetStmt"] else { return nil }
                switch setting.string("kind") {
                case "VAR_SET_VALUE":
                    guard let name = setting.string("name"), let value = settingValue(setting) else {
                        throw unsupported("this \"set\" of a function", at: option)
                    }
                    options.append(.set(name, value))
                case "VAR_RESET_ALL": options.append(.reset(nil))
                default: options.append(.reset(setting.string("name")))
                }
            case let word: options.append(.ignored(word))
            }
        }
        return .administration(.alterFunction(function.name, arguments: function.arguments, options))
    }

    // MARK: Publications

    private func publication(_ node: Node) throws(SyntaxError) -> Publication {
        let objects = try publicationObjects(node)
        return Publication(
            node.string("pubname") ?? "", isForAllTables: node.flag("for_all_tables"), members: objects.members, schemas: objects.schemas,
            options: options(node.list("options")))
    }

    private func alterPublication(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        let name = node.string("pubname") ?? ""
        let objects = try publicationObjects(node)
        if node["options"] != nil {
            return .administration(.alterPublication(name: name, .options(options(node.list("options")))))
        }
        let change: PublicationChange =
            switch node.string("action") {
            case "AP_DropObjects": .drop(objects.members, schemas: objects.schemas)
            case "AP_SetObjects": .set(objects.members, schemas: objects.schemas)
            default: .add(objects.members, schemas: objects.schemas)
            }
        return .administration(.alterPublication(name: name, change))
    }

    private func publicationObjects(_ node: Node) throws(SyntaxError) -> (members: [Publication.Member], schemas: [String]) {
        var members: [Publication.Member] = []
        var schemas: [String] = []
        for wrapped in node.list("pubobjects") {
            guard let object = wrapped["PublicationObjSpec"] else { continue }
            if let table = object["pubtable"] {
                members.append(
                    .init(
                        try member(table, "relation", name(table:)), columns: table.names("columns"),
                        where: try expression(optional: table["whereClause"])))
            } else {
                schemas.append(object.string("name") ?? "current_schema")
            }
        }
        return (members, schemas)
    }

    // MARK: Roles and settings

    private func roleSetting(_ node: Node) -> Statement.Kind? {
        guard node["database"] == nil, let setting = node["setstmt"] else {
            return .administration(.noEffect("ALTER ROLE … IN DATABASE", relations: []))
        }
        let role = node["role"].map(role) ?? "all"
        switch setting.string("kind") {
        case "VAR_SET_VALUE":
            guard let value = settingValue(setting) else { return nil }
            return .administration(.roleSetting(role: role, name: setting.string("name") ?? "", value: value))
        case "VAR_RESET_ALL": return .administration(.roleSetting(role: role, name: nil, value: nil))
        default: return .administration(.roleSetting(role: role, name: setting.string("name") ?? "", value: nil))
        }
    }

    /// `show x` gives one row with the setting's value under its name.
    private func show(_ node: Node) -> Statement.Kind? {
        let name = node.string("name") ?? ""
        guard name != "all" else { return nil }
        let shown = Self.settingWords[name] ?? name
        let call = Call(Name("pg_catalog", "current_setting"), [.init(.string(shown))])
        return .data(.select(Select(.query(Query([Output(Expression(.call(call)), as: shown)])))))
    }

    /// What the parser calls the settings that have words of their own.
    private static let settingWords = ["timezone": "TimeZone"]

    // MARK: Reindex and copy

    private func reindex(_ node: Node) -> Statement.Kind {
        let kind: ObjectKind
        switch node.string("kind") {
        case "REINDEX_OBJECT_INDEX": kind = .index
        case "REINDEX_OBJECT_SCHEMA": kind = .schema
        case "REINDEX_OBJECT_TABLE": kind = .table
        default: return .administration(.noEffect("REINDEX", relations: []))
        }
        return .administration(.reindex(kind, node["relation"].map(name(table:)) ?? Name(node.string("name") ?? "")))
    }

    private func copy(_ node: Node) throws(SyntaxError) -> Statement.Kind? {
        guard node.flag("is_from"), let relation = node["relation"] else { return nil }
        var options: [String: String] = [:]
        for wrapped in node.list("options") {
            guard let option = wrapped["DefElem"], let name = option.string("defname") else { continue }
            options[name] = option["arg"].map { text($0) } ?? "true"
        }
        return .administration(
            .copy(
                CopyFrom(
                    name(table: relation), columns: node.names("attlist"), options: options,
                    isElsewhere: node.flag("is_program") || node["filename"] != nil,
                    where: try expression(optional: node["whereClause"]))))
    }
}
