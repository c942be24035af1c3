package import OffstageSyntax

/// What a domain says of its values.
package struct DomainDefinition: Sendable, Hashable {
    package var name: QualifiedName
    package var below: ColumnType
    package var isNotNull = false
    package var defaultValue: Expression?
    /// Over `VALUE`, in order of their names, which is the order they are asked in.
    package var checks: [Check] = []
    package var comment: String?

    package init(_ name: QualifiedName, below: ColumnType) {
        self.name = name
        self.below = below
    }

    package var type: Domain { Domain(schema: name.schema, name: name.name, below: below) }
}

extension Schema {
    /// All that a domain's values must hold, those of the domains below it first; and whether null is refused anywhere.
    package func rules(of domain: Domain) -> (checks: [Check], isNotNull: Bool) {
        var checks: [Check] = []
        var isNotNull = false
        var type = DataType.domain(domain)
        while case .domain(let current) = type {
            if let definition = domains[QualifiedName(current.schema, current.name)] {
                checks = definition.checks + checks
                isNotNull = isNotNull || definition.isNotNull
            }
            type = current.below.type
        }
        return (checks, isNotNull)
    }

    /// What a column of this type gets where it names no default: that of the nearest domain which has one.
    package func standard(of type: DataType) -> Expression? {
        var type = type
        while case .domain(let current) = type {
            if let value = domains[QualifiedName(current.schema, current.name)]?.defaultValue { return value }
            type = current.below.type
        }
        return nil
    }
}
