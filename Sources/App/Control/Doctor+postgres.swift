import OffstageDatabase
import OffstagePostgres
import OffstageSchema

/// What only a PostgreSQL can have.
extension Doctor {
    /// - Returns: the schema with its policies, and a line about the server.
    func look(at database: PostgresDatabase, _ findings: inout Findings) async throws -> (Schema, String) {
        let isInProduction = project.settings.environment == .production
        let exposed = project.settings.api.schemas
        let options = database.options
        let found = try await database.session { session in
            var check = PostgresCheck(session, exposing: exposed, connections: options.connections, isInProduction: isInProduction)
            var found = try session.transaction { session in
                let about = try check.perform()
                return (try session.access(exposing: exposed, inTransaction: true), about, check.findings)
            }
            guard !options.replicas.isEmpty else { return found }
            do {
                var copies = try ReplicaCheck(session, limit: options.replicaLag, isInProduction: isInProduction)
                for (index, replica) in options.replicas.enumerated() { copies.look(at: replica, called: "replica \(index + 1)") }
                found.1 += " \(copies.usable) of \(options.replicas.count) replicas may be read."
                found.2.problems += copies.findings.problems
                found.2.notes += copies.findings.notes
            } catch {
                found.2.problems.append("the replicas cannot be compared with this server: \(error)")
            }
            return found
        }
        findings = found.2
        return (found.0, found.1)
    }
}

/// The questions that a doctor asks a PostgreSQL, in a transaction that is open.
struct PostgresCheck {
    private let session: PostgresSession
    private let exposed: [String]
    /// Of this server: those of requests, and the one that listens.
    private let connections: Int
    private let isInProduction: Bool
    private(set) var findings = Doctor.Findings()

    init(_ session: PostgresSession, exposing exposed: [String], connections: Int, isInProduction: Bool) {
        self.session = session
        self.exposed = exposed
        self.connections = connections + 1
        self.isInProduction = isInProduction
    }

    /// - Returns: a line about the server.
    mutating func perform() throws -> String {
        try roles()
        try views()
        try functions()
        try indexes()
        try grants()
        try changes()
        try durability()
        try clock()
        try texts()
        return try server()
    }

    // MARK: Who may do what

    private mutating func roles() throws {
        let login = try session.rows("select current_user, rolsuper from pg_roles where rolname = current_user").first ?? []
        let user = (login.first ?? nil) ?? ""
        if login.last == "t" {
            findings.add(
                "the login user \(user) is a superuser, so a flaw in this program reaches everything on the server. Log in as one who owns the database, with CREATEROLE",
                isProblem: isInProduction)
        }
        for row in try session.rows(DoctorQueries.roles) {
            let cells = row.map { $0 ?? "" }
            guard cells.count == 4 else { continue }
            let (name, isThere, isReachable, passes) = (cells[0], cells[1], cells[2], cells[3])
            if isThere != "t" {
                findings.problems.append(
                    "the role \(name) is missing. create role \(name) nologin\(name == "service_role" ? " bypassrls" : "");")
                continue
            }
            if isReachable != "t" { findings.problems.append("requests cannot become \(name). grant \(name) to \(user);") }
            if name == "service_role" {
                if passes != "t" {
                    findings.problems.append("row level security holds the service key back. alter role service_role bypassrls;")
                }
            } else if passes == "t" {
                findings.problems.append(
                    "a token with the role \(name) passes all row level security. alter role \(name) nosuperuser nobypassrls;")
            }
        }
        for row in try session.rows(DoctorQueries.wideMemberships) {
            guard let role = row.first ?? nil, let held = row.last ?? nil else { continue }
            findings.problems.append("requests as \(role) have the rights of \(held). revoke \(held) from \(role);")
        }
    }

    private mutating func views() throws {
        for row in try session.rows(DoctorQueries.viewsPastPolicies, [exposedList]) {
            let cells = row.map { $0 ?? "" }
            guard cells.count == 4 else { continue }
            let remedy =
                cells[2] == "m"
                ? "revoke all on \(cells[1]) from anon, authenticated;" : "alter view \(cells[1]) set (security_invoker = true);"
            findings.problems.append(Doctor.pastPolicies(shown(cells[0], cells[1]), of: [cells[3]], remedy))
        }
    }

    private mutating func functions() throws {
        for row in try session.rows(DoctorQueries.definersWithoutPath, [exposedList]) {
            guard let name = row.first ?? nil else { continue }
            findings.problems.append(
                "the function \(name) runs with its owner's rights and its caller's search_path, so a caller may put other things under the names it uses. alter function \(name) set search_path = '';"
            )
        }
    }

    private mutating func grants() throws {
        let applied = try RemoteGrants(exposed).apply(isDry: true, on: session)
        guard let first = applied.grants.first else { return }
        let more = applied.grants.count - 1
        findings.notes.append(
            "what was made without a migration lacks grants: \(first)\(more > 0 ? "; and \(more) more" : ""). offstage grants apply")
    }

    // MARK: Definitions

    private mutating func indexes() throws {
        for row in try session.rows(DoctorQueries.keysWithoutIndex) {
            let cells = row.map { $0 ?? "" }
            if cells.count == 3 { findings.notes.append(Doctor.unindexed(cells[0], cells[1], cells[2])) }
        }
        for row in try session.rows(DoctorQueries.invalidIndexes) {
            guard let index = row.first ?? nil else { continue }
            findings.problems.append("the index \(index) is not valid: making it was interrupted. reindex index concurrently \(index);")
        }
        for row in try session.rows(DoctorQueries.unvalidatedConstraints) {
            guard let name = row.first ?? nil, let table = row.last ?? nil else { continue }
            findings.notes.append(
                "the constraint \(name) of \(table) was never checked on its old rows. alter table \(table) validate constraint \(name);")
        }
    }

    private mutating func changes() throws {
        let enabled = try session.rows(
            "select evtenabled from pg_event_trigger where evtname in ('\(PostgresSetup.trigger)', 'pgrst_ddl_watch')")
        if enabled.isEmpty {
            findings.notes.append(
                "no event trigger tells servers what other tools change. offstage migrate up as a superuser makes one; offstage grants apply tells them once"
            )
        } else if !enabled.contains(where: { $0.first != "D" }) {
            findings.problems.append(
                "the event trigger that tells servers of changes is disabled. alter event trigger \(PostgresSetup.trigger) enable;")
        }
    }

    // MARK: The server

    private mutating func durability() throws {
        for (name, harm) in [
            ("fsync", "a crash of the machine damages the database"),
            ("full_page_writes", "a crash of the machine may damage the database"),
            ("synchronous_commit", "a crash loses rows that were acknowledged"),
        ] where try setting(name) == "off" {
            findings.add("\(name) is off: \(harm). alter system set \(name) = on;", isProblem: isInProduction)
        }
        let standbys = try session.rows("select count(*) from pg_stat_replication").first?.first ?? "0"
        if standbys != "0", try setting("synchronous_standby_names") == "" {
            findings.notes.append(
                "the standbys follow asynchronously: a failover may lose rows that were acknowledged. synchronous_standby_names, or Patroni's synchronous_mode"
            )
        }
        if try !session.rows(DoctorQueries.plainConnection).isEmpty {
            findings.add(
                "the connection crosses the network unencrypted. sslmode=verify-full in the connection string", isProblem: isInProduction)
        }
    }

    private mutating func clock() throws {
        let before = EpochClock.now
        let there = try session.rows("select ((extract(epoch from clock_timestamp()) - 946684800) * 1000000)::bigint").first?.first
        guard let there = there.flatMap({ $0 }).flatMap({ Int64($0) }),
            let skew = Self.skew(there: there, between: before, and: EpochClock.now)
        else { return }
        findings.add(skew.text, isProblem: skew.isProblem)
    }

    /// How far the database's clock is from ours, where that is more than what a request takes: from 1 s it is told, from 30 s it is a problem.
    ///
    /// All are microseconds since 2000.
    static func skew(there: Int64, between before: Int64, and after: Int64) -> (text: String, isProblem: Bool)? {
        let ahead = there < before ? there - before : there > after ? there - after : 0
        guard abs(ahead) >= 1_000_000 else { return nil }
        let text =
            "the database's clock is \(abs(ahead) / 1_000_000) s \(ahead > 0 ? "ahead of" : "behind") ours: tokens expire by ours, rows are stamped by its own. Set both by NTP"
        return (text, abs(ahead) >= 30_000_000)
    }

    private mutating func texts() throws {
        let row = try session.rows(DoctorQueries.texts).first ?? []
        guard row.count == 3, let encoding = row[0], let order = row[1] else { return }
        if encoding != "UTF8" {
            findings.problems.append(
                "the database's encoding is \(encoding): what it cannot hold is refused. Make one with encoding 'UTF8'")
        }
        if row[2] != "c" && row[2] != "b" || !["C", "POSIX", "C.UTF-8", "C.utf8"].contains(order) {
            findings.notes.append("texts are ordered by \(order), and by C on the embedded engine: lists may come in another order")
        }
    }

    private mutating func server() throws -> String {
        let row = (try session.rows(DoctorQueries.server).first ?? []).map { $0 ?? "" }
        guard row.count == 6 else { return "PostgreSQL" }
        let (version, isReadOnly, timeline) = (row[0], row[1] == "t", row[2])
        let (most, taken, own) = (Int(row[3]) ?? 0, Int(row[4]) ?? 0, Int(row[5]) ?? 0)
        if session.version / 10_000 != 15 {
            findings.notes.append("PostgreSQL \(session.version / 10_000) is not the one that is tested, which is 15")
        }
        if isReadOnly { findings.problems.append("the server only reads: it is a standby, or default_transaction_read_only is on") }
        if connections > most {
            findings.problems.append(
                "this server may open \(connections) connections, and PostgreSQL takes \(most). database.connections, or max_connections there"
            )
        } else if taken - own + connections > most {
            findings.notes.append(
                "others hold \(taken - own) of PostgreSQL's \(most) connections, and this server may open \(connections)")
        }
        return
            "PostgreSQL \(version), \(isReadOnly ? "a standby" : "the primary")\(timeline.isEmpty ? "" : ", timeline \(timeline)"); up to \(connections) of its \(most) connections are for this server."
    }

    private func setting(_ name: String) throws -> String {
        try session.rows("select current_setting($1, true)", [name]).first?.first.flatMap { $0 } ?? ""
    }

    /// As an array's literal.
    private var exposedList: String {
        "{" + exposed.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }.joined(separator: ",") + "}"
    }

    private func shown(_ name: String, _ full: String) -> String { full.hasPrefix("\(exposed.first ?? "").") ? name : full }
}
