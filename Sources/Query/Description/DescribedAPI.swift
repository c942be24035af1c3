import OffstageJSON
package import OffstageSchema
import OffstageSyntax

/// What a role can do with one exposed schema, read from the schema: what the documents at the root of the API are written from.
///
/// Only what the role may do is in it, by the same grants that are asked when it does. Pure: nothing of a request but the role.
package struct DescribedAPI {
    struct Relation {
        var name: QualifiedName
        var comment: String?
        var columns: [Property]
        /// `get`, `post`, `patch`, `delete`, as far as the role may.
        var methods: [String]
        /// Of a view: its columns that are a table's key.
        var primaryKey: [String]

        /// One row can be put in its place by its key.
        var takesPut: Bool {
            let key = columns.filter(\.isPrimaryKey)
            return !key.isEmpty && key.count == primaryKey.count && methods.contains("post") && methods.contains("patch")
                && key.allSatisfy { $0.mayInsert && $0.mayRead && !DescribedAPI.reserved.contains($0.column.name) }
        }
    }

    struct Property {
        var column: Column
        var comment: String?
        var isPrimaryKey = false
        /// The column it refers to.
        var reference: (table: QualifiedName, column: String)?
        var mayRead = true
        var mayInsert = false
        /// An insert must give it.
        var isRequired = false
        var mayUpdate = false
    }

    let schema: Schema
    let role: String
    let namespace: String
    let relations: [Relation]
    let functions: [Function]

    /// - Parameter writability: what can be written to a relation, by anyone who may.
    package init(_ schema: Schema, role: String, namespace: String, writability: (QualifiedName) -> Writability) {
        self.schema = schema
        self.role = role
        self.namespace = namespace
        let names = (Array(schema.tables.keys) + Array(schema.views.keys)).filter { $0.schema == namespace }.sorted()
        relations = Self.withoutHidden(names.compactMap { Self.relation($0, schema, role, writability($0)) })
        functions = schema.functions.filter { $0.key.schema == namespace }.sorted { $0.key < $1.key }.flatMap(\.value).filter { function in
            function.isCalled && schema.allows(role, .execute, on: function.signature)
        }
    }

    /// A foreign key to what the role may not read is not spoken of: its target's name is nothing the role may learn.
    private static func withoutHidden(_ relations: [Relation]) -> [Relation] {
        relations.map { relation in
            var relation = relation
            for index in relation.columns.indices {
                guard let reference = relation.columns[index].reference else { continue }
                if !relations.areReadable([reference.column], of: reference.table) { relation.columns[index].reference = nil }
            }
            return relation
        }
    }

    private static func relation(_ name: QualifiedName, _ schema: Schema, _ role: String, _ writes: Writability) -> Relation? {
        guard schema.allowsUsage(role, ofSchema: name.schema) else { return nil }
        func allowed(_ privilege: Privilege) -> Set<String>? { schema.allowedColumns(role, privilege, of: name).map(Set.init) }
        let (read, insert, update) = (allowed(.select), allowed(.insert), allowed(.update))
        func may(_ columns: Set<String>?, _ column: String) -> Bool { columns?.contains(column) ?? true }
        var methods: [String] = []
        if read?.isEmpty != true { methods.append("get") }
        if writes.inserted != nil, insert?.isEmpty != true { methods.append("post") }
        if writes.updated != nil, update?.isEmpty != true { methods.append("patch") }
        if writes.deletes, schema.holds(role, .delete, on: name) { methods.append("delete") }
        guard !methods.isEmpty else { return nil }
        let table = schema.tables[name]
        let columns = table?.columns ?? schema.views[name]?.columns.map { Column($0.name, $0.type) } ?? []
        let isWritten = writes.inserted != nil || writes.updated != nil
        let shown = schema.views[name].flatMap { isWritten ? Table(showing: $0, in: schema) : nil }
        let key = (table ?? shown)?.primaryKey?.columns ?? []
        let properties = columns.compactMap { column -> Property? in
            var property = Property(column: column)
            property.comment = column.comment ?? schema.comments[Commented(.column, [name.schema, name.name, column.name])]
            property.isPrimaryKey = key.contains(column.name)
            if let reference = table?.foreignKeys.first(where: { $0.columns == [column.name] }), let target = reference.referenced.first {
                property.reference = (reference.table, target)
            }
            property.mayRead = may(read, column.name)
            property.mayInsert = writes.inserted?.contains(column.name) == true && may(insert, column.name)
            property.isRequired = writes.required.contains(column.name)
            property.mayUpdate = writes.updated?.contains(column.name) == true && may(update, column.name)
            return property.mayRead || property.mayInsert || property.mayUpdate ? property : nil
        }
        return Relation(
            name: name, comment: table?.comment ?? schema.views[name]?.comment, columns: properties, methods: methods, primaryKey: key)
    }

    // MARK: Types

    /// A type's JSON form: the members of its schema without `description`.
    func members(of column: ColumnType, isModern: Bool) -> [(String, JSONValue)] {
        let base = column.base
        func plain(_ type: String, _ format: String) -> [(String, JSONValue)] { [("type", .string(type)), ("format", .string(format))] }
        let name = base.type.name
        switch base.type {
        case .boolean: return plain("boolean", name)
        case .smallint: return plain("integer", name)
        case .integer: return plain("integer", "int32")
        case .bigint: return plain("integer", "int64")
        case .real, .double, .numeric: return plain("number", name)
        case .json, .jsonb: return isModern ? [] : [("format", .string(name))]
        case .array(let element):
            let items = members(of: ColumnType(element), isModern: isModern).filter { isModern || $0.0 == "type" }
            return (isModern ? [("type", .string("array"))] : plain("array", name)) + [("items", Self.object(items))]
        case .enumeration(let type):
            return [
                ("type", .string("string")), ("format", .string("\(type.schema).\(type.name)")),
                ("enum", .array(type.labels.map { .string($0.name) })),
            ]
        case .composite(let row):
            let fields = row.name.map { schema.composites[$0] != nil } == true && isModern ? row.fields : []
            let properties = fields.map { ($0.name, nullable(members(of: $0.type, isModern: true), true)) }
            return [("type", .string("object"))] + (properties.isEmpty ? [] : [("properties", Self.object(properties))])
        case .record: return [("type", .string("object"))]
        case .uuid, .date: return plain("string", name)
        case .timestamptz where isModern: return plain("string", "date-time")
        case .varchar, .char:
            var found = plain("string", name)
            if case .length(let length)? = base.modifier { found.append(("maxLength", .number("\(length)"))) }
            return found
        default: return plain("string", name)
        }
    }

    /// A default that is a plain value, as JSON. Of types whose texts may be spelled in several ways there is none.
    static func constant(_ column: Column) -> JSONValue? {
        switch column.type.base.type {
        case .boolean, .smallint, .integer, .bigint, .text, .varchar, .citext, .enumeration: constant(column.defaultValue)
        default: nil
        }
    }

    private static func constant(_ expression: Expression?) -> JSONValue? {
        switch expression?.kind {
        case .literal(.boolean(let flag))?: .boolean(flag)
        case .literal(.integer(let number))?: .number("\(number)")
        case .literal(.string(let text))?: .string(text)
        case .cast(let inner, _)?: constant(inner)
        default: nil
        }
    }

    static func object(_ members: [(String, JSONValue)]) -> JSONValue { .object(members.map { .init(name: $0.0, value: $0.1) }) }
}

extension [DescribedAPI.Relation] {
    func areReadable(_ columns: [String], of name: QualifiedName) -> Bool {
        guard let target = first(where: { $0.name == name }) else { return false }
        return columns.allSatisfy { column in target.columns.contains { $0.column.name == column && $0.mayRead } }
    }
}

extension Function {
    /// Requests call it by itself: a trigger is not called, and a function of a row without a name is a column of its table.
    var isCalled: Bool {
        if isTrigger { return false }
        guard parameters.count == 1, parameters[0].name == nil, case .composite = parameters[0].type.type else { return true }
        return false
    }
}
