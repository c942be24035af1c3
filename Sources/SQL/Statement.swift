package import OffstageQuery
package import OffstageSchema

/// A plan in a database's own words, ready to be prepared, cached and run many times: text, and where each binding comes from.
///
/// One statement serves every request of its shape; what differs from request to request is in `Inputs`.
package enum Statement: Sendable {
    case read(Read)
    case write(Write)
    case remote(RemoteStatement)
}

extension Statement {
    /// It may write, and runs where writes do.
    package var isWrite: Bool {
        switch self {
        case .read: false
        case .write: true
        case .remote(let remote): remote.isWrite
        }
    }

    /// It may be tried on an event loop under a step budget.
    package var isBounded: Bool { if case .read(let read) = self { read.isBounded } else { false } }

    /// The columns the payload's rows hold, in order.
    package var payloadColumns: [Column] {
        switch self {
        case .read: []
        case .write(let write): write.payloadColumns
        case .remote(let remote): remote.payloadColumns
        }
    }

    /// Of a page by cursor: the order.
    package var pageOrder: String? {
        switch self {
        case .read(let read): read.root.last?.order
        case .write: nil
        case .remote(let remote): remote.pageOrder
        }
    }
}

/// One SQL text and its parameters, in order (`?1`, `?2`, …).
package struct SQLText: Sendable, Hashable {
    package var text: String
    package var bindings: [Binding]

    package init(_ text: String, bindings: [Binding] = []) {
        self.text = text
        self.bindings = bindings
    }
}

/// Where a parameter's value comes from when the statement runs.
package enum Binding: Sendable, Hashable {
    case constant(StoredValue)
    /// The request's value with this index, read by the input function of this type (22P02 and its like are raised here).
    case value(Int, ColumnType)
    /// The request's value as a pattern of `like`: `*` is `%` (PostgREST's spelling).
    case pattern(Int)
    /// The smallest text a `like` pattern with a literal beginning can match (`''` without one), and the first value after all of them
    /// (an empty blob, which SQLite sorts after every text, where there is none).
    case patternLow(Int)
    case patternHigh(Int)
    /// The request's list, each element read as this type, as a JSON array for `json_each` (blobs as hexadecimal text).
    case list(Int, ColumnType)
    /// The request's value as a bigint for limit and offset.
    case count(Int)
    /// The nth key that the parent's row hands to its child statement.
    case parentKey(Int)
    /// The nth column of the current row of the payload.
    case payload(Int)
    /// The payload as a whole: `Inputs.body`.
    case body
    /// The rows a write touched, as a JSON array of rowids.
    case affected
    case claims
    case subject
    case role
    /// `current_user`: the role, or the owner of the `security definer` function that is running.
    case user
    /// The request's start, in microseconds since 2000-01-01 UTC.
    case now
    /// `current_setting(name)`: `request.method`, `request.path`, `request.headers`, …
    case setting(String)
    /// A variable of the function that is running.
    case local(Int)
    /// Rows that are kept in memory while a statement runs: a transition table, what a part of a WITH returned.
    case rowSet(Int)
}

/// A read: a tree of texts, and the shape its rows take.
package struct Read: Sendable {
    package var root: ReadNode
    /// Counts what `root` would give without its limit; run in the same read transaction.
    package var count: SQLText?
    /// Every function in it costs a bounded time per row, so that it may be tried on an event loop under a step budget.
    package var isBounded: Bool

    package init(root: ReadNode, count: SQLText? = nil, isBounded: Bool) {
        self.root = root
        self.count = count
        self.isBounded = isBounded
    }
}

/// One text and how each of its rows becomes an object.
package struct ReadNode: Sendable, Hashable {
    package var query: SQLText
    package var fields: [Field]
    /// Of a page by cursor: the order, and the cells of the last row that the next cursor is made of.
    package var last: Last?

    package struct Last: Sendable, Hashable {
        package var order: String
        package var cells: [Cell]
    }

    package struct Cell: Sendable, Hashable {
        package var index: Int
        package var type: ColumnType
    }

    package init(_ query: SQLText, fields: [Field], last: Last? = nil) {
        self.query = query
        self.fields = fields
        self.last = last
    }
}

package indirect enum Field: Sendable, Hashable {
    /// The cell with this index, under this name.
    case cell(String, Int, ColumnType)
    /// A to-one embed whose columns came by a join: null where the cell `presence` is null.
    case object(String, presence: Int, [Field])
    /// A to-many embed: the child runs once for each row, with these cells as its parent keys.
    case list(String, ReadNode, keys: [Int])
    /// A to-one embed that needs a statement of its own: the child's first row, or null.
    case one(String, ReadNode, keys: [Int])
    /// A spread to-many: each of the child's fields becomes an array.
    case arrays(ReadNode, keys: [Int])
}

/// A write, as steps of one savepoint.
package struct Write: Sendable {
    package enum Action: Sendable {
        /// One text per set of columns given; each payload row names its own. A row that inserts nothing (a conflict ignored) is not
        /// counted.
        case insert([SQLText])
        /// One text; ends in `returning rowid` where `needsRows`.
        case update(SQLText)
        /// `find` gives the rowids to delete; the representation is taken, then `delete` (with `.affected`) removes them.
        /// Without `find`, `delete` stands alone.
        case delete(find: SQLText?, delete: SQLText)
        /// A function that may write is called; what it gives is the answer.
        case call(ReadNode)
        /// Row by row. The representation is read from the rows it gives.
        case rows(RowWrite)

        /// What runs while rows are written.
        var texts: [SQLText] {
            switch self {
            case .insert(let texts): texts
            case .update(let text): [text]
            case .delete(let find, let delete): [find, delete].compactMap { $0 }
            case .call, .rows: []
            }
        }
    }

    package var action: Action
    package var table: QualifiedName
    /// The rowids are wanted: for the representation, Location, or the count of rows.
    package var needsRows: Bool
    /// Over `json_each(.affected)`, in its order unless the request gives one.
    package var representation: ReadNode?
    /// The columns the payload's rows hold, in order.
    package var payloadColumns: [Column]
    /// The key columns' names and types for `Location`, read for the first row where asked.
    package var location: ReadNode?
    /// Insert: the table has keys, which PostgreSQL looks at when all rows of a payload are in: they may refer to each other.
    package var refersToItself: Bool
    /// An upsert, which can say which rows were new, and may not touch one twice.
    package var tellsNew: Bool

    package init(
        _ action: Action, table: QualifiedName, needsRows: Bool, representation: ReadNode? = nil, payloadColumns: [Column] = [],
        location: ReadNode? = nil, refersToItself: Bool = false, tellsNew: Bool = false
    ) {
        self.action = action
        self.table = table
        self.needsRows = needsRows
        self.representation = representation
        self.payloadColumns = payloadColumns
        self.location = location
        self.refersToItself = refersToItself
        self.tellsNew = tellsNew
    }
}

/// What one request brings to a statement.
package struct Inputs: Sendable {
    package struct Row: Sendable {
        /// Which of the insert's texts serves this row.
        package var variant: Int
        package var values: [StoredValue]

        package init(variant: Int = 0, values: [StoredValue]) {
            self.variant = variant
            self.values = values
        }
    }

    package var caller: Caller
    package var values: [RequestValue]
    package var rows: [Row]
    /// The payload as it is, for a statement that takes it whole.
    package var body: [UInt8]?
    package var now: Int64
    package var settings: [String: String]
    /// Undo everything after answering (`Prefer: tx=rollback`).
    package var rollsBack: Bool
    /// Exactly one row must be touched, else PGRST116 and nothing happened.
    package var wantsSingle: Bool
    /// More rows than this: PGRST124 and nothing happened.
    package var maxAffected: Int?
    /// `Prefer: timezone=…`; UTC otherwise.
    package var timeZone: String?
    /// How the rows beyond the window are counted, where they are.
    package var counting = Counting.exact
    /// The answer may come as a ``LongBody``.
    package var mayBeLong = false
    /// A read that may be answered by a replica, which may not have heard of the last writes.
    package var mayReadReplica = false
    /// Of a write with conditions or a key of its own.
    package var terms: WriteTerms?
    /// Whose rights a `security definer` function has lent to what it runs.
    package var user: String?
    /// Where functions look for names without a schema.
    package var path = Schema.searchPath
    /// The variables of the function that is running.
    package var locals: [StoredValue] = []
    /// Where on the connection the statement's sets of rows are, by their number in it.
    package var rowSets: [Int: Int64] = [:]

    package init(
        caller: Caller, values: [RequestValue] = [], rows: [Row] = [], now: Int64, settings: [String: String] = [:],
        rollsBack: Bool = false,
        wantsSingle: Bool = false, maxAffected: Int? = nil, timeZone: String? = nil
    ) {
        self.caller = caller
        self.values = values
        self.rows = rows
        self.now = now
        self.settings = settings
        self.rollsBack = rollsBack
        self.wantsSingle = wantsSingle
        self.maxAffected = maxAffected
        self.timeZone = timeZone
    }
}

/// How rows are written down.
package enum RowFormat: Sendable, Hashable {
    /// An array of objects, rows separated by `, \n `.
    case json(nullsStripped: Bool)
    /// The first row alone, as an object.
    case object(nullsStripped: Bool)
    /// The first field of each row, as an array.
    case values
    /// The first field of the first row by itself; null without a row.
    case value
    case csv
    /// An object per line.
    case lines
    /// The root element's name.
    case xml(root: String)
    /// Nothing but the counts.
    case none
}

/// The answer of a statement: the body as bytes, and what the headers say.
package struct Rows: Sendable {
    package var body: [UInt8]
    /// The body, where it is too long for memory; `body` is empty then.
    package var longBody: (any LongBody)?
    /// Rows in the body (reads), or rows touched (writes).
    package var count: Int
    /// What the read would give without its limit.
    package var total: Int?
    /// Rows that an upsert inserted, where the statement tells.
    package var inserted: Int?
    /// The key of the first row, as text, for `Location`; nil values are null.
    package var location: [String?]?
    /// The keys of all rows, where the write's terms want them.
    package var keys: [[String?]]?
    /// The values of the last row that the next cursor is made of, as text; nil values are null.
    package var last: [String?]?
    /// The row's tag after a write with a condition.
    package var tag: String?
    /// Whether this is what an earlier request of the same key was answered.
    package var replay: Replay?
    /// What a function set as `response.status` and `response.headers`.
    package var status: String?
    package var headers: String?

    package enum Replay: Sendable {
        case whole
        /// All but the body: it was too long, or the caller may not read it any more.
        case withoutBody
    }

    package init(body: [UInt8] = [], count: Int = 0, total: Int? = nil, inserted: Int? = nil, location: [String?]? = nil) {
        self.body = body
        self.count = count
        self.total = total
        self.inserted = inserted
        self.location = location
    }
}

/// How many rows a read would give without its limit.
package enum Counting: Sendable, Hashable {
    case exact
    /// As the planner guesses.
    case planned
    /// Counted up to this number of rows; as the planner guesses beyond it.
    case estimated(upTo: Int)
}
