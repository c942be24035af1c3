import ArgumentParser
import OffstageAuth
import OffstageSQLite
import OffstageSchema

/// An Offstage application: the stock program is one without code of its own.
///
/// ```swift
/// import Offstage
///
/// @main struct Main {
///     static func main() async { await OffstageApp().run() }
/// }
/// ```
public struct OffstageApp: Sendable {
    /// What is written in Swift, by name.
    var functions: [String: ProgramFunctions.Body] = [:]
    /// The one whose command is running.
    @TaskLocal static var current = OffstageApp()

    /// An application with nothing of its own.
    public init() {}

    /// Runs the command that the program's arguments name, and exits when it is done: 0 if all went well, 1 if not, 64 for arguments that
    /// make no
    /// sense.
    public func run() async { await Self.$current.withValue(self) { await OffstageCommand.main() } }
}

struct OffstageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offstage", abstract: "A complete back end from SQL files.", version: Version.text,
        subcommands: [
            InitCommand.self, ServeCommand.self, MigrateCommand.self, ImportCommand.self, ExportCommand.self, OpenAPICommand.self,
            TypesCommand.self,
            MoveCommand.self,
            SQLCommand.self,
            KeysCommand.self,
            GrantsCommand.self, DoctorCommand.self, CompletionsCommand.self, SettingsCommand.self, ErrorsCommand.self,
            SQLReferenceCommand.self,
        ])

    /// Errors of ours end with their own words instead of the parser's.
    static func main() async {
        do {
            var command = try parseAsRoot()
            do {
                if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
            } catch let error where !Failure.isOfTheParser(error) {
                Terminal.note("offstage: \(Failure.text(of: error))")
                throw ExitCode(1)
            }
        } catch {
            exit(withError: error)
        }
    }
}

struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "completions", abstract: "Print a completion script for a shell.")
    @Argument(help: "bash, zsh or fish.", completion: .list(["bash", "zsh", "fish"])) var shell: String

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell) else { throw Stop("The shells are bash, zsh and fish, not \(shell).") }
        Terminal.out(OffstageCommand.completionScript(for: shell))
    }
}

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Print the reference of settings.", shouldDisplay: false)

    func run() { Terminal.text(Setting.reference) }
}
