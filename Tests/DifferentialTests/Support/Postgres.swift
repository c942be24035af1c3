import Foundation

/// A real PostgreSQL to compare with, spoken to through `psql`: one process for each script.
///
/// `OFFSTAGE_TEST_POSTGRES` says where it is, in libpq's words; `Scripts/test` starts one and sets it.
struct Postgres: Sendable {
    let connection: String

    static let shared = ProcessInfo.processInfo.environment["OFFSTAGE_TEST_POSTGRES"].map { Postgres(connection: $0) }

    /// Without a PostgreSQL the suites are left out, and say so; where everything must run they run, and fail.
    static let isWanted = shared != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    static let absence = "compares with PostgreSQL: set OFFSTAGE_TEST_POSTGRES, or run Scripts/test"

    struct Missing: Error, CustomStringConvertible {
        var description: String { "OFFSTAGE_TEST_POSTGRES is not set, and with CI=true nothing may be left out" }
    }

    static func required() throws -> Postgres {
        guard let shared else { throw Missing() }
        return shared
    }

    /// What psql prints for a script, its errors among it at their places.
    func output(of script: String, in database: String? = nil) throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("offstage-\(UUID().uuidString).sql")
        try Data(script.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // Of two names for the database libpq takes the later one.
        let words = [
            "psql", connection + (database.map { " dbname=\($0)" } ?? ""), "--no-psqlrc", "--no-align", "--tuples-only", "--quiet",
        ]
        let environment = ProcessInfo.processInfo.environment.merging(["PGCLIENTENCODING": "UTF8", "LC_ALL": "C.UTF-8"]) { $1 }
        return String(decoding: try Program.output(of: words, environment: environment, input: file.path), as: UTF8.self)
    }
}

/// What a database answers to one statement.
struct Answer: Equatable, Sendable {
    struct Failure: Equatable, Sendable {
        var code: String
        var message: String
        var details: String?
        var constraint: String?
    }

    /// Names and types of the columns, where it gives rows.
    var columns: [String] = []
    /// Nil cells are null.
    var rows: [[String?]] = []
    /// Rows given or touched.
    var count = 0
    var failure: Failure?
}

extension Postgres {
    private static let preamble = """
        \\set QUIET on
        \\set VERBOSITY verbose
        \\pset null '\\x05'
        \\pset fieldsep '\\x1f'
        \\pset recordsep '\\x1e'
        set client_min_messages = error;
        set timezone = 'UTC';
        set datestyle = 'ISO, MDY';
        set intervalstyle = 'postgres';
        set bytea_output = 'hex';

        """

    /// Runs statements one by one, each on its own: what each answers, in order.
    func answers(to statements: [String], in database: String, before: String = "") throws -> [Answer] {
        var script = Self.preamble + before + "\n"
        for statement in statements {
            let gives = Self.givesRows(statement)
            script += "\\echo '\\x1dD'\n"
            if gives { script += "\(statement)\n\\gdesc\n" }
            script += "\\echo '\\x1dS'\n\(statement)\n;\n\\echo '\\x1dE' :SQLSTATE :ROW_COUNT\n"
        }
        let text = try output(of: script, in: database)
        var answers: [Answer] = []
        var answer = Answer()
        for part in text.split(separator: "\u{1D}").dropFirst(0) {
            guard let kind = part.first else { continue }
            let body = part.dropFirst(2)
            switch kind {
            case "D":
                answer = Answer()
                answer.columns = Self.records(body).compactMap { $0.count == 2 ? "\($0[0] ?? "") \($0[1] ?? "")" : nil }
            case "S":
                if body.contains("ERROR:  ") { answer.failure = Self.failure(body) } else { answer.rows = Self.records(body) }
            case "E":
                let words = body.split(whereSeparator: { $0 == " " || $0 == "\n" })
                answer.count = words.count > 1 ? Int(words[1]) ?? 0 : 0
                if let code = words.first, code != "00000", answer.failure == nil {
                    answer.failure = .init(code: String(code), message: String(body))
                }
                if answer.failure != nil {
                    answer.columns = []
                    answer.rows = []
                    answer.count = 0
                }
                if answer.columns.isEmpty { answer.rows = [] } else { answer.rows = Self.complete(answer) }
                answers.append(answer)
            default: continue
            }
        }
        guard answers.count == statements.count else {
            throw Trouble(text: "psql answered \(answers.count) of \(statements.count) statements: \(text.suffix(2000))")
        }
        return answers
    }

    struct Trouble: Error, CustomStringConvertible {
        var text: String
        var description: String { text }
    }

    static func givesRows(_ statement: String) -> Bool {
        let word = statement.prefix { $0.isLetter }.lowercased()
        if ["select", "values", "with", "table"].contains(word) || statement.hasPrefix("(") { return true }
        return ["insert", "update", "delete"].contains(word) && statement.lowercased().contains("returning")
    }

    private static func records(_ text: Substring) -> [[String?]] {
        var text = text
        if text.last == "\n" { text.removeLast() }
        guard !text.isEmpty else { return [] }
        return text.split(separator: "\u{1E}", omittingEmptySubsequences: false).map { record in
            record.split(separator: "\u{1F}", omittingEmptySubsequences: false).map { $0 == "\u{5}" ? nil : String($0) }
        }
    }

    /// One row of one empty text prints as nothing at all.
    private static func complete(_ answer: Answer) -> [[String?]] {
        answer.rows.isEmpty && answer.count > 0 ? Array(repeating: [""], count: answer.count) : answer.rows
    }

    private static func failure(_ text: Substring) -> Answer.Failure {
        var failure = Answer.Failure(code: "", message: "")
        var isDetail = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            // A function's own query, shown over several lines, is no detail.
            if line.hasPrefix("QUERY:  ") { break }
            if let rest = line.after("ERROR:  ") {
                failure.code = String(rest.prefix(5))
                failure.message = String(rest.dropFirst(7))
            } else if let rest = line.after("DETAIL:  ") {
                failure.details = String(rest)
                isDetail = true
                continue
            } else if let rest = line.after("CONSTRAINT NAME:  ") {
                failure.constraint = String(rest)
            } else if isDetail, !line.isEmpty, !line.hasPrefix("HINT:  "), !line.hasPrefix("CONTEXT:  "), !line.hasPrefix("QUERY:  "),
                !line.contains(" NAME:  "),
                !line.hasPrefix("LOCATION:  "), !line.hasPrefix("LINE ")
            {
                failure.details? += "\n" + line
                continue
            }
            isDetail = false
        }
        return failure
    }
}

extension Substring {
    fileprivate func after(_ prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
