package import OffstageSyntax

/// The shape of a row: of a composite type, of a table or view, or of `row(1, 'a')`, which has no name.
///
/// A row is stored and carried through the engine as its printed form, `(1,"a b",)`: see `RowText`.
package struct Composite: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package var name: String
        package var type: ColumnType

        package init(_ name: String, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    /// Nil is PostgreSQL's `record`: `row(…)`, or a row of a subquery.
    package var name: QualifiedName?
    package var fields: [Field]

    package init(_ name: QualifiedName?, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    /// The row that `row(…)` makes of values of these types: its fields are `f1`, `f2`, ….
    package init(of types: [ColumnType]) {
        self.init(nil, types.enumerated().map { Field("f\($0 + 1)", $1) })
    }

    package func index(of field: String) -> Int? { fields.firstIndex { $0.name == field } }
}

extension Table {
    /// What one row of it is.
    package var row: Composite { Composite(name, columns.map { .init($0.name, $0.type) }) }
}

extension View {
    package var row: Composite { Composite(name, columns.map { .init($0.name, $0.type) }) }
}

extension Schema {
    /// The row type of a name: a composite type's, a table's or a view's.
    package func composite(_ name: QualifiedName) -> Composite? {
        composites[name] ?? tables[name]?.row ?? views[name]?.row
    }

    /// The same along the path.
    package func resolveComposite(_ name: Name, path: [String] = searchPath) -> Composite? {
        if let schema = name.qualifier { return composite(QualifiedName(schema, name.last)) }
        for schema in path { if let found = composite(QualifiedName(schema, name.last)) { return found } }
        return nil
    }

    /// Every type the schema holds, passed through `change`: columns', parameters', results' and attributes'. Arrays and rows are entered.
    mutating func mapTypes(_ change: (DataType) -> DataType) {
        for name in composites.keys {
            for i in composites[name]?.fields.indices ?? 0..<0 { composites[name]?.fields[i].type.type.map(change) }
        }
        for name in domains.keys { domains[name]?.below.type.map(change) }
        for name in tables.keys {
            for i in tables[name]?.columns.indices ?? 0..<0 { tables[name]?.columns[i].type.type.map(change) }
        }
        for name in views.keys {
            for i in views[name]?.columns.indices ?? 0..<0 { views[name]?.columns[i].type.type.map(change) }
        }
        for (name, overloads) in functions {
            functions[name] = overloads.map { function in
                var function = function
                for i in function.parameters.indices { function.parameters[i].type.type.map(change) }
                switch function.result {
                case .scalar(var type):
                    type.type.map(change)
                    function.result = .scalar(type)
                case .set(var type):
                    type.type.map(change)
                    function.result = .set(type)
                case .row(var columns, let isSet):
                    for i in columns.indices { columns[i].type.type.map(change) }
                    function.result = .row(columns, isSet: isSet)
                case .table: break
                }
                return function
            }
        }
    }

    /// Types carry the shape of a row with them: after a table, view or composite type has changed they are given the new one.
    mutating func refreshComposites() {
        // A type may hold a type that holds a type: PostgreSQL has no limit, and no project has more than a few.
        for _ in 0..<8 {
            let before = self
            mapTypes { type in
                guard case .composite(let old) = type, let name = old.name, let new = before.composite(name), new != old else {
                    return type
                }
                return .composite(new)
            }
            if self == before { return }
        }
    }

    /// Whether any type anywhere is a row of something with a name.
    var holdsComposites: Bool {
        if !composites.isEmpty { return true }
        var copy = self
        var found = false
        copy.mapTypes { type in
            if case .composite = type { found = true }
            return type
        }
        return found
    }
}

extension DataType {
    /// Passes the type through `change`, innermost first.
    mutating func map(_ change: (DataType) -> DataType) {
        switch self {
        case .array(var element):
            let old = element
            element.map(change)
            if element != old { self = .array(element) }
        case .domain(var domain):
            let old = domain
            domain.below.type.map(change)
            if domain != old { self = .domain(domain) }
            self = change(self)
        case .composite(var row):
            let old = row
            for i in row.fields.indices { row.fields[i].type.type.map(change) }
            if row != old { self = .composite(row) }
            self = change(self)
        default: self = change(self)
        }
    }

    /// Whether it is this named type or an array of it: what rests on the type itself.
    package func isMade(of name: QualifiedName) -> Bool {
        switch self {
        case .composite(let row): row.name == name
        case .array(let element): element.isMade(of: name)
        case .enumeration(let type): QualifiedName(type.schema, type.name) == name
        // A domain over it is another type, which rests on it itself.
        case .domain(let domain): QualifiedName(domain.schema, domain.name) == name
        default: false
        }
    }

    /// Whether it is this named row type, an array of it, or a row with such a field.
    package func holds(_ name: QualifiedName) -> Bool {
        switch self {
        case .composite(let row): row.name == name || row.fields.contains { $0.type.type.holds(name) }
        case .array(let element): element.holds(name)
        case .domain(let domain): QualifiedName(domain.schema, domain.name) == name || domain.below.type.holds(name)
        case .enumeration(let type): QualifiedName(type.schema, type.name) == name
        default: false
        }
    }
}
