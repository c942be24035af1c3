import ArgumentParser
import OffstageServer

/// Prints `Docs/Reference/Errors.md`; a test holds the page to it.
struct ErrorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors", abstract: "Print the reference of Offstage's own error codes.", shouldDisplay: false)

    func run() { Terminal.text(Self.reference) }

    static var reference: String {
        var lines = [
            "# Offstage's own error codes", "",
            "Codes of five characters are PostgreSQL's (its manual, appendix A), `PGRST…` are PostgREST's; both are in",
            "[the REST interface](REST.md). These are Offstage's own. Every error has four members, `code`, `message`, `details` and `hint`.",
            "",
            "This page is written by `offstage errors`.", "", "| Code | Status | Message | |", "|---|--:|---|---|",
        ]
        for code in OffstageCode.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
            lines.append("| `\(code.rawValue)` | \(code.status) | \(code.message) | \(code.explanation) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
