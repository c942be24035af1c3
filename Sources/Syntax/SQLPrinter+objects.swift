extension SQLPrinter {
    mutating func createFunction(_ function: CreateFunction) {
        write("create \(function.orReplace ? "or replace " : "")\(function.isProcedure ? "procedure" : "function") ")
        name(function.name)
        bracketed(function.parameters.filter { $0.mode != .table }) { $0.parameter($1) }
        let columns = function.parameters.filter { $0.mode == .table }
        if !columns.isEmpty {
            write(" returns table ")
            bracketed(columns) { $0.parameter($1) }
        } else if let returns = function.returns {
            write(" returns ")
            type(returns)
        }
        write(" language \(quotedIdentifier(function.language))")
        switch function.volatility {
        case .volatile: break
        case .stable: write(" stable")
        case .immutable: write(" immutable")
        }
        if function.isStrict { write(" strict") }
        if function.givesOneRow { write(" rows 1") }
        if function.isSecurityDefiner { write(" security definer") }
        for (name, value) in function.settings.sorted(by: { $0.key < $1.key }) {
            write(" set ")
            setting(name, value)
        }
        body(function)
    }

    private mutating func parameter(_ parameter: CreateFunction.Parameter) {
        switch parameter.mode {
        case .in, .table: break
        case .out: write("out ")
        case .inOut: write("inout ")
        case .variadic: write("variadic ")
        }
        if let name = parameter.name { write("\(quotedIdentifier(name)) ") }
        type(parameter.type)
        if let value = parameter.default {
            write(" default ")
            expression(value)
        }
    }

    private mutating func body(_ function: CreateFunction) {
        guard !function.standardBody.isEmpty else { return write(" as \(Self.dollarQuoted(function.body))") }
        write(" begin atomic ")
        for statement in function.standardBody {
            self.statement(statement.kind)
            write("; ")
        }
        write("end")
    }

    // MARK: Drop, rename, comment

    private static func words(_ kind: ObjectKind) -> String {
        switch kind {
        case .materializedView: "materialized view"
        default: kind.rawValue
        }
    }

    mutating func drop(_ drop: Drop) {
        write("drop \(Self.words(drop.kind)) ")
        if drop.ifExists { write("if exists ") }
        switch drop.kind {
        case .policy, .trigger: write(drop.names) { $0.partOnTable($1) }
        case .function, .procedure:
            for (index, name) in drop.names.enumerated() {
                if index > 0 { write(", ") }
                function(name, index < drop.arguments.count ? drop.arguments[index] : nil)
            }
        case .role: write(drop.names) { $0.write(Self.role($1.last)) }
        default: write(drop.names) { $0.name($1) }
        }
        if drop.cascade { write(" cascade") }
    }

    /// `p on a.t`, from the parts of the table's name and then the thing's.
    private mutating func partOnTable(_ name: Name) {
        write("\(quotedIdentifier(name.last)) on ")
        self.name(Name(Array(name.parts.dropLast())))
    }

    private mutating func function(_ name: Name, _ arguments: [TypeName]?) {
        self.name(name)
        if let arguments { bracketed(arguments) { $0.type($1) } }
    }

    mutating func rename(_ rename: Rename) {
        let ifExists = rename.ifExists ? "if exists " : ""
        switch rename.kind {
        case .type where rename.part != nil:
            write("alter type \(ifExists)")
            name(rename.name)
            write(" rename attribute \(quotedIdentifier(rename.part ?? ""))")
        case .column, .constraint:
            write("alter table \(ifExists)")
            name(rename.name)
            write(" rename \(rename.kind.rawValue) \(quotedIdentifier(rename.part ?? ""))")
        case .policy, .trigger:
            write("alter \(rename.kind.rawValue) \(ifExists)\(quotedIdentifier(rename.part ?? "")) on ")
            name(rename.name)
            write(" rename")
        default:
            write("alter \(Self.words(rename.kind)) \(ifExists)")
            function(rename.name, rename.arguments)
            write(" rename")
        }
        write(" to \(quotedIdentifier(rename.to))")
    }

    mutating func comment(_ comment: Comment) {
        write("comment on \(Self.words(comment.kind)) ")
        switch comment.kind {
        case .policy, .trigger, .constraint: partOnTable(comment.name)
        default: function(comment.name, comment.arguments)
        }
        write(" is \(comment.text.map(quotedString) ?? "null")")
    }

    // MARK: Grants

    mutating func grant(_ grant: Grant) {
        if case .defaults(_, let schemas) = grant.objects {
            write("alter default privileges ")
            if !grant.owners.isEmpty {
                write("for role ")
                roles(grant.owners)
                write(" ")
            }
            if !schemas.isEmpty {
                write("in schema ")
                names(schemas)
                write(" ")
            }
        }
        write(grant.isGrant ? "grant " : grant.grantOption ? "revoke grant option for " : "revoke ")
        write(grant.privileges) { printer, privilege in
            printer.write(privilege.name ?? "all")
            if !privilege.columns.isEmpty { printer.bracketed(privilege.columns) { $0.name($1) } }
        }
        write(" on ")
        objects(grant.objects)
        write(grant.isGrant ? " to " : " from ")
        roles(grant.roles)
        if grant.isGrant, grant.grantOption { write(" with grant option") }
        if grant.cascade { write(" cascade") }
    }

    private mutating func objects(_ objects: Grant.Objects) {
        switch objects {
        case .tables(let tables): write(tables) { $0.name($1) }
        case .sequences(let sequences): list("sequence ", sequences)
        case .types(let types): list("type ", types)
        case .functions(let functions, let arguments):
            // A routine is a function or a procedure.
            write("routine ")
            for (index, name) in functions.enumerated() {
                if index > 0 { write(", ") }
                function(name, index < arguments.count ? arguments[index] : nil)
            }
        case .schemas(let schemas):
            write("schema ")
            names(schemas)
        case .allTables(let schemas): all("tables", schemas)
        case .allSequences(let schemas): all("sequences", schemas)
        case .allFunctions(let schemas): all("routines", schemas)
        case .defaults(let kind, _): write("\(kind.rawValue)s")
        case .other(let kind):
            isIncomplete = true
            write("/* \(kind) */")
        }
    }

    private mutating func list(_ word: String, _ names: [Name]) {
        write(word)
        write(names) { $0.name($1) }
    }

    private mutating func all(_ word: String, _ schemas: [String]) {
        write("all \(word) in schema ")
        names(schemas)
    }
}
