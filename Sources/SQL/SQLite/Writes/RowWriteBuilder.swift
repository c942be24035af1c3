import OffstageQuery
package import OffstageSchema
import OffstageSyntax

/// Makes the texts of a write that is done row by row.
struct RowWriteBuilder {
    private(set) var template: Translator
    /// The statement's common tables, known to all its texts.
    private let with: With?
    var schema: Schema { template.schema }
    var role: String { template.gate.role }

    init(_ template: Translator, with: With?) throws(SQLError) {
        self.template = template
        guard let with else {
            self.with = nil
            return
        }
        let rewritten = try template.gate.rewrite(Select(with: with, .values([[.null]])))
        self.template.gate.kept.formUnion(with.tables.map(\.name))
        self.with = rewritten.with
    }

    /// A translator for a text of its own, and the scope that all in it is in: the statement's common tables.
    func begin() throws(SQLError) -> (translator: Translator, scope: Scope, prefix: String) {
        var translator = template.fresh()
        guard let with else { return (translator, Scope(), "") }
        let root = Scope()
        let prefix = try translator.translate(with, in: root)
        return (translator, Scope(parent: root), prefix)
    }

    // MARK: update

    func update(_ update: Update) throws(SQLError) -> Prepared {
        let target = try WriteTarget(update.table, as: update.alias, .update, in: schema, as: role, path: template.path)
        return try guarded(target) { (reads) throws(SQLError) in try self.update(update, target, reads: reads) }
    }

    /// Which policies hold depends on whether the statement reads the row, which is known once it is made.
    private func guarded(
        _ target: WriteTarget, _ make: (_ reads: Bool) throws(SQLError) -> (prepared: Prepared, reads: Bool)
    ) throws(SQLError) -> Prepared {
        guard schema.appliesRowSecurity(of: target.table, to: target.role) else { return try make(true).prepared }
        do throws(SQLError) {
            let first = try make(true)
            if first.reads { return first.prepared }
        } catch {
            // A policy about reading may name what the caller may not.
            guard let other = try? make(false), !other.reads else { throw error }
            return other.prepared
        }
        return try make(false).prepared
    }

    private func update(
        _ update: Update, _ target: WriteTarget, reads: Bool
    ) throws(SQLError) -> (prepared: Prepared, reads: Bool) {
        var found = try open(target, .update, from: update.from, reads: reads)
        let condition = try found.condition(update.filter)
        let assigned = try assignments(update.assignments, target, in: found.scope, &found.translator)
        try target.demand(.update, assigned.map(\.name), in: schema, as: role)
        var change = RowWrite.Change(assigned: [])
        change.before = try guards(.update, target, reads: reads)
        change.after = try checkOptions(target)
        var write = RowWrite(target.table.name, columns: target.table.viewColumns, find: [], actions: [], events: [.update])
        write.isView = target.isInsteadOf
        write.assignedColumns = Set(assigned.map(\.column.name))
        for (index, value) in assigned.enumerated() {
            guard let place = target.table.columns.firstIndex(where: { $0.name == value.column.name }) else { continue }
            change.assigned.append(.init(column: place, cell: RowWrite.firstCell + target.table.columns.count + index))
        }
        write.actions = [.update(change)]
        var readsRow = found.scope.read.contains(target.alias)
        let answer = try returning(update.returning, target, beside: found, after: assigned.count, &write)
        readsRow = readsRow || answer.reads
        write.find = [found.text(values: assigned.map(\.term.sql), extras: answer.extras, where: condition)]
        return (Prepared(.rows(write), columns: answer.columns, verb: "UPDATE"), readsRow)
    }

    // MARK: delete

    func delete(_ delete: Delete) throws(SQLError) -> Prepared {
        let target = try WriteTarget(delete.table, as: delete.alias, .delete, in: schema, as: role, path: template.path)
        return try guarded(target) { (reads) throws(SQLError) in try self.delete(delete, target, reads: reads) }
    }

    private func delete(
        _ delete: Delete, _ target: WriteTarget, reads: Bool
    ) throws(SQLError) -> (prepared: Prepared, reads: Bool) {
        try target.demand(.delete, [], in: schema, as: role)
        var found = try open(target, .delete, from: delete.using, reads: reads)
        let condition = try found.condition(delete.filter)
        var write = RowWrite(
            target.table.name, columns: target.table.viewColumns, find: [], actions: [.delete(before: nil)], events: [.delete])
        write.isView = target.isInsteadOf
        let answer = try returning(delete.returning, target, beside: found, after: 0, &write)
        write.find = [found.text(values: [], extras: answer.extras, where: condition)]
        return (
            Prepared(.rows(write), columns: answer.columns, verb: "DELETE"), found.scope.read.contains(target.alias) || answer.reads
        )
    }

    // MARK: The rows that are there

    /// A text on its way: the target's rows and the tables beside it.
    struct Found {
        var translator: Translator
        var scope: Scope
        var prefix: String
        var sources = Sources()
        var tables: [String] = []
        /// The text for the target's rowid.
        var rowID = "NULL"
        /// The texts of the old row's columns.
        var old: [String] = []

        mutating func condition(_ filter: Expression?) throws(SQLError) -> Term? {
            try translator.condition(
                try filter.map { (filter) throws(SQLError) in try translator.gate.rewrite(filter) }, sources: &sources, in: scope)
        }

        func text(values: [String], extras: [String], where condition: Term?) -> SQLText {
            let list = ["0", rowID] + old + values + extras
            let barrier = sources.needsBarrier ? " LIMIT -1" : ""
            let from = tables.joined(separator: ", ").replacing(Translator.barrier, with: barrier)
            return translator.text(
                prefix + "SELECT \(list.joined(separator: ", ")) FROM \(from)" + (condition.map { " WHERE \($0.sql)" } ?? ""))
        }
    }

    func open(
        _ target: WriteTarget, _ event: RowWrite.Event, from items: [FromItem], reads: Bool
    ) throws(SQLError) -> Found {
        let start = try begin()
        var found = Found(translator: start.translator, scope: start.scope, prefix: start.prefix)
        if target.isInsteadOf {
            var gate = found.translator.gate
            if let level = target.levels.last { gate = Gate(schema, role: level.role, path: template.path) }
            let item = try gate.source(target.table.name, as: Alias(target.table.name.name))
            let inner = Scope()
            found.tables.append(try found.translator.translate(item, in: inner, into: &found.sources))
            let base = inner.relations.first?.columns ?? []
            found.old = base.map(\.term.sql)
            try present(target, base: base, in: &found)
        } else {
            let alias = found.translator.freshAlias()
            found.tables.append("\(StoredName.table(target.table.name)) AS \(alias)")
            found.rowID = "\(alias).rowid"
            let base = columns(of: target.table, under: alias, found.translator, in: found.scope)
            found.old = base.map(\.term.sql)
            let gate = Gate(schema, role: target.role, path: template.path)
            var policies = [try gate.using(target.table, for: event.command)]
            if reads { policies.append(try gate.using(target.table, for: .select)) }
            if let policy = Expression.all(policies.compactMap { $0 }) {
                let own = Scope(besides: found.scope)
                own.relations = [.init(alias: target.table.name.name, name: target.table.name, columns: base)]
                let outer = found.translator.positive
                found.translator.positive = true
                let term = try found.translator.boolean(policy, in: own, argumentOf: "POLICY")
                found.translator.positive = outer
                found.sources.policies.append(term)
                found.sources.hidesRows = true
            }
            try present(target, base: base, in: &found)
        }
        for item in items {
            found.tables.append(
                try found.translator.translate(try found.translator.gate.rewrite(item), in: found.scope, into: &found.sources))
        }
        return found
    }

    func columns(of table: Table, under alias: String, _ translator: Translator, in scope: Scope) -> [Scope.Relation.Column] {
        translator.columns(of: table).map { name, term in
            .init(
                name: name,
                term: term.with {
                    $0.sql = "\(alias).\($0.sql)"
                    $0.levels = scope.bit
                })
        }
    }

    /// Brings what the statement names into scope, and its views' conditions.
    private func present(_ target: WriteTarget, base: [Scope.Relation.Column], in found: inout Found) throws(SQLError) {
        let (relation, filters) = try relation(target, base: base, &found.translator)
        found.scope.relations.append(relation)
        found.sources.policies += filters
        if !filters.isEmpty { found.sources.hidesRows = true }
    }

    /// The relation the statement names, its columns made of the table's, and the conditions of the views between.
    func relation(
        _ target: WriteTarget, base: [Scope.Relation.Column], _ translator: inout Translator
    ) throws(SQLError) -> (Scope.Relation, filters: [Term]) {
        var columns = base
        var filters: [Term] = []
        for level in target.levels.reversed() {
            let (shown, filter) = try show(columns, through: level, &translator)
            columns = shown
            if let filter { filters.append(filter) }
        }
        for index in columns.indices where target.hidden.contains(columns[index].name) { columns[index].deniedTable = target.name.name }
        return (Scope.Relation(alias: target.alias, name: target.alias == target.name.name ? target.name : nil, columns: columns), filters)
    }

    /// A view's columns over those of the relation it reads, and its condition.
    func show(
        _ columns: [Scope.Relation.Column], through level: WriteTarget.Level, _ translator: inout Translator
    ) throws(SQLError) -> ([Scope.Relation.Column], Term?) {
        guard case .query(let query) = level.view.select.body, case .table(let source, let alias)? = query.from.first else {
            return (columns, nil)
        }
        let gate = Gate(schema, role: level.role, path: template.path)
        let inner = Scope()
        var relation = Scope.Relation(
            alias: alias?.name ?? source.last, name: QualifiedName(source.qualifier ?? "public", source.last), columns: columns)
        for (index, name) in (alias?.columns ?? []).enumerated() where index < relation.columns.count {
            relation.columns[index].name = name
        }
        inner.relations = [relation]
        var shown: [Scope.Relation.Column] = []
        for (output, column) in zip(query.outputs, level.view.columns) {
            let term = try translator.coerce(
                try translator.translate(try gate.rewrite(output.value), in: inner), to: column.type, .assignment)
            shown.append(.init(name: column.name, term: term))
        }
        guard let filter = query.filter else { return (shown, nil) }
        return (shown, try translator.boolean(try gate.rewrite(filter), in: inner, argumentOf: "WHERE"))
    }

    // MARK: Values

    struct Assigned {
        /// As the statement calls it.
        var name: String
        var column: Column
        var term: Term
    }

    func assignments(
        _ list: [Assignment], _ target: WriteTarget, in scope: Scope, _ translator: inout Translator
    ) throws(SQLError) -> [Assigned] {
        var result: [Assigned] = []
        func add(_ self: RowWriteBuilder, _ name: Name, _ term: (Column) throws(SQLError) -> Term?) throws(SQLError) {
            let column = try target.column(name, .update)
            guard !result.contains(where: { $0.column.name == column.name }) else {
                throw SQLError(
                    "42601", "multiple assignments to same column \"\(name.last)\"", position: name.position.byteOffset)
            }
            guard let value = try term(column) else { return }
            result.append(.init(name: name.last, column: column, term: value))
        }
        for assignment in list {
            for (index, name) in assignment.columns.enumerated() {
                try add(self, name) { (column) throws(SQLError) in
                    try value(index, of: assignment, to: column, in: scope, &translator)
                }
            }
        }
        return result
    }

    /// The value that the nth column of an assignment takes; nil for a generated column's DEFAULT.
    private func value(
        _ index: Int, of assignment: Assignment, to column: Column, in scope: Scope, _ translator: inout Translator
    ) throws(SQLError) -> Term? {
        var part = assignment.value
        if assignment.columns.count > 1 {
            let mismatch = SQLError("42601", "number of columns does not match number of values", position: part.position.byteOffset)
            switch part.kind {
            case .row(let parts):
                guard parts.count == assignment.columns.count else { throw mismatch }
                part = parts[index]
            case .subselect(let select):
                let query = try translator.translate(try translator.gate.rewrite(select), in: scope)
                guard query.columns.count == assignment.columns.count else { throw mismatch }
                guard column.generated == nil, column.identity != .always else { throw column.onlyDefault(updating: true) }
                let cell = query.columns[index].term
                let sql =
                    query.isSingle
                    ? "(SELECT \(cell.sql) FROM (\(query.sql)))"
                    : "(SELECT pg_one(\(cell.sql)) FROM (SELECT \(cell.sql) FROM (\(query.sql)) LIMIT 2))"
                let term = Term(sql, cell.type, modifier: cell.modifier).with {
                    $0.levels = query.outerLevels
                    $0.isSafe = false
                }
                return try translator.assign(term, to: column, at: part.position)
            default:
                throw SQLError(
                    "0A000", "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression",
                    position: part.position.byteOffset)
            }
        }
        if case .default = part.kind {
            if column.generated != nil { return nil }
            return try translator.standard(column) ?? Term("NULL", column.type.type)
        }
        guard column.generated == nil, column.identity != .always else { throw column.onlyDefault(updating: true) }
        return try translator.assign(
            try translator.translate(try translator.gate.rewrite(part), in: scope), to: column, at: part.position)
    }

    // MARK: What a written row must satisfy

    /// Policies over the new row.
    func guards(_ event: RowWrite.Event, _ target: WriteTarget, reads: Bool) throws(SQLError) -> SQLText? {
        guard !target.isInsteadOf else { return nil }
        let gate = Gate(schema, role: target.role, path: template.path)
        var checks = try gate.checks(target.table, for: event.command)
        if reads { checks += try gate.usingChecks(target.table, for: .select, ofOldRow: false) }
        return try judging(checks, target.table, offset: 0)
    }

    func judging(
        _ checks: [PolicyCheck], _ table: Table, offset: Int, saying message: ((PolicyCheck) -> String)? = nil
    ) throws(SQLError) -> SQLText? {
        guard !checks.isEmpty else { return nil }
        var translator = template.fresh()
        let scope = Scope()
        let cells = try cells(of: table, offset: offset, &translator, in: scope, computing: offset == 0)
        scope.relations = [.init(alias: table.name.name, name: table.name, columns: cells)]
        let sql = try translator.guards(checks, table, in: scope, saying: message)
        return translator.text("SELECT \(sql)")
    }

    /// The columns of a row that is bound, new ones from 0, old ones behind them.
    ///
    /// - Parameter computing: generated columns are worked out of the others.
    func cells(
        of table: Table, offset: Int, _ translator: inout Translator, in scope: Scope, computing: Bool
    ) throws(SQLError) -> [Scope.Relation.Column] {
        var columns: [Scope.Relation.Column] = []
        for (index, column) in table.columns.enumerated() {
            var term = Term(translator.bind(.payload(offset + index)), column.type.type, modifier: column.type.modifier)
            term.levels = scope.bit
            columns.append(.init(name: column.name, term: term))
        }
        guard computing else { return columns }
        let own = Scope()
        own.relations = [.init(alias: table.name.name, name: table.name, columns: columns)]
        for (index, column) in table.columns.enumerated() {
            guard let generated = column.generated else { continue }
            columns[index].term.sql = try translator.coerce(
                try translator.translate(generated, in: own), to: column.type, .assignment
            ).sql
        }
        return columns
    }

    /// The conditions of views with a check option, over the new row: innermost first.
    func checkOptions(_ target: WriteTarget) throws(SQLError) -> [RowWrite.CheckOption] {
        var result: [RowWrite.CheckOption] = []
        var isCascaded = false
        var wanted: [Bool] = []
        for level in target.levels {
            if level.view.checkOption == .cascaded { isCascaded = true }
            wanted.append(isCascaded || level.view.checkOption != nil)
        }
        for (index, level) in target.levels.enumerated().reversed() where wanted[index] {
            var translator = template.fresh()
            let scope = Scope()
            var columns = try cells(of: target.table, offset: 0, &translator, in: scope, computing: false)
            for inner in target.levels[(index + 1)...].reversed() { columns = try show(columns, through: inner, &translator).0 }
            guard let filter = try show(columns, through: level, &translator).1 else { continue }
            result.append(.init(view: level.view.name.name, condition: translator.text("SELECT \(filter.sql)")))
        }
        return result
    }
}

extension Table {
    /// Its columns as those of an answer.
    package var viewColumns: [View.Column] { columns.map { View.Column($0.name, $0.type, source: ColumnSource(name, $0.name)) } }
}
