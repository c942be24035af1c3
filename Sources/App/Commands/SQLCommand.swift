import ArgumentParser
import OffstageSyntax

struct SQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql", abstract: "Run SQL, or ask for it at a prompt.",
        discussion: """
            As the owner of everything, unless --as names a role: it reads what its grants and policies let it. All statements of one run are \
            one transaction; at the prompt each line's are. While they run, the server's writes wait.

              offstage sql "select count(*) from books"
              offstage sql -f report.sql --format csv
              offstage sql --as authenticated --claims '{"sub":"…"}' "select * from orders"
            """)
    @OptionGroup var project: ProjectOptions
    @Argument(help: "Statements; without them and without -f there is a prompt, or what comes by a pipe is run.") var sql: String?
    @Option(name: [.short, .customLong("command")], help: "Statements, as psql calls it.") var command: String?
    @Option(name: .shortAndLong, help: "A file of statements.", completion: .file()) var file: String?
    @Option(help: "table, csv or json.", completion: .list(["table", "csv", "json"])) var format: String?
    @Option(name: .customLong("as"), help: "The database role to read as: anon, authenticated, …") var role: String?
    @Option(help: #"The claims it comes with: '{"sub":"…"}'."#) var claims: String?

    func run() async throws {
        var shown = SQLScript.Format.table
        if let format {
            guard let known = SQLScript.Format(rawValue: format) else { throw Stop("A format is table, csv or json, not \(format).") }
            shown = known
        }
        guard [sql, command, file].compactMap({ $0 }).count <= 1 else {
            throw Stop("Statements come once: as an argument, by -c, or by -f.")
        }
        var text = sql ?? command
        if let file {
            guard let content = try TextFile.readIfPresent(file.hasPrefix("/") ? file : "\(Terminal.currentFolder)/\(file)") else {
                throw Stop("There is no file \(file).")
            }
            text = content
        }
        let script = SQLScript(text ?? "", as: shown, role: role, claims: claims)
        if text != nil { return try await project.run(.sql(script)) }
        var prompt = SQLPrompt(script, isTerminal: Terminal.isInput)
        try await prompt.run { try await project.run($0) }
    }
}

/// Reads statements until each is whole, and hands them on.
struct SQLPrompt {
    private var script: SQLScript
    private let isTerminal: Bool
    /// Longer than any statement a person writes.
    private static let limit = 1 << 20

    init(_ script: SQLScript, isTerminal: Bool) {
        self.script = script
        self.isTerminal = isTerminal
    }

    /// Until the end of the input or `\\q`. What goes wrong at a terminal is told and the prompt comes back; in a pipe it ends the run.
    mutating func run(reading next: () -> String? = { readLine(strippingNewline: false) }, _ perform: (DataCommand) async throws -> Void)
        async throws
    {
        if isTerminal { Terminal.note("Statements end with a semicolon. \\d lists what there is, \\d NAME shows one, \\q leaves.") }
        var text = ""
        while true {
            if isTerminal { Terminal.prompt(text.isEmpty ? "offstage=# " : "offstage-# ") }
            guard let line = next() else { break }
            if text.isEmpty, line.hasPrefix("\\") {
                let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
                if words[0] == "\\q" { return }
                try await told { () async throws in
                    guard words[0] == "\\d" else { throw Stop("\(words[0]) is not known here; \\d and \\q are.") }
                    try await perform(.describe(words.count > 1 ? words[1] : nil))
                }
                continue
            }
            text += line
            guard text.utf8.count <= Self.limit else { throw Stop("A statement may be 1 MiB long.") }
            guard Self.isWhole(text) else { continue }
            script.text = text
            text = ""
            let whole = script
            try await told { () async throws in try await perform(.sql(whole)) }
        }
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        script.text = text
        let rest = script
        try await told { () async throws in try await perform(.sql(rest)) }
    }

    private func told(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            guard isTerminal else { throw error }
            Terminal.note(Failure.text(of: error))
        }
    }

    /// It ends with a semicolon, and the parser does not miss the end of something.
    static func isWhole(_ text: String) -> Bool {
        guard text.last(where: { !$0.isWhitespace }) == ";" else { return false }
        do throws(SyntaxError) { _ = try parse(text) } catch { return !error.message.hasPrefix("unterminated") }
        return true
    }
}
