package import OffstageJSON

/// What the items of a batch have answered so far, for the references of later ones.
///
/// `{"$ref": "0.body.0.id"}` is the `id` of the first row that item 0 answered. It stands for a whole value and nothing else: in a body, or as
/// the value of a filter. It sees what the item's own answer shows its caller; where that is nothing, there is nothing to refer to.
package struct BatchReferences: Sendable {
    /// The JSON bodies, by item; nil for an answer without one.
    private var bodies: [[UInt8]?] = []
    private var parsed: [Int: JSONValue] = [:]
    /// Bytes that references may still stand for: a small batch must not become a large one.
    private var room = 10 << 20

    package init() {}

    package mutating func add(_ body: [UInt8]?) { bodies.append(body) }

    /// The value with every reference in it replaced.
    ///
    /// - Throws: OFS307 for a reference forwards, to nothing, or that cannot be read.
    package mutating func resolved(_ value: JSONValue) throws(RequestError) -> JSONValue {
        switch value {
        case .array(let elements):
            var result: [JSONValue] = []
            result.reserveCapacity(elements.count)
            for element in elements { result.append(try resolved(element)) }
            return .array(result)
        case .object(let members):
            if members.count == 1, members[0].name == "$ref" { return try target(members[0].value) }
            var result: [JSONValue.Member] = []
            result.reserveCapacity(members.count)
            for member in members { result.append(JSONValue.Member(name: member.name, value: try resolved(member.value))) }
            return .object(result)
        default: return value
        }
    }

    private mutating func target(_ reference: JSONValue) throws(RequestError) -> JSONValue {
        guard let text = reference.string, text.utf8.count <= 1_024 else {
            throw RequestError.batch("A $ref is a text: \"0.body.0.id\".")
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, let item = Self.index(parts[0]), parts[1] == "body" else {
            throw RequestError.batch("\"\(text)\" is no reference: an item's number, body, and the way in it: \"0.body.0.id\".")
        }
        guard item < bodies.count else {
            throw RequestError.batch("\"\(text)\" refers forwards: only earlier items have answered.")
        }
        var value = try body(item)
        for part in parts.dropFirst(2) {
            let next: JSONValue? =
                switch value {
                case .object(let members): members.last { $0.name == part }?.value
                case .array(let elements): Self.index(part).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
                default: nil
                }
            guard let next else { throw nothing(text) }
            value = next
        }
        var writer = JSONWriter(capacity: 256)
        writer.value(value)
        room -= writer.count
        guard room >= 0 else { throw RequestError.batch("The references stand for more than 10 MiB.") }
        return value

        func nothing(_ text: String) -> RequestError {
            RequestError.batch(
                "There is nothing at \"\(text)\".",
                hint: "A reference sees what its item answers: a write answers its rows with Prefer: return=representation.")
        }
    }

    private mutating func body(_ item: Int) throws(RequestError) -> JSONValue {
        if let known = parsed[item] { return known }
        guard let bytes = bodies[item], let value = try? JSONValue(parsing: bytes, limits: JSONLimits(depth: 512, bytes: 16 << 20)) else {
            throw RequestError.batch(
                "Item \(item) answered nothing that can be referred to.",
                hint: "A write answers its rows with Prefer: return=representation.")
        }
        parsed[item] = value
        return value
    }

    /// Digits, without a sign or a leading zero.
    private static func index(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), text == "0" || text.utf8.first != 0x30 else { return nil }
        return Int(text)
    }
}
