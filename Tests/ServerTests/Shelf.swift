import OffstageAuth
import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema
import Synchronization

@testable import OffstageServer

/// A driver that answers what a test tells it to, over a schema of two tables.
final class Shelf: Driver {
    struct Asked: Sendable {
        var inputs: Inputs
        var format: RowFormat
        var isInline: Bool
    }

    struct State: Sendable {
        var schema = Shelf.initial
        var rows = Rows(body: Array("[{\"id\":1}]".utf8), count: 1)
        var error: SQLError?
        /// Reads are left to `run`.
        var isSlow = false
        var asked: [Asked] = []
        var planned = 0
        var honoursTerms = true
        /// What `run` does first.
        var beforeRun: (@Sendable () async -> Void)?
    }

    let state: Mutex<State>

    init(_ change: (inout State) -> Void = { _ in }) {
        var state = State()
        change(&state)
        self.state = Mutex(state)
    }

    var schema: Schema { state.withLock { $0.schema } }
    var asked: [Asked] { state.withLock { $0.asked } }
    var planned: Int { state.withLock { $0.planned } }
    var honoursTerms: Bool { state.withLock { $0.honoursTerms } }

    func statement(for plan: TablePlan) throws(SQLError) -> Statement {
        state.withLock { $0.planned += 1 }
        return try SQLiteDialect(schema).statement(for: plan)
    }

    func readInline(_ read: Statement, with inputs: Inputs, as format: RowFormat) throws(SQLError) -> Rows? {
        if state.withLock({ $0.isSlow }) { return nil }
        return try answer(inputs, format, isInline: true)
    }

    func run(_ statement: Statement, with inputs: Inputs, as format: RowFormat) async throws(SQLError) -> Rows {
        await state.withLock { $0.beforeRun }?()
        return try answer(inputs, format, isInline: false)
    }

    private func answer(_ inputs: Inputs, _ format: RowFormat, isInline: Bool) throws(SQLError) -> Rows {
        let (error, rows) = state.withLock { state in
            state.asked.append(Asked(inputs: inputs, format: format, isInline: isInline))
            return (state.error, state.rows)
        }
        if let error { throw error }
        var answer = rows
        if format == .none { answer.body = [] }
        return answer
    }

    static let initial: Schema = {
        var schema = Schema.initial
        schema.generation = 1
        let books = QualifiedName("public", "books")
        var table = Table(
            books,
            columns: [Column("id", ColumnType(.bigint)), Column("title", ColumnType(.text)), Column("price", ColumnType(.numeric))])
        table.primaryKey = Key("books_pkey", ["id"])
        schema.tables[books] = table
        schema.privileges[books] = Privileges()
        schema.privileges[books]?.whole = ["anon": [.select, .insert, .update, .delete], "service_role": Set(Privilege.allCases)]
        let closed = QualifiedName("public", "vault")
        schema.tables[closed] = Table(closed, columns: [Column("id", ColumnType(.bigint))])
        return schema
    }()
}

extension KeyRing {
    static func fresh(_ rules: KeyRules = KeyRules()) throws -> KeyRing { KeyRing(try KeySet.new(now: 1_700_000_000), rules: rules) }
}

/// A service over a shelf, asked like a client asks.
struct Desk {
    let shelf: Shelf
    let keys: KeyRing
    let service: RestService

    init(_ settings: RestSettings = RestSettings(), rules: KeyRules = KeyRules(), _ change: (inout Shelf.State) -> Void = { _ in }) throws {
        shelf = Shelf(change)
        keys = try .fresh(rules)
        service = RestService(driver: shelf, keys: keys, settings: settings)
    }

    func ask(_ method: String, _ target: String, _ fields: Fields = [], body: String = "") async -> ServerResponse {
        await service.answer(RequestHead(method: method, target: "/rest/v1" + target, fields: fields), body: Array(body.utf8)).value()
    }
}

extension ServerResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
