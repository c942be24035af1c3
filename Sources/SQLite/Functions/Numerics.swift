import CSQLite
import OffstageSchema

/// Arithmetic and rounding of `numeric`, which is stored as decimal text.
extension EngineFunction {
    static let numerics: [EngineFunction] = [
        EngineFunction("pg_num_add", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0) + $0.numeric(1)) } },
        EngineFunction("pg_num_sub", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0) - $0.numeric(1)) } },
        EngineFunction("pg_num_mul", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0) * $0.numeric(1)) } },
        EngineFunction("pg_num_div", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).divided(by: $0.numeric(1))) } },
        EngineFunction("pg_num_mod", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).remainder(dividingBy: $0.numeric(1))) } },
        EngineFunction("pg_num_whole", 2, pure) {
            strict($0, $1, $2) { $0.give(try $0.numeric(0).wholeQuotient(dividingBy: $0.numeric(1))) }
        },
        EngineFunction("pg_num_neg", 1, pure) { strict($0, $1, $2) { $0.give(-(try $0.numeric(0))) } },
        EngineFunction("pg_num_abs", 1, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).absolute) } },
        EngineFunction("pg_num_sign", 1, pure) {
            strict($0, $1, $2) { call in
                let value = try call.numeric(0)
                if value.isNaN { call.give("NaN") } else { call.give("\(value.sign)") }
            }
        },
        EngineFunction("pg_num_round", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).rounded(to: $0.small(1))) } },
        EngineFunction("pg_num_trunc", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).truncated(to: $0.small(1))) } },
        EngineFunction("pg_num_floor", 1, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).floor) } },
        EngineFunction("pg_num_ceil", 1, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).ceiling) } },
        EngineFunction("pg_num_sqrt", 1, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).squareRoot()) } },
        EngineFunction("pg_num_pow", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).raised(to: $0.numeric(1))) } },
        EngineFunction("pg_num_exp", 1, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).exponential()) } },
        EngineFunction("pg_num_ln", 1, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).naturalLogarithm()) } },
        EngineFunction("pg_num_log", 1, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).logarithm(base: Numeric(10))) } },
        EngineFunction("pg_num_log", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(1).logarithm(base: $0.numeric(0))) } },
        EngineFunction("pg_num_scale", 1, pure) {
            strict($0, $1, $2) { call in
                guard case .finite(_, let scale) = try call.numeric(0) else { return call.giveNull() }
                call.give(scale)
            }
        },
        EngineFunction("pg_num_trim", 1, pure) {
            strict($0, $1, $2) { call in
                let text = try call.numeric(0).text
                guard text.utf8.contains(UInt8(ascii: ".")) else { return call.give(text) }
                var rest = text[...]
                while rest.last == "0" { rest.removeLast() }
                if rest.last == "." { rest.removeLast() }
                call.give(String(rest))
            }
        },
    ]
}
