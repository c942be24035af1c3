import OffstageQuery
import OffstageSchema
import OffstageSyntax
import OffstageXML

/// Reads: to-one embeds by join, the others as queries of their own inside the row.
extension RemoteBuilder {
    /// Makes a plan's rows what the statement shows.
    mutating func show(_ plan: ReadPlan, counts: Bool) {
        parts.rows = select(plan, link: nil, Place())
        parts.names = names(plan)
        parts.tellsLast = plan.last != nil
        guard counts else { return }
        switch counting {
        case .exact: parts.total = count(plan, Place())
        case .planned: break
        case .estimated(let most): parts.total = "(select count(*) from (\(uncut(plan, Place())) limit \(most) + 1) _c)"
        }
    }

    /// How many rows there are without the window.
    mutating func count(_ plan: ReadPlan, _ place: Place, before: String = "") -> String {
        "(\(uncut(plan, place, showing: "count(*)", before: before)))"
    }

    /// The rows without the window, as far as they are counted.
    mutating func uncut(_ plan: ReadPlan, _ place: Place, showing output: String = "1", before: String = "") -> String {
        let filter = plan.filter.map { " where " + sql($0, place) } ?? ""
        return "select \(output) from \(before)\(sql(plan.joined, place))\(filter)"
    }

    /// The query of one node.
    ///
    /// - Parameters:
    ///   - link: what ties an embed to its parent's row, whose keys `place` holds.
    ///   - behind: what the rows are ordered by behind the request's own order; the key, where nothing else is said.
    ///   - before: what the source's arguments come from.
    mutating func select(
        _ plan: ReadPlan, link: EmbedPlan.Link?, _ place: Place, order behind: [String]? = nil, isOne: Bool = false, before: String = ""
    ) -> String {
        var from = before + sql(plan.source, place)
        var conditions: [String] = []
        func tie(_ alias: String, _ pairs: [EmbedPlan.Pair], to parents: [Expression]) {
            for (pair, parent) in zip(pairs, parents) {
                conditions.append(Expression(.binary("=", .column(alias, pair.child), parent)).sql)
            }
        }
        switch link {
        case .direct(let pairs)?: tie(plan.alias, pairs, to: place.parentKeys)
        case .junction(let junction, let alias, let parent, let child)?:
            let on = child.map { Expression(.binary("=", .column(alias, $0.parent), .column(plan.alias, $0.child))).sql }
            from = "\(sql(junction, place)) join \(from) on \(on.joined(separator: " and "))"
            tie(alias, parent, to: place.parentKeys)
        case .computed?, nil: break
        }
        var outputs: [(value: String, name: String)] = []
        var keys: [String] = []
        lay(plan, place, &outputs, &from, &keys)
        if isXML { outputs = [("'<row>' || \(outputs.map(\.value).joined(separator: " || ")) || '</row>'", RemoteParts.xml)] }
        if let last = plan.last {
            let cells = last.columns.map { "\(Expression.column(plan.alias, $0).sql)::text" }.joined(separator: ", ")
            outputs.append(("json_build_array(\(cells))::text", RemoteParts.last))
        }
        if let filter = plan.filter { conditions.append("(\(sql(filter, place)))") }
        if let after = plan.after { conditions.append("(\(sql(after, place)))") }
        let list = outputs.map { "\($0.value) as \(PostgresDialect.quoted($0.name))" }.joined(separator: ", ")
        var text = "select \(list) from \(from)"
        if !conditions.isEmpty { text += " where " + conditions.joined(separator: " and ") }
        if plan.isGrouped, !keys.isEmpty { text += " group by " + keys.joined(separator: ", ") }
        let order = self.order(plan, place, behind: behind)
        if !order.isEmpty { text += " order by " + order.joined(separator: ", ") }
        text += window(plan, isOne: isOne)
        return text
    }

    /// The request's order, and a total one behind it, so that pages do not overlap and both engines agree.
    private mutating func order(_ plan: ReadPlan, _ place: Place, behind: [String]?) -> [String] {
        var order = plan.order.map { key in
            sql(key.value, place) + (key.descending ? " desc" : "")
                + (key.nullsFirst.map { $0 ? " nulls first" : " nulls last" } ?? "")
        }
        guard !plan.isGrouped else { return order }
        for name in behind ?? plan.key where !plan.order.contains(where: { $0.value == .column(plan.alias, name) }) {
            order.append(Expression.column(plan.alias, name).sql)
        }
        return order
    }

    private mutating func window(_ plan: ReadPlan, isOne: Bool) -> String {
        var text = ""
        switch (plan.limit, plan.maxRows) {
        case (let limit?, _) where isOne: text += " limit least($\(bind(.count(limit.position)))::bigint, 1)"
        case _ where isOne: text += " limit 1"
        case (let limit?, let most?): text += " limit least($\(bind(.count(limit.position)))::bigint, \(most))"
        case (let limit?, nil): text += " limit $\(bind(.count(limit.position)))::bigint"
        case (nil, let most?): text += " limit \(most)"
        case (nil, nil): break
        }
        if let offset = plan.offset { text += " offset $\(bind(.count(offset.position)))::bigint" }
        return text
    }

    // MARK: Fields

    /// The names of a node's fields, in order, as `lay` gives them.
    func names(_ plan: ReadPlan) -> [String] {
        plan.fields.flatMap { field in
            switch field {
            case .value(let name, _): [name]
            case .embed(let embed): embed.isHidden ? [] : embed.isSpread ? names(embed.plan) : [embed.name]
            }
        }
    }

    /// Puts a node's fields among the outputs, and what they need to its `from`. `keys` are what a grouped node is grouped by.
    private mutating func lay(
        _ plan: ReadPlan, _ place: Place, _ outputs: inout [(value: String, name: String)], _ from: inout String, _ keys: inout [String]
    ) {
        for field in plan.fields {
            switch field {
            case .value(let name, let expression):
                let value = sql(expression, place)
                let counts = ReadBuilder.countsRows(expression)
                outputs.append((isXML ? counts ? Self.plainElement(name, value) : Self.element(name, value) : value, name))
                if !ReadBuilder.isAggregate(expression) { keys.append(value) }
            case .embed(let embed): lay(embed, of: plan, place, &outputs, &from, &keys)
            }
        }
    }

    private mutating func lay(
        _ embed: EmbedPlan, of plan: ReadPlan, _ place: Place, _ outputs: inout [(value: String, name: String)], _ from: inout String,
        _ keys: inout [String]
    ) {
        guard embed.isToOne, case .direct(let pairs) = embed.link, embed.plan.limit == nil else {
            guard !embed.isHidden else { return }
            var inner = place
            inner.parentKeys = embed.parentRow(plan.alias)
            if plan.isGrouped { keys += inner.parentKeys.map(\.sql) }
            let rows = select(embed.plan, link: embed.link, inner, isOne: embed.isToOne)
            guard embed.isSpread else {
                if isXML {
                    let name = XMLName.escaped(embed.name)
                    let value = "(select string_agg(_r.\(RemoteParts.xml), '') from (\(rows)) _r)"
                    outputs.append(
                        (
                            embed.isToOne
                                ? "coalesce('<\(name)>' || substring(\(value) from '^<row>(.*)</row>$') || '</\(name)>', \(Self.null(name)))"
                                : "'<\(name)>' || coalesce(\(value), '') || '</\(name)>'",
                            embed.name
                        ))
                    return
                }
                let value = embed.isToOne ? "row_to_json(_r)" : "coalesce(json_agg(_r), '[]')"
                outputs.append(("(select \(value) from (\(rows)) _r)", embed.name))
                return
            }
            // The columns as they are, whatever the answer's form.
            var plain = self
            if isXML {
                plain = RemoteBuilder(schema, as: .json(nullsStripped: false))
                plain.parts = parts
            }
            let columns = isXML ? plain.select(embed.plan, link: embed.link, inner) : rows
            parts.bindings = plain.parts.bindings
            for name in names(embed.plan) {
                let value = "(select coalesce(json_agg(_r.\(PostgresDialect.quoted(name))), '[]') from (\(columns)) _r)"
                outputs.append((isXML ? Self.element(name, value) : value, name))
            }
            return
        }
        // The embed's own filter is part of what joins it: a parent without a match stays, and no column is named that is not needed.
        var on = pairs.map { Expression(.binary("=", .column(embed.plan.alias, $0.child), .column(plan.alias, $0.parent))).sql }
        if let filter = embed.plan.filter { on.append("(\(sql(filter, place)))") }
        from += " \(embed.isInner ? "join" : "left join") \(sql(embed.plan.source, place)) on \(on.joined(separator: " and "))"
        var fields: [(value: String, name: String)] = []
        var innerKeys: [String] = []
        lay(embed.plan, place, &fields, &from, &innerKeys)
        if plan.isGrouped { keys += innerKeys }
        if embed.isHidden { return }
        if embed.isSpread {
            outputs += fields
            return
        }
        let presence = Expression.column(embed.plan.alias, pairs[0].child).sql
        if plan.isGrouped { keys.append(presence) }
        if isXML {
            let name = XMLName.escaped(embed.name)
            let inside = (["'<\(name)>'"] + fields.map(\.value) + ["'</\(name)>'"]).joined(separator: " || ")
            outputs.append(("case when \(presence) is not null then \(inside) else \(Self.null(name)) end", embed.name))
            return
        }
        let list = fields.map { "\($0.value) as \(PostgresDialect.quoted($0.name))" }.joined(separator: ", ")
        outputs.append(("case when \(presence) is not null then (select row_to_json(_r) from (select \(list)) _r) end", embed.name))
    }

    // MARK: XML

    private static func null(_ name: String) -> String { PostgresDialect.literal("<\(name) xsi:nil=\"true\"/>") }

    /// `count(*)` as an element. Inside a query of its own, as `element` makes one, it would count that one's row.
    private static func plainElement(_ field: String, _ value: String) -> String {
        let name = XMLName.escaped(field)
        return "'<\(name)>' || (\(value))::text || '</\(name)>'"
    }

    /// A value as an element: escaped, or the base64 of its UTF-8 where it has characters that XML cannot hold.
    private static func element(_ field: String, _ value: String) -> String {
        let name = XMLName.escaped(field)
        // Moments and booleans are written as in JSON, everything else as PostgreSQL prints it, which a cast to text does not always do (`inet`, `char`).
        let text = """
            (select case when _v is null then null when pg_typeof(_v) in ('timestamp'::regtype, 'timestamptz'::regtype, 'boolean'::regtype) \
            then to_json(_v) #>> '{}' else format('%s', _v) end \
            from (select \(value) as _v) _s)
            """
        return """
            (select case when _x is null then \(null(name)) \
            when _x ~ e'[\\u0001-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF]' then '<\(name) encoding="base64">' || \
            translate(encode(convert_to(_x, 'UTF8'), 'base64'), e'\\n', '') || '</\(name)>' \
            else '<\(name)>' || replace(replace(replace(replace(_x, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), e'\\r', '&#13;') || '</\(name)>' end \
            from (select \(text) as _x) _s)
            """
    }
}

extension EmbedPlan {
    /// What the embed's own query starts from in a parent of this name. A row is written with its star: a column may have the row's name.
    func parentRow(_ parent: String) -> [Expression] {
        if case .computed = link { [Expression(.star(Name([parent])))] } else { parentKeys(parent) }
    }
}
