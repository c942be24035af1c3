package import OffstageSyntax

/// What the database holds, as one value: every table, view, type, function, role and grant of a project.
///
/// Made by applying migrations' statements to `Schema.initial`, kept in the database's catalogue, and never changed in place while
/// requests use it: a change makes a new value with a higher `generation`, and whatever was cached for the old one goes with it.
package struct Schema: Sendable, Equatable {
    /// Raised by every change of definition.
    package var generation: Int64 = 0
    /// `public`, `auth`, `extensions`, …, in order of creation.
    package var namespaces: [String] = []
    package var tables: [QualifiedName: Table] = [:]
    package var views: [QualifiedName: View] = [:]
    package var enumerations: [QualifiedName: Enumeration] = [:]
    /// `create type … as (…)`; a table's and a view's row types are the table and the view.
    package var composites: [QualifiedName: Composite] = [:]
    package var domains: [QualifiedName: DomainDefinition] = [:]
    /// Overloads share a name.
    package var functions: [QualifiedName: [Function]] = [:]
    package var sequences: [QualifiedName: Sequence] = [:]
    /// By the table or view they are on, in order of creation.
    package var triggers: [QualifiedName: [Trigger]] = [:]
    package var roles: [String: Role] = [:]
    /// Who may do what on a table, view, sequence or (by `Function.signature`) function.
    package var privileges: [QualifiedName: Privileges] = [:]
    /// `grant usage on schema`: the roles per schema.
    package var namespaceUsage: [String: Set<String>] = [:]
    package var extensions: Set<String> = []
    /// Where the functions of an extension are; none for those that are only accepted.
    package var extensionSchemas: [String: String] = [:]
    /// `create publication`: which tables' changes go out.
    package var publications: [String: PublishedTables] = [:]
    /// What `alter default privileges` promised to objects made later.
    package var defaultPrivileges: [DefaultPrivilege] = []
    /// The grants Offstage made itself, by table or sequence and role: taken back when row level security is switched off.
    package var automaticPrivileges: [QualifiedName: [String: Set<Privilege>]] = [:]
    /// Comments on what has no field of its own for one: types, schemas, constraints, policies, indexes, sequences, views' columns.
    package var comments: [Commented: String] = [:]
    /// Who says what a role may do.
    package var authority = Authority.own
    /// What the database itself said can be written to a view, a foreign table, …; where it is asked nothing, the schema tells.
    package var writability: [QualifiedName: Writability] = [:]
    /// The schemas a request may reach. A setting, not part of the catalogue.
    package var exposed: Set<String> = ["public"]

    package init() {}

    package enum Authority: Sendable, Hashable {
        /// This value: its grants and policies are asked, and added to what is run.
        case own
        /// The database itself, whose roles, grants and policies are its own: it is asked by running the statement as the role.
        case database
    }
}

/// One line of `alter default privileges`.
package struct DefaultPrivilege: Hashable, Sendable {
    /// `table`, `sequence` or `function`.
    package var kind: ObjectKind
    /// Nil: every schema.
    package var schema: String?
    package var role: String
    package var privileges: Set<Privilege>

    package init(_ kind: ObjectKind, schema: String?, role: String, _ privileges: Set<Privilege>) {
        self.kind = kind
        self.schema = schema
        self.role = role
        self.privileges = privileges
    }
}

/// What a comment in `Schema.comments` is on: `(.policy, [public, books, readers])`.
package struct Commented: Hashable, Sendable {
    package var kind: ObjectKind
    package var path: [String]

    package init(_ kind: ObjectKind, _ path: [String]) {
        self.kind = kind
        self.path = path
    }
}

/// A name and the schema it is in.
package struct QualifiedName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var schema: String
    package var name: String

    package init(_ schema: String, _ name: String) {
        self.schema = schema
        self.name = name
    }

    package var description: String { "\(schema).\(name)" }
    package static func < (a: Self, b: Self) -> Bool { (a.schema, a.name) < (b.schema, b.name) }
}

package struct Table: Sendable, Hashable {
    package var name: QualifiedName
    package var columns: [Column]
    package var primaryKey: Key?
    package var uniqueKeys: [Key] = []
    package var foreignKeys: [Reference] = []
    package var checks: [Check] = []
    /// Without those that a key makes.
    package var indexes: [Index] = []
    package var hasRowSecurity = false
    package var forcesRowSecurity = false
    package var policies: [Policy] = []
    package var owner = "postgres"
    package var comment: String?
    /// Of a materialized view: the query its rows come from.
    package var materialized: Materialized?

    package init(_ name: QualifiedName, columns: [Column] = []) {
        self.name = name
        self.columns = columns
    }

    package func column(_ name: String) -> Column? { columns.first { $0.name == name } }
}

/// What makes a table a materialized view.
package struct Materialized: Sendable, Hashable {
    package var select: Select
    /// False after `with no data`: it may not be read before a refresh.
    package var isPopulated: Bool

    package init(_ select: Select, isPopulated: Bool) {
        self.select = select
        self.isPopulated = isPopulated
    }
}

/// One publication.
package struct PublishedTables: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        /// Empty: all.
        package var columns: [String]
        package var filter: Expression?

        package init(columns: [String] = [], filter: Expression? = nil) {
            self.columns = columns
            self.filter = filter
        }
    }

    package var isForAllTables = false
    package var tables: [QualifiedName: Member] = [:]
    package var schemas: Set<String> = []
    /// `insert`, `update`, `delete`, `truncate`.
    package var operations: Set<String> = ["insert", "update", "delete", "truncate"]

    package init() {}
}

package struct Column: Sendable, Hashable {
    package enum Identity: Sendable, Hashable { case always, byDefault }

    package var name: String
    package var type: ColumnType
    package var isNotNull = false
    package var defaultValue: Expression?
    package var identity: Identity?
    /// The sequence behind `serial` or identity.
    package var sequence: QualifiedName?
    /// `generated always as (…) stored`.
    package var generated: Expression?
    package var comment: String?
    /// The type in the database's own words, where the catalogue was read from one: it may be a type of which `type` knows nothing.
    package var foreignType: String?

    package init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }
}

/// A primary key or unique constraint.
package struct Key: Sendable, Hashable {
    package var name: String
    package var columns: [String]
    package var nullsNotDistinct = false
    package var isDeferrable = false
    package var isInitiallyDeferred = false

    package init(_ name: String, _ columns: [String]) {
        self.name = name
        self.columns = columns
    }
}

/// A foreign key.
package struct Reference: Sendable, Hashable {
    package var name: String
    package var columns: [String]
    package var table: QualifiedName
    package var referenced: [String]
    package var onDelete: ForeignKey.Action = .noAction
    package var onUpdate: ForeignKey.Action = .noAction
    package var match: ForeignKey.Match = .simple
    /// `on delete set null (a)`: the columns set; empty means all.
    package var setsOnDelete: [String] = []
    package var isDeferrable = false
    package var isInitiallyDeferred = false
    /// The rows that were there when it was added have not been looked at.
    package var isNotValid = false

    package init(_ name: String, _ columns: [String], references table: QualifiedName, _ referenced: [String]) {
        self.name = name
        self.columns = columns
        self.table = table
        self.referenced = referenced
    }
}

package struct Check: Sendable, Hashable {
    package var name: String
    package var condition: Expression
    /// The rows that were there when it was added have not been looked at.
    package var isNotValid = false

    package init(_ name: String, _ condition: Expression) {
        self.name = name
        self.condition = condition
    }
}

package struct Index: Sendable, Hashable {
    package var name: String
    package var isUnique = false
    package var nullsNotDistinct = false
    package var method = "btree"
    package var elements: [CreateIndex.Element]
    package var including: [String] = []
    package var filter: Expression?

    package init(_ name: String, _ elements: [CreateIndex.Element]) {
        self.name = name
        self.elements = elements
    }
}

package struct Policy: Sendable, Hashable {
    package var name: String
    package var isPermissive: Bool
    package var command: CreatePolicy.Command
    /// `public` is everyone.
    package var roles: [String]
    package var using: Expression?
    package var check: Expression?

    package init(
        _ name: String, isPermissive: Bool = true, for command: CreatePolicy.Command = .all, to roles: [String] = ["public"],
        using: Expression? = nil, check: Expression? = nil
    ) {
        self.name = name
        self.isPermissive = isPermissive
        self.command = command
        self.roles = roles
        self.using = using
        self.check = check
    }
}

package struct View: Sendable, Hashable {
    package struct Column: Sendable, Hashable {
        package var name: String
        package var type: ColumnType
        /// The table's column it shows unchanged, if it does: embeds through views rest on it.
        package var source: ColumnSource?

        package init(_ name: String, _ type: ColumnType, source: ColumnSource? = nil) {
            self.name = name
            self.type = type
            self.source = source
        }
    }

    package var name: QualifiedName
    package var columns: [Column]
    package var select: Select
    package var isSecurityInvoker = false
    package enum CheckOption: String, Sendable, Hashable { case local, cascaded }

    package var isSecurityBarrier = false
    package var checkOption: CheckOption?
    package var owner = "postgres"
    package var comment: String?

    package init(_ name: QualifiedName, columns: [Column], _ select: Select) {
        self.name = name
        self.columns = columns
        self.select = select
    }
}

package struct ColumnSource: Sendable, Hashable {
    package var table: QualifiedName
    package var column: String

    package init(_ table: QualifiedName, _ column: String) {
        self.table = table
        self.column = column
    }
}

package struct Function: Sendable, Hashable {
    package struct Parameter: Sendable, Hashable {
        package var name: String?
        package var type: ColumnType
        package var defaultValue: Expression?
        package var isVariadic = false
        /// As of a column.
        package var foreignType: String?

        package init(_ name: String?, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }
    package enum Result: Sendable, Hashable {
        case scalar(ColumnType)
        /// `setof`
        case set(ColumnType)
        /// `returns table (…)` or several `out` parameters; `isSet` false for out parameters without `setof`.
        case row([View.Column], isSet: Bool)
        /// `returns books` or `returns setof books`.
        case table(QualifiedName, isSet: Bool)
    }

    package var name: QualifiedName
    package var parameters: [Parameter]
    package var result: Result
    package var language: String
    package var body: String
    /// The body's statements, for `language sql`.
    package var statements: [Statement]
    /// The body, for `language plpgsql`.
    package var procedure: ProcedureBody?
    /// `out` parameters and the columns of `returns table (…)`, a single one too, which makes no row.
    package var outputs: [View.Column] = []
    package var volatility: CreateFunction.Volatility
    package var isStrict: Bool
    package var isSecurityDefiner: Bool
    package var settings: [String: String]
    /// `rows 1`: its set has one row at most.
    package var givesOneRow = false
    package var comment: String?

    package init(
        _ name: QualifiedName, parameters: [Parameter], result: Result, language: String, body: String, statements: [Statement],
        volatility: CreateFunction.Volatility, isStrict: Bool, isSecurityDefiner: Bool, settings: [String: String]
    ) {
        self.name = name
        self.parameters = parameters
        self.result = result
        self.language = language
        self.body = body
        self.statements = statements
        self.volatility = volatility
        self.isStrict = isStrict
        self.isSecurityDefiner = isSecurityDefiner
        self.settings = settings
    }
}

package struct Sequence: Sendable, Hashable {
    package var name: QualifiedName
    package var start: Int64 = 1
    package var increment: Int64 = 1
    package var minimum: Int64 = 1
    package var maximum: Int64 = .max
    package var isCycling = false
    /// `smallint`, `integer` or `bigint`.
    package var type = DataType.bigint
    package var cache: Int64 = 1
    package var ownedBy: ColumnSource?

    package init(_ name: QualifiedName) { self.name = name }
}

package struct Role: Sendable, Hashable {
    package var name: String
    package var bypassesRowSecurity = false
    package var isSuperuser = false
    package var canLogin = false
    /// False after `noinherit`: what its memberships allow it must ask for by `set role`.
    package var inherits = true
    /// `alter role … set statement_timeout`, in milliseconds; 0 is no limit, nil is none of its own.
    package var statementTimeout: Int?
    /// The roles whose privileges it has.
    package var memberOf: Set<String> = []

    package init(_ name: String) { self.name = name }
}

package enum Privilege: String, Sendable, Hashable, CaseIterable {
    case select, insert, update, delete, truncate, references, trigger, usage, execute
}

/// The grants on one object.
package struct Privileges: Sendable, Hashable {
    /// By role; `public` is everyone.
    package var whole: [String: Set<Privilege>] = [:]
    /// By role, then column.
    package var columns: [String: [String: Set<Privilege>]] = [:]

    package init() {}
}
