import OffstageSchema
import OffstageSyntax

extension Planner {
    /// An embed of `select`, resolved to a relationship and planned as a node of its own.
    mutating func add(_ embed: SelectEmbed, to read: inout ReadPlan, path: [String]) throws(PlanError) {
        guard path.count < 5 else { throw PlanError("PGRST100", "The embeds of this request are too deep", details: .text("At most 5 levels are allowed.")) }
        let relationship = try self.relationship(from: read.relation, embed)
        let name = embed.alias ?? embed.target
        // Both the key and the relation's own name lead to it.
        let step = name == relationship.target.name ? name : "\(name)\u{0}\(relationship.target.name)"
        let plan = try node(relationship.target, named: embed.alias ?? relationship.target.name, select: embed.select, path: path + [step])
        let link: EmbedPlan.Link
        if let junction = relationship.junction {
            let alias = freshAlias(junction.table.name)
            guard schema.allows(role, .select, on: junction.table) else { throw denied(junction.table) }
            let source = try asDatabase { () throws(SQLError) in try gate.source(junction.table, as: Alias(alias)) }
            link = .junction(
                source, alias: alias, parent: zip(relationship.columns, junction.sourceColumns).map { .init(parent: $0, child: $1) },
                child: zip(junction.targetColumns, relationship.targetColumns).map { .init(parent: $0, child: $1) })
        } else {
            link = .direct(zip(relationship.columns, relationship.targetColumns).map { .init(parent: $0, child: $1) })
        }
        read.fields.append(
            .embed(
                EmbedPlan(
                    name: name, plan: plan, link: link, isToOne: relationship.isToOne, isSpread: embed.isSpread, isInner: embed.join == .inner,
                    isHidden: embed.select.isEmpty)))
    }

    private func relationship(from source: QualifiedName, _ embed: SelectEmbed) throws(PlanError) -> Relationship {
        let candidates = catalogue.relationships.candidates(from: source, target: embed.target, hint: embed.hint)
            // What the caller may not know of does not exist for it.
            .filter { schema.allowsAny(role, on: $0.target) }
        if candidates.count == 1 { return candidates[0] }
        let (a, b) = (source.name, embed.target)
        guard !candidates.isEmpty else {
            let hint = embed.hint.map { " using the hint '\($0)'" } ?? ""
            let related = catalogue.relationships.from(source).map(\.target).filter { schema.allowsAny(role, on: $0) }
            let closest = closestName(to: b, among: related.map(\.name))
            throw PlanError(
                "PGRST200", "Could not find a relationship between '\(a)' and '\(b)' in the schema cache",
                details: .text(
                    "Searched for a foreign key relationship between '\(a)' and '\(b)'\(hint) in the schema '\(source.schema)', but no matches were found."),
                hint: closest.map { "Perhaps you meant '\($0)' instead of '\(b)'." })
        }
        let hints = candidates.map { "'\(b)!\($0.hint)'" }.joined(separator: ", ")
        throw PlanError(
            "PGRST201", "Could not embed because more than one relationship was found for '\(a)' and '\(b)'",
            details: .json("[" + candidates.map(\.described).joined(separator: ",") + "]"),
            hint: "Try changing '\(b)' to one of the following: \(hints). Find the desired relationship in the 'details' key.")
    }
}
