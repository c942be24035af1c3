import OffstageServer

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The functions of an application, ready to be called on a database.
struct ProgramFunctions: SwiftFunctions {
    /// From JSON to JSON.
    typealias Body = @Sendable (_ arguments: [UInt8], FunctionCall) async throws -> [UInt8]

    private let bodies: [String: Body]
    private let database: ProjectDatabase
    private let queries = KnownQueries()
    private let limit: Duration

    /// - Parameter limit: what a call may take.
    init(_ bodies: [String: Body], on database: ProjectDatabase, within limit: Duration = Settings().api.functionTimeout) {
        self.bodies = bodies
        self.database = database
        self.limit = limit
    }

    subscript(_ name: String) -> SwiftFunction? {
        guard let body = bodies[name] else { return nil }
        return { [database, queries, limit] call in
            let own = FunctionCall(call, in: database, knowing: queries)
            do {
                return try await TimeLimit.run(limit, late: Self.late(name, limit)) { try await body(call.arguments, own) }
            } catch let error as OffstageError {
                throw error.answer
            }
        }
    }

    private static func late(_ name: String, _ limit: Duration) -> Refusal {
        Refusal(
            504, "57014", "canceling function due to timeout", details: "The function \(name) had \(limit) and had not ended.",
            hint: "What it had done by then stays done. api.function_timeout gives it longer.")
    }

    static func arguments<Input: Decodable & Sendable>(_ bytes: [UInt8], of name: String, as type: Input.Type) throws -> Input {
        do {
            return try FunctionJSON.read(bytes)
        } catch let error as DecodingError {
            throw OffstageError(
                code: "22023", message: "The arguments are not what the function \(name) takes", details: error.words,
                hint: "The function's declaration says what it takes, and the program says more.")
        }
    }
}

extension DecodingError {
    /// What is wrong, without what Swift calls its types.
    fileprivate var words: String {
        func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
        return switch self {
        case .keyNotFound(let key, let context): "\(place(context.codingPath + [key])) is missing."
        case .valueNotFound(_, let context): "\(place(context.codingPath)) is null."
        case .typeMismatch(_, let context): "\(place(context.codingPath)) is of another type."
        case .dataCorrupted(let context): "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "They cannot be read."
        }
    }
}
