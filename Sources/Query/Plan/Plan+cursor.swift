import OffstageSchema
import OffstageSyntax

/// Pages by cursor: a total order, the rows behind the cursor's in it, and what the next cursor is made of.
extension Planner {
    private struct Step {
        var column: String
        var isDescending: Bool
        var nullsFirst: Bool
        var isNullable: Bool

        /// `price.desc.nullsfirst`
        var text: String { "\(column).\(isDescending ? "desc" : "asc").nulls\(nullsFirst ? "first" : "last")" }
    }

    /// - Throws: OFS306 where there is no total order of the relation's own columns, or the cursor is of another; 42501 for a column that
    ///   the caller may not read, of the order or of the key behind it.
    func page(_ read: inout ReadPlan, _ cursor: RequestCursor) throws(PlanError) {
        let steps = try steps(of: read)
        let order = steps.map(\.text).joined(separator: ",")
        read.last = LastRow(order: order, columns: steps.map(\.column))
        guard let known = cursor.order else { return }
        guard known == order, cursor.values.count == steps.count else {
            throw Self.unusable("It belongs to a request with another order.")
        }
        read.after = try after(steps[...], cursor.values[...], of: read, isFirst: true) ?? .boolean(false)
    }

    private static func unusable(_ details: String) -> PlanError {
        PlanError(
            "OFS306", "The cursor cannot be used", details: .text(details),
            hint: "Begin with after=cursor: and follow the Link header of each answer.")
    }

    /// What the rows are ordered by, with the key behind it, so that no two are equal.
    private func steps(of read: ReadPlan) throws(PlanError) -> [Step] {
        guard let table = schema.tables[read.relation], let key = table.primaryKey?.columns, !read.isGrouped else {
            throw Self.unusable("Only rows of a table with a primary key have one.")
        }
        var steps: [Step] = []
        for term in request.order.first(where: { $0.path.isEmpty })?.value ?? [] {
            guard term.relation == nil, term.field.jsonPath.isEmpty else {
                throw Self.unusable("The order must be of the table's own columns.")
            }
            _ = try column_(term.field.column, of: read)
            if steps.contains(where: { $0.column == term.field.column }) { continue }
            steps.append(
                Step(
                    column: term.field.column, isDescending: term.isDescending,
                    nullsFirst: term.nulls.map { $0 == .first } ?? term.isDescending,
                    isNullable: !(table.column(term.field.column)?.isNotNull ?? false) && !key.contains(term.field.column)))
        }
        for column in key where !steps.contains(where: { $0.column == column }) {
            _ = try column_(column, of: read)
            steps.append(Step(column: column, isDescending: false, nullsFirst: false, isNullable: false))
        }
        return steps
    }

    /// Whether a row stands behind the values; nil where none can.
    private func after(
        _ steps: ArraySlice<Step>, _ values: ArraySlice<ValueIndex?>, of read: ReadPlan, isFirst: Bool
    ) throws(PlanError) -> Expression? {
        guard let step = steps.first, let value = values.first else { return nil }
        let column = try column_(step.column, of: read)
        func compare(_ name: String, _ index: ValueIndex) -> Expression {
            Expression(.binary(name, column, Expression(.injected(.value(index.position)))))
        }
        let rest = try after(steps.dropFirst(), values.dropFirst(), of: read, isFirst: false)
        guard let value else {
            let behind = step.nullsFirst ? Expression(.isNull(column, negated: true)) : nil
            let level = rest.flatMap { Expression.all([Expression(.isNull(column, negated: false)), $0]) }
            return Expression.any([behind, level].compactMap { $0 })
        }
        var parts = [compare(step.isDescending ? "<" : ">", value)]
        let mayBeNull = step.isNullable && !step.nullsFirst
        if mayBeNull { parts.append(Expression(.isNull(column, negated: false))) }
        if let rest, let level = Expression.all([compare("=", value), rest]) { parts.append(level) }
        let behind = Expression.any(parts)
        // What an index on the first column can begin at.
        guard isFirst, !mayBeNull, parts.count > 1, let behind else { return behind }
        return Expression.all([compare(step.isDescending ? "<=" : ">=", value), behind])
    }
}
