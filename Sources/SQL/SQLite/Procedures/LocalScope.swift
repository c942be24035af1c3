import OffstageQuery
package import OffstageSchema
package import OffstageSyntax

/// What a variable of a running function holds, as far as translating must know.
package enum LocalShape: Sendable {
    case value(ColumnType)
    case row(RowShape)
    /// A `record` that nothing was assigned to.
    case unassigned
}

/// The fields of a row held in a variable. One object per shape, so that comparing two is cheap.
package final class RowShape: Sendable {
    /// The table, view or type it is of.
    package let name: QualifiedName?
    package let columns: [View.Column]

    package init(_ name: QualifiedName?, _ columns: [View.Column]) {
        self.name = name
        self.columns = columns
    }

    package func matches(_ other: RowShape) -> Bool { self === other || (name == other.name && columns == other.columns) }
    package func index(of field: String) -> Int? { columns.firstIndex { $0.name == field } }
}

/// Where the value behind `Binding.local` comes from: a variable, or a field of one.
package struct LocalSlot: Hashable, Sendable {
    package var variable: Int
    package var field: Int?
}

/// The variables that a piece of a function's body sees while it is translated, and which of them it turned out to use.
package final class LocalScope {
    let conflict: ProcedureBody.Conflict
    private let find: ([String]) -> (variable: Int, used: Int)?
    private let shape: (Int) -> LocalShape
    /// In the order of their bindings.
    package private(set) var slots: [LocalSlot] = []
    private var numbers: [LocalSlot: Int] = [:]
    /// Variables whose shape was asked for.
    package private(set) var used: Set<Int> = []

    /// - Parameters:
    ///   - find: the variable that a name's first parts mean, and how many parts that took.
    ///   - shape: what a variable holds now.
    package init(
        conflict: ProcedureBody.Conflict, find: @escaping ([String]) -> (variable: Int, used: Int)?, shape: @escaping (Int) -> LocalShape
    ) {
        self.conflict = conflict
        self.find = find
        self.shape = shape
    }

    func shape(of variable: Int) -> LocalShape {
        used.insert(variable)
        return shape(variable)
    }

    /// The variable a bare name means.
    func variable(_ name: String) -> Int? { find([name]).map(\.variable) }

    func binding(_ variable: Int, _ field: Int? = nil) -> Binding {
        let slot = LocalSlot(variable: variable, field: field)
        if let known = numbers[slot] { return .local(known) }
        slots.append(slot)
        numbers[slot] = slots.count - 1
        return .local(slots.count - 1)
    }

    /// The statement with every name that may be a variable marked: done before the policy gate, so that what policies and views name
    /// is never taken for a variable.
    package func marked(_ statement: DataStatement) -> DataStatement {
        var rewrite = TreeRewrite(expression: { [self] in mark($0) })
        var result = rewrite(statement)
        // What a conflict is looked for in are columns.
        if case .insert(let old) = statement, case .insert(var new) = result {
            new.conflict?.target = old.conflict?.target
            result = .insert(new)
        }
        return result
    }

    private func mark(_ expression: Expression) -> Expression? {
        switch expression.kind {
        case .column(let name): return mark(name, at: expression.position)
        case .parameter(let number):
            guard let found = find(["$\(number)"]) else { return nil }
            return Expression(.injected(.local(LocalName(found.variable, as: Name("$\(number)")))), at: expression.position)
        case .field(let inner, let field?):
            guard case .column(let name) = inner.kind, name.parts.count == 1 || find(name.parts)?.used == name.parts.count else {
                guard case .parameter(let number) = inner.kind, let found = find(["$\(number)"]) else { return nil }
                return Expression(.injected(.local(LocalName(found.variable, field: field, as: Name("$\(number)", field)))))
            }
            guard let found = find(name.parts) else { return nil }
            if case .value = shape(found.variable) { return nil }
            let full = Name(name.parts + [field], at: name.position)
            return Expression(.injected(.local(LocalName(found.variable, field: field, as: full))), at: expression.position)
        // The arguments of a trigger count from 0.
        case .subscript(let inner, let subscripts):
            guard case .column(let name) = inner.kind, name.last == "tg_argv", find(name.parts) != nil, let base = mark(inner) else {
                return nil
            }
            let moved = subscripts.map { item in
                Expression.Subscript(lower: item.lower.map(next), upper: item.upper.map(next), isSlice: item.isSlice)
            }
            return Expression(.subscript(base, moved), at: expression.position)
        default: return nil
        }
    }

    private func next(_ index: Expression) -> Expression {
        Expression(.binary("+", mark(index) ?? index, Expression(.literal(.integer(1)))), at: index.position)
    }

    private func mark(_ name: Name, at position: Position) -> Expression? {
        guard let found = find(name.parts) else { return nil }
        let rest = name.parts.dropFirst(found.used)
        var marked = Expression(.injected(.local(LocalName(found.variable, as: name))), at: position)
        guard let field = rest.first else { return marked }
        if case .value = shape(found.variable) { return nil }
        marked = Expression(.injected(.local(LocalName(found.variable, field: field, as: name))), at: position)
        for inner in rest.dropFirst() { marked = Expression(.field(marked, inner), at: position) }
        return marked
    }
}
