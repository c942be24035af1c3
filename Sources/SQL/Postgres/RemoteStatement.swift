import OffstageQuery
package import OffstageSchema
import OffstageXML
import Synchronization

/// A plan as one PostgreSQL text for each form of answer: the whole answer comes back as one row.
///
/// The row's columns, in this order: the body, the number of rows, the number without the window, the rows an upsert inserted, the keys of
/// the rows and the cells of the last (JSON arrays of texts), and the status and headers that a function has set.
package final class RemoteStatement: Sendable {
    package let isWrite: Bool
    /// Of a page by cursor: the order.
    package let pageOrder: String?
    /// The columns the payload's rows hold, in order.
    package let payloadColumns: [Column]

    private let plan: TablePlan
    private let schema: Schema
    private let texts = Mutex<[Form: SQLText]>([:])

    private enum Form: Hashable {
        case whole(RowFormat, Counting)
        /// A row for each line.
        case lines(RowFormat)
        /// What the planner thinks of the number of rows.
        case guess
    }

    init(_ plan: TablePlan, _ schema: Schema, isWrite: Bool, pageOrder: String? = nil, payloadColumns: [Column] = []) {
        self.plan = plan
        self.schema = schema
        self.isWrite = isWrite
        self.pageOrder = pageOrder
        self.payloadColumns = payloadColumns
    }

    /// `$1`, `$2`, … and where each one's text comes from.
    package func text(as format: RowFormat, counting: Counting = .exact) -> SQLText {
        text(.whole(format, tellsGuess(counting) ? counting : .exact))
    }

    /// Asks the planner how many rows there are without the window, as JSON; nil where nobody wants to know.
    package func guess(_ counting: Counting) -> SQLText? { tellsGuess(counting) ? text(.guess) : nil }

    /// Whether how it would run may be told in numbers: rows, costs and times are those of all rows, the caller's or not.
    package var tellsCosts: Bool {
        if schema.bypassesRowSecurity(plan.role) { return true }
        guard case .read(let read, _) = plan.action else { return false }
        return !mayHideRows(read)
    }

    private func tellsGuess(_ counting: Counting) -> Bool {
        guard case .read(let read, counts: true) = plan.action, counting != .exact else { return false }
        return schema.bypassesRowSecurity(plan.role) || !mayHideRows(read)
    }

    /// The planner guesses by what it knows of all rows. Where the caller may see but some, how many the others are like is theirs to know.
    private func mayHideRows(_ read: ReadPlan) -> Bool {
        schema.views[read.relation] != nil || schema.tables[read.relation]?.hasRowSecurity == true
            || read.embeds.contains { mayHideRows($0.plan) }
    }

    /// The same with a row for each row of the answer, whose first column is a line of it; nil where the form has no lines.
    ///
    /// The other columns are those of the usual text, as far as they are known by then. Without rows nothing is told.
    package func lines(as format: RowFormat) -> (text: SQLText, before: [UInt8], after: [UInt8])? {
        guard !isWrite else { return nil }
        switch format {
        case .csv: return (text(.lines(format)), [UInt8(ascii: "\n")], [])
        case .lines: return (text(.lines(format)), [], [UInt8(ascii: "\n")])
        default: return nil
        }
    }

    private func made(_ form: Form) -> SQLText {
        switch form {
        case .whole(let format, let counting):
            let parts = RemoteBuilder(schema, as: format, counting: counting).parts(of: plan)
            return SQLText(parts.sql(as: format), bindings: parts.bindings)
        case .lines(let format):
            let parts = RemoteBuilder(schema, as: format).parts(of: plan)
            return SQLText(parts.linesSQL(as: format), bindings: parts.bindings)
        case .guess:
            var builder = RemoteBuilder(schema, as: .none)
            guard case .read(let read, _) = plan.action else { return SQLText("") }
            let text = "explain (format json) \(builder.uncut(read, RemoteBuilder.Place()))"
            return SQLText(text, bindings: builder.parts.bindings)
        }
    }

    private func text(_ form: Form) -> SQLText {
        if let known = texts.withLock({ $0[form] }) { return known }
        let made = made(form)
        texts.withLock { texts in
            // The root of an XML answer is the caller's to name.
            if texts.count >= 16 { texts.removeAll() }
            texts[form] = made
        }
        return made
    }

    /// About as much as the texts of its usual forms.
    package var byteCount: Int { 4_096 }
}

/// What the texts of a statement are put together from.
struct RemoteParts: Sendable {
    /// `pgrst_source as (insert …)`: the write, and what it needs.
    var with: [String] = []
    /// `(select …)`: the rows that are shown.
    var rows = ""
    /// The names of the rows' columns, in order.
    var names: [String] = []
    /// How many rows were touched, where those shown do not tell.
    var count: String?
    var total: String?
    var inserted: String?
    var location: String?
    /// The rows hold a last column more, with the cells that a cursor is made of.
    var tellsLast = false
    var bindings: [Binding] = []

    /// The column with a row as XML.
    static let xml = "pgrst_xml"
    /// The column with the cells of the cursor.
    static let last = "pgrst_last"

    func sql(as format: RowFormat) -> String {
        var sql = with.isEmpty ? "" : "with \(with.joined(separator: ", ")) "
        let last = tellsLast ? "(array_agg(_t.\(Self.last)))[count(*)]" : "null::text"
        sql += "select \(body(as: format)), \(count ?? "count(*)"), \(total ?? "null::bigint"), \(inserted ?? "null::bigint"), "
        sql += "\(location ?? "null::text"), \(last), nullif(current_setting('response.status', true), ''), "
        sql += "nullif(current_setting('response.headers', true), '') from \(rows.isEmpty ? "(select) _t" : "(\(rows)) _t")"
        return sql
    }

    private func body(as format: RowFormat) -> String {
        switch format {
        case .json(let nullsStripped):
            return nullsStripped ? "coalesce(json_strip_nulls(json_agg(\(row))), '[]')::text" : "coalesce(json_agg(\(row)), '[]')::text"
        case .object(let nullsStripped):
            return
                "coalesce((json_agg(\(nullsStripped ? "json_strip_nulls(row_to_json(\(row)))" : "row_to_json(\(row))")) -> 0)::text, 'null')"
        case .values: return "coalesce(json_agg(\(only)), '[]')::text"
        case .value: return "coalesce((json_agg(\(only)) -> 0)::text, 'null')"
        case .csv: return "coalesce(\(header) || e'\\n' || string_agg(\(line(as: format)), e'\\n'), e'\\n')"
        case .lines: return "coalesce(string_agg(\(line(as: format)) || e'\\n', ''), '')"
        case .none: return "null::text"
        case .xml(let root):
            let name = XMLName.escaped(root)
            let start = PostgresDialect.literal("<\(name) xmlns:xsi=\"\(XMLName.schemaInstance)\">")
            return "\(start) || coalesce(string_agg(_t.\(Self.xml), ''), '') || '</\(name)>'"
        }
    }

    /// The names of the columns, as the first line of CSV has them.
    private var header: String { PostgresDialect.literal(names.joined(separator: ",")) }

    private func line(as format: RowFormat) -> String {
        if case .csv = format { return "substring((\(row))::text, 2, length((\(row))::text) - 2)" }
        return "translate(row_to_json(\(row))::text, e'\\n\\r', '  ')"
    }

    /// A row for each line. The line before the first of CSV, the names, is the second column.
    func linesSQL(as format: RowFormat) -> String {
        let last = tellsLast ? "_t.\(Self.last)" : "null::text"
        return "\(with.isEmpty ? "" : "with \(with.joined(separator: ", ")) ")select \(line(as: format)), \(header), "
            + "\(total ?? "null::bigint"), null::bigint, null::text, \(last), nullif(current_setting('response.status', true), ''), "
            + "nullif(current_setting('response.headers', true), '') from (\(rows)) _t"
    }

    /// The row that is shown.
    private var row: String {
        guard tellsLast else { return "_t" }
        return "(select _r from (select \(names.map { "_t." + PostgresDialect.quoted($0) }.joined(separator: ", "))) _r)"
    }

    private var only: String { names.first.map { "_t." + PostgresDialect.quoted($0) } ?? "null" }
}
