extension TreeReader {
    /// The kinds of things that are dropped, renamed and commented on alike. Others have no shape in the tree.
    func objectKind(_ node: Node, _ member: StaticString) -> ObjectKind? {
        switch node.string(member) {
        case "OBJECT_TABLE": .table
        case "OBJECT_VIEW": .view
        case "OBJECT_MATVIEW": .materializedView
        case "OBJECT_INDEX": .index
        case "OBJECT_SEQUENCE": .sequence
        case "OBJECT_TYPE", "OBJECT_ATTRIBUTE": .type
        case "OBJECT_DOMAIN": .domain
        case "OBJECT_FUNCTION": .function
        case "OBJECT_PROCEDURE": .procedure
        case "OBJECT_SCHEMA": .schema
        case "OBJECT_POLICY": .policy
        case "OBJECT_TRIGGER": .trigger
        case "OBJECT_EXTENSION": .extension
        case "OBJECT_COLUMN": .column
        case "OBJECT_TABCONSTRAINT": .constraint
        case "OBJECT_ROLE": .role
        case "OBJECT_PUBLICATION": .publication
        default: nil
        }
    }

    /// The name of a thing: a string, a list of them, a type's name, or a function with its arguments.
    func object(_ node: Node) throws(SyntaxError) -> (name: Name, arguments: [TypeName]?) {
        switch node.wrapped {
        case ("String", _)?: return (Name(node.name ?? ""), nil)
        case ("List", _)?: return (name(list: node), nil)
        case ("TypeName", let type)?: return (name(type.list("names"), at: position(type)), nil)
        case ("ObjectWithArgs", let function)?:
            let arguments = function.flag("args_unspecified") ? nil : try types(function.list("objargs"))
            return (name(function.list("objname")), arguments)
        default: throw unsupported("this object", at: node)
        }
    }

    private func objects(_ nodes: [Node]) throws(SyntaxError) -> (names: [Name], arguments: [[TypeName]?]) {
        var names: [Name] = []
        var arguments: [[TypeName]?] = []
        for node in nodes {
            let object = try object(node)
            names.append(object.name)
            arguments.append(object.arguments)
        }
        return (names, arguments)
    }

    func drop(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        guard let kind = objectKind(node, "removeType") else {
            return try administration("DropStmt", node) ?? .other("DROP \(Self.spoken(node.string("removeType")))")
        }
        let objects = try objects(node.list("objects"))
        let takesArguments = kind == .function || kind == .procedure
        return .drop(
            Drop(
                kind, objects.names, ifExists: node.flag("missing_ok"), cascade: cascades(node),
                arguments: takesArguments ? objects.arguments : []))
    }

    func rename(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        let to = node.string("newname") ?? ""
        if node.string("renameType") == "OBJECT_DOMCONSTRAINT" {
            let domain = try member(node, "object", object)
            return .alterDomain(AlterDomain(domain.name, .renameConstraint(node.string("subname") ?? "", to: to)))
        }
        guard let kind = objectKind(node, "renameType") else {
            return .other("ALTER \(Self.spoken(node.string("renameType"))) … RENAME")
        }
        let ifExists = node.flag("missing_ok")
        switch kind {
        case .column, .constraint, .policy, .trigger:
            return .rename(
                Rename(kind, try member(node, "relation", name(table:)), part: node.string("subname"), to: to, ifExists: ifExists))
        case .type where node["relation"] != nil:
            return .rename(
                Rename(.type, try member(node, "relation", name(table:)), part: node.string("subname"), to: to, ifExists: ifExists))
        case .schema, .role:
            return .rename(Rename(kind, Name(node.string("subname") ?? ""), to: to, ifExists: ifExists))
        default:
            if let relation = node["relation"] { return .rename(Rename(kind, name(table: relation), to: to, ifExists: ifExists)) }
            let object = try member(node, "object", object)
            return .rename(Rename(kind, object.name, to: to, ifExists: ifExists, arguments: object.arguments))
        }
    }

    func comment(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        guard let kind = objectKind(node, "objtype") else {
            return try administration("CommentStmt", node) ?? .other("CommentStmt")
        }
        let object = try member(node, "object", object)
        return .comment(Comment(on: kind, object.name, arguments: object.arguments, is: node.string("comment")))
    }

    // MARK: Grants

    func grant(_ node: Node) throws(SyntaxError) -> Grant {
        let objects: Grant.Objects =
            switch node.string("targtype") {
            case "ACL_TARGET_ALL_IN_SCHEMA": allInSchema(node)
            default: try grantObjects(node)
            }
        return Grant(
            isGrant: node.flag("is_grant"), privileges(node), on: objects, roles: roles(node.list("grantees")),
            grantOption: node.flag("grant_option"), cascade: cascades(node))
    }

    private func privileges(_ node: Node) -> [Grant.Privilege] {
        let listed = node.list("privileges").compactMap { wrapped in
            wrapped["AccessPriv"].map { Grant.Privilege($0.string("priv_name"), columns: $0.names("cols")) }
        }
        return listed.isEmpty ? [.init(nil)] : listed
    }

    private func grantObjects(_ node: Node) throws(SyntaxError) -> Grant.Objects {
        let nodes = node.list("objects")
        let tables = nodes.compactMap { $0["RangeVar"].map(name(table:)) }
        switch node.string("objtype") ?? "" {
        case "OBJECT_TABLE": return .tables(tables)
        case "OBJECT_SEQUENCE": return .sequences(tables)
        case "OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE":
            let functions = try objects(nodes)
            return .functions(functions.names, arguments: functions.arguments)
        case "OBJECT_SCHEMA": return .schemas(nodes.compactMap(\.name))
        case "OBJECT_TYPE", "OBJECT_DOMAIN": return .types(try objects(nodes).names)
        case let kind: return .other(kind)
        }
    }

    private func allInSchema(_ node: Node) -> Grant.Objects {
        let schemas = node.list("objects").compactMap(\.name)
        return switch node.string("objtype") ?? "" {
        case "OBJECT_TABLE": .allTables(inSchemas: schemas)
        case "OBJECT_SEQUENCE": .allSequences(inSchemas: schemas)
        case "OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE": .allFunctions(inSchemas: schemas)
        case let kind: .other(kind)
        }
    }

    func defaultPrivileges(_ node: Node) throws(SyntaxError) -> Statement.Kind {
        guard let action = node["action"] else { return .other("AlterDefaultPrivilegesStmt") }
        let schemas = option("schemas", of: node.list("options"))?.elements.compactMap(\.name) ?? []
        let kind: ObjectKind
        switch action.string("objtype") {
        case "OBJECT_TABLE": kind = .table
        case "OBJECT_SEQUENCE": kind = .sequence
        case "OBJECT_FUNCTION", "OBJECT_ROUTINE": kind = .function
        case "OBJECT_TYPE": kind = .type
        case "OBJECT_SCHEMA": kind = .schema
        default: return .other("AlterDefaultPrivilegesStmt")
        }
        return .grant(
            Grant(
                isGrant: action.flag("is_grant"), privileges(action), on: .defaults(kind, inSchemas: schemas),
                roles: roles(action.list("grantees")), grantOption: action.flag("grant_option"), cascade: cascades(action),
                owners: roles(option("roles", of: node.list("options"))?.elements ?? [])))
    }

    // MARK: Roles

    func createRole(_ node: Node) -> Statement.Kind {
        var options: [RoleOption] = []
        // `create user` is a role that may log in.
        if node["stmt_type"]?.equals("ROLESTMT_USER") ?? false { options.append(.login(true)) }
        options += roleOptions(node.list("options"))
        return .createRole(name: node.string("role") ?? "", options: options)
    }

    func roleOptions(_ nodes: [Node]) -> [RoleOption] { nodes.compactMap { $0["DefElem"].map(roleOption) } }

    private func roleOption(_ node: Node) -> RoleOption {
        let argument = node["arg"]
        let isOn = argument?["Boolean"]?.flag("boolval") ?? false
        func word(_ word: String) -> RoleOption { .other(isOn ? word : "no" + word) }
        func list(_ words: String) -> RoleOption {
            .other("\(words) \(roles(argument?.elements ?? []).map(quotedIdentifier).joined(separator: ", "))")
        }
        switch node.string("defname") ?? "" {
        case "canlogin": return .login(isOn)
        case "bypassrls": return .bypassRowSecurity(isOn)
        case "inherit": return .inherit(isOn)
        case "superuser": return .superuser(isOn)
        case "createdb": return word("createdb")
        case "createrole": return word("createrole")
        case "isreplication": return word("replication")
        case "password": return .other("password \(argument.map { quotedString(text($0)) } ?? "null")")
        case "validUntil": return .other("valid until \(quotedString(argument.map(text) ?? ""))")
        case "connectionlimit": return .other("connection limit \(argument.map { text($0, at: node.location) } ?? "-1")")
        case "addroleto": return list("in role")
        case "rolemembers": return list("role")
        case "adminmembers": return list("admin")
        case let name: return .other(name)
        }
    }
}
