package import OffstageDatabase

/// A project on disk: where its migrations, seeds, settings and data are.
///
/// A folder laid out for the Supabase CLI (`supabase/migrations`, `supabase/seed.sql`) is one, too.
package struct ProjectFolder: Sendable, Hashable {
    package let path: String
    /// Relative to `path`: `migrations` or `supabase/migrations`.
    package let migrationsFolder: String
    package let isSupabase: Bool

    package init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        isSupabase = !TextFile.exists("\(path)/migrations") && TextFile.exists("\(path)/supabase/migrations")
        migrationsFolder = isSupabase ? "supabase/migrations" : "migrations"
    }

    /// Is anything here that makes it a project?
    package var isProject: Bool {
        ["offstage.yaml", "migrations", "supabase/migrations"].contains { TextFile.exists("\(path)/\($0)") }
    }

    package func dataPath(_ settings: Settings) -> String { path(of: settings.dataFolder) }

    /// What settings name is relative to the project.
    package func path(of name: String) -> String { name.hasPrefix("/") ? name : "\(path)/\(name)" }

    /// The migration files, in the order they are applied.
    package func migrations() throws(FileError) -> [MigrationFile] {
        let folder = "\(path)/\(migrationsFolder)"
        var files: [MigrationFile] = []
        for name in try TextFile.names(in: folder) ?? [] where MigrationFile.isMigration(name) {
            guard let bytes = try TextFile.bytes("\(folder)/\(name)", limit: 64 << 20) else { continue }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw FileError(path: "\(folder)/\(name)", reason: "it is not UTF-8")
            }
            files.append(MigrationFile(name: name, text: text, checksum: Migrations.checksum(of: bytes)))
        }
        return files
    }

    /// Data for development, relative to `path`, in the order it is loaded: `seed.sql`, then `seed/*.csv` and `seed/*.sql` by name.
    package func seeds() throws(FileError) -> [String] {
        var seeds: [String] = []
        let script = isSupabase ? "supabase/seed.sql" : "seed.sql"
        if TextFile.exists("\(path)/\(script)") { seeds.append(script) }
        for name in try TextFile.names(in: "\(path)/seed") ?? [] where !name.hasPrefix(".") {
            if [".csv", ".sql", ".json", ".ndjson"].contains(where: { name.hasSuffix($0) }) { seeds.append("seed/\(name)") }
        }
        return seeds
    }
}
