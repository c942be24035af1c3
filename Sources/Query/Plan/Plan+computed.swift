import OffstageSchema
import OffstageSyntax

/// Columns and relationships that functions compute: those of one parameter, a row of the relation.
///
/// ```sql
/// create function full_name(p people) returns text …        -- people?select=id,full_name
/// create function latest(a authors) returns setof books rows 1 …   -- authors?select=name,latest(title)
/// ```
///
/// Source: PostgREST 12, "Computed Fields", "Computed Relationships".
extension Planner {
    /// The value of a computed column, and its type; nil where there is no such function.
    func computed(_ name: String, of read: ReadPlan) throws(PlanError) -> (value: Expression, type: ColumnType)? {
        guard let function = function(over: read.relation, named: name), case .scalar(let type) = function.result else { return nil }
        switch type.type {
        case .composite, .record, .void: return nil
        default: break
        }
        try demandCall(of: function, over: read)
        return (call(function, Self.row(of: read)), type)
    }

    /// The node of a computed relationship, its link, and whether it leads to one row at most; nil where there is no such function.
    mutating func computed(
        _ embed: SelectEmbed, of read: ReadPlan, path: [String]
    ) throws(PlanError) -> (plan: ReadPlan, link: EmbedPlan.Link, isToOne: Bool)? {
        guard embed.hint == nil, let function = function(over: read.relation, named: embed.target), let related = related(function)
        else { return nil }
        try demandCall(of: function, over: read)
        let isToOne = function.givesOneRow
        guard !(isToOne && embed.isSpread) else {
            throw PlanError(
                "PGRST127", "Feature not implemented",
                details: .text("A computed relationship to one row cannot be spread: name the columns in brackets."))
        }
        let alias = freshAlias(embed.alias ?? embed.target)
        let key = Expression(.cast(Expression(.injected(.parentKey(0))), TypeName(Name(read.relation.schema, read.relation.name))))
        var plan = ReadPlan(related, as: alias, source: .call(FunctionSource([call(function, key)], alias: Alias(alias))))
        plan.result = schema.columns(of: related).map { View.Column($0.name, $0.type) }
        plan.maxRows = catalogue.settings.maxRows
        try fill(&plan, select: embed.select, path: path)
        let beside = FromItem.call(FunctionSource([call(function, Self.row(of: read))], lateral: true, alias: Alias(alias)))
        return (plan, .computed(row: Self.row(of: read), beside: beside), isToOne)
    }

    private func function(over relation: QualifiedName, named name: String) -> Function? {
        (schema.functions[QualifiedName(schemaName, name)] ?? []).first { function in
            guard function.parameters.count == 1, case .composite(let row) = function.parameters[0].type.type else { return false }
            return row.name == relation
        }
    }

    /// The relation whose rows it gives.
    private func related(_ function: Function) -> QualifiedName? {
        guard let name = function.answeredRows(in: schema)?.name, schema.tables[name] != nil || schema.views[name] != nil else {
            return nil
        }
        return name
    }

    /// The function sees the whole row, so its caller must be allowed to.
    private func demandCall(of function: Function, over read: ReadPlan) throws(PlanError) {
        guard schema.allows(role, .execute, on: function.signature) else { throw PlanError(.denied("function", function.name.name)) }
        guard read.result != nil || schema.allowedColumns(role, .select, of: read.relation) == nil else { throw denied(read.relation) }
    }

    private func call(_ function: Function, _ argument: Expression) -> Expression {
        Expression(.call(Call(Name(function.name.schema, function.name.name), [Call.Argument(argument)])))
    }

    private static func row(of read: ReadPlan) -> Expression { Expression(.column(Name([read.alias]))) }
}
