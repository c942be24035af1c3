package import OffstageAuth
import OffstageDatabase
import OffstagePostgres
import OffstageSQLite
import OffstageSchema

/// A project with its database and keys open: this process owns them until it is closed.
package struct Project: Sendable {
    package let folder: ProjectFolder
    package let settings: Settings
    package let database: ProjectDatabase
    package let keys: KeyRing

    /// Opens, and makes what is not there yet: the data folder, the database, new keys. A PostgreSQL is not asked before ``start()``.
    ///
    /// - Throws: 55006 where another process owns the data.
    package init(_ folder: ProjectFolder, _ settings: Settings) throws {
        self.folder = folder
        self.settings = settings
        let data = folder.dataPath(settings)
        let rules = KeyRules(requireKey: settings.api.requireKey, audience: settings.auth.audience)
        var imported: [SigningKey] = []
        if let secret = settings.auth.jwtSecret {
            imported.append(try .imported(secret: secret, issuer: settings.auth.issuer, audience: settings.auth.audience))
        }
        if let jwks = settings.auth.jwks {
            imported += try SigningKey.imported(jwks: jwks, issuer: settings.auth.issuer, audience: settings.auth.audience)
        }
        let shared = try SharedKeys(settings)
        let keys = KeyRing(in: shared ?? KeyRing.file(in: data), rules: rules, imported: imported)
        self.keys = keys
        if let url = settings.database.url {
            var options = Self.options(settings, answers: data)
            if shared != nil {
                options.watched = SharedKeys.state
                options.heard = { notice in
                    guard notice ?? SharedKeys.notice == SharedKeys.notice else { return }
                    do { try keys.reload() } catch { Terminal.note("the keys could not be read again: \(error)") }
                }
            }
            // The socket for commands, and long answers.
            try DataFolder.makeFolder(data)
            database = .postgres(try PostgresDatabase(url, options: options))
        } else {
            database = .embedded(try EmbeddedDatabase(folder: data, options: Self.embeddedOptions(settings)))
        }
        if shared == nil { try keys.open() }
    }

    /// Several servers have the same keys.
    var sharesKeys: Bool { settings.database.url != nil && settings.masterKey != nil }

    package func close() {
        try? keys.saveUses()
        database.close()
    }

    /// Makes the database ready to be asked: on PostgreSQL, connects, sets up what is missing, and reads the catalogue.
    ///
    /// - Throws: `Stop` where a move into it has not ended.
    package func start() async throws {
        let unfinished = Stop(
            "A project is being moved into this database, or a move did not end: offstage move again, or drop the database.")
        let database: PostgresDatabase
        switch self.database {
        case .embedded(let embedded):
            guard try await !embedded.transaction({ try MoveToFile.isMoving($0) }) else { throw unfinished }
            return
        case .postgres(let postgres): database = postgres
        }
        let exposed = settings.api.schemas
        try await database.session { session in
            try PostgresSetup.run(on: session, exposing: exposed)
            guard try session.rows("select 1 from offstage.meta where key = 'moving'").isEmpty else {
                throw unfinished
            }
        }
        // Keys that were in the data folder until now come along. Commands to a running server start it again: its keys are there.
        if sharesKeys, !keys.isOpen { try keys.open(adopting: KeyRing.file(in: folder.dataPath(settings))) }
        try await database.start()
    }

    static func embeddedOptions(_ settings: Settings) -> EmbeddedDatabase.Options {
        var options = EmbeddedDatabase.Options()
        options.readers = settings.database.readers
        options.queue = settings.database.queue
        options.otherTimeLimit = settings.database.statementTimeout
        options.timeLimits = settings.database.roleTimeouts
        options.exposed = Set(settings.api.schemas)
        options.answerLimit = settings.api.answerLimit
        return options
    }

    static func options(_ settings: Settings, answers: String) -> PostgresDatabase.Options {
        var options = PostgresDatabase.Options()
        options.answerFolder = answers
        options.answerLimit = settings.api.answerLimit
        options.connections = settings.database.connections
        options.queue = settings.database.queue
        options.otherTimeLimit = settings.database.statementTimeout
        options.timeLimits = settings.database.roleTimeouts
        options.preparedStatements = settings.database.preparedStatements
        options.replicas = settings.database.replicas
        options.replicaLag = settings.database.replicaLag
        options.exposed = settings.api.schemas
        options.log = { Terminal.note("PostgreSQL: \($0)") }
        return options
    }

    package func migrations() throws(FileError) -> Migrations {
        Migrations(
            try folder.migrations(), folder: folder.migrationsFolder, opening: settings.api.openTables ? settings.api.schemas : [],
            in: database)
    }
}

extension Project {
    /// What loading the seeds did: a line for each file.
    package struct Seeded: Sendable, Hashable {
        package var file: String
        /// Nil for a file of SQL.
        package var rows: Int?
    }

    /// Loads `seed.sql` and `seed/*` once in the life of a database, all of it or nothing.
    package func seed() async throws -> [Seeded] {
        let (folder, seeds) = (folder, try folder.seeds())
        let database: EmbeddedDatabase
        switch self.database {
        case .embedded(let embedded): database = embedded
        case .postgres(let postgres): return try await seed(postgres, seeds)
        }
        return try await database.transaction(deadline: nil) { database in
            guard try database.rows("SELECT 1 FROM \"offstage.meta\" WHERE key = 'seeded'").isEmpty else { return [] }
            var done: [Seeded] = []
            for file in seeds {
                guard let bytes = try TextFile.bytes("\(folder.path)/\(file)") else { continue }
                if let format = RowFileFormat(fileName: file) {
                    let table = Self.table(ofSeed: file)
                    do {
                        done.append(Seeded(file: file, rows: try TableImport(bytes, format, into: table).perform(on: database).inserted))
                    } catch {
                        throw SeedError(file: file, error)
                    }
                } else {
                    guard let text = String(validating: bytes, as: UTF8.self) else {
                        throw SeedError(file: file, reason: "it is not UTF-8")
                    }
                    var run = FileRun(file, text: text, in: database.schema, now: EpochClock.now)
                    _ = try run.perform(on: database)
                    done.append(Seeded(file: file, rows: nil))
                }
            }
            _ = try database.rows("INSERT INTO \"offstage.meta\" VALUES ('seeded', ?1)", [.text("\(EpochClock.now)")])
            return done
        }
    }

    private func seed(_ database: PostgresDatabase, _ seeds: [String]) async throws -> [Seeded] {
        let (folder, schema, exposed) = (folder, database.schema, database.options.exposed)
        return try await database.session { session in
            try session.transaction { session in
                _ = try session.rows(PostgresSetup.lock)
                let inserted = try session.rows("insert into offstage.meta values ('seeded', now()) on conflict do nothing returning 1")
                guard !inserted.isEmpty else { return [] }
                var done: [Seeded] = []
                for file in seeds {
                    guard let bytes = try TextFile.bytes("\(folder.path)/\(file)") else { continue }
                    do {
                        if let format = RowFileFormat(fileName: file) {
                            let rows = TableImport(bytes, format, into: Self.table(ofSeed: file))
                            done.append(Seeded(file: file, rows: try rows.perform(on: session, schema).inserted))
                        } else {
                            guard let text = String(validating: bytes, as: UTF8.self) else {
                                throw SeedError(file: file, reason: "it is not UTF-8")
                            }
                            let run = RemoteFileRun(
                                MigrationFile(name: file, text: text, checksum: ""), shown: file, preamble: "", exposed: exposed)
                            try run.performSeed(on: session)
                            done.append(Seeded(file: file, rows: nil))
                        }
                    } catch {
                        throw SeedError(file: file, error)
                    }
                }
                return done
            }
        }
    }

    /// `seed/02_books.csv` is for `books`, `seed/shop.books.csv` for `shop.books`.
    static func table(ofSeed file: String) -> String {
        var name = file.split(separator: "/").last.map(String.init) ?? file
        if let dot = name.lastIndex(of: ".") { name = String(name[..<dot]) }
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty, name.dropFirst(digits.count).first == "_" { name = String(name.dropFirst(digits.count + 1)) }
        return name
    }
}

/// A seed that could not be loaded. Nothing of any seed was.
package struct SeedError: Error, Sendable, Hashable, CustomStringConvertible {
    package var file: String
    package var reason: String

    package init(file: String, reason: String) {
        self.file = file
        self.reason = reason
    }

    init(file: String, _ error: any Error) {
        self.file = file
        reason =
            switch error {
            case let error as ImportRefused:
                "\(error.report.badCount) rows do not fit\n" + error.report.bad.map { "  \($0)" }.joined(separator: "\n")
            case let error as SQLError: "\(error.code): \(error.message)" + (error.hint.map { "\nhint: \($0)" } ?? "")
            case let error as SeedError: error.reason
            default: "\(error)"
            }
    }

    package var description: String { "\(file): \(reason)\nNothing of the seeds was loaded." }
}
