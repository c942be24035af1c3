import Foundation
import OffstageDatabase
import OffstagePostgres
import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import Testing

/// Random tables, policies, callers and requests: the planner's policies let through and refuse what PostgreSQL's own row level security
/// does.
///
/// Every request runs here through request, plan and statement, and there as SQL written independently, as the caller's role.
/// `OFFSTAGE_SEED`
/// repeats a run; what differs is printed with all that makes it.
@Suite(.inTurns) struct RowSecurityTests {
    struct Case {
        var seed: UInt64
        var project: RandomProject
        var requests: [(RandomCaller, RandomRequest)]

        init(seed: UInt64) {
            self.seed = seed
            var dice = Dice(seed)
            project = RandomProject(&dice)
            requests = []
            for _ in 0..<10 {
                let caller = RandomCaller(&dice)
                requests.append((caller, RandomRequest(project, &dice)))
            }
        }

        var setUp: [String] { RandomProject.prologue + project.statements }
    }

    static let batches: [Int] = Array(0..<(Dice.isLong ? 100 : 6))
    static let casesPerBatch = 25

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)), arguments: batches)
    func `random requests meet the same policies as in PostgreSQL`(_ batch: Int) async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        let cases = (0..<Self.casesPerBatch).map { Case(seed: Dice.seed &+ UInt64(batch * Self.casesPerBatch + $0)) }
        let answers = try postgres.answers(to: cases, in: database)
        var requests = 0
        var rows = 0
        var refused = 0
        for (number, (item, expected)) in zip(cases, answers).enumerated() {
            // The second engine's own way from request to answer, of one case in five.
            if number % 5 == 0 { try await onPostgres(item, expected) }
            let embedded = try await Embedded()
            do {
                try await embedded.apply(
                    (item.setUp + ["grant all on all tables in schema public to service_role"]).joined(separator: ";\n"))
            } catch {
                Issue.record("seed \(item.seed): the project could not be made: \(error)\n\(item.setUp.joined(separator: ";\n"))")
                continue
            }
            for (index, ((caller, request), wanted)) in zip(item.requests, expected).enumerated() {
                let given = await RestAnswer.of(request, as: caller, on: embedded.database)
                requests += 1
                rows += given.text.count > 2 ? 1 : 0
                refused += given.code == nil ? 0 : 1
                guard !given.agrees(with: wanted, method: request.method) else { continue }
                Issue.record(
                    """
                    OFFSTAGE_SEED=\(item.seed) request \(index)
                    \(item.setUp.joined(separator: ";\n"));
                    -- before it: \(item.requests.prefix(index).filter { $0.1.method != "GET" }.map { "\($0.0.role): \($0.1.sql)" }.joined(separator: "\n--   "))
                    -- as \(caller.role) \(caller.claims)
                    \(request.text)
                    \(request.sql);
                        PostgreSQL: \(wanted)
                        embedded:   \(given)
                        \(RestAnswer.statement(of: request, as: caller, on: embedded))
                    """)
                // What follows rests on it.
                break
            }
        }
        print("seed \(Dice.seed), batch \(batch): \(requests) requests, \(rows) with rows, \(refused) refused")
    }

    private func onPostgres(_ item: Case, _ expected: [RestAnswer]) async throws {
        let postgres = try Postgres.required()
        let name = try postgres.makeDatabase()
        defer { postgres.drop(name) }
        var options = PostgresDatabase.Options()
        options.connections = 1
        let database = try PostgresDatabase("\(postgres.connection) dbname=\(name)", options: options)
        defer { database.close() }
        let script = (item.setUp + ["grant all on all tables in schema public to service_role"]).joined(separator: ";\n")
        try await database.session { try $0.run(script: script) }
        try await database.start()
        for (index, ((caller, request), wanted)) in zip(item.requests, expected).enumerated() {
            let given = await RestAnswer.of(request, as: caller, on: database)
            guard !given.agrees(with: wanted, method: request.method) else { continue }
            Issue.record(
                """
                OFFSTAGE_SEED=\(item.seed) request \(index), on PostgreSQL
                \(script);
                -- as \(caller.role) \(caller.claims)
                \(request.text)
                \(request.sql);
                    by hand: \(wanted)
                    engine:  \(given)
                """)
            break
        }
    }
}

/// What a request came to, as far as it is compared.
struct RestAnswer: Equatable, CustomStringConvertible {
    var code: String?
    var message = ""
    /// JSON, or nothing.
    var text = ""
    /// Rows touched, where the body does not tell.
    var count: Int?
    var total: Int?

    var description: String {
        code.map { "\($0) \(message)" } ?? "\(text)\(count.map { " \($0) touched" } ?? "")\(total.map { " of \($0)" } ?? "")"
    }
}

extension RestAnswer {
    /// Rows are compared byte for byte, but for the blanks between them.
    func agrees(with wanted: RestAnswer, method: String) -> Bool {
        if let code, let expected = wanted.code {
            // What the caller has no grant on is not there to embed. Which row a computed value fails on first is nobody's promise.
            if code == "PGRST200", expected == "42501", wanted.message.hasPrefix("permission denied") { return true }
            // A value computed for the answer fails here after all rows are written, there with its row.
            if expected.hasPrefix("22") { return true }
            // Of several rows that may not be written an update meets one first, by an order that is its own; an upsert that touches a row
            // twice may be stopped by what it would write there.
            let words = [code, expected]
            if method == "PATCH", words.allSatisfy({ $0.hasPrefix("23") || $0 == "42501" }), !message.hasPrefix("permission") {
                return true
            }
            if words == ["42501", "21000"], !message.hasPrefix("permission") { return true }
            // Of several tables that are not granted PostgreSQL names the one its plan meets first.
            if code == expected, message.hasPrefix("permission denied"), wanted.message.hasPrefix("permission denied") { return true }
        }
        var (a, b) = (self, wanted)
        a.text = Self.plain(a.text)
        b.text = Self.plain(b.text)
        return a == b
    }

    private static func plain(_ text: String) -> String {
        text.replacing("\n", with: "").replacing(", ", with: ",").replacing(" {", with: "{").replacing(" ,", with: ",")
    }

    static func plan(_ request: RandomRequest, as caller: RandomCaller, on database: any Driver) throws -> (
        TableRequest, OffstageSQL.Statement, Payload?
    ) {
        let query = request.query.map { part in
            part.replacing(" ", with: "%20").replacing("é", with: "%C3%A9").replacing("\"", with: "%22")
        }.joined(separator: "&")
        let parsed = try TableRequest(
            method: .init(rawValue: request.method) ?? .get, path: request.path, query: query,
            headers: RequestHeaders(prefer: request.prefer, contentType: "application/json"))
        var payload: Payload?
        if let body = request.body {
            payload = try Array(body.utf8).withUnsafeBufferPointer { try Payload($0, type: .json, columns: nil) }
        }
        let plan = try OffstageQuery.plan(
            parsed, payload: payload?.shape, in: Catalogue(database.schema, settings: PlanSettings()), as: caller.role)
        return (parsed, try database.statement(for: plan), payload)
    }

    static func of(_ request: RandomRequest, as caller: RandomCaller, on database: any Driver) async -> RestAnswer {
        do {
            let (parsed, statement, payload) = try plan(request, as: caller, on: database)
            var inputs = Inputs(
                caller: Caller(role: caller.role, claims: caller.claims, subject: caller.subject), values: parsed.values,
                now: Embedded.now())
            if case .write(let write) = statement, let payload {
                for row in payload.rows {
                    inputs.rows.append(.init(values: try Payload.stored(row, as: write.payloadColumns, in: ValueContext(now: inputs.now))))
                }
            }
            if case .remote = statement { inputs.body = payload?.recordset(Array((request.body ?? "").utf8), type: .json) }
            let rows = try await database.run(statement, with: inputs, as: request.gives ? .json(nullsStripped: false) : .none)
            return RestAnswer(
                text: request.gives ? String(decoding: rows.body, as: UTF8.self) : "", count: request.gives ? nil : rows.count,
                total: rows.total)
        } catch let error as SQLError {
            return RestAnswer(code: error.code, message: error.message)
        } catch let error as PlanError {
            return RestAnswer(code: error.code, message: error.message)
        } catch let error as RequestError {
            return RestAnswer(code: error.code, message: "\(error)")
        } catch {
            return RestAnswer(code: "XX000", message: "\(error)")
        }
    }

    /// The SQLite text, for a report.
    static func statement(of request: RandomRequest, as caller: RandomCaller, on embedded: Embedded) -> String {
        guard let (_, statement, _) = try? plan(request, as: caller, on: embedded.database) else { return "no statement" }
        switch statement {
        case .read(let read): return read.root.query.text
        case .write(let write):
            switch write.action {
            case .insert(let texts): return texts.map(\.text).joined(separator: "\n")
            case .update(let text): return text.text
            case .delete(let find, let delete): return [find?.text ?? "", delete.text].joined(separator: "\n")
            case .call(let node): return node.query.text
            case .rows(let write): return write.texts.map(\.text).joined(separator: "\n")
            }
        case .remote: return "a statement for another engine"
        }
    }
}

extension Postgres {
    /// Runs cases one after another, each on an empty schema, each request as its caller in a transaction of its own.
    func answers(to cases: [RowSecurityTests.Case], in database: String) throws -> [[RestAnswer]] {
        var script = """
            \\set QUIET on
            \\set VERBOSITY verbose
            \\pset null ''
            set client_min_messages = error;
            set timezone = 'UTC';

            """
        for item in cases {
            script +=
                "\\echo '\\x1dC'\ndrop schema if exists public cascade; create schema public; grant usage on schema public to public;\n"
            for statement in item.setUp { script += statement + ";\n" }
            script += "grant all on all tables in schema public to service_role;\n"
            for (caller, request) in item.requests {
                script +=
                    "begin;\n\\o /dev/null\nset local role \(caller.role);\nselect set_config('request.jwt.claims', '\(caller.claims)', true);\n\\o\n"
                script += "\\echo '\\x1dS'\n\(request.sql);\n\\echo '\\x1dE' :SQLSTATE :ROW_COUNT\n"
                if let counts = request.counts { script += "\(counts);\n" }
                script += "commit;\n"
            }
        }
        var results: [[RestAnswer]] = []
        for part in try output(of: script, in: database).split(separator: "\u{1D}") {
            guard let kind = part.first else { continue }
            let body = part.dropFirst(2)
            switch kind {
            case "C":
                if body.contains("ERROR") { throw Trouble(text: "seed \(cases[results.count].seed): \(body)") }
                results.append([])
            case "S":
                var answer = RestAnswer()
                if let start = body.firstRange(of: "ERROR:  ") {
                    answer.code = String(body[start.upperBound...].prefix(5))
                    answer.message = String(body[start.upperBound...].dropFirst(7).prefix { $0 != "\n" })
                } else {
                    answer.text = body.trimmingCharacters(in: .newlines)
                }
                results[results.count - 1].append(answer)
            case "E":
                let request = cases[results.count - 1].requests[results[results.count - 1].count - 1].1
                let lines = body.split(separator: "\n")
                let words = lines.first?.split(separator: " ") ?? []
                let last = results[results.count - 1].count - 1
                guard results[results.count - 1][last].code == nil else { continue }
                if !request.gives { results[results.count - 1][last].count = words.count > 1 ? Int(words[1]) : nil }
                if request.counts != nil { results[results.count - 1][last].total = lines.count > 1 ? Int(lines[1]) : nil }
            default: continue
            }
        }
        return results
    }
}
