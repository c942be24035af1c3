import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// What a file holds beside definitions and statements over rows.
extension FileRun {
    /// The rows of a query go into a new table, or become those of a materialized view.
    mutating func fill(
        _ name: QualifiedName, from select: Select?, replacing: Bool, on database: borrowing WriteTransaction
    ) throws(SQLError) {
        try define(on: database)
        if replacing { try database.execute("DELETE FROM \(StoredName.table(name))") }
        guard let select else { return }
        let prepared = try SQLiteDialect(schema).prepare(filling: name, from: select, path: path)
        let result = try database.run(prepared, with: Inputs(caller: .system, now: now, timeZone: timeZone))
        if !replacing { onResult?(StatementResult(verb: "SELECT", columns: [], rows: [], changes: result.count)) }
    }

    /// `savepoint a`, `rollback to a`, `release a`: the schema goes back with the rows.
    mutating func perform(_ savepoint: Change.Savepoint, on database: borrowing WriteTransaction) throws(SQLError) {
        func place(_ name: String) throws(SQLError) -> Int {
            guard let place = savepoints.lastIndex(where: { $0.name == name }) else {
                throw SQLError("3B001", "savepoint \"\(name)\" does not exist")
            }
            return place
        }
        func stored(_ place: Int) -> String { "\"offstage_\(place)\"" }
        switch savepoint {
        case .make(let name):
            guard savepoints.count < 1000 else { throw SQLError("54000", "a file may have 1000 savepoints open") }
            try define(on: database)
            try database.execute("SAVEPOINT \(stored(savepoints.count))")
            savepoints.append((name, schema, path))
        case .rollBack(let name):
            let found = try place(name)
            try database.execute("ROLLBACK TO \(stored(found))")
            savepoints.removeSubrange((found + 1)...)
            (schema, path) = (savepoints[found].schema, savepoints[found].path)
            isDefined = false
            try define(on: database)
        case .release(let name):
            let found = try place(name)
            try database.execute("RELEASE \(stored(found))")
            savepoints.removeSubrange(found...)
        }
    }

    /// The rows that stand in the file behind `copy … from stdin;`.
    mutating func copy(_ copy: CopyFrom, on database: borrowing WriteTransaction) throws(SQLError) {
        let name = try schema.resolveTable(copy.table, path: path)
        guard let table = schema.tables[name] else { return }
        let rows = try CopyRows(copy, into: table)
        var count = 0
        for statement in try rows.statements(copied.rows(after: statementOffset)) {
            try define(on: database)
            let prepared = try SQLiteDialect(schema).prepare(statement, as: caller, path: path)
            count += try database.run(prepared, with: Inputs(caller: caller, now: now, timeZone: timeZone)).count
        }
        onResult?(StatementResult(verb: "COPY", columns: [], rows: [], changes: count))
    }

    /// `set role`, `set check_function_bodies`, `set search_path`; the others have no meaning here.
    mutating func set(_ name: String, _ value: String?) throws(SQLError) {
        settings[name.lowercased()] = value
        switch name.lowercased() {
        case "search_path": path = value.map { Schema.searchPath(from: $0) } ?? Schema.searchPath
        case "check_function_bodies": checksBodies = !["off", "false", "0", "no"].contains(value?.lowercased() ?? "on")
        case "role", "session_authorization":
            guard let value, value != "none", value != "postgres" else { return caller = .system }
            guard schema.roles[value] != nil else { throw SQLError("22023", "role \"\(value)\" does not exist") }
            caller = Caller(role: value)
        case "timezone":
            if let value, TimeZoneRules.setting(value) == nil {
                throw SQLError("22023", "invalid value for parameter \"TimeZone\": \"\(value)\"")
            }
            timeZone = value
        case "all": (path, checksBodies, timeZone) = (Schema.searchPath, true, nil)
        default: break
        }
    }
}

extension Select {
    /// What `select set_config('search_path', …, false)` sets, as a dump begins.
    var setting: (name: String, value: String)? {
        guard case .query(let query) = body, query.outputs.count == 1, query.from.isEmpty,
            case .call(let call) = query.outputs[0].value.kind, call.function.last == "set_config",
            call.function.qualifier ?? "pg_catalog" == "pg_catalog", call.arguments.count == 3,
            case .literal(.string(let name)) = call.arguments[0].value.kind, !name.contains("."),
            case .literal(.string(let value)) = call.arguments[1].value.kind
        else { return nil }
        return (name, value)
    }
}
