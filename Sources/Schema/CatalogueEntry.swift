/// One row of the catalogue: a thing the schema holds, as the SQL that makes it.
///
/// Kind, schema and name together tell entries apart. The order of entries of one kind does not matter; kinds are read in the order below.
package struct CatalogueEntry: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case role, membership, schema, usage, `extension`, enumeration
        /// Over an enum or another domain, perhaps.
        case domain
        /// Where an enum's labels do not stand 1024 apart: `values ('sad', 1024), ('ok', 1536)`.
        case labelPositions = "label positions"
        /// `create type … as (…)`, each behind those it holds.
        case composite
        /// With its keys and checks.
        case table
        /// A materialized view's query; its columns are a table's.
        case materializedView = "materialized view"
        case sequence, index
        /// A foreign key.
        case reference
        /// The columns a view gives, as a table whose references say which table's column each shows.
        case viewColumns = "view columns"
        case view, function, policy, trigger, publication, comment
        /// What one object's grants are.
        case grant
        /// Grants that Offstage made itself.
        case automaticGrant = "automatic grant"
        case defaultPrivileges = "default privileges"
    }

    package var kind: Kind
    package var schema: String
    package var name: String
    /// One or more statements.
    package var definition: String

    package init(_ kind: Kind, schema: String, name: String, definition: String) {
        self.kind = kind
        self.schema = schema
        self.name = name
        self.definition = definition
    }
}
