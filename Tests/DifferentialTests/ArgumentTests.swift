import OffstageSQL
import OffstageSchema
import Testing

/// Every function and operator of the table, called with arguments that are likely to go wrong, answers as PostgreSQL does.
///
/// The calls are drawn from `Dice.seed`; the long run draws ten times as many.
@Suite(.inTurns) struct ArgumentTests {
    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)))
    func `functions answer odd arguments as PostgreSQL does`() async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        let extensions = ["pgcrypto", "uuid-ossp"].map { "create extension \"\($0)\"" }
        var dice = Dice(Dice.seed)
        let statements = Self.calls(perOverload: Dice.isLong ? 60 : 5, &dice)
        try #require(statements.count > 2000)
        let expected = try postgres.answers(
            to: statements, in: database, before: "set statement_timeout = '5s';\n" + extensions.joined(separator: ";\n") + ";")
        let embedded = try await Embedded()
        for statement in extensions { _ = await embedded.answer(to: statement) }
        var report = Report("arguments")
        for (statement, wanted) in zip(statements, expected) {
            // What PostgreSQL itself cannot resolve is no call of this overload.
            if ["42883", "42725", "42804", "54000", "57014"].contains(wanted.failure?.code) { continue }
            let given = await embedded.answer(to: statement)
            if Self.isBeyondItsNumbers(statement, given, wanted) { continue }
            report.compare(given, wanted, of: statement, in: "")
        }
        try report.finish()
    }

    /// Where PostgreSQL 15 goes past the end of its own integers without a word, an error is the better answer; and which of two errors is
    /// told of a day that no calendar has is nobody's concern.
    private static func isBeyondItsNumbers(_ statement: String, _ given: Answer, _ wanted: Answer) -> Bool {
        guard let code = given.failure?.code, ["22003", "22008"].contains(code) else { return false }
        if wanted.failure == nil {
            return ["select make_interval(", "select width_bucket(", "select date_part(null", "select to_char("].contains {
                statement.hasPrefix($0)
            }
                || statement.contains("::timestamp without time zone - ")
        }
        return wanted.failure?.code == code && (statement.hasPrefix("select to_date(") || statement.hasPrefix("select to_timestamp("))
    }

    private static func calls(perOverload count: Int, _ dice: inout Dice) -> [String] {
        var statements: [String] = []
        for (name, entries) in FunctionTable.shared.entries.sorted(by: { $0.key < $1.key }) {
            guard !left.contains(name), !name.contains("."), !name.contains(" ") else { continue }
            for entry in entries where entry.traits.isDisjoint(with: [.volatile, .window, .aggregate]) {
                for _ in 0..<(entry.parameters.isEmpty ? 1 : count) {
                    guard let call = call(entry, &dice) else { continue }
                    statements.append(
                        entry.traits.contains(.set) ? "select * from \(call) limit 50" : "select \(call)")
                }
            }
        }
        return statements
    }

    /// What depends on who asks and when, and words that are no functions in PostgreSQL's syntax.
    private static let left: Set<String> = [
        "now", "transaction_timestamp", "statement_timestamp", "current_timestamp", "localtimestamp", "current_date", "current_time",
        "localtime", "current_user", "current_role", "user", "session_user", "version", "current_database", "current_catalog",
        "pg_client_encoding", "getdatabaseencoding", "age", "like_escape", "current_schema", "position", "extract", "overlay", "crypt",
        "generate_series",
        // Several dimensions, and powers of numerics to fractions, are refused.
        "array_fill", "^", "pow", "power",
        // Where digits behind the point end is the numeric's own matter.
        "round", "trunc",
    ]

    private static func call(_ entry: FunctionTable.Entry, _ dice: inout Dice) -> String? {
        var count = entry.parameters.count
        if entry.isVariadic { count += dice.roll(0...2) }
        if entry.required < entry.parameters.count, dice.chance(30) { count = dice.roll(entry.required...entry.parameters.count) }
        let element = dice.pick(ArgumentPool.elements)
        var arguments: [String] = []
        for index in 0..<count {
            let parameter = entry.parameters[min(index, entry.parameters.count - 1)]
            let type: DataType
            switch parameter {
            case .exact(let exact): type = exact
            case .any: type = dice.pick(ArgumentPool.elements)
            case .element: type = element
            case .array: type = .array(element)
            case .number: type = dice.pick([.smallint, .integer, .bigint, .numeric, .real, .double])
            default: return nil
            }
            guard let value = ArgumentPool.literal(of: type, forText: entry.name, index, &dice) else { return nil }
            arguments.append(value)
        }
        let isOperator = entry.name.unicodeScalars.first.map { !$0.properties.isAlphabetic && $0 != "_" } ?? false
        guard isOperator else { return "\(entry.name)(\(arguments.joined(separator: ", ")))" }
        switch arguments.count {
        case 1: return "\(entry.name) \(arguments[0])"
        case 2: return "\(arguments[0]) \(entry.name) \(arguments[1])"
        default: return nil
        }
    }
}
