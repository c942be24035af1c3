import OffstageSQL
import OffstageSchema

/// The functions and operators of the engine's own table, by what they give.
struct FunctionPool: Sendable {
    typealias Entry = FunctionTable.Entry

    private let exact: [DataType: [Entry]]
    private let polymorphic: [Entry]
    private let aggregates: [DataType: [Entry]]

    static let shared = FunctionPool()

    private init() {
        var exact: [DataType: [Entry]] = [:]
        var polymorphic: [Entry] = []
        var aggregates: [DataType: [Entry]] = [:]
        for entry in FunctionTable.shared.entries.values.joined() where Self.isUsable(entry) {
            switch entry.result {
            case .exact(let type) where entry.traits.contains(.aggregate): aggregates[type, default: []].append(entry)
            case .exact(let type): exact[type, default: []].append(entry)
            default: if !entry.traits.contains(.aggregate) { polymorphic.append(entry) }
            }
        }
        // A dictionary has no order of its own, and a seed must repeat.
        func sorted(_ entries: [Entry]) -> [Entry] { entries.sorted { "\($0.name)\($0.parameters)" < "\($1.name)\($1.parameters)" } }
        self.exact = exact.mapValues(sorted)
        self.polymorphic = sorted(polymorphic)
        self.aggregates = aggregates.mapValues(sorted)
    }

    /// Functions that give `type`, with what their polymorphic parameters then are.
    func functions(giving type: DataType, safe: Bool) -> [Entry] {
        var found = exact[type] ?? []
        found += polymorphic.filter { entry in
            switch entry.result {
            case .array: if case .array = type { true } else { false }
            case .element: true
            case .enumeration: type == Samples.mood
            case .number: Samples.isNumber(type)
            default: false
            }
        }
        return safe ? found.filter { $0.traits.contains(.safe) } : found
    }

    func aggregates(giving type: DataType) -> [Entry] { aggregates[type] ?? [] }

    /// Names whose answer is not the same twice, or that need more than their arguments.
    private static let excluded: Set<String> = [
        "now", "transaction_timestamp", "statement_timestamp", "current_timestamp", "localtimestamp", "current_user", "current_role",
        "user",
        // PostgreSQL asks at run time whether the first argument is a row: what else fails first is by chance.
        "json_populate_record", "jsonb_populate_record",
        // Ours look at the type alone and never work out the argument.
        "enum_first", "enum_last", "enum_range",
        "getdatabaseencoding", "pg_client_encoding",
        "session_user", "current_date", "current_time", "localtime", "clock_timestamp", "timeofday", "random", "gen_random_uuid",
        "uuid_generate_v4", "uuid_generate_v1", "uuid_generate_v1mc", "setseed", "nextval", "currval", "setval", "lastval", "set_config",
        "current_setting", "version", "pg_sleep", "gen_salt", "crypt", "gen_random_bytes", "pg_backend_pid", "current_schema",
        "current_schemas", "current_catalog",
        "current_database", "txid_current", "pg_typeof", "inet_client_addr", "inet_server_addr", "obj_description", "col_description",
        "to_regclass", "to_regtype", "has_table_privilege", "pg_advisory_lock", "pg_advisory_xact_lock", "like_escape", "similar_to_escape",
        "overlaps", "pg_notify", "format_type", "row_to_json", "extract_path", "age",
    ]

    private static func isUsable(_ entry: Entry) -> Bool {
        if entry.name.contains(".") || entry.name.hasPrefix("pg_") || excluded.contains(entry.name) { return false }
        if entry.name.contains(" ") || FunctionTable.extensionOf[entry.name] != nil { return false }
        if ["percentile_cont", "percentile_disc", "mode"].contains(entry.name) { return false }
        if !entry.traits.isDisjoint(with: [.volatile, .set, .window]) { return false }
        if entry.name == "age", entry.parameters.count == 1 { return false }
        // Samples has no ranges yet.
        if entry.parameters.contains(.range) { return false }
        let types = entry.parameters.compactMap { parameter -> DataType? in if case .exact(let type) = parameter { type } else { nil } }
        return types.allSatisfy { !Samples.values(of: $0).isEmpty }
    }
}

extension FunctionTable.Entry {
    var isOperator: Bool { name.first.map { !$0.isLetter && $0 != "_" } ?? false }
}
