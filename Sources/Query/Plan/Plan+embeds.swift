import OffstageJSON
import OffstageSchema
import OffstageSyntax

extension Planner {
    /// An embed of `select`, resolved to a relationship and planned as a node of its own.
    mutating func add(_ embed: SelectEmbed, to read: inout ReadPlan, path: [String]) throws(PlanError) {
        guard path.count < 5 else {
            throw PlanError("PGRST100", "The embeds of this request are too deep", details: .text("At most 5 levels are allowed."))
        }
        let name = embed.alias ?? embed.target
        if let found = try computed(embed, of: read, path: path + [name]) {
            if !found.isToOne { try demandPlain(found.plan, embed) }
            read.fields.append(
                .embed(
                    EmbedPlan(
                        name: name, plan: found.plan, link: found.link, isToOne: found.isToOne, isSpread: embed.isSpread,
                        isInner: embed.join == .inner, isHidden: embed.select.isEmpty)))
            return
        }
        let relationship = try self.relationship(from: read.relation, embed)
        // Both the key and the relation's own name lead to it.
        let step = name == relationship.to.name ? name : "\(name)\u{0}\(relationship.to.name)"
        let plan = try node(relationship.to, named: embed.alias ?? relationship.to.name, select: embed.select, path: path + [step])
        if !relationship.isToOne { try demandPlain(plan, embed) }
        try demandKeys(relationship.columns, of: relationship.from)
        try demandKeys(relationship.referenced, of: relationship.to)
        let link: EmbedPlan.Link
        if let junction = relationship.junction {
            let alias = freshAlias(junction.table.name)
            guard schema.allows(role, .select, on: junction.table) else { throw denied(junction.table) }
            let source = try asDatabase { () throws(SQLError) in try gate.source(junction.table, as: Alias(alias)) }
            link = .junction(
                source, alias: alias, parent: zip(relationship.columns, junction.columns).map { .init(parent: $0, child: $1) },
                child: zip(junction.otherColumns, relationship.referenced).map { .init(parent: $0, child: $1) })
        } else {
            link = .direct(zip(relationship.columns, relationship.referenced).map { .init(parent: $0, child: $1) })
        }
        read.fields.append(
            .embed(
                EmbedPlan(
                    name: name, plan: plan, link: link, isToOne: relationship.isToOne, isSpread: embed.isSpread,
                    isInner: embed.join == .inner,
                    isHidden: embed.select.isEmpty)))
    }

    /// What is spread over a row as lists is not put together as well.
    private func demandPlain(_ plan: ReadPlan, _ embed: SelectEmbed) throws(PlanError) {
        guard embed.isSpread, plan.isGrouped else { return }
        throw PlanError(
            "PGRST127", "Feature not implemented",
            details: .text("Aggregates are not implemented for one-to-many or many-to-many spreads."))
    }

    /// Who sees which rows belong together has seen the keys.
    private func demandKeys(_ columns: [String], of relation: QualifiedName) throws(PlanError) {
        for column in columns where !schema.allows(role, .select, column: column, of: relation) { throw denied(relation) }
    }

    private func isReadable(_ relationship: Relationship) -> Bool {
        func holds(_ columns: [String], _ relation: QualifiedName) -> Bool {
            schema.allowedColumns(role, .select, of: relation).map { Set(columns).isSubset(of: $0) } ?? true
        }
        return holds(relationship.columns, relationship.from) && holds(relationship.referenced, relationship.to)
            && relationship.junction.map { holds($0.columns + $0.otherColumns, $0.table) } != false
    }

    private func relationship(from source: QualifiedName, _ embed: SelectEmbed) throws(PlanError) -> Relationship {
        var candidates = catalogue.relationships.candidates(from: source, target: embed.target, hint: embed.hint)
            // What the caller may not know of does not exist for it.
            .filter { schema.allowsAny(role, on: $0.to) && $0.junction.map { schema.allowsAny(role, on: $0.table) } != false }
        // One by columns that the caller may not read is neither meant nor named; asked for by its relation, it is denied.
        let readable = candidates.filter(isReadable)
        if readable.isEmpty, embed.hint == nil, let first = candidates.first, first.to.name == embed.target {
            throw denied(first.from)
        }
        candidates = readable
        if candidates.count == 1 { return candidates[0] }
        let (a, b) = (source.name, embed.target)
        guard !candidates.isEmpty else {
            let hint = embed.hint.map { " using the hint '\($0)'" } ?? ""
            let related = catalogue.relationships.from(source).map(\.to).filter { schema.allowsAny(role, on: $0) }
            let closest = closestName(to: b, among: related.map(\.name))
            throw PlanError(
                "PGRST200", "Could not find a relationship between '\(a)' and '\(b)' in the schema cache",
                details: .text(
                    "Searched for a foreign key relationship between '\(a)' and '\(b)'\(hint) in the schema '\(source.schema)', but no matches were found."
                ),
                hint: closest.map { "Perhaps you meant '\($0)' instead of '\(b)'." })
        }
        let hints = candidates.map { "'\(b)!\($0.hint)'" }.joined(separator: ", ")
        throw PlanError(
            "PGRST201", "Could not embed because more than one relationship was found for '\(a)' and '\(b)'",
            details: .json("[" + candidates.map(\.described).joined(separator: ",") + "]"),
            hint: "Try changing '\(b)' to one of the following: \(hints). Find the desired relationship in the 'details' key.")
    }
}

extension Relationship {
    /// What to write behind `!` to mean this one.
    fileprivate var hint: String { junction?.table.name ?? constraint }

    /// One of PGRST201's candidates.
    fileprivate var described: String {
        func list(_ columns: [String]) -> String { "(\(columns.joined(separator: ", ")))" }
        let kind =
            switch cardinality {
            case .manyToOne: "many-to-one"
            case .oneToOne: "one-to-one"
            case .oneToMany: "one-to-many"
            case .manyToMany: "many-to-many"
            }
        let path =
            if let junction {
                "\(junction.table.name) using \(junction.constraint)\(list(junction.columns)) and \(junction.otherConstraint)\(list(junction.otherColumns))"
            } else {
                "\(constraint) using \(from.name)\(list(columns)) and \(to.name)\(list(referenced))"
            }
        var writer = JSONWriter()
        writer.raw("{\"cardinality\":")
        writer.string(kind)
        writer.raw(",\"embedding\":")
        writer.string("\(from.name) with \(to.name)")
        writer.raw(",\"relationship\":")
        writer.string(path)
        writer.raw("}")
        return writer.text
    }
}
