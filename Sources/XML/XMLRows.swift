/// The rows of a document, as an answer in XML has them: `<books><row><id>1</id>…</row></books>`.
///
/// - `xsi:nil="true"` is null, `encoding="base64"` the text it stands for; any other element is its text, whatever the column's type.
/// - The root may have any name. The elements of a row are columns, their names as ``XMLName`` writes them.
/// - Nothing else may be there: no text between elements, no other attributes, no namespaces, no elements in a column.
package struct XMLRows {
    package enum Value: Hashable, Sendable {
        case null
        case text(String)
    }

    /// Those asked for, or those of the first row.
    package private(set) var columns: [String]
    /// A value that a row does not give is nil, which only columns that were asked for can be.
    package private(set) var rows: [[Value?]] = []

    private let limits: XMLLimits
    private let isAsked: Bool
    private var places: [String: Int]
    private var depth = 0
    private var elements = 0
    private var row: [Value?] = []
    private var cell = Cell()
    /// The names of elements that are passed over.
    private var others: Set<String> = []

    /// The column that is being read.
    private struct Cell {
        var name = ""
        /// Nil: nobody asked for it.
        var place: Int?
        var text: [UInt8] = []
        var form = Form.text
    }

    private enum Form { case text, null, base64 }

    /// - Parameter columns: only these count, and rows may leave some out.
    init(columns: [String]?, limits: XMLLimits) {
        self.columns = columns ?? []
        self.limits = limits
        isAsked = columns != nil
        places = Dictionary(self.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Elements

    struct Attribute {
        var name: String
        var namespace: String?
        var value: String
    }

    mutating func start(_ name: String, namespace: String?, declares: Bool, _ attributes: [Attribute]) throws(XMLProblem) {
        if declares, depth > 0 { throw XMLProblem("The element \"\(name)\" declares a namespace, which only the root may.") }
        depth += 1
        elements += 1
        guard depth <= limits.depth else { throw XMLProblem("Elements are nested more than \(limits.depth) deep.") }
        guard elements <= limits.elements else { throw XMLProblem("There are more than \(limits.elements) elements.") }
        if let namespace { throw XMLProblem("The element \"\(name)\" is of the namespace \"\(namespace)\"; columns are of none.") }
        let form = try Self.form(attributes, of: name, mayBe: depth > 2)
        switch depth {
        case 1: break
        case 2:
            guard name == "row" else { throw XMLProblem("The element \"\(name)\" stands where a \"row\" should.") }
            guard rows.count < limits.rows else { throw .tooManyRows }
            // A row has room for every column that is asked for, though it give none.
            guard rows.count * columns.count <= limits.elements else { throw XMLProblem("There are more than \(limits.elements) values.") }
            row = [Value?](repeating: nil, count: columns.count)
        case 3: try open(XMLName.unescaped(name), form)
        default:
            guard cell.place != nil else { return try pass(name) }
            throw XMLProblem(
                "The column \"\(cell.name)\" has the element \"\(name)\" in it.",
                hint: "A column holds text, json too. Related rows are not written; `columns` names what is.")
        }
    }

    private static func form(_ attributes: [Attribute], of element: String, mayBe: Bool) throws(XMLProblem) -> Form {
        var form = Form.text
        for attribute in attributes {
            switch (attribute.name, attribute.namespace, attribute.value) {
            case ("nil", XMLName.schemaInstance, "true") where mayBe && form == .text: form = .null
            case ("nil", XMLName.schemaInstance, "1") where mayBe && form == .text: form = .null
            case ("nil", XMLName.schemaInstance, "false") where mayBe: break
            case ("nil", XMLName.schemaInstance, "0") where mayBe: break
            case ("encoding", nil, "base64") where mayBe && form == .text: form = .base64
            default:
                throw XMLProblem(
                    "The element \"\(element)\" has the attribute \(attribute.name)=\"\(attribute.value.prefix(40))\".",
                    hint: "A column may have xsi:nil=\"true\" or encoding=\"base64\", and nothing else any attribute.")
            }
        }
        return form
    }

    private mutating func open(_ name: String, _ form: Form) throws(XMLProblem) {
        var place = places[name]
        if place == nil, !isAsked {
            guard rows.isEmpty else {
                throw XMLProblem("Row \(rows.count + 1) has the element \"\(name)\", which the first has not.", hint: Self.alike)
            }
            guard columns.count < limits.columns else { throw XMLProblem("A row has more than \(limits.columns) columns.") }
            place = columns.count
            places[name] = columns.count
            columns.append(name)
            row.append(nil)
        }
        if place == nil { try pass(name) }
        if let place, row[place] != nil { throw XMLProblem("Row \(rows.count + 1) has the element \"\(name)\" twice.") }
        cell.name = name
        cell.place = place
        cell.form = form
        cell.text.removeAll(keepingCapacity: true)
    }

    /// The parser keeps every name once, and is slow with very many.
    private mutating func pass(_ name: String) throws(XMLProblem) {
        others.insert(name)
        guard others.count <= limits.columns else { throw XMLProblem("More than \(limits.columns) names are passed over.") }
    }

    private static let alike = "All rows have the same elements; with `columns` they may leave some out."

    // MARK: Text

    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(XMLProblem) {
        if depth < 3 {
            guard bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) else {
                throw XMLProblem("There is text beside the \(depth == 2 ? "columns of a row" : "rows").")
            }
        } else if cell.place != nil, depth == 3 {
            guard cell.form != .null else { throw XMLProblem("The element \"\(cell.name)\" is null and has text.") }
            cell.text.append(contentsOf: bytes)
        }
    }

    mutating func end() throws(XMLProblem) {
        depth -= 1
        switch depth {
        case 2:
            if let place = cell.place { row[place] = try value() }
            cell.place = nil
        case 1:
            if !isAsked, let missing = row.firstIndex(of: nil) {
                throw XMLProblem("Row \(rows.count + 1) lacks the element \"\(columns[missing])\".", hint: Self.alike)
            }
            rows.append(row)
        default: break
        }
    }

    private func value() throws(XMLProblem) -> Value {
        switch cell.form {
        case .null: return .null
        case .text: return .text(String(decoding: cell.text, as: UTF8.self))
        case .base64:
            guard let bytes = Base64.bytes(cell.text), let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                throw XMLProblem("The element \"\(cell.name)\" is not the base64 of a text in UTF-8.")
            }
            return .text(text)
        }
    }
}
