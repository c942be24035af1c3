extension TreeReader {
    func createFunction(_ node: Node) throws(SyntaxError) -> CreateFunction {
        var function = CreateFunction(
            name(node.list("funcname")), orReplace: node.flag("replace"), isProcedure: node.flag("is_procedure"),
            returns: try node["returnType"].map { (returns) throws(SyntaxError) in try type(returns) })
        for wrapped in node.list("parameters") {
            if let parameter = wrapped["FunctionParameter"] { function.parameters.append(try self.parameter(parameter)) }
        }
        for wrapped in node.list("options") {
            if let option = wrapped["DefElem"] { try apply(option, to: &function) }
        }
        if let body = node["sql_body"] { function.standardBody = try standardBody(body) }
        return function
    }

    private func parameter(_ node: Node) throws(SyntaxError) -> CreateFunction.Parameter {
        let mode: CreateFunction.Parameter.Mode =
            switch node.string("mode") {
            case "FUNC_PARAM_OUT": .out
            case "FUNC_PARAM_INOUT": .inOut
            case "FUNC_PARAM_VARIADIC": .variadic
            case "FUNC_PARAM_TABLE": .table
            default: .in
            }
        return .init(
            name: node.string("name"), mode: mode, type: try member(node, "argType", type),
            default: try expression(optional: node["defexpr"]))
    }

    private func apply(_ option: Node, to function: inout CreateFunction) throws(SyntaxError) {
        let argument = option["arg"]
        switch option.string("defname") ?? "" {
        case "language": function.language = argument.map(text)?.lowercased() ?? "sql"
        case "as":
            let parts = argument?.elements ?? []
            if parts.count > 1 { throw unsupported("a function from a library", at: option) }
            function.body = parts.first?.name ?? ""
        case "volatility":
            switch argument.map(text) {
            case "immutable": function.volatility = .immutable
            case "stable": function.volatility = .stable
            default: function.volatility = .volatile
            }
        case "strict": function.isStrict = argument?["Boolean"]?.flag("boolval") ?? false
        case "security": function.isSecurityDefiner = argument?["Boolean"]?.flag("boolval") ?? false
        case "set":
            guard let setting = argument?["VariableSetStmt"], setting["kind"]?.equals("VAR_SET_VALUE") ?? false,
                let name = setting.string("name"), let value = settingValue(setting)
            else { throw unsupported("this \"set\" of a function", at: option) }
            function.settings[name] = value
        case "rows": function.givesOneRow = argument.map(text) == "1"
        // Hints to a planner: they change no answer.
        case "leakproof", "parallel", "cost", "support": break
        case let name: throw unsupported("\"\(name)\" of a function", at: option)
        }
    }

    /// `return x` is the body `select x`; `begin atomic …` is a list within a list.
    private func standardBody(_ body: Node) throws(SyntaxError) -> [Statement] {
        if body["ReturnStmt"] != nil {
            let select = try result(body)
            return [Statement(.data(.select(select)), at: select.position)]
        }
        var statements: [Statement] = []
        for wrapped in body.elements.flatMap(\.elements) where wrapped.wrapped != nil {
            // As in PostgreSQL, only what reads and writes rows may stand here.
            let statement = wrapped["ReturnStmt"] == nil ? try dataStatement(wrapped) : .select(try result(wrapped))
            statements.append(Statement(.data(statement), at: place(of: wrapped)))
        }
        return statements
    }

    private func result(_ wrapped: Node) throws(SyntaxError) -> Select {
        let value = try member(wrapped, "ReturnStmt") { (node) throws(SyntaxError) in try expression(node, "returnval") }
        return Select(.query(Query([Output(value)])), at: value.position)
    }
}
