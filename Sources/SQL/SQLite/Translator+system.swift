import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// `pg_catalog` and `information_schema`: relations made of the schema when the statement is translated, and the functions that tell of it.
extension Translator {
    private var catalogue: SystemCatalogue { SystemCatalogue(schema, role: gate.role) }

    /// A relation of the catalogue as a subquery over one bound JSON text.
    mutating func source(_ system: SystemRelation) -> (sql: String, columns: [(String, Term)]) {
        let rows = bind(.constant(.text(system.json(catalogue))))
        var list: [String] = []
        var columns: [(String, Term)] = []
        for (i, column) in system.columns.enumerated() {
            list.append("json_extract(value, '$[\(i)]') AS c\(i + 1)")
            columns.append((column.name, Term("c\(i + 1)", column.type)))
        }
        isBounded = false
        return ("(SELECT \(list.joined(separator: ", ")) FROM json_each(\(rows)))", columns)
    }

    /// A relation that no table stands for: of the catalogue, or a sequence's one row.
    mutating func system(_ name: QualifiedName) throws(SQLError) -> (sql: String, columns: [(String, Term)])? {
        if let relation = SystemRelation.named(name) { return source(relation) }
        guard let sequence = schema.sequences[name] else { return nil }
        let columns = [
            ("last_value", Term("last_value", .bigint)), ("log_cnt", Term("log_cnt", .bigint)), ("is_called", Term("is_called", .boolean)),
        ]
        let sql =
            "(SELECT coalesce(s.value, \(sequence.start)) AS last_value, 0 AS log_cnt, coalesce(s.is_called, 0) AS is_called "
            + "FROM (SELECT 1) LEFT JOIN \"offstage.sequence\" AS s ON s.name = \(Self.quoted("\(name)")))"
        return (sql, columns)
    }

    /// The sequence that a computed text names: every way to write each is looked up. One that is not there is the counter's to refuse.
    mutating func computedSequence(_ name: Term) -> String {
        var ways: [String: StoredValue] = [:]
        for sequence in schema.sequences.keys.sorted() {
            let value = StoredValue.text("\(sequence)")
            ways[catalogue.wholeName(sequence)] = value
            ways["\"\(sequence.schema)\".\"\(sequence.name)\""] = value
            ways["\(catalogue.number(ofRelation: sequence))"] = value
            guard path.contains(sequence.schema), schema.resolve(Name(sequence.name), path: path)?.name == sequence else { continue }
            ways[quotedIdentifier(sequence.name)] = value
            ways["\"\(sequence.name)\""] = value
        }
        let found = "json_each(\(bind(.constant(.text(SystemRelation.json(ways))))))"
        return "coalesce((SELECT value FROM \(found) WHERE key = \(name.sql)), \(name.sql))"
    }

    // MARK: Functions over the catalogue

    /// Nil for a function that is none of these.
    mutating func systemCall(_ call: Call, in scope: Scope, at position: Position) throws(SQLError) -> Term? {
        let name = call.function.last
        let arguments = call.arguments.map(\.value)
        if name.hasPrefix("has_"), name.hasSuffix("_privilege") || name == "pg_has_role" {
            return try privilege(name, arguments, in: scope, at: position)
        }
        guard let entry = Self.lookups[name] else {
            switch (name, arguments.count) {
            case ("format_type", 2): return try formatType(arguments, in: scope)
            case ("pg_get_expr", 2...3): return try translate(arguments[0], in: scope)
            case ("col_description", 2):
                let key = "\(try number(arguments[0], in: scope).sql) || ' ' || \(try number(arguments[1], in: scope).sql)"
                return look(up: key, in: catalogue.columnRemarks, .text, from: [])
            case ("pg_get_serial_sequence", 2): return try serialSequence(arguments, at: position)
            case ("to_regclass", 1), ("to_regtype", 1):
                guard case .literal(.string(let text)) = arguments[0].kind else {
                    throw unsupported("\(name)() of a computed name", hint: "Write the name as a literal.", at: position)
                }
                let found = name == "to_regclass" ? relation(named: text).map { catalogue.shownName($0) } : typeNamed(text)
                return Term(found.map { Self.quoted($0) } ?? "NULL", .text)
            case ("pg_has_role", 2...3): return try role(arguments, at: position)
            default: return nil
            }
        }
        guard let first = arguments.first else { return nil }
        let key = try number(first, in: scope)
        return look(up: key.sql, in: entry.map(catalogue), entry.type, from: [key])
    }

    /// One value by a number, from a JSON object that is bound.
    private mutating func look(up key: String, in map: [String: StoredValue], _ type: DataType, from parts: [Term]) -> Term {
        isBounded = false
        let text = SystemRelation.json(map)
        return Term("json_extract(\(bind(.constant(.text(text)))), '$.\"' || (\(key)) || '\"')", type, from: parts)
    }

    private static let lookups: [String: (type: DataType, map: @Sendable (SystemCatalogue) -> [String: StoredValue])] = [
        "pg_get_constraintdef": (.text, { $0.constraintDefinitions }), "pg_get_indexdef": (.text, { $0.indexDefinitions }),
        "pg_get_viewdef": (.text, { $0.viewDefinitions }), "pg_get_functiondef": (.text, { $0.functionDefinitions }),
        "pg_get_function_arguments": (.text, { $0.functionArguments }),
        "pg_get_function_identity_arguments": (.text, { $0.functionArguments }),
        "pg_get_function_result": (.text, { $0.functionResults }), "obj_description": (.text, { $0.objectRemarks }),
        "pg_get_userbyid": (.text, { $0.roleNames }), "pg_table_is_visible": (.boolean, { $0.visibleRelations }),
        "pg_type_is_visible": (.boolean, { $0.visibleTypes }), "pg_function_is_visible": (.boolean, { $0.visibleFunctions }),
    ]

    private mutating func formatType(_ arguments: [Expression], in scope: Scope) throws(SQLError) -> Term {
        let type = try number(arguments[0], in: scope)
        let modifier = try number(arguments[1], in: scope)
        let name = look(up: type.sql, in: catalogue.typeNames, .text, from: [type, modifier])
        // The length of varchar and char, precision and scale of numeric, digits of times.
        let m = "coalesce(\(modifier.sql), -1)"
        let n = name.sql
        return Term(
            "(CASE WHEN \(m) < 0 THEN \(n) WHEN \(type.sql) IN (1042, 1043) THEN \(n) || '(' || (\(m) - 4) || ')' "
                + "WHEN \(type.sql) = 1700 THEN \(n) || '(' || ((\(m) - 4) >> 16) || ',' || ((\(m) - 4) & 2047) || ')' "
                + "WHEN \(type.sql) IN (1083, 1114, 1184) THEN replace(\(n), ' with', '(' || \(m) || ') with') ELSE \(n) END)",
            .text, from: [type, modifier])
    }

    /// An argument that is an object's number, or its name as a literal, by itself or as `regclass`.
    private mutating func number(_ e: Expression, in scope: Scope) throws(SQLError) -> Term {
        var inner = e
        if case .cast(let x, let type) = e.kind, ["regclass", "oid"].contains(type.name.last) { inner = x }
        if case .literal(.string(let text)) = inner.kind, Int64(text) == nil {
            guard let found = relation(named: text) else { throw SQLError("42P01", "relation \"\(text)\" does not exist") }
            return Term("\(catalogue.number(ofRelation: found))", .bigint)
        }
        return try settled(try translate(inner, in: scope))
    }

    /// `'books'::regclass` is a number where it is compared; `::regclass::text` is the name again.
    mutating func registered(_ e: Expression, as type: TypeName, in scope: Scope) throws(SQLError) -> Term? {
        guard type.arrayDimensions == 0 else { return nil }
        switch type.name.last {
        case "regclass":
            if case .literal(.string(let text)) = e.kind {
                if let number = Int64(text) { return Term("\(number)", .bigint) }
                guard let found = relation(named: text) else {
                    throw SQLError("42P01", "relation \"\(text)\" does not exist", position: e.position.byteOffset)
                }
                return Term("\(catalogue.number(ofRelation: found))", .bigint)
            }
            let key = try settled(try translate(e, in: scope))
            guard key.type.numberRank != nil else { return nil }
            return look(up: key.sql, in: catalogue.relationNames, .text, from: [key])
        case "regtype":
            if case .literal(.string) = e.kind { return nil }
            let key = try settled(try translate(e, in: scope))
            guard key.type.numberRank != nil else { return nil }
            return look(up: key.sql, in: catalogue.typeNames, .text, from: [key])
        case "regnamespace":
            if case .literal(.string(let text)) = e.kind {
                guard schema.namespaces.contains(text) || text == "pg_catalog" || text == "information_schema" else {
                    throw SQLError("3F000", "schema \"\(text)\" does not exist", position: e.position.byteOffset)
                }
                return Term("\(catalogue.number(ofNamespace: text))", .bigint)
            }
            let key = try settled(try translate(e, in: scope))
            return look(up: key.sql, in: catalogue.namespaceNames, .text, from: [key])
        case "regrole":
            let key = try settled(try translate(e, in: scope))
            guard key.type.numberRank != nil else { return nil }
            return look(up: key.sql, in: catalogue.roleNames, .text, from: [key])
        case "text", "varchar":
            guard case .cast(let inner, let first) = e.kind, first.name.last == "regclass", case .literal(.string(let text)) = inner.kind
            else { return nil }
            guard let found = relation(named: text) else {
                throw SQLError("42P01", "relation \"\(text)\" does not exist", position: inner.position.byteOffset)
            }
            return Term(Self.quoted(catalogue.shownName(found)), .text)
        default: return nil
        }
    }

    /// What a text names, as `regclass` reads it.
    private func relation(named text: String) -> QualifiedName? {
        guard let parts = Identifier.parts(text) else { return nil }
        if let system = SystemRelation.named(parts) { return system.name }
        return schema.resolve(Name(parts), path: path)?.name
    }

    private func typeNamed(_ text: String) -> String? {
        guard let parsed = try? parseType(text), let type = try? schema.resolveType(parsed, path: path) else { return nil }
        return type.type.name
    }

    private func serialSequence(_ arguments: [Expression], at position: Position) throws(SQLError) -> Term {
        guard case .literal(.string(let table)) = arguments[0].kind, case .literal(.string(let column)) = arguments[1].kind else {
            throw unsupported("pg_get_serial_sequence() of a computed name", hint: "Write the names as literals.", at: position)
        }
        guard let found = relation(named: table), let held = schema.tables[found] else {
            throw SQLError("42P01", "relation \"\(table)\" does not exist")
        }
        guard let known = held.column(column) else {
            throw SQLError("42703", "column \"\(column)\" of relation \"\(found.name)\" does not exist")
        }
        return Term(known.sequence.map { Self.quoted(catalogue.wholeName($0)) } ?? "NULL", .text)
    }

    // MARK: Privileges

    /// `has_table_privilege([role,] object, privilege)` and its kin. Role and privilege are literals; the object may be a number.
    private mutating func privilege(_ name: String, _ arguments: [Expression], in scope: Scope, at position: Position) throws(SQLError)
        -> Term?
    {
        let isColumn = name == "has_column_privilege"
        var rest = arguments
        var role = gate.role
        if rest.count == (isColumn ? 4 : 3) {
            role = try literal(rest.removeFirst(), name, position)
            guard schema.roles[role] != nil else { throw SQLError("42704", "role \"\(role)\" does not exist") }
        }
        guard rest.count == (isColumn ? 3 : 2) else { return nil }
        let asked = try privileges(try literal(rest.removeLast(), name, position), name)
        let column = isColumn ? try literal(rest.removeLast(), name, position) : nil
        let object = rest[0]
        switch name {
        case "has_schema_privilege":
            if case .literal(.string(let text)) = object.kind {
                guard schema.namespaces.contains(text) || text == "pg_catalog" || text == "information_schema" else {
                    throw SQLError("3F000", "schema \"\(text)\" does not exist")
                }
                return flag(catalogue.may(role, asked, onSchema: text))
            }
            let key = try number(object, in: scope)
            return look(up: key.sql, in: catalogue.schemaPrivileges(role, asked), .boolean, from: [key])
        case "has_table_privilege", "has_sequence_privilege", "has_any_column_privilege", "has_column_privilege":
            if case .literal(.string(let text)) = object.kind {
                guard let found = relation(named: text) else { throw SQLError("42P01", "relation \"\(text)\" does not exist") }
                if let column {
                    guard schema.columns(of: found).contains(where: { $0.name == column }) else {
                        throw SQLError("42703", "column \"\(column)\" of relation \"\(found.name)\" does not exist")
                    }
                }
                return flag(catalogue.may(role, asked, on: found, column: column, anyColumn: name == "has_any_column_privilege"))
            }
            let key = try number(object, in: scope)
            let map = catalogue.relationPrivileges(role, asked, column: column, anyColumn: name == "has_any_column_privilege")
            return look(up: key.sql, in: map, .boolean, from: [key])
        case "has_function_privilege":
            guard case .literal = object.kind else {
                let key = try number(object, in: scope)
                return look(up: key.sql, in: catalogue.functionPrivileges(role), .boolean, from: [key])
            }
            let text = try literal(object, name, position)
            let wanted = text.replacing(" ", with: "")
            for function in schema.functions.values.flatMap({ $0 }) {
                let signature = function.signature
                let own = signature.name.replacing(" ", with: "")
                guard wanted == own || wanted == "\(signature.schema).\(own)" else { continue }
                return flag(schema.allows(role, .execute, on: signature))
            }
            throw SQLError("42883", "function \"\(text)\" does not exist")
        case "has_database_privilege": return flag(!asked.contains(where: { $0.name == "create" }) || catalogue.isSuperuser(role))
        default: throw unsupported(name, hint: "Ask has_table_privilege.", at: position)
        }
    }

    private func role(_ arguments: [Expression], at position: Position) throws(SQLError) -> Term {
        var rest = arguments
        let member = rest.count == 3 ? try literal(rest.removeFirst(), "pg_has_role", position) : gate.role
        let role = try literal(rest[0], "pg_has_role", position)
        for name in [member, role] where schema.roles[name] == nil { throw SQLError("42704", "role \"\(name)\" does not exist") }
        return flag(catalogue.isSuperuser(member) || schema.memberships(of: member, inheriting: false).contains(role))
    }

    private func flag(_ value: Bool) -> Term { Term(value ? "1" : "0", .boolean).with { $0.isNotNull = true } }

    private func literal(_ e: Expression, _ function: String, _ position: Position) throws(SQLError) -> String {
        var e = e
        if case .cast(let inner, _) = e.kind { e = inner }
        if case .call(let call) = e.kind, call.arguments.isEmpty,
            ["current_user", "current_role", "session_user", "user"].contains(call.function.last)
        {
            return gate.role
        }
        guard case .literal(.string(let text)) = e.kind else {
            throw unsupported("\(function)() of a computed role or privilege", hint: "Write it as a literal.", at: position)
        }
        return text
    }

    /// `select, insert with grant option`: any of them will do.
    private func privileges(_ text: String, _ function: String) throws(SQLError) -> [SystemCatalogue.Asked] {
        var asked: [SystemCatalogue.Asked] = []
        for part in text.lowercased().split(separator: ",") {
            var name = part.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let grants = name.hasSuffix(" with grant option")
            if grants { name = String(name.dropLast(" with grant option".count)) }
            let known =
                function == "has_database_privilege"
                ? ["create", "connect", "temporary", "temp"]
                : function == "has_schema_privilege" ? ["create", "usage"] : Privilege.allCases.map(\.rawValue)
            guard known.contains(name) else { throw SQLError("22023", "unrecognized privilege type: \"\(part.drop { $0 == " " })\"") }
            asked.append(.init(name: name, grants: grants))
        }
        return asked
    }
}
