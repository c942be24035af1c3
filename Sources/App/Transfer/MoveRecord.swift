import OffstageJSON
import OffstagePostgres
import OffstageSchema

/// How far a move has come, kept where it goes to for the next that goes on from it: in `offstage.meta`, beside the mark `moving`.
enum MoveRecord {
    private static let keysEntry = "moving.keys"
    static let sumEntry = "moving.sum "

    /// The statements that make the foreign keys again; nil where they were not dropped yet.
    static func keys(on session: PostgresSession) throws -> [String]? {
        guard let text = try session.rows("select value from offstage.meta where key = $1", [keysEntry]).first?.first ?? nil else {
            return nil
        }
        guard let value = try? JSONValue(parsing: text), case .array(let items) = value else { return nil }
        return items.compactMap(\.string)
    }

    static func save(keys: [String], on session: PostgresSession) throws {
        _ = try session.rows(
            "insert into offstage.meta values ($1, $2)", [keysEntry, JSONValue.array(keys.map { .string($0) }).text])
    }

    /// Of a table that was copied.
    static func sum(of table: QualifiedName, on session: PostgresSession) throws -> RowSum? {
        let text = try session.rows("select value from offstage.meta where key = $1", [sumEntry + table.description]).first?.first
        return text.flatMap { $0 }.flatMap { RowSum($0) }
    }

    static func save(_ sum: RowSum, of table: QualifiedName, on session: PostgresSession) throws {
        _ = try session.rows(
            "insert into offstage.meta values ($1, $2) on conflict (key) do update set value = excluded.value",
            [sumEntry + table.description, sum.text])
    }

    /// All tables are copied again the next time.
    static func forgetSums(on session: PostgresSession) throws {
        _ = try session.rows("delete from offstage.meta where starts_with(key, $1)", [sumEntry])
    }

    /// The move has ended: the database may be served.
    static func end(on session: PostgresSession) throws {
        _ = try session.rows("delete from offstage.meta where key = 'moving' or starts_with(key, 'moving.')")
        _ = try session.rows("insert into offstage.meta values ('seeded', now()) on conflict do nothing")
    }
}
