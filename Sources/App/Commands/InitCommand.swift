import ArgumentParser

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "init", abstract: "Make a project that works at once.")
    @Argument(help: "The folder; made if it is not there.", completion: .directory) var directory: String

    func run() throws {
        let folder = ProjectFolder(directory)
        if folder.isProject { throw Stop("\(directory) is a project already.") }
        try TextFile.makeFolder(folder.path)
        for (name, text) in NewProject.files {
            if let slash = name.lastIndex(of: "/") { try TextFile.makeFolder("\(folder.path)/\(name[..<slash])") }
            let path = "\(folder.path)/\(name)"
            if TextFile.exists(path) {
                Terminal.note("kept \(name), which was there")
            } else {
                try TextFile.create(path, text)
                Terminal.out("wrote \(name)")
            }
        }
        Terminal.out("\nNow:  cd \(directory) && offstage serve")
    }
}
