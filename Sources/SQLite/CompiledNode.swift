import OffstageSQL
import OffstageSchema

/// A text of a read, prepared on one connection, with everything about its fields decided: a run binds, steps and writes bytes.
final class CompiledNode {
    let statement: PreparedStatement
    let bindings: [Binding]
    let fields: CompiledFields
    /// Parameters that the parent's row fills, each with which of the parent's keys.
    let parentKeys: [(parameter: Int32, key: Int)]
    /// The cells whose values in the last row are told.
    let lastCells: [ReadNode.Cell]
    /// Those of the row that was stepped to last.
    var lastRow: [String?]?
    /// The run whose values are bound: a child binds them once, not for each row of its parent.
    var boundFor: UInt64 = 0

    init(_ node: ReadNode, zone: TimeZoneRules, on connection: Connection) throws(Fault) {
        guard let statement = try PreparedStatement(node.query.text, on: connection.handle) else { throw Fault(1, "empty statement") }
        self.statement = statement
        bindings = node.query.bindings
        lastCells = node.last?.cells ?? []
        fields = try CompiledFields(node.fields, columns: statement.columnCount, zone: zone, on: connection)
        parentKeys = node.query.bindings.enumerated().compactMap { index, binding in
            if case .parentKey(let key) = binding { (Int32(index + 1), key) } else { nil }
        }
    }

    /// What SQLite and the field names hold, with the children.
    var weight: Int { statement.memory + fields.weight + 64 }

    /// Lets go of rows and values, here and below.
    func finish() {
        statement.finish()
        for child in fields.children { child.finish() }
    }
}

/// Which compiled read serves a plan: the tree and the time zone its times are shown in.
struct ReadKey: SharedKey {
    var node: ReadNode
    var timeZone: String?

    var address: UInt { node.query.text.address }

    func isSame(as other: ReadKey) -> Bool {
        node.query.text == other.node.query.text && node.last == other.node.last && timeZone == other.timeZone
            // One buffer means equal fields; the cache keeps it alive, so it cannot have been used again for others.
            && node.fields.withUnsafeBufferPointer { mine in
                other.node.fields.withUnsafeBufferPointer { mine.baseAddress == $0.baseAddress && mine.count == $0.count }
            }
    }
}

extension Connection {
    /// The compiled form of a read, from the cache or made now.
    func compiled(_ node: ReadNode, timeZone: String?, _ rules: TimeZoneRules) throws(Fault) -> CompiledNode {
        let key = ReadKey(node: node, timeZone: timeZone)
        if let compiled = reads.find(key) { return compiled }
        let compiled = try CompiledNode(node, zone: rules, on: self)
        reads.insert(compiled, for: key, weight: compiled.weight)
        return compiled
    }
}
