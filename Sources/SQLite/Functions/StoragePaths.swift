import OffstageSchema

/// What policies ask of a file's path: `storage.foldername(name)` and its kin.
extension EngineFunction {
    static let storagePaths: [EngineFunction] = [
        // The folders a path goes through; null for an empty path.
        EngineFunction("pg_foldername", 1, pure) {
            strict($0, $1, $2) { call in
                let parts = call.text(0).split(separator: "/", omittingEmptySubsequences: false)
                if parts == [""] { return call.giveNull() }
                call.give(ArrayText.text(of: parts.dropLast().map { .text(String($0)) }, element: .text))
            }
        },
        EngineFunction("pg_filename", 1, pure) {
            strict($0, $1, $2) { call in
                let parts = call.text(0).split(separator: "/", omittingEmptySubsequences: false)
                if parts == [""] { return call.giveNull() }
                call.give(String(parts.last ?? ""))
            }
        },
        // What stands behind the last dot of the file's name; the name itself where there is none.
        EngineFunction("pg_extension", 1, pure) {
            strict($0, $1, $2) { call in
                let parts = call.text(0).split(separator: "/", omittingEmptySubsequences: false)
                if parts == [""] { return call.giveNull() }
                call.give(String(parts.last?.split(separator: ".", omittingEmptySubsequences: false).last ?? ""))
            }
        },
    ]
}
