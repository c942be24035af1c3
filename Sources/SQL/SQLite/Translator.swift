import OffstageQuery
package import OffstageSchema
import OffstageSyntax

/// PostgreSQL's tree to SQLite's text, with PostgreSQL's meaning.
///
/// One translator makes one text. It works bottom up: every expression becomes a `Term` whose PostgreSQL type is known before its text is
/// used, because no operator may reach SQLite without one. Names are resolved here, as PostgreSQL resolves them, so that SQLite's own
/// rules (case folding, aliases, affinity) never matter. The tree must have passed the policy gate: tables appear secured, views expanded.
///
/// See `Docs/Internals/Translator.md`.
package struct Translator {
    let schema: Schema
    var path: [String]
    var functions = FunctionTable.shared
    private(set) var bindings: [Binding] = []
    private var slots: [Binding: Int] = [:]
    private var aliases = 0
    /// False once something in it may take unbounded time per row.
    var isBounded = true
    /// Arguments of the SQL function being inlined, by name and by number.
    var arguments: [FunctionArguments] = []
    /// `$1`, `$2`, … outside of functions' bodies are the request's values.
    var bindsParameters = false
    /// How deep in the tree: PostgreSQL has no such limit, we have a stack.
    var depth = 0
    /// Inside an aggregate's arguments, where every column may stand.
    var insideAggregate = false
    /// In a place where false and null are the same: a condition, or AND and OR of them.
    var positive = false
    /// The cap on what a request's limit may ask for.
    var maxRows: Int?
    /// The outermost query is over the rows a write touched: its root's alias, and whether they stay in the order they were written.
    var touchedRows: (alias: String, inOrder: Bool)?
    /// The variables of the function whose body this is.
    package var locals: LocalScope?
    /// Tables of the query that have search indexes.
    var searched: [SearchedTable] = []
    /// Secures what the bodies of SQL functions read.
    var gate: Gate
    /// Sets of rows kept in memory that a `from` may name: transition tables, parts of a WITH.
    private(set) var rowSets: [String: RowSetSource] = [:]
    /// Tables to read as they were before the statement, and the numbers their rows are kept under.
    var snapshots: [QualifiedName: Int] = [:]

    /// Rows kept under a number while the statement runs.
    package struct RowSetSource: Sendable {
        var number: Int
        var columns: [View.Column]
    }

    /// Makes a set of rows known under a name, which hides relations of that name.
    package mutating func define(_ name: String, as number: Int, columns: [View.Column]) {
        rowSets[name] = RowSetSource(number: number, columns: columns)
        gate.kept.insert(name)
    }

    struct FunctionArguments {
        var function: QualifiedName
        var byName: [String: Term]
        var byNumber: [Term]
    }

    /// - Parameter caller: whose rights the bodies of `security invoker` functions run with.
    package init(_ schema: Schema, as caller: Caller, path: [String] = Schema.searchPath) {
        self.schema = schema
        self.path = path
        gate = Gate(schema, role: caller.role, path: path)
    }

    /// The parameter that carries this binding: each distinct one once.
    mutating func bind(_ binding: Binding) -> String {
        if let slot = slots[binding] { return "?\(slot)" }
        bindings.append(binding)
        slots[binding] = bindings.count
        return "?\(bindings.count)"
    }

    /// A translator for another text, with the same surroundings.
    func fresh() -> Translator {
        var copy = self
        copy.bindings = []
        copy.slots = [:]
        copy.aliases = 0
        return copy
    }

    mutating func freshAlias() -> String {
        aliases += 1
        return "t\(aliases)"
    }

    package func text(_ sql: String) -> SQLText { SQLText(sql, bindings: bindings) }
}

extension Translator {
    static func quoted(_ text: String) -> String { "'" + text.doubling("'") + "'" }

    /// A stored value as SQLite text that gives exactly it.
    mutating func literal(_ value: StoredValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(.min): "(-9223372036854775807 - 1)"
        case .integer(let number): number < 0 ? "(\(number))" : "\(number)"
        case .real: bind(.constant(value))
        case .text(let text): text.utf8.count > 1024 ? bind(.constant(value)) : Self.quoted(text)
        case .blob: bind(.constant(value))
        }
    }
}

/// What the embedded engine does not do, said with a way out.
func unsupported(_ what: String, hint: String? = nil, at position: Position = .none) -> SQLError {
    SQLError("0A000", "\(what) is not supported on the embedded engine", hint: hint, position: position.byteOffset)
}
