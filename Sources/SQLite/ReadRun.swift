import CSQLite
import OffstageDatabase
import OffstageJSON
import OffstageSQL
import OffstageSchema

/// One run of a read's tree: steps its statements and writes what they give.
///
/// A child statement is stepped once for each row of its parent; the parent's row is current all that time, and so all of them see one
/// state of the database.
struct ReadRun {
    let binder: Binder
    /// Tells a child whether its values are bound already.
    let number: UInt64
    /// The answer may not grow beyond this.
    var byteLimit = Int.max
    /// Where rows go that are too many for memory; nil where all of them stay in it.
    var overflow: RowOverflow?

    /// Writes all rows of `node` as `format`; the number of rows.
    func write(_ node: CompiledNode, as format: RowFormat, into writer: inout JSONWriter) throws(RunStop) -> Int {
        defer { node.finish() }
        try bindAll(node)
        switch format {
        case .json(let nullsStripped):
            // What is gone to a file is not read again.
            let count = try array(node, into: &writer, maySpill: !nullsStripped)
            if nullsStripped { try stripNulls(&writer) }
            return count
        case .object(let nullsStripped):
            let count = try firstObject(node, into: &writer)
            if nullsStripped { try stripNulls(&writer) }
            return count
        case .values: return try values(node, into: &writer)
        case .value: return try firstValue(node, into: &writer)
        case .csv: return try csv(node, into: &writer)
        case .lines: return try lines(node, into: &writer)
        case .xml(let root): return try xml(node, root: root, into: &writer)
        case .none: return try remaining(node)
        }
    }

    /// Bytes after which whole rows have to go somewhere.
    var rowLimit: Int { overflow == nil ? byteLimit : LongAnswer.piece }

    /// Makes room for more rows.
    func spill(_ writer: inout JSONWriter) throws(RunStop) {
        guard let overflow else { throw .overBudget }
        do throws(SQLError) {
            try writer.withBytes { (bytes) throws(SQLError) in try overflow.append(UnsafeRawBufferPointer(bytes)) }
        } catch {
            throw .refused(error)
        }
        writer.truncate(to: 0)
    }

    /// Also of embeds that no row will ask for: what is wrong with a value is told whatever rows there are.
    private func bindAll(_ node: CompiledNode) throws(RunStop) {
        try bind(node)
        for child in node.fields.children { try bindAll(child) }
    }

    func bind(_ node: CompiledNode) throws(RunStop) {
        guard node.boundFor != number else { return }
        try binder.bind(node.bindings, to: node.statement)
        node.boundFor = number
    }

    @inline(__always)
    func step(_ node: CompiledNode) throws(RunStop) -> Bool {
        let code = sqlite3_step(node.statement.handle)
        if code == SQLITE_ROW {
            if !node.lastCells.isEmpty { note(node) }
            return true
        }
        if code == SQLITE_DONE { return false }
        throw .fault(Fault(sqlite3_db_handle(node.statement.handle)))
    }

    /// Keeps what is told of the row, should it be the last.
    private func note(_ node: CompiledNode) {
        node.lastRow = node.lastCells.map { (cell) -> String? in
            let value = node.statement.cell(Int32(cell.index))
            if case .null = value { return nil }
            return cell.type.type.text(of: value, in: .utc)
        }
    }

    /// Makes ready the child of the row that `parent` stands on.
    func begin(_ child: CompiledNode, of parent: CompiledNode, keys: [Int32]) throws(RunStop) {
        try bind(child)
        for (parameter, key) in child.parentKeys {
            guard keys.indices.contains(key) else { throw .fault(Fault(1, "an embed lacks a key")) }
            let code = sqlite3_bind_value(
                child.statement.handle, parameter, sqlite3_column_value(parent.statement.handle, keys[key]))
            guard code == SQLITE_OK else { throw .fault(Fault(sqlite3_db_handle(child.statement.handle))) }
        }
    }

    // MARK: JSON

    /// PostgreSQL's `json_agg` puts a line between rows.
    private func array(_ node: CompiledNode, into writer: inout JSONWriter, maySpill: Bool = false) throws(RunStop) -> Int {
        let limit = maySpill ? rowLimit : byteLimit
        var count = 0
        writer.byte(UInt8(ascii: "["))
        while try step(node) {
            if count > 0 { writer.raw(", \n ") }
            try object(node.fields, of: node, into: &writer)
            count += 1
            if writer.count > limit { try spill(&writer) }
        }
        writer.byte(UInt8(ascii: "]"))
        return count
    }

    /// An object per line. White space between the tokens of a `json` value may hold line ends; inside a string they are escaped.
    private func lines(_ node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) -> Int {
        var count = 0
        while try step(node) {
            let start = writer.count
            try object(node.fields, of: node, into: &writer)
            writer.replaceLineEnds(from: start)
            writer.byte(UInt8(ascii: "\n"))
            count += 1
            if writer.count > rowLimit { try spill(&writer) }
        }
        return count
    }

    private func firstObject(_ node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) -> Int {
        guard try step(node) else {
            writer.null()
            return 0
        }
        try object(node.fields, of: node, into: &writer)
        return 1 + (try remaining(node))
    }

    /// The first field of each row, written down as `json_agg` does.
    private func values(_ node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) -> Int {
        let separator = node.fields.types.first?.isStructured == true ? ", \n " : ", "
        var count = 0
        writer.byte(UInt8(ascii: "["))
        while try step(node) {
            if count > 0 { writer.raw(text: separator) }
            try firstField(node, into: &writer)
            count += 1
            if writer.count > byteLimit { throw .overBudget }
        }
        writer.byte(UInt8(ascii: "]"))
        return count
    }

    private func firstValue(_ node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) -> Int {
        guard try step(node) else {
            writer.null()
            return 0
        }
        let start = writer.count
        try firstField(node, into: &writer)
        // `json` may have blanks around it, which a value by itself has not.
        writer.trimBlanks(from: start)
        return 1 + (try remaining(node))
    }

    private func firstField(_ node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) {
        if node.fields.steps.isEmpty { writer.null() } else { try value(node.fields, 0, of: node, into: &writer) }
    }

    private func remaining(_ node: CompiledNode) throws(RunStop) -> Int {
        var count = 0
        while try step(node) { count += 1 }
        return count
    }

    func object(_ fields: CompiledFields, of node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) {
        let steps = fields.steps
        let statement = node.statement.handle
        var isFirst = true
        for index in 0..<steps.count {
            let step = steps[index]
            if step.kind == .composed, case .arrays(let child, let keys) = fields.contents[index] {
                for (name, json) in try columnsOfRows(child, of: node, keys: keys) {
                    writer.byte(isFirst ? UInt8(ascii: "{") : UInt8(ascii: ","))
                    writer.string(name)
                    writer.byte(UInt8(ascii: ":"))
                    writer.raw(json)
                    isFirst = false
                }
                continue
            }
            writer.raw(isFirst ? step.first : step.next)
            isFirst = false
            switch step.kind {
            case .integer:
                if sqlite3_column_type(statement, step.column) == SQLITE_INTEGER {
                    writer.integer(sqlite3_column_int64(statement, step.column))
                } else {
                    try rendered(fields, index, step.column, node, into: &writer)
                }
            case .text:
                if sqlite3_column_type(statement, step.column) == SQLITE_TEXT {
                    let text = node.statement.text(step.column)
                    if text.count > byteLimit { throw .overBudget }
                    writer.string(text)
                } else {
                    try rendered(fields, index, step.column, node, into: &writer)
                }
            case .rendered: try rendered(fields, index, step.column, node, into: &writer)
            case .composed: try composed(fields.contents[index], node, into: &writer)
            }
        }
        if isFirst { writer.byte(UInt8(ascii: "{")) }
        writer.byte(UInt8(ascii: "}"))
    }

    private func rendered(
        _ fields: CompiledFields, _ index: Int, _ column: Int32, _ node: CompiledNode, into writer: inout JSONWriter
    ) throws(RunStop) {
        let cell = node.statement.cell(column)
        switch cell {
        case .text(let bytes), .blob(let bytes): if bytes.count > byteLimit { throw .overBudget }
        default: break
        }
        fields.renderers[index].write(cell, into: &writer)
    }

    private func composed(_ content: CompiledFields.Content, _ node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) {
        switch content {
        case .cell, .arrays: return
        case .object(let presence, let fields):
            if node.statement.isNull(presence) { return writer.null() }
            try object(fields, of: node, into: &writer)
        case .list(let child, let keys):
            defer { child.statement.reset() }
            try begin(child, of: node, keys: keys)
            _ = try array(child, into: &writer)
        case .one(let child, let keys):
            defer { child.statement.reset() }
            try begin(child, of: node, keys: keys)
            if try step(child) { try object(child.fields, of: child, into: &writer) } else { writer.null() }
        }
    }

    /// The value of one field as JSON.
    func value(_ fields: CompiledFields, _ index: Int, of node: CompiledNode, into writer: inout JSONWriter) throws(RunStop) {
        if case .cell = fields.contents[index] {
            try rendered(fields, index, fields.steps[index].column, node, into: &writer)
        } else {
            try composed(fields.contents[index], node, into: &writer)
        }
    }

    /// A spread to-many: each of the child's fields with the array of its values over all rows.
    func columnsOfRows(_ child: CompiledNode, of node: CompiledNode, keys: [Int32]) throws(RunStop) -> [(name: String, json: [UInt8])] {
        defer { child.statement.reset() }
        try begin(child, of: node, keys: keys)
        let fields = child.fields
        var columns = fields.names.map { (name: $0, json: [UInt8(ascii: "[")]) }
        var writer = JSONWriter()
        var isFirst = true
        var size = 0
        while try step(child) {
            for index in columns.indices {
                if !isFirst { columns[index].json += fields.types[index].isStructured ? Array(", \n ".utf8) : Array(", ".utf8) }
                writer.truncate(to: 0)
                try value(fields, index, of: child, into: &writer)
                writer.withBytes { columns[index].json.append(contentsOf: $0) }
                size += writer.count
            }
            if size > byteLimit { throw .overBudget }
            isFirst = false
        }
        for index in columns.indices { columns[index].json.append(UInt8(ascii: "]")) }
        return columns
    }

    /// PostgreSQL's `json_strip_nulls` over what was written: compact, and without members that are null.
    private func stripNulls(_ writer: inout JSONWriter) throws(RunStop) {
        let value: JSONValue
        do throws(JSONError) {
            value = try writer.withBytes { (bytes) throws(JSONError) in try JSONValue(parsing: bytes, limits: .column) }
        } catch {
            throw .refused(SQLError("22P02", "invalid input syntax for type json"))
        }
        writer.truncate(to: 0)
        writer.value(value.withoutNulls)
    }
}

extension DataType {
    /// Whether `json_agg` starts a new line before each value.
    fileprivate var isStructured: Bool {
        switch base {
        case .array, .record, .composite: true
        default: false
        }
    }
}

extension JSONValue {
    fileprivate var withoutNulls: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.withoutNulls))
        case .object(let members):
            .object(
                members.compactMap { member in
                    if case .null = member.value { return nil }
                    var member = member
                    member.value = member.value.withoutNulls
                    return member
                })
        default: self
        }
    }
}
