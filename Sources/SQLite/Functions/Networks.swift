import CSQLite
import OffstageSchema

/// `inet` and `cidr`, as they are stored. Source: PostgreSQL 15, chapter 9.12.
extension EngineFunction {
    static let networks: [EngineFunction] = [
        // pg_net_within(inner, outer, or equal)
        EngineFunction("pg_net_within", 3, pure) {
            strict($0, $1, $2) { $0.give(try $0.address(1).contains($0.address(0), orEquals: $0.boolean(2))) }
        },
        EngineFunction("pg_net_overlaps", 2, pure) { strict($0, $1, $2) { $0.give(try $0.address(0).overlaps($0.address(1))) } },
        EngineFunction("pg_net_and", 2, pure) {
            strict($0, $1, $2) { $0.give(try $0.address(0).combined($0.address(1), "AND") { $0 & $1 }) }
        },
        EngineFunction("pg_net_or", 2, pure) {
            strict($0, $1, $2) { $0.give(try $0.address(0).combined($0.address(1), "OR") { $0 | $1 }) }
        },
        EngineFunction("pg_net_add", 2, pure) { strict($0, $1, $2) { $0.give(try $0.address(0).adding($0.integer(1))) } },
        EngineFunction("pg_net_sub", 2, pure) {
            strict($0, $1, $2) { call in
                let (negative, overflow) = Int64(0).subtractingReportingOverflow(call.integer(1))
                guard !overflow else { throw SQLError("22003", "result is out of range") }
                call.give(try call.address(0).adding(negative))
            }
        },
        EngineFunction("pg_net_diff", 2, pure) { strict($0, $1, $2) { $0.give(try $0.address(0).difference($0.address(1))) } },
        EngineFunction("pg_net_merge", 2, pure) {
            strict($0, $1, $2) { $0.give(try $0.address(0).merged(with: $0.address(1)).text(isNetwork: true)) }
        },
        EngineFunction("pg_net_number", 2, pure) {
            strict($0, $1, $2) { call in
                let address = try call.address(0)
                call.give(call.text(1) == "family" ? (address.isIPv4 ? 4 : 6) : address.bits)
            }
        },
        // pg_net_part(address, which)
        EngineFunction("pg_net_part", 2, pure) { strict($0, $1, $2) { try part($0) } },
        // pg_net_width(address, bits, type): -1 is all of them.
        EngineFunction("pg_net_width", 3, pure) {
            strict($0, $1, $2) { call in
                var address = try call.address(0)
                let bits = call.small(1) == -1 ? address.maxBits : call.small(1)
                guard (0...address.maxBits).contains(bits) else { throw SQLError("22023", "invalid mask length: \(call.integer(1))") }
                address.bits = bits
                let isNetwork = call.text(2) == "cidr"
                call.give((isNetwork ? address.network : address).text(isNetwork: isNetwork))
            }
        },
    ]

    private static func part(_ call: FunctionCall) throws(SQLError) {
        let address = try call.address(0)
        switch call.text(1) {
        case "host": call.give(address.host)
        case "text": call.give(address.text(isNetwork: true))
        case "network": call.give(address.network.text(isNetwork: true))
        case "abbrev": call.give(address.abbreviated(isNetwork: true))
        case "broadcast": call.give(address.broadcast)
        case "netmask": call.give(address.netmask)
        case "hostmask": call.give(address.hostmask)
        case "not": call.give(address.inverted)
        default: call.give(address)
        }
    }
}

extension FunctionCall {
    func address(_ index: Int) throws(SQLError) -> NetworkAddress { try NetworkAddress(text(index), isNetwork: false) }
    func give(_ address: NetworkAddress) { give(address.text(isNetwork: false)) }
}
