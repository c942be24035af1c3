import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema

/// The same in a file.
extension MoveRecord {
    private static let begunEntry = "moving.rows"

    /// The file's tables hold no rows but those that a move brought.
    static func hasBegun(on file: borrowing WriteTransaction) throws(SQLError) -> Bool {
        try !file.rows("select 1 from \"offstage.meta\" where key = ?1", [.text(begunEntry)]).isEmpty
    }

    static func begin(on file: borrowing WriteTransaction) throws(SQLError) {
        _ = try file.rows("insert into \"offstage.meta\" values (?1, '')", [.text(begunEntry)])
    }

    static func sum(of table: QualifiedName, on file: borrowing WriteTransaction) throws(SQLError) -> RowSum? {
        let rows = try file.rows("select value from \"offstage.meta\" where key = ?1", [.text(sumEntry + table.description)])
        if case .text(let text)? = rows.first?.first { return RowSum(text) }
        return nil
    }

    static func save(_ sum: RowSum, of table: QualifiedName, on file: borrowing WriteTransaction) throws(SQLError) {
        _ = try file.rows(
            "insert or replace into \"offstage.meta\" values (?1, ?2)", [.text(sumEntry + table.description), .text(sum.text)])
    }

    static func forgetSums(on file: borrowing WriteTransaction) throws(SQLError) {
        _ = try file.rows("delete from \"offstage.meta\" where substr(key, 1, length(?1)) = ?1", [.text(sumEntry)])
    }

    static func end(on file: borrowing WriteTransaction) throws(SQLError) {
        _ = try file.rows("delete from \"offstage.meta\" where key = 'moving' or substr(key, 1, 7) = 'moving.'")
        _ = try file.rows("insert into \"offstage.meta\" values ('seeded', ?1) on conflict do nothing", [.text("\(EpochClock.now)")])
    }
}
