/// Statements that stand in every dump beside tables, views and rows: owners, publications, roles' settings, maintenance.
package indirect enum Administration: Hashable, Sendable {
    /// Can change no answer here: `VACUUM`. The relations it names must be there all the same.
    case noEffect(String, relations: [Name])
    case setSchema(ObjectKind, Name, arguments: [TypeName]?, to: String, ifExists: Bool)
    /// `alter … owner to`; nil is a kind of thing that has no owner here. For `database`, `language` and the like the word says which.
    case owner(ObjectKind?, word: String, Name, arguments: [TypeName]?, to: String)
    case alterFunction(Name, arguments: [TypeName]?, [FunctionOption])
    case refresh(Name, concurrently: Bool, withData: Bool)
    case createPublication(Publication)
    case alterPublication(name: String, PublicationChange)
    case alterRole(String, [RoleOption])
    /// `alter role r set x to y`; a value of nil resets, a name of nil resets all.
    case roleSetting(role: String, name: String?, value: String?)
    case dropOwned([String], cascade: Bool)
    case reassignOwned([String], to: String)
    case reindex(ObjectKind, Name)
    case savepoint(String), rollbackTo(String), release(String)
    /// `create schema s create table …`.
    case schemaWithElements(name: String, ifNotExists: Bool, [Statement])
    case copy(CopyFrom)
    case alterExtension(String, schema: String?)
    /// `create temporary table` and its kin, which the tree has no shape for: what, and what to use.
    case refused(what: String, hint: String)
}

package enum FunctionOption: Hashable, Sendable {
    case volatility(CreateFunction.Volatility)
    case strict(Bool)
    case securityDefiner(Bool)
    case set(String, String)
    /// Nil: all.
    case reset(String?)
    /// Changes no answer: `cost`, `parallel`, `leakproof`.
    case ignored(String)
}

package struct Publication: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package var table: Name
        /// Empty: all.
        package var columns: [String]
        package var filter: Expression?

        package init(_ table: Name, columns: [String] = [], where filter: Expression? = nil) {
            self.table = table
            self.columns = columns
            self.filter = filter
        }
    }

    package var name: String
    package var isForAllTables: Bool
    package var members: [Member]
    package var schemas: [String]
    /// `publish`, `publish_via_partition_root`: values' texts.
    package var options: [String: String]

    package init(
        _ name: String, isForAllTables: Bool = false, members: [Member] = [], schemas: [String] = [], options: [String: String] = [:]
    ) {
        self.name = name
        self.isForAllTables = isForAllTables
        self.members = members
        self.schemas = schemas
        self.options = options
    }
}

package enum PublicationChange: Hashable, Sendable {
    case add([Publication.Member], schemas: [String])
    case drop([Publication.Member], schemas: [String])
    case set([Publication.Member], schemas: [String])
    case options([String: String])
}

/// `copy t (a, b) from stdin`, as a dump holds rows.
package struct CopyFrom: Hashable, Sendable {
    package var table: Name
    package var columns: [String]
    /// `format`, `delimiter`, `null`, `header`, …: values' texts as written.
    package var options: [String: String]
    /// A file's name or a program instead of the rows that follow.
    package var isElsewhere: Bool
    package var filter: Expression?

    package init(_ table: Name, columns: [String], options: [String: String], isElsewhere: Bool, where filter: Expression?) {
        self.table = table
        self.columns = columns
        self.options = options
        self.isElsewhere = isElsewhere
        self.filter = filter
    }
}
