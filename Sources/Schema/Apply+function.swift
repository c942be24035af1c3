import OffstageSyntax

extension Application {
    mutating func createFunction(_ create: CreateFunction, _ statement: Statement) throws(SQLError) {
        let position = create.name.position
        if create.isProcedure { throw unsupported("CREATE PROCEDURE", "Use a function that returns void.", position) }
        switch create.language.lowercased() {
        case "sql", "plpgsql": break
        case Function.swift: try create.demandSwiftName()
        case "c", "internal": throw SQLError("42501", "permission denied for language \(create.language)", position: position.known)
        default: throw unsupported("language \(create.language)", "Use language sql, plpgsql or swift.", position)
        }
        let name = try schema.placement(of: create.name, path: path)
        let parameters = try self.parameters(create)
        let outputs = try self.outputs(create)
        let result = try self.result(create, outputs)
        let body: String
        if create.standardBody.isEmpty { body = create.body } else { body = create.standardBody.map(\.sql).joined(separator: ";\n") }
        var function = Function(
            name, parameters: parameters, result: result, language: create.language.lowercased(), body: body, statements: [],
            volatility: create.volatility, isStrict: create.isStrict, isSecurityDefiner: create.isSecurityDefiner,
            settings: create.settings)
        function.outputs = outputs
        function.givesOneRow = create.givesOneRow && function.givesSet
        try readBody(of: &function, statement, isWritten: create.standardBody.isEmpty)
        let overloads = schema.functions[name] ?? []
        guard let old = overloads.firstIndex(where: { $0.parameters.map(\.type.type) == parameters.map(\.type.type) }) else {
            schema.functions[name, default: []].append(function)
            grantDefaults(to: function.signature, .function)
            return
        }
        if !create.orReplace {
            throw SQLError("42723", "function \"\(name.name)\" already exists with same argument types", position: position.known)
        }
        try requireReplaceable(overloads[old], by: function)
        var replacing = function
        replacing.comment = overloads[old].comment
        schema.functions[name]?[old] = replacing
    }

    private func requireReplaceable(_ old: Function, by new: Function) throws(SQLError) {
        let hint = "Use DROP FUNCTION \(new.signature.name) first."
        if old.result != new.result {
            switch (old.result, new.result) {
            case (.row(_, let a), .row(_, let b)) where a == b:
                throw SQLError(
                    "42P13", "cannot change return type of existing function", details: "Row type defined by OUT parameters is different.",
                    hint: hint)
            default: throw SQLError("42P13", "cannot change return type of existing function", hint: hint)
            }
        }
        for (before, after) in zip(old.parameters, new.parameters) {
            if let name = before.name, name != after.name {
                throw SQLError("42P13", "cannot change name of input parameter \"\(name)\"", hint: hint)
            }
            if before.defaultValue != nil, after.defaultValue == nil {
                throw SQLError("42P13", "cannot remove parameter defaults from existing function", hint: hint)
            }
        }
    }

    private func parameters(_ create: CreateFunction) throws(SQLError) -> [Function.Parameter] {
        var result: [Function.Parameter] = []
        var inputs: Set<String> = []
        var outputs: Set<String> = []
        for parameter in create.parameters {
            let position = parameter.type.name.position.known
            if let name = parameter.name, !name.isEmpty {
                let isIn = parameter.mode != .out && parameter.mode != .table
                let isOut = parameter.mode == .out || parameter.mode == .table || parameter.mode == .inOut
                if (isIn && !inputs.insert(name).inserted) || (isOut && !outputs.insert(name).inserted) {
                    throw SQLError("42P13", "parameter name \"\(name)\" used more than once", position: position)
                }
            }
            if parameter.mode == .out || parameter.mode == .table { continue }
            var made = Function.Parameter(
                parameter.name.flatMap { $0.isEmpty ? nil : $0 }, try schema.resolveType(parameter.type, path: path))
            if made.type.type == .void || made.type.type == .unknown {
                throw SQLError("42P13", "SQL functions cannot have arguments of type \(made.type.type.name)", position: position)
            }
            made.isVariadic = parameter.mode == .variadic
            // PostgreSQL keeps no length of an argument.
            made.type.modifier = nil
            made.defaultValue = parameter.default
            if let value = parameter.default, let column = TreeUses(value).columns.first {
                throw SQLError("42P10", "cannot use table references in parameter default value", position: column.position.known)
            }
            if parameter.default == nil, result.contains(where: { $0.defaultValue != nil }) {
                throw SQLError("42P13", "input parameters after one with a default value must also have defaults", position: position)
            }
            result.append(made)
        }
        if result.count > 100 { throw SQLError("54023", "functions cannot have more than 100 arguments") }
        return result
    }

    private func outputs(_ create: CreateFunction) throws(SQLError) -> [View.Column] {
        var columns: [View.Column] = []
        for parameter in create.parameters where parameter.mode != .in && parameter.mode != .variadic {
            var type = try schema.resolveType(parameter.type, path: path)
            type.modifier = nil
            columns.append(View.Column(parameter.name ?? "column\(columns.count + 1)", type))
        }
        return columns
    }

    private func result(_ create: CreateFunction, _ columns: [View.Column]) throws(SQLError) -> Function.Result {
        let position = create.name.position.known
        let isTable = create.parameters.contains { $0.mode == .table }
        guard let returns = create.returns else {
            if columns.isEmpty { throw SQLError("42P13", "function result type must be specified", position: position) }
            return columns.count == 1 ? .scalar(columns[0].type) : .row(columns, isSet: false)
        }
        if isTable { return .row(columns, isSet: true) }
        if columns.count > 1 { return .row(columns, isSet: returns.isSet) }
        if returns.arrayDimensions == 0, let relation = schema.resolve(returns.name, path: path),
            relation.kind.hasRows,
            schema.resolveEnumeration(returns.name, path: path) == nil, schema.resolveDomain(returns.name, path: path) == nil,
            Schema.systemTypes[returns.name.last] == nil || returns.name.qualifier != "pg_catalog"
        {
            if Schema.systemTypes[returns.name.last] == nil || returns.name.qualifier != nil {
                return .table(relation.name, isSet: returns.isSet)
            }
        }
        var plain = returns
        plain.isSet = false
        var type = try schema.resolveType(plain, path: path)
        type.modifier = nil
        return returns.isSet ? .set(type) : .scalar(type)
    }

    /// Reads the body. `isWritten`: it stands in the statement's own text, so that an error can show its place there.
    private func readBody(of function: inout Function, _ statement: Statement, isWritten: Bool) throws(SQLError) {
        let isTrigger = function.result == .scalar(ColumnType(.trigger))
        if isTrigger, function.language == "sql" { throw SQLError("42P13", "SQL functions cannot return type trigger") }
        if isTrigger, function.isSwift { throw SQLError.inSwift(function.name.name) }
        if isTrigger, !function.parameters.isEmpty {
            throw SQLError(
                "42P13", "trigger functions cannot have declared arguments",
                hint: "The arguments of the trigger can be accessed through TG_NARGS and TG_ARGV instead.")
        }
        if function.isSwift { return }
        let body = function.body
        func placed(_ error: SQLError) -> SQLError {
            let place = isWritten && statement.position.offset >= 0 ? statement.source.utf8Offset(ofOnly: body) : nil
            var error = error
            error.position = place.flatMap { start in error.position.map { Int(statement.position.offset) + start + $0 } }
            return error
        }
        do {
            guard function.language == "plpgsql" else {
                function.statements = try parse(body)
                return
            }
            let procedure = try parseProcedure(body, function.procedureSignature)
            if !isReadingCatalogue { try checkTypes(of: procedure, in: function) }
            function.procedure = procedure
        } catch let error as SyntaxError {
            throw placed(SQLError(error.code, error.message, hint: error.hint, position: error.offset))
        } catch let error as SQLError {
            throw placed(error)
        } catch {
            throw SQLError("XX000", "\(error)")
        }
    }

    /// As PostgreSQL, a body's variables must have types when it is made; the tables its statements name need not be there.
    private func checkTypes(of body: ProcedureBody, in function: Function) throws(SQLError) {
        let path = function.settings["search_path"].map { Schema.searchPath(from: $0) } ?? path
        for variable in body.variables {
            guard case .declared(let type) = variable.kind else { continue }
            _ = try schema.shape(of: type, in: body, path: path)
        }
    }

    /// The one function meant: throws 42883 or 42725.
    func function(_ name: Name, _ arguments: [TypeName]?) throws(SQLError) -> Function {
        let found = schema.resolveFunctions(name, path: path)
        guard let arguments else {
            if found.count > 1 {
                throw SQLError(
                    "42725", "function name \"\(name.parts.joined(separator: "."))\" is not unique",
                    hint: "Specify the argument list to select the function unambiguously.", position: name.position.known)
            }
            if let only = found.first { return only }
            throw SQLError(
                "42883", "could not find a function named \"\(name.parts.joined(separator: "."))\"",
                hint: schema.perhaps(name.last, schema.functions.keys.map(\.name)), position: name.position.known)
        }
        var types: [DataType] = []
        for argument in arguments { types.append(try schema.resolveType(argument, path: path).type) }
        if let match = found.first(where: { $0.parameters.map(\.type.type) == types }) { return match }
        throw SQLError(
            "42883",
            "function \(name.parts.joined(separator: "."))(\(types.map { $0.name }.joined(separator: ", "))) does not exist",
            position: name.position.known)
    }
}

extension String {
    /// Where `part` begins, as a byte offset, if it is there exactly once.
    func utf8Offset(ofOnly part: String) -> Int? {
        let whole = Array(utf8)
        let wanted = Array(part.utf8)
        guard !wanted.isEmpty, wanted.count <= whole.count else { return nil }
        var found: Int?
        for start in 0...(whole.count - wanted.count)
        where whole[start] == wanted[0] && whole[start..<start + wanted.count].elementsEqual(wanted) {
            if found != nil { return nil }
            found = start
        }
        return found
    }
}
