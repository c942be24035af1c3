package import OffstageQuery
package import OffstageSchema
import OffstageSyntax

/// Plans in the embedded engine's words.
package struct SQLiteDialect: Sendable {
    package let schema: Schema

    package init(_ schema: Schema) { self.schema = schema }

    /// The statement that does what a plan says.
    ///
    /// - Throws: what PostgreSQL would say on analysing the query (42883, 42804, …), or 0A000 for what the engine does not do.
    package func statement(for plan: TablePlan) throws(SQLError) -> Statement {
        let caller = Caller(role: plan.role)
        switch plan.action {
        case .read(let read, let counts):
            var builder = ReadBuilder(schema, caller)
            let root = try builder.node(read, link: nil)
            let count = counts ? try builder.count(read) : nil
            return .read(Read(root: root, count: count, isBounded: builder.isBounded))
        case .insert(let insert):
            let events: [RowWrite.Event] = insert.conflict?.merges == nil ? [.insert] : [.insert, .update]
            return .write(
                try write(byRow: goesByRow(insert.table.name, events)) { (byRow) throws(SQLError) in
                    byRow ? try insertByRow(insert, caller) : try self.insert(insert, caller)
                })
        case .update(let update):
            return .write(
                try write(byRow: goesByRow(update.table.name, [.update])) { (byRow) throws(SQLError) in
                    byRow ? try updateByRow(update, caller) : try self.update(update, caller)
                })
        case .delete(let delete):
            return .write(
                try write(byRow: goesByRow(delete.table.name, [.delete])) { (byRow) throws(SQLError) in
                    byRow ? try deleteByRow(delete, caller) : try self.delete(delete, caller)
                })
        case .call(let call):
            var builder = ReadBuilder(schema, caller)
            let root = try builder.node(call.read, link: nil)
            if call.writes {
                return .write(Write(.call(root), table: call.read.relation, needsRows: false, payloadColumns: call.columns))
            }
            return .read(Read(root: root, count: call.counts ? try builder.count(call.read) : nil, isBounded: builder.isBounded))
        }
    }

    /// One statement, unless it must go row by row.
    private func write(byRow isNeeded: Bool, _ make: (Bool) throws(SQLError) -> Write) throws(SQLError) -> Write {
        if isNeeded { return try make(true) }
        let native = try make(false)
        return callsUndoing(native.action.texts) ? try make(true) : native
    }
}

/// Builds the tree of texts that a read is: to-one embeds by join, to-many embeds as statements of their own.
struct ReadBuilder {
    let schema: Schema
    let caller: Caller
    var isBounded = true
    /// The root is over rows that were written, which have these columns.
    var written: [View.Column]?

    init(_ schema: Schema, _ caller: Caller) {
        self.schema = schema
        self.caller = caller
    }

    /// How the rows a write touched are shown where the request gives no order.
    enum TouchedOrder { case asWritten, byKey }

    /// A field with places in the select list instead of expressions.
    private indirect enum Shape {
        case cell(String, Int)
        case object(String, presence: Int, [Shape])
        case list(EmbedPlan, keys: [Int])
        case arrays(EmbedPlan, keys: [Int])
    }

    private struct Layout {
        var outputs: [Output] = []
        var from: FromItem

        mutating func place(_ expression: Expression) -> Int {
            if let index = outputs.firstIndex(where: { $0.value == expression }) { return index }
            outputs.append(Output(expression))
            return outputs.count - 1
        }
    }

    /// One node: for an embed, `link` ties it to its parent's row through parent keys.
    mutating func node(_ plan: ReadPlan, link: EmbedPlan.Link?, touched: TouchedOrder? = nil) throws(SQLError) -> ReadNode {
        var layout = Layout(from: plan.source)
        let shapes = lay(plan, into: &layout)
        let last = plan.last?.columns.map { layout.place(.column(plan.alias, $0)) } ?? []
        var conditions: [Expression] = []
        switch link {
        case .direct(let pairs)?:
            for (index, pair) in pairs.enumerated() {
                conditions.append(Expression(.binary("=", .column(plan.alias, pair.child), Expression(.injected(.parentKey(index))))))
            }
        case .junction(let junction, let alias, let parent, let child)?:
            let on = child.map { Expression(.binary("=", .column(alias, $0.parent), .column(plan.alias, $0.child))) }
            layout.from = .join(.inner, junction, layout.from, Expression.all(on).map { .on($0) }, nil)
            for (index, pair) in parent.enumerated() {
                conditions.append(Expression(.binary("=", .column(alias, pair.child), Expression(.injected(.parentKey(index))))))
            }
        case .computed?, nil: break
        }
        if let filter = plan.filter { conditions.append(filter) }
        if let after = plan.after { conditions.append(after) }
        var query = Query(layout.outputs, from: [layout.from], where: Expression.all(conditions))
        var order = plan.order
        if plan.isGrouped {
            query.groupBy = layout.outputs.filter { !Self.isAggregate($0.value) }.map { .expression($0.value) }
        } else if touched != .asWritten || !order.isEmpty {
            // A total order, so that pages do not overlap and both engines agree.
            for name in plan.key where !order.contains(where: { $0.value == .column(plan.alias, name) }) {
                order.append(SortKey(.column(plan.alias, name)))
            }
        }
        var select = Select(.query(query), orderBy: order)
        select.limit = plan.limit.map { Expression(.injected(.value($0.position))) }
        select.offset = plan.offset.map { Expression(.injected(.value($0.position))) }
        var translator = Translator(schema, as: caller)
        translator.maxRows = plan.maxRows
        if let written, link == nil { translator.define(SQLiteDialect.written, as: RowSetNumber.returned, columns: written) }
        translator.touchedRows = written != nil ? nil : touched.map { (plan.alias, inOrder: $0 == .asWritten && plan.order.isEmpty) }
        let translated = try translator.translate(select, in: nil)
        isBounded = isBounded && translator.isBounded
        var fields: [Field] = []
        for shape in shapes { if let field = try self.field(shape, translated.columns) { fields.append(field) } }
        let cells = plan.last.map { plan in
            ReadNode.Last(
                order: plan.order, cells: last.map { ReadNode.Cell(index: $0, type: translated.columns[$0].term.columnType) })
        }
        return ReadNode(translator.text(translated.sql), fields: fields, last: cells)
    }

    private func lay(_ plan: ReadPlan, into layout: inout Layout) -> [Shape] {
        var shapes: [Shape] = []
        for field in plan.fields {
            switch field {
            case .value(let name, let expression): shapes.append(.cell(name, layout.place(expression)))
            case .embed(let embed): shapes += lay(embed, of: plan, into: &layout)
            }
        }
        return shapes
    }

    private func lay(_ embed: EmbedPlan, of plan: ReadPlan, into layout: inout Layout) -> [Shape] {
        guard embed.isToOne, case .direct(let pairs) = embed.link, embed.plan.limit == nil else {
            guard !embed.isHidden else { return [] }
            let keys = embed.parentKeys(plan.alias).map { layout.place($0) }
            return [embed.isSpread ? .arrays(embed, keys: keys) : .list(embed, keys: keys)]
        }
        let on = pairs.map { Expression(.binary("=", .column(embed.plan.alias, $0.child), .column(plan.alias, $0.parent))) }
        layout.from = .join(embed.isInner ? .inner : .left, layout.from, filtered(embed.plan), Expression.all(on).map { .on($0) }, nil)
        let inner = lay(embed.plan, into: &layout)
        if embed.isHidden { return [] }
        if embed.isSpread { return inner }
        let presence = layout.place(.column(embed.plan.alias, pairs[0].child))
        return [.object(embed.name, presence: presence, inner)]
    }

    /// A to-one embed's rows, its own filter inside: a parent without a match stays.
    private func filtered(_ plan: ReadPlan) -> FromItem {
        guard let filter = plan.filter else { return plan.source }
        return .select(
            Select(.query(Query([Output(Expression(.star(Name([]))))], from: [plan.source], where: filter))), Alias(plan.alias),
            lateral: false)
    }

    private mutating func field(_ shape: Shape, _ columns: [TranslatedSelect.Column]) throws(SQLError) -> Field? {
        switch shape {
        case .cell(let name, let index): return .cell(name, index, columns[index].term.columnType)
        case .object(let name, let presence, let shapes):
            var fields: [Field] = []
            for shape in shapes { if let field = try self.field(shape, columns) { fields.append(field) } }
            return .object(name, presence: presence, fields)
        case .list(let embed, let keys):
            let child = try node(embed.plan, link: embed.link)
            return embed.isToOne ? .one(embed.name, child, keys: keys) : .list(embed.name, child, keys: keys)
        case .arrays(let embed, let keys): return .arrays(try node(embed.plan, link: embed.link), keys: keys)
        }
    }

    static func isAggregate(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .call(let call): call.isStar || ["sum", "avg", "count", "min", "max"].contains(call.function.last)
        case .cast(let inner, _): isAggregate(inner)
        default: false
        }
    }

    /// `count(*)`, which names nothing of the rows it counts.
    static func countsRows(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .call(let call): call.isStar
        case .cast(let inner, _): countsRows(inner)
        default: false
        }
    }

    /// How many rows the read has without its window.
    mutating func count(_ plan: ReadPlan) throws(SQLError) -> SQLText {
        var translator = Translator(schema, as: caller)
        let query = Query([Output(Planning.countAll)], from: [plan.joined], where: plan.filter)
        let translated = try translator.translate(Select(.query(query)), in: nil)
        isBounded = isBounded && translator.isBounded
        return translator.text(translated.sql)
    }
}

enum Planning {
    static let countAll = Expression(.call(Call(Name("pg_catalog", "count"), isStar: true)))
}
