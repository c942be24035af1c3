import OffstageJSON

/// One row of an answer, read by place.
struct CatalogueRow {
    private let cells: [String?]

    init(_ cells: [String?]) { self.cells = cells }

    /// The text at a place; empty for null and beyond the end.
    subscript(_ index: Int) -> String { text(index) ?? "" }

    func text(_ index: Int) -> String? { cells.indices.contains(index) ? cells[index] : nil }
    func flag(_ index: Int) -> Bool { text(index) == "t" }
    func number(_ index: Int) -> Int? { text(index).flatMap { Int($0) } }

    /// The first two columns of every query about an object.
    var name: QualifiedName { QualifiedName(self[0], self[1]) }

    func list(_ index: Int) -> [String] {
        guard case .array(let items)? = json(index) else { return [] }
        return items.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    func objects(_ index: Int) -> [[String: String]] {
        guard case .array(let items)? = json(index) else { return [] }
        return items.map { item in
            guard case .object(let members) = item else { return [:] }
            var object: [String: String] = [:]
            for member in members { if case .string(let text) = member.value { object[member.name] = text } }
            return object
        }
    }

    private func json(_ index: Int) -> JSONValue? {
        guard let text = text(index) else { return nil }
        return try? Array(text.utf8).withUnsafeBufferPointer { try JSONValue(parsing: $0) }
    }
}
