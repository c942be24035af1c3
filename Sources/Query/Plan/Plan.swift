package import OffstageSchema
import OffstageSyntax

/// What the project's settings say about planning.
package struct PlanSettings: Sendable, Hashable {
    /// Schemas with a REST interface; the first is the default.
    package var exposedSchemas: [String] = ["public"]
    /// The most rows any read gives; nil for no cap.
    package var maxRows: Int? = 1000
    package var allowsAggregates = false

    package init() {}
}

/// The schema with what planning needs beside it, made once per generation.
package struct Catalogue: Sendable {
    package let schema: Schema
    package let relationships: Relationships
    package let settings: PlanSettings

    package init(_ schema: Schema, settings: PlanSettings) {
        self.schema = schema
        self.settings = settings
        relationships = Relationships(schema)
    }
}

/// The plan of a request for a role: the only way from a request to SQL.
///
/// - Parameter payload: what the body holds, for inserts and updates; only its columns matter here.
/// - Throws: `PGRST2xx` for what does not exist or is not related, 42703, 42501.
package func plan(
    _ request: TableRequest, payload: PayloadShape? = nil, in catalogue: Catalogue, as role: String
) throws(PlanError) -> TablePlan {
    var planner = try Planner(request, catalogue, role)
    do throws(PlanError) {
        return try planner.plan(payload)
    } catch {
        throw planner.tellable(error)
    }
}

/// Planning one request.
struct Planner {
    let request: TableRequest
    let catalogue: Catalogue
    let role: String
    let gate: Gate
    let schemaName: String
    let relation: QualifiedName
    var aliases: Set<String> = []

    var schema: Schema { catalogue.schema }

    init(_ request: TableRequest, _ catalogue: Catalogue, _ role: String) throws(PlanError) {
        self.request = request
        self.catalogue = catalogue
        self.role = role
        gate = Gate(catalogue.schema, role: role)
        schemaName = try catalogue.settings.schema(for: request.profile)
        switch request.target {
        case .relation(let name):
            relation = QualifiedName(schemaName, name)
            guard catalogue.schema.tables[relation] != nil || catalogue.schema.views[relation] != nil else {
                throw Self.unknownRelation(relation, in: catalogue.schema, for: role)
            }
        case .function(let name): relation = QualifiedName(schemaName, name)
        case .root: throw PlanError("PGRST126", "Root endpoint metadata is disabled")
        }
    }

    /// Names only what the caller may know of: a hint never tells of a relation without grants.
    static func unknownRelation(_ name: QualifiedName, in schema: Schema, for role: String) -> PlanError {
        let known = (Array(schema.tables.keys) + Array(schema.views.keys)).filter {
            $0.schema == name.schema && schema.allowsAny(role, on: $0)
        }
        let closest = closestName(to: name.name, among: known.map(\.name))
        return PlanError(
            "PGRST205", "Could not find the table '\(name)' in the schema cache",
            hint: closest.map { "Perhaps you meant the table '\(name.schema).\($0)'" })
    }

    /// Of a relation that the caller may do nothing with, no error names columns or keys: whatever was asked of it is denied.
    ///
    /// On PostgreSQL as well, where names are looked up here and privileges later, by the database.
    func tellable(_ error: PlanError) -> PlanError {
        guard case .relation = request.target, !schema.allowsAny(role, on: relation) else { return error }
        return denied(relation)
    }

    mutating func plan(_ payload: PayloadShape?) throws(PlanError) -> TablePlan {
        if case .function = request.target { return TablePlan(.call(try call(payload)), relation: relation, role: role) }
        switch request.method {
        case .get, .head:
            return TablePlan(.read(try readRoot(), counts: request.preferences.count != nil), relation: relation, role: role)
        case .post: return TablePlan(.insert(try insert(payload)), relation: relation, role: role)
        case .put: return TablePlan(.insert(try replace(payload)), relation: relation, role: role)
        case .patch: return TablePlan(.update(try update(payload)), relation: relation, role: role)
        case .delete: return TablePlan(.delete(try delete()), relation: relation, role: role)
        case .options: throw PlanError("PGRST117", "Unsupported HTTP method: OPTIONS")
        }
    }

    /// The root of a read.
    mutating func readRoot() throws(PlanError) -> ReadPlan {
        var read = try node(relation, named: relation.name, select: request.select, path: [])
        try finish(&read)
        if let cursor = request.cursor { try page(&read, cursor) }
        return read
    }

    /// What only the root has.
    func finish(_ read: inout ReadPlan) throws(PlanError) {
        try checkPaths(read)
        read.limit = request.window.limit
        read.offset = request.window.offset
        read.maxRows = catalogue.settings.maxRows
    }

    /// Runs what may fail as the database does.
    func asDatabase<T>(_ body: () throws(SQLError) -> T) throws(PlanError) -> T {
        do throws(SQLError) { return try body() } catch { throw PlanError(error) }
    }

    mutating func freshAlias(_ name: String) -> String {
        var alias = name
        var number = 0
        while !aliases.insert(alias).inserted {
            number += 1
            alias = "\(name)_\(number)"
        }
        return alias
    }
}

extension PlanSettings {
    /// The schema a request names or the first exposed one.
    package func schema(for profile: String?) throws(PlanError) -> String {
        guard let profile else { return exposedSchemas.first ?? "public" }
        guard exposedSchemas.contains(profile) else {
            throw PlanError(
                "PGRST106", "Invalid schema: \(profile)",
                hint: "Only the following schemas are exposed: \(exposedSchemas.joined(separator: ", "))")
        }
        return profile
    }
}

extension Schema {
    /// Whether a role may do anything at all with a relation.
    package func allowsAny(_ role: String, on name: QualifiedName) -> Bool {
        for privilege in [Privilege.select, .insert, .update, .delete] where holds(role, privilege, on: name) { return true }
        guard let columns = privileges[name]?.columns else { return false }
        return columns.values.contains { !$0.isEmpty }
    }

    /// The columns of a table or view, in order.
    package func columns(of name: QualifiedName) -> [(name: String, type: ColumnType)] {
        if let table = tables[name] { return table.columns.map { ($0.name, $0.type) } }
        return views[name]?.columns.map { ($0.name, $0.type) } ?? []
    }
}
