import OffstageAuth
import OffstagePostgres
import OffstageSchema

/// The keys of a project in its PostgreSQL, the same for all its servers: one row of `offstage.keys`, sealed under the master key.
///
/// Each change is told on the channel that servers listen on, so that a key revoked on one is refused by all.
struct SharedKeys: KeyStore {
    /// What is told on the channel `offstage`.
    static let notice = "keys"

    /// Another answer after each change.
    static let state = "select xmin, changed_at from offstage.keys"

    let path = "offstage.keys"
    private let connection: String
    private let seal: KeySeal

    /// Nil where the settings have no master key, or the project lives in a file: then its keys are in the data folder.
    init?(_ settings: Settings) throws(KeyRingError) {
        guard let url = settings.database.url, let master = settings.masterKey else { return nil }
        connection = url
        seal = try KeySeal(master: master, previous: settings.previousMasterKey)
    }

    func update(_ body: ([UInt8]?) throws(KeyRingError) -> [UInt8]?) throws(KeyRingError) {
        do {
            // A database that hangs, or a lock that somebody keeps, holds up nobody for long.
            let session = try PostgresSession.connect(connection, within: .seconds(10))
            try session.transaction { try update(on: $0, body) }
        } catch let error as KeyRingError {
            throw error
        } catch let error as SQLError {
            throw .databaseFailed(reason: error.message)
        } catch {
            throw .databaseFailed(reason: "\(error)")
        }
    }

    private func update(on session: PostgresSession, _ body: ([UInt8]?) throws(KeyRingError) -> [UInt8]?) throws {
        // One at a time, the first included, when there is no row to lock.
        _ = try session.rows("select pg_advisory_xact_lock(7165322)")
        let text = try session.rows("select sealed from offstage.keys").first?.first ?? nil
        let kept = try text.map { text in
            guard let kept = seal.opened(text) else { throw KeyRingError.sealed(path: path) }
            return kept
        }
        // What the key before had sealed is sealed anew.
        let old = kept.flatMap { $0.isCurrent ? nil : $0.bytes }
        guard let bytes = try body(kept?.bytes) ?? old else { return }
        _ = try session.rows(
            "insert into offstage.keys (id, sealed) values (1, $1) on conflict (id) do update set sealed = excluded.sealed, changed_at = now()",
            [try seal.sealed(bytes)])
        _ = try session.rows("select pg_notify('offstage', $1)", [Self.notice])
    }
}
