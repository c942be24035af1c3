package import OffstageSyntax

/// What a database must do for one definition statement, beyond recording the new schema.
///
/// A statement gives a list of them, in the order to do them; an empty list means that only the catalogue changes (views, functions,
/// policies, grants,
/// comments).
package enum Change: Hashable, Sendable {
    case createTable(QualifiedName)
    case dropTable(QualifiedName)
    case renameTable(QualifiedName, to: QualifiedName)
    case addColumn(QualifiedName, column: String)
    case dropColumn(QualifiedName, column: String)
    case renameColumn(QualifiedName, from: String, to: String)
    /// Everything else that changes how a table is stored: types, not null, defaults, keys, checks. `using` has a changed column's new
    /// value,
    /// where one was given.
    case alterTable(old: Table, new: Table, using: [String: Expression] = [:])
    case createIndex(QualifiedName, index: String)
    case dropIndex(QualifiedName, index: String)
    case renameIndex(QualifiedName, from: String, to: String)
    case createSequence(QualifiedName)
    case dropSequence(QualifiedName)
    case renameSequence(QualifiedName, to: QualifiedName)
    /// `restart`: the next value.
    case restartSequence(QualifiedName, with: Int64)
    /// Labels were added or renamed. Where a label kept its name and its position differs, stored values change with it.
    case alterEnumeration(old: Enumeration, new: Enumeration)
    /// Every value of this domain that a table holds must pass the check, or be not null where there is none.
    case testDomain(QualifiedName, Check?)
    /// The rows of a query go into a table that has just been made, or, `replacing` them, become those of a materialized view. Nil: none.
    case fill(QualifiedName, Select?, replacing: Bool)
    /// Something to be told: see `Note`.
    case note(Note)
    case savepoint(Savepoint)
    /// `copy … from stdin`: the rows follow in the file.
    case copy(CopyFrom)
    /// A statement over rows, to be planned and run.
    case data(DataStatement)
    /// A `do` block, to be run.
    case block(String, ProcedureBody)
    /// `set constraints`: no names means all.
    case setConstraints([String], deferred: Bool)
    case truncate([QualifiedName], restartsIdentity: Bool)
    /// `set`, `reset`: the name, and the value or nil.
    case setting(name: String, value: String?, isLocal: Bool)
    /// `begin` or `commit` inside a file: noise, since each file is one transaction.
    case transaction(Statement.Transaction)

    package enum Savepoint: Hashable, Sendable { case make(String), rollBack(String), release(String) }
}

/// A word to whoever applies a statement.
package struct Note: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// What PostgreSQL would say as a notice.
        case notice
        /// It does nothing, or something else than on PostgreSQL: remembered and listed.
        case noEffect
    }

    package var kind: Kind
    package var text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
