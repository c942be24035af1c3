import OffstageJSON
import OffstagePostgres
import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema

/// A few reads of each exposed table, planned like requests and answered by both databases: the last part of a move's proof.
///
/// Rows that are the same are not the same back end yet: grants and policies decide what a caller sees of them. So each read is asked as the
/// owner, as `service_role`, as `anon` and as a user. Tables without a key are left out, since nothing says in which order their rows come.
struct SampleReads {
    /// What a caller is told: the rows, or that there is a refusal. Which of two reasons for one is told may differ.
    private enum Answer {
        case rows([UInt8])
        case refused(String)

        func isLike(_ other: Answer) -> Bool {
            switch (self, other) {
            case (.rows(let mine), .rows(let theirs)): mine == theirs
            case (.refused, .refused): true
            default: false
            }
        }
    }

    private let embedded: Schema
    private let remote: Schema
    private let exposed: Set<String>
    /// Rows of an answer.
    private static let size = 50

    init(_ embedded: Schema, _ remote: Schema, exposing exposed: [String]) {
        self.embedded = embedded
        self.remote = remote
        self.exposed = Set(exposed)
    }

    /// - Returns: how many requests were answered alike.
    /// - Throws: OFS403 for the first that was not.
    func compare(_ file: borrowing WriteTransaction, _ session: PostgresSession) throws -> Int {
        let callers = try callers(session)
        var count = 0
        for table in embedded.tables.values.sorted(by: { $0.name < $1.name })
        where exposed.contains(table.name.schema) && table.materialized == nil && table.primaryKey != nil {
            for (what, request) in try requests(for: table) {
                for caller in callers {
                    let answers = [
                        try answer(to: request, of: table, in: embedded, as: caller) { plan, inputs throws(SQLError) in
                            try file.run(try SQLiteDialect(embedded).statement(for: plan), with: inputs, as: .json(nullsStripped: false))
                        },
                        try ask(request, of: table, as: caller, session),
                    ]
                    guard answers[0].isLike(answers[1]) else { throw Self.difference(table, what, caller, answers) }
                    count += 1
                }
            }
        }
        return count
    }

    private static func difference(_ table: Table, _ what: String, _ caller: Caller, _ answers: [Answer]) -> SQLError {
        let words = answers.map { answer in
            switch answer {
            case .rows(let bytes): "\(bytes.count) bytes"
            case .refused(let code): "refused with \(code)"
            }
        }
        return SQLError(
            "OFS403", "\(table.name) does not answer \(caller.role) alike on both sides",
            details: "Reading \(what): \(words[0]) from the file, \(words[1]) from PostgreSQL.",
            hint:
                "Grants or policies made outside of the migrations are on one side only. The other side stays marked, and nothing is served from it."
        )
    }

    /// A user is one of those there are, so that rows of their own are among the answers.
    private func callers(_ session: PostgresSession) throws -> [Caller] {
        let known =
            remote.tables[QualifiedName("auth", "users")] == nil ? [] : try session.rows("select id from auth.users order by id limit 1")
        let subject = (known.first?.first ?? nil) ?? "00000000-0000-0000-0000-000000000000"
        func claims(_ role: String, _ subject: String? = nil) -> String {
            let members = [("role", role), ("sub", subject)].compactMap { name, value in
                value.map { JSONValue.Member(name: name, value: .string($0)) }
            }
            return JSONValue.object(members).text
        }
        return [
            .system, Caller(role: "service_role", claims: claims("service_role")), Caller(role: "anon", claims: claims("anon")),
            Caller(role: "authenticated", claims: claims("authenticated", subject), subject: subject),
        ].filter { $0 == .system || embedded.roles[$0.role] != nil && remote.roles[$0.role] != nil }
    }

    /// The first rows, the last, and the first with what each key leads to.
    private func requests(for table: Table) throws -> [(what: String, TableRequest)] {
        let keys = table.primaryKey?.columns ?? []
        let fields = table.columns.map { SelectItem.field(SelectField(RequestField($0.name))) }
        var all = [
            ("the first rows", try request(fields, by: keys, isDescending: false)),
            ("the last rows", try request(fields, by: keys, isDescending: true)),
        ]
        for key in table.foreignKeys.prefix(3) where exposed.contains(key.table.schema) {
            let embed = SelectEmbed(key.name, alias: "related", select: [.all])
            let own = keys.map { SelectItem.field(SelectField(RequestField($0))) }
            all.append(("\(key.name) with its rows", try request(own + [.embed(embed)], by: keys, isDescending: false)))
        }
        return all
    }

    private func request(_ select: [SelectItem], by keys: [String], isDescending: Bool) throws -> TableRequest {
        var request: TableRequest
        do {
            request = try TableRequest(method: .get, path: "/rows", query: "limit=\(Self.size)", headers: RequestHeaders())
        } catch { throw SQLError(error.code, error.message) }
        request.select = select
        request.order = [AtPath([], keys.map { OrderTerm(RequestField($0), isDescending: isDescending) })]
        return request
    }

    private func answer(
        to request: TableRequest, of table: Table, in schema: Schema, as caller: Caller,
        _ run: (TablePlan, Inputs) throws(SQLError) -> Rows
    ) throws -> Answer {
        var (request, settings) = (request, PlanSettings())
        request.target = .relation(table.name.name)
        // The table's own schema is where names are looked for first.
        settings.exposedSchemas = [table.name.schema] + exposed.subtracting([table.name.schema]).sorted()
        settings.maxRows = nil
        let plan: TablePlan
        do {
            plan = try OffstageQuery.plan(request, in: Catalogue(schema, settings: settings), as: caller.role)
        } catch { return .refused(error.code) }
        do throws(SQLError) {
            return .rows(try run(plan, Inputs(caller: caller, values: request.values, now: EpochClock.now)).body)
        } catch {
            // What ends the connection is no answer.
            guard !error.code.hasPrefix("08"), !error.code.hasPrefix("57"), error.code != "25P02" else { throw error }
            return .refused(error.code)
        }
    }

    /// Asks PostgreSQL in a savepoint, as the caller's role.
    private func ask(_ request: TableRequest, of table: Table, as caller: Caller, _ session: PostgresSession) throws -> Answer {
        _ = try session.rows("savepoint sample")
        try session.become(caller)
        let answer = try answer(to: request, of: table, in: remote, as: caller) { plan, inputs throws(SQLError) in
            try session.run(PostgresDialect(remote).statement(for: plan), with: inputs, as: .json(nullsStripped: false))
        }
        // The role goes back with it.
        _ = try session.rows("rollback to sample")
        _ = try session.rows("release sample")
        return answer
    }
}
