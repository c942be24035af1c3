import OffstageJSON
import OffstageSchema

/// What jsonb's operators mean. Source: PostgreSQL 15, chapters 8.14.3 and 9.16.
extension JSONValue {
    var isContainer: Bool { array != nil || object != nil }

    /// A container of nothing, in which PostgreSQL looks for no path.
    var isEmpty: Bool { array?.isEmpty ?? object?.isEmpty ?? false }

    /// `@>`: every member and every element of the other is here, too; an array holds a scalar that is one of its elements.
    func contains(_ other: JSONValue, isTop: Bool = false) -> Bool {
        switch (self, other) {
        case (.object(let own), .object(let wanted)):
            let table = Dictionary(own.map { (Array($0.name.utf8), $0.value) }) { _, last in last }
            return wanted.allSatisfy { member in table[Array(member.name.utf8)]?.contains(member.value) ?? false }
        case (.array(let own), .array(let wanted)):
            return wanted.allSatisfy { element in own.contains { $0.isContainer == element.isContainer && $0.contains(element) } }
        case (.array(let own), _) where isTop && !other.isContainer: return own.contains { $0.contains(other) }
        case (.object, _), (.array, _), (_, .object), (_, .array): return false
        default: return compare(with: other) == 0
        }
    }

    /// `?`: a member's name, or a string among the elements, or the string itself.
    func has(_ name: String) -> Bool {
        switch self {
        case .object(let members): members.contains { ArrayOrder.textOrder($0.name, name) == 0 }
        case .array(let elements): elements.contains { $0.string.map { ArrayOrder.textOrder($0, name) == 0 } ?? false }
        case .string(let text): ArrayOrder.textOrder(text, name) == 0
        default: false
        }
    }

    /// `||`: members of two objects, else elements; what is no array counts as one of one element.
    func joined(with other: JSONValue) -> JSONValue {
        switch (self, other) {
        case (.object(let a), .object(let b)): return .object(a + b)
        case (.object, .array), (.array, .object), (.array, .array): return .array((array ?? [self]) + (other.array ?? [other]))
        case (.array(let a), _): return .array(a + [other])
        case (_, .array(let b)): return .array([self] + b)
        default: return .array([self, other])
        }
    }

    /// `-` with names.
    func without(_ names: [String]) throws(SQLError) -> JSONValue {
        switch self {
        case .object(let members):
            return .object(members.filter { member in !names.contains { ArrayOrder.textOrder($0, member.name) == 0 } })
        case .array(let elements):
            return .array(
                elements.filter { element in !names.contains { name in element.string.map { ArrayOrder.textOrder($0, name) == 0 } ?? false }
                })
        default: throw SQLError("22023", "cannot delete from scalar")
        }
    }

    enum PathChange { case replace, create, insert, insertAfter, delete }

    /// The document with the value at the end of the path changed; as it is where the path leads nowhere.
    func changing(_ path: [String?], to value: JSONValue?, _ change: PathChange, at depth: Int = 0) throws(SQLError) -> JSONValue {
        guard depth < path.count else { return self }
        guard let step = path[depth] else { throw SQLError("22004", "path element at position \(depth + 1) is null") }
        let isLast = depth == path.count - 1
        switch self {
        case .object(var members):
            if let index = members.lastIndex(where: { ArrayOrder.textOrder($0.name, step) == 0 }) {
                guard isLast else {
                    members[index].value = try members[index].value.changing(path, to: value, change, at: depth + 1)
                    return .object(members)
                }
                switch change {
                case .delete: members.remove(at: index)
                case .insert, .insertAfter:
                    throw SQLError("22023", "cannot replace existing key", hint: "Try using the function jsonb_set to replace key value.")
                default: if let value { members[index].value = value }
                }
            } else if isLast, change != .delete, change != .replace, let value {
                members.append(.init(name: step, value: value))
            }
            return .object(members)
        case .array(var elements):
            guard let number = Int(step) else {
                throw SQLError("22P02", "path element at position \(depth + 1) is not an integer: \"\(step)\"")
            }
            let index = number < 0 ? elements.count + number : number
            guard isLast else {
                if elements.indices.contains(index) {
                    elements[index] = try elements[index].changing(path, to: value, change, at: depth + 1)
                }
                return .array(elements)
            }
            switch change {
            case .delete: if elements.indices.contains(index) { elements.remove(at: index) }
            case .insert, .insertAfter:
                guard let value else { break }
                let place = index + (change == .insertAfter ? 1 : 0)
                elements.insert(value, at: index < 0 ? 0 : index >= elements.count ? elements.count : place)
            default:
                guard let value else { break }
                if elements.indices.contains(index) {
                    elements[index] = value
                } else if change == .create {
                    elements.insert(value, at: index < 0 ? 0 : elements.count)
                }
            }
            return .array(elements)
        default: return self
        }
    }

    /// Without members that are null; nulls in arrays stay.
    var strippedOfNulls: JSONValue {
        switch self {
        case .object(let members):
            .object(members.filter { $0.value != .null }.map { .init(name: $0.name, value: $0.value.strippedOfNulls) })
        case .array(let elements): .array(elements.map(\.strippedOfNulls))
        default: self
        }
    }

    /// Four blanks for each level.
    func pretty(into text: inout String, depth: Int) {
        let indent = String(repeating: "    ", count: depth + 1)
        switch self {
        case .object(let members):
            text += "{\n"
            for (index, member) in members.enumerated() {
                text += "\(indent)\(JSONValue.string(member.name).text): "
                member.value.pretty(into: &text, depth: depth + 1)
                text += index == members.count - 1 ? "\n" : ",\n"
            }
            text += String(repeating: "    ", count: depth) + "}"
        case .array(let elements):
            text += "[\n"
            for (index, element) in elements.enumerated() {
                text += indent
                element.pretty(into: &text, depth: depth + 1)
                text += index == elements.count - 1 ? "\n" : ",\n"
            }
            text += String(repeating: "    ", count: depth) + "]"
        default: text += self.text
        }
    }
}
