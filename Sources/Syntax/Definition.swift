/// One statement of a migration, and where it begins and ends in its file.
package struct Statement: Hashable, Sendable {
    package var kind: Kind
    package var position: Position
    /// The statement as written, without the semicolon.
    package var source: String

    package init(_ kind: Kind, at position: Position = .none, source: String = "") {
        self.kind = kind
        self.position = position
        self.source = source
    }

    package indirect enum Kind: Hashable, Sendable {
        case data(DataStatement)
        case createTable(CreateTable)
        case createTableAs(name: Name, columns: [String], Select, withData: Bool, ifNotExists: Bool)
        case alterTable(AlterTable)
        case createIndex(CreateIndex)
        case createView(CreateView)
        case createType(CreateType)
        case alterEnum(AlterEnum)
        case alterDomain(AlterDomain)
        case createFunction(CreateFunction)
        case createTrigger(CreateTrigger)
        case createPolicy(CreatePolicy)
        case alterPolicy(AlterPolicy)
        case createSchema(name: String, ifNotExists: Bool)
        case createExtension(name: String, schema: String?, ifNotExists: Bool)
        case createSequence(CreateSequence)
        case alterSequence(AlterSequence)
        case createRole(name: String, options: [RoleOption])
        case grantRole(roles: [String], to: [String], isGrant: Bool)
        case drop(Drop)
        case rename(Rename)
        case comment(Comment)
        case grant(Grant)
        /// `set x to y`, `reset x`: the name and the value's text, nil when reset.
        case set(name: String, value: String?, local: Bool)
        case transaction(Transaction)
        case doBlock(language: String, body: String)
        /// `set constraints`: no names means all.
        case setConstraints([Name], deferred: Bool)
        case truncate([Name], cascade: Bool, restartIdentity: Bool)
        /// Owners, publications, roles' settings, maintenance.
        case administration(Administration)
        /// PostgreSQL reads it, the tree has no shape for it yet: the parser's name of the node (`CreateTrigStmt`).
        case other(String)
    }

    package enum Transaction: Hashable, Sendable { case begin, commit, rollback }
}

package struct ColumnDefinition: Hashable, Sendable {
    package var name: String
    package var type: TypeName
    /// `serial`, `not null`, `default`, keys: in written order.
    package var constraints: [Constraint]
    package var collation: Name?
    package var position: Position

    package init(name: String, type: TypeName, constraints: [Constraint] = [], collation: Name? = nil, at position: Position = .none) {
        self.name = name
        self.type = type
        self.constraints = constraints
        self.collation = collation
        self.position = position
    }
}

/// A constraint of a column or a table.
package struct Constraint: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case notNull
        case null
        case `default`(Expression)
        case identity(always: Bool, options: [SequenceOption])
        case generated(Expression)
        case check(Expression, noInherit: Bool)
        /// No columns: of the column it stands at. `usingIndex` for `add constraint … using index i`.
        case primaryKey([String], usingIndex: String?)
        case unique([String], nullsNotDistinct: Bool, usingIndex: String?)
        case foreignKey(ForeignKey)
        case exclusion
    }

    package var name: String?
    package var kind: Kind
    package var isDeferrable: Bool
    package var isInitiallyDeferred: Bool
    package var isNotValid: Bool
    package var position: Position

    package init(
        _ kind: Kind, name: String? = nil, isDeferrable: Bool = false, isInitiallyDeferred: Bool = false, isNotValid: Bool = false,
        at position: Position = .none
    ) {
        self.kind = kind
        self.name = name
        self.isDeferrable = isDeferrable
        self.isInitiallyDeferred = isInitiallyDeferred
        self.isNotValid = isNotValid
        self.position = position
    }
}

package struct ForeignKey: Hashable, Sendable {
    package enum Action: Hashable, Sendable { case noAction, restrict, cascade, setNull, setDefault }
    package enum Match: Hashable, Sendable { case simple, full }

    package var columns: [String]
    package var table: Name
    /// Empty: the primary key.
    package var referenced: [String]
    package var onDelete: Action
    package var onUpdate: Action
    package var match: Match
    /// `on delete set null (a)`: the columns set; empty means all.
    package var setsOnDelete: [String] = []

    package init(
        columns: [String], references table: Name, _ referenced: [String], onDelete: Action = .noAction, onUpdate: Action = .noAction,
        match: Match = .simple
    ) {
        self.columns = columns
        self.table = table
        self.referenced = referenced
        self.onDelete = onDelete
        self.onUpdate = onUpdate
        self.match = match
    }
}

package struct CreateTable: Hashable, Sendable {
    package struct Like: Hashable, Sendable {
        package var table: Name
        /// PostgreSQL's bit set of `including` options.
        package var options: Int
        /// How many of the columns stand before it.
        package var place: Int

        package init(_ table: Name, options: Int, place: Int = 0) {
            self.table = table
            self.options = options
            self.place = place
        }
    }

    package var name: Name
    package var ifNotExists: Bool
    package var isTemporary: Bool
    package var isUnlogged: Bool
    package var columns: [ColumnDefinition]
    package var constraints: [Constraint]
    package var likes: [Like]
    /// `inherits`, `partition by`, `partition of`: what is asked for beyond an ordinary table, as a word for the error; else nil.
    package var beyond: String?
    /// `with (fillfactor = 70)`, `tablespace x`: how it is stored, which means nothing here.
    package var hasStorageOptions = false

    package init(
        _ name: Name, ifNotExists: Bool = false, isTemporary: Bool = false, isUnlogged: Bool = false, columns: [ColumnDefinition],
        constraints: [Constraint] = [], likes: [Like] = [], beyond: String? = nil
    ) {
        self.name = name
        self.ifNotExists = ifNotExists
        self.isTemporary = isTemporary
        self.isUnlogged = isUnlogged
        self.columns = columns
        self.constraints = constraints
        self.likes = likes
        self.beyond = beyond
    }
}

package struct AlterTable: Hashable, Sendable {
    package enum Object: Hashable, Sendable { case table, view, index, sequence, materializedView, type }
    package indirect enum Action: Hashable, Sendable {
        case addColumn(ColumnDefinition, ifNotExists: Bool)
        case dropColumn(String, ifExists: Bool, cascade: Bool)
        case setType(String, TypeName, using: Expression?)
        case setDefault(String, Expression?)
        case setNotNull(String, Bool)
        case dropExpression(String, ifExists: Bool)
        case addIdentity(String, always: Bool, options: [SequenceOption])
        case setIdentity(String, options: [SequenceOption], always: Bool?)
        case dropIdentity(String, ifExists: Bool)
        case addConstraint(Constraint)
        case dropConstraint(String, ifExists: Bool, cascade: Bool)
        case validateConstraint(String)
        case rowSecurity(Bool)
        case forceRowSecurity(Bool)
        case owner(String)
        case setOptions([String: String])
        /// One trigger, or all of them.
        case enableTrigger(String?, Bool)
        /// Accepted and without effect here (storage, statistics, replica identity, cluster).
        case ignored(String)
        /// Not supported: the parser's name of it.
        case other(String)
    }

    package var object: Object
    package var name: Name
    package var ifExists: Bool
    package var actions: [Action]

    package init(_ object: Object, _ name: Name, ifExists: Bool = false, _ actions: [Action]) {
        self.object = object
        self.name = name
        self.ifExists = ifExists
        self.actions = actions
    }
}

package struct CreateIndex: Hashable, Sendable {
    package struct Element: Hashable, Sendable {
        package var value: Expression
        package var descending: Bool
        package var nullsFirst: Bool?
        package var collation: Name?
        package var operatorClass: Name?

        package init(
            _ value: Expression, descending: Bool = false, nullsFirst: Bool? = nil, collation: Name? = nil, operatorClass: Name? = nil
        ) {
            self.value = value
            self.descending = descending
            self.nullsFirst = nullsFirst
            self.collation = collation
            self.operatorClass = operatorClass
        }
    }

    package var name: String?
    package var table: Name
    package var ifNotExists: Bool
    package var isUnique: Bool
    package var nullsNotDistinct: Bool
    /// `btree`, `gin`, …
    package var method: String
    package var elements: [Element]
    package var including: [String]
    package var filter: Expression?
    package var isConcurrent = false
    /// `with (fillfactor = 70)`, `tablespace x`: how it is stored, which means nothing here.
    package var hasStorageOptions = false

    package init(
        name: String?, on table: Name, ifNotExists: Bool = false, isUnique: Bool = false, nullsNotDistinct: Bool = false,
        method: String = "btree",
        _ elements: [Element], including: [String] = [], where filter: Expression? = nil
    ) {
        self.name = name
        self.table = table
        self.ifNotExists = ifNotExists
        self.isUnique = isUnique
        self.nullsNotDistinct = nullsNotDistinct
        self.method = method
        self.elements = elements
        self.including = including
        self.filter = filter
    }
}

package struct CreateView: Hashable, Sendable {
    package var name: Name
    package var orReplace: Bool
    package var isMaterialized: Bool
    package var ifNotExists: Bool
    package var columns: [String]
    /// `security_invoker`, `security_barrier`, `check_option`: name to value's text, lower case.
    package var options: [String: String]
    package var select: Select

    package init(
        _ name: Name, orReplace: Bool = false, isMaterialized: Bool = false, ifNotExists: Bool = false, columns: [String] = [],
        options: [String: String] = [:], as select: Select
    ) {
        self.name = name
        self.orReplace = orReplace
        self.isMaterialized = isMaterialized
        self.ifNotExists = ifNotExists
        self.columns = columns
        self.options = options
        self.select = select
    }
}

package struct CreateType: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case enumeration([String])
        case composite([ColumnDefinition])
        case domain(TypeName, [Constraint])
        case range
    }

    package var name: Name
    package var kind: Kind

    package init(_ name: Name, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

package struct AlterDomain: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        case setDefault(Expression?)
        case setNotNull(Bool)
        case addConstraint(Constraint)
        case dropConstraint(String, ifExists: Bool, cascade: Bool)
        case validateConstraint(String)
        case renameConstraint(String, to: String)
    }

    package var name: Name
    package var change: Change

    package init(_ name: Name, _ change: Change) {
        self.name = name
        self.change = change
    }
}

package struct AlterEnum: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        case add(String, neighbour: String?, after: Bool, ifNotExists: Bool)
        case rename(String, to: String)
    }

    package var name: Name
    package var change: Change

    package init(_ name: Name, _ change: Change) {
        self.name = name
        self.change = change
    }
}

package struct CreateFunction: Hashable, Sendable {
    package struct Parameter: Hashable, Sendable {
        package enum Mode: Hashable, Sendable { case `in`, out, inOut, variadic, table }
        package var name: String?
        package var mode: Mode
        package var type: TypeName
        package var `default`: Expression?

        package init(name: String?, mode: Mode, type: TypeName, default value: Expression? = nil) {
            self.name = name
            self.mode = mode
            self.type = type
            self.default = value
        }
    }
    package enum Volatility: Hashable, Sendable { case immutable, stable, volatile }

    package var name: Name
    package var orReplace: Bool
    package var isProcedure: Bool
    package var parameters: [Parameter]
    package var returns: TypeName?
    package var language: String
    /// The text between the dollar quotes; empty for a body in SQL-standard form.
    package var body: String
    /// `return expression` or `begin atomic … end`.
    package var standardBody: [Statement]
    package var volatility: Volatility
    package var isStrict: Bool
    package var isSecurityDefiner: Bool
    /// `set search_path = …` and others.
    package var settings: [String: String]
    /// `rows 1`: its set has one row at most, which makes a computed relationship to-one.
    package var givesOneRow = false

    package init(
        _ name: Name, orReplace: Bool = false, isProcedure: Bool = false, parameters: [Parameter] = [], returns: TypeName? = nil,
        language: String = "sql",
        body: String = "", standardBody: [Statement] = [], volatility: Volatility = .volatile, isStrict: Bool = false,
        isSecurityDefiner: Bool = false,
        settings: [String: String] = [:]
    ) {
        self.name = name
        self.orReplace = orReplace
        self.isProcedure = isProcedure
        self.parameters = parameters
        self.returns = returns
        self.language = language
        self.body = body
        self.standardBody = standardBody
        self.volatility = volatility
        self.isStrict = isStrict
        self.isSecurityDefiner = isSecurityDefiner
        self.settings = settings
    }
}

package struct CreatePolicy: Hashable, Sendable {
    package enum Command: Hashable, Sendable { case all, select, insert, update, delete }

    package var name: String
    package var table: Name
    package var isPermissive: Bool
    package var command: Command
    /// `public` for everyone.
    package var roles: [String]
    package var using: Expression?
    package var check: Expression?

    package init(
        _ name: String, on table: Name, isPermissive: Bool = true, for command: Command = .all, to roles: [String] = ["public"],
        using: Expression? = nil, check: Expression? = nil
    ) {
        self.name = name
        self.table = table
        self.isPermissive = isPermissive
        self.command = command
        self.roles = roles
        self.using = using
        self.check = check
    }
}

package struct AlterPolicy: Hashable, Sendable {
    package var name: String
    package var table: Name
    package var roles: [String]?
    package var using: Expression?
    package var check: Expression?

    package init(_ name: String, on table: Name, roles: [String]?, using: Expression?, check: Expression?) {
        self.name = name
        self.table = table
        self.roles = roles
        self.using = using
        self.check = check
    }
}

package struct CreateSequence: Hashable, Sendable {
    package var name: Name
    package var ifNotExists: Bool
    package var options: [SequenceOption]

    package init(_ name: Name, ifNotExists: Bool = false, options: [SequenceOption] = []) {
        self.name = name
        self.ifNotExists = ifNotExists
        self.options = options
    }
}

/// `alter sequence s restart`, `alter sequence s owned by t.c`.
package struct AlterSequence: Hashable, Sendable {
    package var name: Name
    package var ifExists: Bool
    package var options: [SequenceOption]

    package init(_ name: Name, ifExists: Bool = false, options: [SequenceOption]) {
        self.name = name
        self.ifExists = ifExists
        self.options = options
    }
}

package enum SequenceOption: Hashable, Sendable {
    /// `as integer`.
    case type(TypeName)
    /// `ownedBy` of no parts: `owned by none`. `minimum` and `maximum` of nil: `no minvalue`. `restart` of nil: at the start.
    case start(Int64), increment(Int64), minimum(Int64?), maximum(Int64?), cycle(Bool), cache(Int64), restart(Int64?), ownedBy(Name)
    /// `sequence name s`, as pg_dump writes it of an identity column.
    case name(Name)
}

package enum RoleOption: Hashable, Sendable {
    case login(Bool), bypassRowSecurity(Bool), inherit(Bool), superuser(Bool), other(String)
}

package enum ObjectKind: String, Hashable, Sendable {
    case table, view, materializedView, index, sequence, type, domain, function, procedure, schema, policy, trigger, `extension`, column,
        constraint, role, publication
}

package struct Drop: Hashable, Sendable {
    package var kind: ObjectKind
    /// For a policy or trigger: the table's name, then the policy's.
    package var names: [Name]
    package var ifExists: Bool
    package var cascade: Bool
    /// Argument types, for functions, one list per name.
    package var arguments: [[TypeName]?]

    package init(_ kind: ObjectKind, _ names: [Name], ifExists: Bool, cascade: Bool, arguments: [[TypeName]?] = []) {
        self.kind = kind
        self.names = names
        self.ifExists = ifExists
        self.cascade = cascade
        self.arguments = arguments
    }
}

package struct Rename: Hashable, Sendable {
    package var kind: ObjectKind
    /// The table (for columns, constraints and policies) or the thing itself.
    package var name: Name
    /// The column, constraint or policy.
    package var part: String?
    package var to: String
    package var ifExists: Bool
    /// A function's argument types, where they were written.
    package var arguments: [TypeName]?

    package init(_ kind: ObjectKind, _ name: Name, part: String? = nil, to: String, ifExists: Bool = false, arguments: [TypeName]? = nil) {
        self.kind = kind
        self.name = name
        self.part = part
        self.to = to
        self.ifExists = ifExists
        self.arguments = arguments
    }
}

package struct Comment: Hashable, Sendable {
    package var kind: ObjectKind
    /// For a column, constraint or policy the table's name and then its own.
    package var name: Name
    package var arguments: [TypeName]?
    package var text: String?

    package init(on kind: ObjectKind, _ name: Name, arguments: [TypeName]? = nil, is text: String?) {
        self.kind = kind
        self.name = name
        self.arguments = arguments
        self.text = text
    }
}

package struct Grant: Hashable, Sendable {
    package enum Objects: Hashable, Sendable {
        case tables([Name])
        case sequences([Name])
        case functions([Name], arguments: [[TypeName]?])
        case schemas([String])
        case types([Name])
        case allTables(inSchemas: [String])
        case allSequences(inSchemas: [String])
        case allFunctions(inSchemas: [String])
        /// `alter default privileges [for role …] [in schema …] grant … on tables`.
        case defaults(ObjectKind, inSchemas: [String])
        case other(String)
    }
    package struct Privilege: Hashable, Sendable {
        /// `select`, `insert`, `update`, `delete`, `usage`, `execute`, …; nil is all.
        package var name: String?
        package var columns: [String]

        package init(_ name: String?, columns: [String] = []) {
            self.name = name
            self.columns = columns
        }
    }

    package var isGrant: Bool
    package var privileges: [Privilege]
    package var objects: Objects
    /// `public` for everyone.
    package var roles: [String]
    package var grantOption: Bool
    package var cascade: Bool
    /// Of default privileges: whose future objects. Empty: the current role's.
    package var owners: [String]

    package init(
        isGrant: Bool, _ privileges: [Privilege], on objects: Objects, roles: [String], grantOption: Bool = false, cascade: Bool = false,
        owners: [String] = []
    ) {
        self.isGrant = isGrant
        self.privileges = privileges
        self.objects = objects
        self.roles = roles
        self.grantOption = grantOption
        self.cascade = cascade
        self.owners = owners
    }
}
