import CSQLite
import OffstageDatabase
import OffstageJSON
import OffstageSQL
import OffstageSchema

extension Connection {
    /// Runs a read in a read transaction of its own, unless one is open. The caller has armed the session.
    func read(_ read: Read, with inputs: Inputs, as format: RowFormat, byteLimit: Int = .max, overflow: RowOverflow? = nil) throws(RunStop)
        -> Rows
    {
        session.forgetSettings()
        let binder = try binder(inputs)
        // The count must see what the rows saw.
        let needsTransaction = read.count != nil && isAutocommitting
        if needsTransaction { try plain("begin") }
        defer { if needsTransaction { endTransaction() } }
        output.truncate(to: 0)
        var rows = Rows()
        do {
            let node = try compiledNode(read.root, inputs)
            runs &+= 1
            node.lastRow = nil
            let run = ReadRun(binder: binder, number: runs, byteLimit: byteLimit, overflow: overflow)
            rows.count = try run.write(node, as: format, into: &output)
            rows.last = node.lastRow
            if let overflow, overflow.takesRest {
                try run.spill(&output)
                rows.longBody = overflow.body
            }
        }
        rows.body = output.bytes
        if output.count > 1 << 20 { output = JSONWriter(capacity: 16 << 10) }
        if let count = read.count { rows.total = try total(count, binder) }
        session.tell(&rows)
        return rows
    }

    func binder(_ inputs: Inputs) throws(RunStop) -> Binder {
        var values = ValueContext(now: inputs.now)
        if let name = inputs.timeZone {
            guard let zone = TimeZoneRules.setting(name) else {
                throw .refused(SQLError("22023", "invalid value for parameter \"TimeZone\": \"\(name)\""))
            }
            values.timeZone = zone
        }
        session.now = inputs.now
        session.values = values
        session.inputs = inputs
        return Binder(inputs: inputs, values: values)
    }

    func compiledNode(_ node: ReadNode, _ inputs: Inputs) throws(RunStop) -> CompiledNode {
        do throws(Fault) {
            return try compiled(node, timeZone: inputs.timeZone, session.values.timeZone)
        } catch {
            throw .fault(error)
        }
    }

    private func total(_ query: SQLText, _ binder: Binder) throws(RunStop) -> Int {
        let statement = try cached(query.text)
        defer { statement.finish() }
        try binder.bind(query.bindings, to: statement)
        do throws(Fault) {
            guard try statement.step() else { return 0 }
            return Int(sqlite3_column_int64(statement.handle, 0))
        } catch {
            throw .fault(error)
        }
    }

    func cached(_ text: String) throws(RunStop) -> PreparedStatement {
        do throws(Fault) { return try statement(text) } catch { throw .fault(error) }
    }

    /// A statement without values or rows.
    func plain(_ text: String) throws(RunStop) {
        do throws(Fault) { try command(text) } catch { throw .fault(error) }
    }

    func command(_ text: String) throws(Fault) {
        let statement = try statement(text)
        defer { statement.reset() }
        _ = try statement.step()
    }

    /// Ends a read transaction, whatever state it is in.
    func endTransaction() {
        let wasArmed = session.isArmed
        session.isArmed = false
        do { try command("commit") } catch { _ = try? command("rollback") }
        session.isArmed = wasArmed
    }
}

extension RunStop {
    /// The stop as the caller's error; nil where the budget of an event loop was spent.
    func error(in session: Session) -> SQLError? {
        switch self {
        case .overBudget: nil
        case .refused(let error): error
        case .fault(let fault):
            fault.primary == SQLITE_INTERRUPT && session.stop == .steps ? nil : fault.error(in: session)
        }
    }
}
