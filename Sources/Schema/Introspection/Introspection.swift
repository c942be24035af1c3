package import OffstageSyntax

/// A schema read from a PostgreSQL's own catalogue.
///
/// ```swift
/// let schema = try Introspection { sql in try session.rows(sql) }.schema(describing: …)
/// ```
///
/// What the database alone decides stays there: checks and bodies are not read, and policies only for who asks who may do what. PostgreSQL lets everyone execute a function: at
/// `/rpc` it must be granted by name, as on the embedded engine. A type of which ``DataType`` knows
/// nothing is taken for text when a request is planned; its own name goes into what is sent.
package struct Introspection {
    let ask: (String) throws -> [[String?]]
    var schema = Schema()
    private var domains: [CatalogueRow] = []
    /// What the database says of writes to what is no plain table: the events it takes, those that have an INSTEAD OF trigger, and the
    /// columns that it writes through by itself.
    private var writing: [QualifiedName: (events: Int, triggers: Int, direct: Set<String>)] = [:]

    /// - Parameter ask: runs a query and gives its rows.
    package init(_ ask: @escaping (String) throws -> [[String?]]) { self.ask = ask }

    /// - Parameters:
    ///   - withAccess: policies, and who may use a schema, are read as well.
    ///   - describe: the columns of a view's query, and which columns of tables they show.
    /// - Throws: what `ask` throws.
    package func schema(withAccess: Bool = false, describing describe: (Select, Schema) throws(SQLError) -> [View.Column]) throws -> Schema
    {
        var copy = self
        try copy.read(describe)
        if withAccess { try copy.readAccess() }
        return copy.schema
    }

    private mutating func read(_ describe: (Select, Schema) throws(SQLError) -> [View.Column]) throws {
        schema.authority = .database
        schema.namespaces = try ask(CatalogueQueries.namespaces).compactMap { $0.first ?? nil }
        try readRoles()
        try readTypes()
        let views = try readRelations()
        try readConstraints()
        try readGrants()
        try readFunctions()
        // The queries are read as their owner's, whose rights are not looked at here.
        var open = schema
        open.authority = .own
        open.roles["postgres"] = Role("postgres")
        open.roles["postgres"]?.isSuperuser = true
        // A view may show what a later one shows, and may call functions: what cannot be read yet is tried again behind the others.
        var waiting = views
        for _ in 0..<8 where !waiting.isEmpty { waiting = waiting.filter { !trace($0.name, $0.query, &open, describe) } }
        for (name, told) in writing { schema.writability[name] = writability(of: name, told) }
    }

    // MARK: Roles and types

    private mutating func readRoles() throws {
        var reachable: Set<String> = []
        for row in try ask(CatalogueQueries.roles).map(CatalogueRow.init) {
            var role = Role(row[0])
            role.isSuperuser = row.flag(1)
            role.bypassesRowSecurity = row.flag(2)
            role.canLogin = row.flag(3)
            role.inherits = row.flag(4)
            role.memberOf = Set(row.list(5))
            role.statementTimeout = row.text(7).flatMap { try? TimeParameter("statement_timeout").milliseconds(in: $0) }
            if row.flag(6), !role.isSuperuser { reachable.insert(role.name) }
            schema.roles[role.name] = role
        }
        // Where nobody made an authenticator, requests run as whatever the login user may become.
        guard schema.roles["authenticator"] == nil else { return }
        var authenticator = Role("authenticator")
        authenticator.memberOf = reachable
        schema.roles["authenticator"] = authenticator
    }

    private mutating func readTypes() throws {
        for row in try ask(CatalogueQueries.enumerations).map(CatalogueRow.init) {
            let labels = row.list(2).enumerated().map { Enumeration.Label(name: $1, position: Int64($0 + 1) * 1024) }
            schema.enumerations[row.name] = Enumeration(schema: row[0], name: row[1], labels: labels)
        }
        domains = try ask(CatalogueQueries.domains).map(CatalogueRow.init)
        readDomains()
    }

    private mutating func readDomains() {
        for row in domains { schema.domains[row.name] = DomainDefinition(row.name, below: type(row[2])) }
    }

    /// The type of a name as PostgreSQL writes it; text where it is not known here.
    private func type(_ name: String) -> ColumnType {
        guard let parsed = try? parseType(name), let type = try? schema.resolveType(parsed) else {
            // `extensions.citext`: its name alone is known.
            return ColumnType(name.hasSuffix("citext") ? .citext : .text)
        }
        return type
    }

    // MARK: Relations

    private mutating func readRelations() throws -> [(name: QualifiedName, query: String)] {
        var columns: [QualifiedName: [CatalogueRow]] = [:]
        for row in try ask(CatalogueQueries.columns).map(CatalogueRow.init) { columns[row.name, default: []].append(row) }
        let relations = try ask(CatalogueQueries.relations).map(CatalogueRow.init)
        // Composite types first: columns may be of them.
        for row in relations where row[2] == "c" {
            schema.composites[row.name] = Composite(row.name, (columns[row.name] ?? []).map { .init($0[2], type($0[3])) })
        }
        // Domains over rows: before the rows are known, their names mean nothing.
        if !domains.isEmpty { readDomains() }
        var views: [(name: QualifiedName, query: String)] = []
        for row in relations where row[2] != "c" {
            let own = columns[row.name] ?? []
            if let events = row.number(9) {
                let direct = own.filter { $0.flag(11) && $0[7] == "" && $0[6] != "a" }
                writing[row.name] = (events, row.number(10) ?? 0, Set(direct.map { $0[2] }))
            }
            if let query = row.text(7) {
                var view = View(row.name, columns: own.map { View.Column($0[2], type($0[3])) }, Select(.values([])))
                view.isSecurityInvoker = row.flag(8)
                view.owner = row[5]
                view.comment = row.text(6)
                schema.views[row.name] = view
                for column in own {
                    if let comment = column.text(8) { schema.comments[Commented(.column, [row[0], row[1], column[2]])] = comment }
                }
                views.append((row.name, query))
            } else {
                var table = Table(row.name, columns: own.map(column))
                table.hasRowSecurity = row.flag(3)
                table.forcesRowSecurity = row.flag(4)
                table.owner = row[5]
                table.comment = row.text(6)
                schema.tables[row.name] = table
                for column in table.columns {
                    guard let name = column.sequence else { continue }
                    var sequence = Sequence(name)
                    sequence.ownedBy = ColumnSource(row.name, column.name)
                    schema.sequences[name] = sequence
                }
            }
        }
        if !domains.isEmpty { readDomains() }
        return views
    }

    private func column(_ row: CatalogueRow) -> Column {
        var column = Column(row[2], type(row[3]))
        column.foreignType = row[3]
        column.isNotNull = row.flag(4)
        let expression = row.text(5).flatMap { try? parseExpression($0) }
        if row[7] == "s" { column.generated = expression ?? Expression(.literal(.null)) } else { column.defaultValue = expression }
        switch row[6] {
        case "a": column.identity = .always
        case "d": column.identity = .byDefault
        default: break
        }
        column.comment = row.text(8)
        if let schema = row.text(9), let name = row.text(10) { column.sequence = QualifiedName(schema, name) }
        return column
    }

    /// Gives a view its query and the sources of its columns; false where they cannot be told.
    private mutating func trace(
        _ name: QualifiedName, _ query: String, _ open: inout Schema, _ describe: (Select, Schema) throws(SQLError) -> [View.Column]
    ) -> Bool {
        guard let statement = try? parse(query).first, case .data(.select(let select)) = statement.kind,
            let traced = try? describe(select, open), var view = schema.views[name], traced.count == view.columns.count
        else { return false }
        for index in traced.indices { view.columns[index].source = traced[index].source }
        view.select = select
        schema.views[name] = view
        open.views[name] = view
        return true
    }

    // MARK: Keys

    private mutating func readConstraints() throws {
        for row in try ask(CatalogueQueries.constraints).map(CatalogueRow.init) {
            switch row[3] {
            case "f":
                guard let namespace = row.text(5), let table = row.text(6) else { continue }
                var reference = Reference(row[2], row.list(4), references: QualifiedName(namespace, table), row.list(7))
                reference.onDelete = Self.action(row[8])
                reference.onUpdate = Self.action(row[9])
                reference.isDeferrable = row.flag(10)
                reference.isInitiallyDeferred = row.flag(11)
                schema.tables[row.name]?.foreignKeys.append(reference)
            default:
                var key = Key(row[2], row.list(4))
                key.isDeferrable = row.flag(10)
                key.isInitiallyDeferred = row.flag(11)
                if row[3] == "p" { schema.tables[row.name]?.primaryKey = key } else { schema.tables[row.name]?.uniqueKeys.append(key) }
            }
        }
    }

    private static func action(_ code: String) -> ForeignKey.Action {
        switch code {
        case "r": .restrict
        case "c": .cascade
        case "n": .setNull
        case "d": .setDefault
        default: .noAction
        }
    }

    // MARK: Writing

    /// A trigger is given every column; without one, those that the database writes through and does not make by itself. Where it names none
    /// of a relation that it writes to, the way is through another view's triggers, which are given the columns that are a table's.
    private func writability(
        of name: QualifiedName, _ told: (events: Int, triggers: Int, direct: Set<String>)
    ) -> Writability {
        let columns = schema.views[name]?.columns ?? []
        let shown = columns.filter { $0.source != nil }.map(\.name)
        let made = columns.filter { $0.source.flatMap { schema.tables[$0.table]?.column($0.column) }?.isMade == true }.map(\.name)
        func given(_ event: Int, _ trigger: Int) -> Set<String>? {
            guard told.events & event != 0 else { return nil }
            if told.triggers & trigger != 0 { return Set(columns.map(\.name)) }
            return told.direct.isEmpty ? Set(shown) : told.direct.subtracting(made)
        }
        var found = Writability(inserted: given(8, 4), updated: given(4, 16), deletes: told.events & 16 != 0)
        if found.inserted != nil, told.triggers & 4 == 0 {
            let needed = columns.filter { $0.source.flatMap { schema.tables[$0.table]?.column($0.column) }?.isRequired == true }
            found.required = told.direct.intersection(needed.map(\.name))
        }
        return found
    }

    // MARK: Grants

    /// They decide nothing here: they tell which relations to speak of, and which columns a role sees.
    private mutating func readGrants() throws {
        for row in try ask(CatalogueQueries.grants).map(CatalogueRow.init) {
            guard let privilege = Privilege(rawValue: row[4]) else { continue }
            if let column = row.text(2) {
                schema.privileges[row.name, default: Privileges()].columns[row[3], default: [:]][column, default: []].insert(privilege)
            } else {
                schema.privileges[row.name, default: Privileges()].whole[row[3], default: []].insert(privilege)
            }
        }
    }

    // MARK: Functions

    private mutating func readFunctions() throws {
        for row in try ask(CatalogueQueries.functions).map(CatalogueRow.init) {
            let arguments = row.objects(7)
            let inputs = arguments.filter { ["i", "b", "v"].contains($0["mode"]) }
            let firstDefault = inputs.count - (row.number(8) ?? 0)
            let parameters = try inputs.enumerated().map { index, argument in
                let name = argument["name"].flatMap { $0.isEmpty ? nil : $0 }
                var parameter = Function.Parameter(name, type(argument["type"] ?? "text"))
                parameter.foreignType = argument["type"]
                parameter.isVariadic = argument["mode"] == "v"
                // Only that there is one matters here: the database knows which. What calls a function in Swift must know it.
                if index >= firstDefault {
                    let written = try argument["default"].map { try parseExpression($0) }
                    parameter.defaultValue = written ?? Expression(.literal(.null))
                }
                return parameter
            }
            let outputs = outputs(arguments)
            var function = Function(
                row.name, parameters: parameters, result: result(row, outputs, isTable: arguments.contains { $0["mode"] == "t" }),
                language: row.text(15) ?? "", body: "", statements: [],
                volatility: row[10] == "i" ? .immutable : row[10] == "s" ? .stable : .volatile, isStrict: row.flag(11),
                isSecurityDefiner: row.flag(12), settings: [:])
            function.outputs = outputs
            function.givesOneRow = row[13] == "1" && row.flag(2)
            if let name = row.text(17) { (function.language, function.body) = (Function.swift, name) }
            function.comment = row.text(14)
            schema.functions[row.name, default: []].append(function)
            for role in row.list(16) { schema.privileges[function.signature, default: Privileges()].whole[role] = [.execute] }
        }
    }

    private func outputs(_ arguments: [[String: String]]) -> [View.Column] {
        arguments.filter { ["o", "b", "t"].contains($0["mode"]) }.enumerated().map { index, output in
            View.Column(output["name"].flatMap { $0.isEmpty ? nil : $0 } ?? "column\(index + 1)", type(output["type"] ?? "text"))
        }
    }

    /// As a migration's definition is read: a single `out` parameter is a value, the columns of a table are a row.
    private func result(_ row: CatalogueRow, _ outputs: [View.Column], isTable: Bool) -> Function.Result {
        let isSet = row.flag(2)
        if isTable || outputs.count > 1 { return .row(outputs, isSet: isSet) }
        if outputs.isEmpty, let namespace = row.text(4), let relation = row.text(5) {
            let name = QualifiedName(namespace, relation)
            if schema.composites[name] == nil { return .table(name, isSet: isSet) }
        }
        let result = type(row[3])
        return isSet ? .set(result) : .scalar(result)
    }
}
