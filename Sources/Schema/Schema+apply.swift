package import OffstageSyntax

/// The columns a query gives: what `Schema.apply` asks about views.
package typealias Describe = (Select) throws(SQLError) -> [View.Column]

extension Schema {
    /// Takes in one statement of a migration: the schema is as PostgreSQL's would be after it.
    ///
    /// Gives what the database itself must do. On an error nothing has changed. `describe` is asked for the columns of views' queries; it
    /// must not
    /// touch this schema (hand it a copy).
    ///
    ///     var schema = Schema.initial
    ///     let before = schema
    ///     let changes = try schema.apply(statement) { select throws(SQLError) in try before.columns(of: select) }
    ///
    /// Errors have PostgreSQL 15's codes and words; what is not supported yet is 0A000 with a hint that says what to use.
    package mutating func apply(_ statement: Statement, path: [String] = searchPath, describe: Describe) throws(SQLError) -> [Change] {
        var work = Application(schema: self, path: path)
        try work.apply(statement, describe: describe)
        if work.isDefinition {
            self = work.schema
            generation += 1
        }
        return work.changes
    }
}

/// One statement on its way into a schema.
struct Application {
    var schema: Schema
    let path: [String]
    var changes: [Change] = []
    /// False for statements that leave the schema alone.
    var isDefinition = true
    /// A catalogue says everything itself: nothing is made beside what it names.
    var isReadingCatalogue = false

    init(schema: Schema, path: [String]) {
        self.schema = schema
        self.path = path
    }

    mutating func apply(_ statement: Statement, describe: Describe) throws(SQLError) {
        defer { refreshComposites() }
        switch statement.kind {
        case .createTable(let create): try createTable(create)
        case .createTableAs(let name, let columns, let select, let withData, let ifNotExists):
            try createTable(as: name, columns, select, withData: withData, ifNotExists: ifNotExists, describe: describe)
        case .alterTable(let alter): try alterTable(alter)
        case .createIndex(let create): try createIndex(create)
        case .createView(let create): try createView(create, describe: describe)
        case .createType(let create): try createType(create)
        case .alterEnum(let alter): try alterEnum(alter)
        case .alterDomain(let alter): try alterDomain(alter)
        case .createFunction(let create): try createFunction(create, statement)
        case .createTrigger(let create): try createTrigger(create)
        case .createPolicy(let create): try createPolicy(create)
        case .alterPolicy(let alter): try alterPolicy(alter)
        case .createSchema(let name, let ifNotExists): try createNamespace(name, ifNotExists: ifNotExists)
        case .createExtension(let name, let schema, let ifNotExists): try createExtension(name, schema: schema, ifNotExists: ifNotExists)
        case .createSequence(let create): try createSequence(create)
        case .alterSequence(let alter): try alterSequence(alter)
        case .createRole(let name, let options): try createRole(name, options)
        case .grantRole(let roles, let members, let isGrant): try grantRole(roles, to: members, isGrant: isGrant)
        case .drop(let drop): try self.drop(drop)
        case .rename(let rename): try self.rename(rename)
        case .comment(let comment): try self.comment(comment)
        case .grant(let grant): try self.grant(grant)
        case .data(let data): leave(.data(data))
        case .truncate(let names, let cascade, let restart):
            var tables: [QualifiedName] = []
            for name in names {
                let table = try schema.resolveTable(name, path: path)
                if !tables.contains(table) { tables.append(table) }
            }
            if cascade { tables = schema.truncationOrder(tables) }
            leave(.truncate(tables, restartsIdentity: restart))
        case .set(let name, let value, let local): leave(.setting(name: name, value: value, isLocal: local))
        case .transaction(.rollback):
            throw unsupported("ROLLBACK in a migration", "A file is one transaction: an error undoes all of it.", statement.position)
        case .transaction(let transaction): leave(.transaction(transaction))
        case .administration(let statement_): try administration(statement_, statement.position, describe: describe)
        case .setConstraints(let names, let deferred): leave(.setConstraints(try constraints(names), deferred: deferred))
        case .doBlock(let language, let body):
            guard language.lowercased() == "plpgsql" else {
                throw unsupported("DO in language \(language)", "Use language plpgsql.", statement.position)
            }
            try doBlock(body, statement)
        case .other(let node): throw refusal(of: node, statement.position)
        }
    }

    mutating func leave(_ change: Change) {
        isDefinition = false
        changes.append(change)
    }

    func unsupported(_ what: String, _ hint: String?, _ position: Position = .none) -> SQLError {
        SQLError("0A000", "\(what) is not supported yet", hint: hint, position: position.known)
    }

}

extension Application {
    /// Everything is made by `postgres`: `current_user` is that.
    func actual(_ role: String) -> String { ["current_user", "current_role", "session_user"].contains(role) ? "postgres" : role }

    func taken(_ name: String) -> SQLError { SQLError("42P07", "relation \"\(name)\" already exists") }

    /// Throws where a relation or an enum type of this name stands in the way.
    func requireFree(_ name: QualifiedName, at position: Position = .none) throws(SQLError) {
        if schema.relation(name) != nil || schema.composites[name] != nil {
            throw SQLError("42P07", "relation \"\(name.name)\" already exists", position: position.known)
        }
    }

    func requireNoType(_ name: QualifiedName, at position: Position = .none) throws(SQLError) {
        guard schema.enumerations[name] != nil || schema.domains[name] != nil else { return }
        throw SQLError(
            "42710", "type \"\(name.name)\" already exists",
            hint:
                "A relation has an associated type of the same name, so you must use a name that doesn't conflict with any existing type.",
            position: position.known)
    }

    /// Is a constraint of any table in this schema called so?
    func hasConstraint(_ name: String, in namespace: String) -> Bool {
        schema.tables.values.contains { $0.name.schema == namespace && $0.hasConstraint(name) }
    }
}

extension Table {
    /// A key, foreign key or check.
    package func hasConstraint(_ name: String) -> Bool {
        primaryKey?.name == name || uniqueKeys.contains { $0.name == name } || foreignKeys.contains { $0.name == name }
            || checks.contains { $0.name == name }
    }
}
