import OffstageJSON
import OffstageSQL
import OffstageSchema

/// The fields of a row's object, with their names ready to be written.
///
/// What each row needs lies in `steps`, which hold no references, so that the hot loop counts none.
final class CompiledFields {
    struct Step {
        /// Integers and plain text are most cells, so they skip the renderer.
        enum Kind: UInt8 { case integer, text, rendered, composed }

        var kind: Kind
        var column: Int32
        /// `{"name":`
        var first: UnsafeBufferPointer<UInt8>
        /// `,"name":`
        var next: UnsafeBufferPointer<UInt8>
    }

    enum Content {
        case cell
        case object(presence: Int32, CompiledFields)
        case list(CompiledNode, keys: [Int32])
        case one(CompiledNode, keys: [Int32])
        case arrays(CompiledNode, keys: [Int32])
    }

    let steps: UnsafeMutableBufferPointer<Step>
    let names: [String]
    let types: [DataType]
    let renderers: [JSONRenderer]
    let contents: [Content]
    let children: [CompiledNode]
    private let keys: UnsafeMutableBufferPointer<UInt8>

    init(_ fields: [Field], columns: Int, zone: TimeZoneRules, on connection: Connection) throws(Fault) {
        var steps: [Step] = []
        var names: [String] = []
        var types: [DataType] = []
        var contents: [Content] = []
        var children: [CompiledNode] = []

        func add(_ name: String, _ type: DataType, _ kind: Step.Kind, _ column: Int32, _ content: Content) {
            let none = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            steps.append(Step(kind: kind, column: column, first: none, next: none))
            names.append(name)
            types.append(type)
            contents.append(content)
        }
        func child(_ node: ReadNode) throws(Fault) -> CompiledNode {
            let child = try CompiledNode(node, zone: zone, on: connection)
            children.append(child)
            return child
        }

        for field in fields {
            switch field {
            case .cell(let name, let index, let type):
                let kind: Step.Kind =
                    switch type.type {
                    case .smallint, .integer, .bigint: .integer
                    case .text, .varchar, .char, .uuid: .text
                    default: .rendered
                    }
                add(name, type.type, kind, try Self.column(index, of: columns), .cell)
            case .object(let name, let presence, let inner):
                let object = try CompiledFields(inner, columns: columns, zone: zone, on: connection)
                children += object.children
                let presence = try Self.column(presence, of: columns)
                add(name, .record, .composed, presence, .object(presence: presence, object))
            case .list(let name, let node, let keys):
                add(name, .json, .composed, 0, .list(try child(node), keys: try Self.columns(keys, of: columns)))
            case .one(let name, let node, let keys):
                add(name, .json, .composed, 0, .one(try child(node), keys: try Self.columns(keys, of: columns)))
            case .arrays(let node, let keys):
                add("", .json, .composed, 0, .arrays(try child(node), keys: try Self.columns(keys, of: columns)))
            }
        }
        keys = Self.writeKeys(names, into: &steps)
        self.steps = .allocate(capacity: steps.count)
        _ = self.steps.initialize(from: steps)
        self.names = names
        self.types = types
        self.contents = contents
        self.children = children
        renderers = types.map { JSONRenderer($0, timeZone: zone) }
    }

    deinit {
        steps.deallocate()
        keys.deallocate()
    }

    var weight: Int {
        children.reduce(keys.count + steps.count * 128) { $0 + $1.weight }
    }

    private static func writeKeys(_ names: [String], into steps: inout [Step]) -> UnsafeMutableBufferPointer<UInt8> {
        var writer = JSONWriter()
        var ends: [Int] = []
        for name in names {
            for opening in "{,".utf8 {
                writer.byte(opening)
                writer.string(name)
                writer.byte(UInt8(ascii: ":"))
                ends.append(writer.count)
            }
        }
        let keys = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(writer.count, 1))
        writer.withBytes { _ = keys.initialize(from: $0) }
        var start = 0
        for index in steps.indices {
            steps[index].first = UnsafeBufferPointer(rebasing: keys[start..<ends[index * 2]])
            steps[index].next = UnsafeBufferPointer(rebasing: keys[ends[index * 2]..<ends[index * 2 + 1]])
            start = ends[index * 2 + 1]
        }
        return keys
    }

    private static func column(_ index: Int, of columns: Int) throws(Fault) -> Int32 {
        guard index >= 0, index < columns else { throw Fault(1, "a field names a column that the statement does not have") }
        return Int32(index)
    }

    private static func columns(_ indices: [Int], of columns: Int) throws(Fault) -> [Int32] {
        var checked: [Int32] = []
        for index in indices { checked.append(try column(index, of: columns)) }
        return checked
    }
}
