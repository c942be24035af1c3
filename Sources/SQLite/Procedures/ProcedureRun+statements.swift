import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// The statements, one by one.
extension ProcedureRun {
    func run(_ statements: [ProcedureStatement]) throws(RunStop) -> Flow {
        for statement in statements {
            try tick()
            let flow = try run(statement)
            if case .next = flow { continue }
            return flow
        }
        return .next
    }

    private func run(_ statement: ProcedureStatement) throws(RunStop) -> Flow {
        switch statement.kind {
        case .assign(let target, let value):
            try assign(target, value)
        case .branch(let branches, let otherwise):
            for branch in branches where try isTrue(branch.conditions[0]) { return try run(branch.statements) }
            if let otherwise { return try run(otherwise) }
        case .choice(let operand, let variable, let branches, let otherwise):
            if let operand, let variable { try assign(try evaluate(operand), toVariable: variable) }
            for branch in branches where try isTrue(branch.conditions[0]) { return try run(branch.statements) }
            guard let otherwise else {
                throw .refused(SQLError("20000", "case not found", hint: "CASE statement is missing ELSE part."))
            }
            return try run(otherwise)
        case .loop(let loop):
            while true {
                try tick()
                if let flow = try turn(loop) { return flow }
            }
        case .whileLoop(let condition, let loop):
            while try isTrue(condition) {
                try tick()
                if let flow = try turn(loop) { return flow }
            }
        case .forInteger(let variable, let from, let to, let by, let isReverse, let loop):
            return try count(variable, from, to, by, isReverse, loop)
        case .forRows(let targets, let source, let loop): return try each(targets, source, loop)
        case .forEach(let targets, _, let array, let loop): return try eachElement(targets, array, loop)
        case .exit(let label, let condition):
            if let condition, try !isTrue(condition) { break }
            return .exit(label)
        case .next(let label, let condition):
            if let condition, try !isTrue(condition) { break }
            return .again(label)
        case .returnValue(let value):
            try returnValue(value)
            return .end
        case .returnNext(let value): try returnNext(value)
        case .returnQuery(let source): try returnQuery(source)
        case .raise(let raise): try self.raise(raise)
        case .assert(let condition, let message):
            guard try !isTrue(condition) else { break }
            let text = try message.map { (message) throws(RunStop) in try shown(try evaluate(message)) } ?? nil
            throw .refused(SQLError("P0004", text ?? "assertion failed"))
        case .statement(let source, let into): try execute(source, into)
        case .perform(let query):
            rowCount = try rows(.statement(query)).rows.count
            setFound(rowCount > 0)
        case .diagnostics(let list, let isStacked): try diagnose(list, isStacked)
        case .block(let block): return try run(block)
        case .null: break
        }
        return .next
    }

    private func assign(_ target: ProcedureTarget, _ value: BodyFragment) throws(RunStop) {
        if target.steps.isEmpty {
            switch procedure.shapes[target.variable] {
            case .value(let type):
                let typed = try evaluate(value, as: type)
                return try assign(typed, toVariable: target.variable)
            case .row, .any:
                if let (row, shape) = try row(of: value) { return try assign(row, shape, to: [target]) }
                return try assign(try evaluate(value), toVariable: target.variable)
            }
        }
        if case .field(let name)? = target.steps.first, target.steps.count == 1, case .row(let shape, _) = locals[target.variable],
            let index = shape.index(of: name)
        {
            return try assign(try evaluate(value, as: shape.columns[index].type), to: target)
        }
        try assign(try evaluate(value), to: target)
    }

    // MARK: Blocks

    func run(_ block: ProcedureBody.Block) throws(RunStop) -> Flow {
        for variable in block.declared {
            locals[variable] = empty(variable)
            let declared = procedure.body.variables[variable]
            guard let initial = declared.initial else { continue }
            if case .value(let type) = procedure.shapes[variable] {
                try assign(try evaluate(initial, as: type), toVariable: variable)
            } else if let (row, shape) = try row(of: initial) {
                try assign(row, shape, to: [.variable(variable, declared.name)])
            } else {
                try assign(try evaluate(initial), toVariable: variable)
            }
        }
        let flow = block.handlers.isEmpty ? try run(block.statements) : try guarded(block)
        if case .exit(let label?) = flow, label == block.label { return .next }
        return flow
    }

    /// What the block did is undone before a handler runs; its variables keep their values.
    private func guarded(_ block: ProcedureBody.Block) throws(RunStop) -> Flow {
        try savepoint("savepoint block")
        do throws(RunStop) {
            let flow = try run(block.statements)
            try savepoint("release block")
            return flow
        } catch {
            let stop = error
            guard !isWriting || !connection.isAutocommitting else { throw stop }
            try savepoint("rollback to block")
            try savepoint("release block")
            guard let raised = self.error(of: stop), let handler = block.handlers.first(where: { $0.catches(raised.code) }) else {
                throw stop
            }
            caught.append(raised)
            defer { caught.removeLast() }
            locals[handler.sqlstate] = .value(.text(raised.code))
            locals[handler.sqlerrm] = .value(.text(raised.message))
            return try run(handler.statements)
        }
    }

    /// Where nothing can be written there is nothing to undo.
    private func savepoint(_ command: String) throws(RunStop) {
        guard isWriting else { return }
        let session = connection.session
        let wasArmed = session.isArmed
        session.isArmed = false
        defer { session.isArmed = wasArmed }
        do throws(Fault) {
            try connection.command(command)
        } catch {
            if error.primary == 5 {
                throw .refused(
                    SQLError(
                        "0A000", "a block with EXCEPTION inside a statement that writes is not supported on the embedded engine",
                        hint: "Call the function first, then write what it returned."))
            }
            throw .fault(error)
        }
    }

    // MARK: Loops

    /// One turn of a loop; what it gives ends the loop.
    func turn(_ loop: ProcedureStatement.Loop) throws(RunStop) -> Flow? {
        switch try run(loop.statements) {
        case .next: return nil
        case .exit(let label): return label == nil || label == loop.label ? .next : .exit(label)
        case .again(let label): return label == nil || label == loop.label ? nil : .again(label)
        case .end: return .end
        }
    }

    private func count(
        _ variable: Int, _ from: BodyFragment, _ to: BodyFragment, _ by: BodyFragment?, _ isReverse: Bool,
        _ loop: ProcedureStatement.Loop
    ) throws(RunStop) -> Flow {
        func bound(_ fragment: BodyFragment, _ what: String) throws(RunStop) -> Int64 {
            guard case .integer(let number) = try evaluate(fragment, as: ColumnType(.integer)).value else {
                throw .refused(SQLError("22004", "\(what) of FOR loop cannot be null"))
            }
            return number
        }
        var at = try bound(from, "lower bound")
        let end = try bound(to, "upper bound")
        let step = try by.map { (by) throws(RunStop) in try bound(by, "BY value") } ?? 1
        guard step > 0 else { throw .refused(SQLError("22023", "BY value of FOR loop must be greater than zero")) }
        var hasRun = false
        while isReverse ? at >= end : at <= end {
            try tick()
            hasRun = true
            locals[variable] = .value(.integer(at))
            if let flow = try turn(loop) {
                setFound(true)
                return flow
            }
            // The bounds are 32 bits, so this cannot overflow.
            at += isReverse ? -step : step
            if at > Int64(Int32.max) || at < Int64(Int32.min) { break }
        }
        setFound(hasRun)
        return .next
    }

    private func eachElement(
        _ targets: [ProcedureTarget], _ array: BodyFragment, _ loop: ProcedureStatement.Loop
    ) throws(RunStop) -> Flow {
        let typed = try evaluate(array)
        guard case .text(let text) = typed.value else {
            throw .refused(SQLError("22004", "FOREACH expression must not be null"))
        }
        guard case .array(let element) = typed.type.type else {
            throw .refused(SQLError("42804", "FOREACH expression must yield an array, not type \(typed.type.type.name)"))
        }
        var items: [StoredValue] = []
        do throws(SQLError) {
            for item in try ArrayText.items(of: text) {
                if let item { items.append(try ColumnType(element).parse(item, in: ValueContext())) } else { items.append(.null) }
            }
        } catch {
            throw .refused(error)
        }
        for item in items {
            try tick()
            try assign(Typed(value: item, type: ColumnType(element)), to: targets[0])
            if let flow = try turn(loop) {
                setFound(true)
                return flow
            }
        }
        setFound(!items.isEmpty)
        return .next
    }
}

extension ProcedureBody.Handler {
    /// `others` leaves alone what should end a function: a timeout, a failed assertion.
    fileprivate func catches(_ code: String) -> Bool {
        conditions.contains { condition in
            guard let condition else { return code != "57014" && code != "P0004" }
            return condition == code || (condition.hasSuffix("000") && code.hasPrefix(condition.prefix(2)))
        }
    }
}
