import CSQLite
import OffstageSchema

/// Settings, and random numbers that a seed repeats. Source: PostgreSQL 15, chapters 9.3 and 9.27.
extension EngineFunction {
    static let sessionFunctions: [EngineFunction] = [
        // pg_setting(name, the request's value, may be missing)
        EngineFunction("pg_setting", 3) {
            run($0, $1, $2) { call in
                guard !call.isNull(0), !call.isNull(2) else { return call.giveNull() }
                let name = call.text(0)
                if let value = session(of: call.context)?.setting(name) { return call.give(value) }
                if !call.isNull(1) { return call.give(call.bytes(1)) }
                if let value = Settings.builtIn[name.lowercased()] { return call.give(value) }
                guard call.boolean(2) else { throw SQLError("42704", "unrecognized configuration parameter \"\(name)\"") }
                call.giveNull()
            }
        },
        // pg_set_setting(name, value, for the transaction only)
        EngineFunction("pg_set_setting", 3) {
            run($0, $1, $2) { call in
                guard !call.isNull(0) else { throw SQLError("22004", "SET requires parameter name") }
                let name = call.text(0)
                guard name.contains(".") || Settings.builtIn[name.lowercased()] != nil else {
                    throw SQLError("42704", "unrecognized configuration parameter \"\(name)\"")
                }
                guard !["role", "session_authorization"].contains(name.lowercased()), !name.lowercased().hasPrefix("request.") else {
                    throw SQLError(
                        "0A000", "set_config() of \(name) is not supported on the embedded engine",
                        hint: "Who asks is decided before a statement runs: by the request's token, or by --as and --claims.")
                }
                let value = call.isNull(1) ? "" : call.text(1)
                session(of: call.context)?.set(name, to: value)
                call.give(value)
            }
        },
        EngineFunction("pg_set_seed", 1) {
            strict($0, $1, $2) { call in
                let seed = call.double(0)
                guard seed >= -1, seed <= 1 else {
                    throw SQLError("22023", "setseed parameter \(DataType.double.text(of: .real(seed))) is out of allowed range [-1,1]")
                }
                session(of: call.context)?.random = Xoroshiro(seed: seed)
                call.give("")
            }
        },
    ]

    private enum Settings {
        /// What PostgreSQL 15 says of itself, as far as programs ask for it.
        static let builtIn: [String: String] = [
            "server_version": "15.18", "server_version_num": "150018", "server_encoding": "UTF8", "client_encoding": "UTF8",
            "standard_conforming_strings": "on", "datestyle": "ISO, MDY", "intervalstyle": "postgres", "timezone": "UTC",
            "bytea_output": "hex", "extra_float_digits": "1", "integer_datetimes": "on", "search_path": "\"$user\", public",
            "default_transaction_isolation": "read committed", "transaction_isolation": "serializable", "transaction_read_only": "off",
            "default_transaction_read_only": "off", "is_superuser": "off", "lc_collate": "C.UTF-8", "lc_ctype": "C.UTF-8",
            "application_name": "", "statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0",
            "client_min_messages": "notice", "row_security": "on", "work_mem": "4MB", "max_identifier_length": "63",
            "default_text_search_config": "pg_catalog.english", "check_function_bodies": "on", "xmloption": "content",
            "max_connections": "100", "block_size": "8192", "session_replication_role": "origin",
        ]
    }
}

extension Session {
    /// What `set_config` has set in this transaction.
    func setting(_ name: String) -> String? { settings[name.lowercased()] }

    func set(_ name: String, to value: String) {
        guard settings.count < 1000 else { return }
        settings[name.lowercased()] = value
    }
}

/// The random numbers of PostgreSQL 15: xoroshiro128**, seeded by SplitMix64.
struct Xoroshiro {
    private var first: UInt64
    private var second: UInt64

    init(seed: Double) {
        var state = UInt64(bitPattern: Int64(Double((UInt64(1) << 52) - 1) * seed))
        first = Self.split(&state)
        second = Self.split(&state)
        if first == 0, second == 0 {
            first = 0x5851_F42D_4C95_7F2D
            second = 0x1405_7B7E_F767_814F
        }
    }

    private static func split(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    private static func turned(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }

    /// From 0 to 1, without 1.
    mutating func next() -> Double {
        let value = Self.turned(first &* 5, 7) &* 9
        let mixed = first ^ second
        first = Self.turned(first, 24) ^ mixed ^ (mixed << 16)
        second = Self.turned(mixed, 37)
        return Double(value >> 12) * 0x1p-52
    }
}
