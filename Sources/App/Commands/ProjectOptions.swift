import ArgumentParser
import OffstageSchema

/// What every command that works on a project takes.
struct ProjectOptions: ParsableArguments {
    @Option(
        name: [.customShort("C"), .customLong("directory")], help: ArgumentHelp("The project's folder.", valueName: "dir"),
        completion: .directory)
    var directory = "."

    @Option(
        help: ArgumentHelp("development, test or production.", valueName: "name"), completion: .list(["development", "test", "production"]))
    var environment: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A setting, as it is called in offstage.yaml: --set api.max_rows=100.", valueName: "key=value"))
    var settings: [String] = []

    func folder() throws -> ProjectFolder {
        let folder = ProjectFolder(directory)
        guard TextFile.exists(folder.path) else { throw Stop("There is no folder \(directory).") }
        guard folder.isProject else {
            throw Stop(
                """
                \(directory == "." ? "This folder" : directory) is not a project: it has neither offstage.yaml nor migrations/.
                hint: offstage init my-app makes one; -C DIR names another folder.
                """)
        }
        return folder
    }

    func settings(of folder: ProjectFolder, flags: [String: String] = [:]) throws -> Settings {
        var all = flags
        if let environment { all["environment"] = environment }
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Stop("--set wants key=value, not \(setting)") }
            all[String(parts[0])] = String(parts[1])
        }
        return try Settings(folder: folder.path, variables: Terminal.variables, flags: all)
    }

    /// Lets the running server do it, or becomes the owner of the data for as long as it takes.
    func run(_ command: DataCommand) async throws {
        let folder = try folder()
        let settings = try settings(of: folder)
        let isWell: Bool
        if let stream = ControlStream.connect(to: ControlSocket.path(folder.dataPath(settings))) {
            defer { stream.close() }
            isWell = try await RemoteRun(stream).perform(command)
        } else {
            let project = try Project(folder, settings)
            defer { project.close() }
            isWell = try await command.perform(in: project) { Self.show($0) }
        }
        if !isWell { throw ExitCode(1) }
    }

    static func show(_ output: DataCommand.Output) {
        switch output {
        case .line(let text): Terminal.out(text)
        case .text(let text): Terminal.text(text)
        case .note(let text): Terminal.note(text)
        case .progress(let share): Terminal.progress(share)
        }
    }
}

/// A command run by the process that owns the data.
private struct RemoteRun {
    let stream: ControlStream

    init(_ stream: ControlStream) { self.stream = stream }

    func perform(_ command: DataCommand) async throws -> Bool {
        stream.write(command.json)
        while let line = stream.readLine() {
            switch ControlAnswer(json: line) {
            case .output(let output): ProjectOptions.show(output)
            case .done(let isWell): return isWell
            case .failed(let text): throw Stop(text)
            case nil: throw Stop("The running server answered in a way this version does not know.")
            }
        }
        throw Stop("The running server went away before it was done. Whether the work was done is not known.")
    }
}

/// The end of a command, with a text for people and exit code 1.
struct Stop: Error, CustomStringConvertible {
    var description: String

    init(_ text: String) { description = text }
}
