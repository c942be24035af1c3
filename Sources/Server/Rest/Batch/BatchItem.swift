import OffstageJSON
import OffstageQuery

/// One request of a batch, as it was written: nothing in it is looked at yet but its form.
struct BatchItem: Sendable {
    var method: TableRequest.Method
    /// What follows `/rest/v1`, and the query.
    var target: String
    var fields = Fields()
    /// References in it are whole values, not yet replaced.
    var body: JSONValue?
    var filters: [BatchFilter] = []

    /// - Throws: OFS307 naming the item.
    init(_ value: JSONValue, number: Int) throws(Refusal) {
        func wrong(_ details: String) -> Refusal { Refusal(.wrongBatch, details: "Item \(number): \(details)") }
        guard let members = value.object else { throw wrong("it is not an object.") }
        var method: TableRequest.Method?
        var target: String?
        for member in members {
            switch member.name {
            case "method":
                method = member.value.string.flatMap { TableRequest.Method(rawValue: $0) }
                guard method != nil, method != .options else { throw wrong("method is GET, HEAD, POST, PATCH, PUT or DELETE.") }
            case "path": target = try Self.target(member.value) { wrong($0) }
            case "headers": fields = try Self.fields(member.value) { wrong($0) }
            case "body": body = member.value
            case "filters": filters = try BatchFilter.all(member.value) { wrong($0) }
            default: throw wrong("there is no member \"\(member.name)\" in an item.")
            }
        }
        guard let method, let target else { throw wrong("it needs a method and a path.") }
        if method.isRead, body != nil { throw wrong("a read has no body.") }
        self.method = method
        self.target = target
    }

    private static let longestPath = 8 << 10

    private static func target(_ value: JSONValue, _ wrong: (String) -> Refusal) throws(Refusal) -> String {
        guard let text = value.string, text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= longestPath else {
            throw wrong("path is the text of a path below /rest/v1, at most \(longestPath) bytes long: \"/books?id=eq.5\".")
        }
        // Written in full, it means the same: no relation is called so.
        let prefix = RestService.mount + "/"
        return text.hasPrefix(prefix) ? "/" + text.dropFirst(prefix.count) : text
    }

    private static let allowedFields = ["prefer", "accept", "content-profile", "accept-profile"]

    private static func fields(_ value: JSONValue, _ wrong: (String) -> Refusal) throws(Refusal) -> Fields {
        guard let members = value.object, members.count <= 16 else { throw wrong("headers is an object of texts.") }
        var fields = Fields()
        for member in members {
            guard let text = member.value.string, allowedFields.contains(member.name.asciiLowercased) else {
                throw wrong("headers may hold Prefer, Accept, Content-Profile and Accept-Profile. Caller and key are those of the batch.")
            }
            fields.add(member.name, text)
        }
        return fields
    }
}

/// `"id": {"eq": {"$ref": "0.body.0.id"}}`: a condition whose value is bound, never read as a part of a URL.
struct BatchFilter: Sendable {
    var column: String
    var test: FilterOperator
    var value: JSONValue

    private static let operators: [String: FilterOperator] = [
        "eq": .eq, "neq": .neq, "gt": .gt, "gte": .gte, "lt": .lt, "lte": .lte, "in": .in,
    ]

    static func all(_ value: JSONValue, _ wrong: (String) -> Refusal) throws(Refusal) -> [BatchFilter] {
        guard let columns = value.object else { throw wrong("filters is an object of columns.") }
        var filters: [BatchFilter] = []
        for column in columns {
            guard let tests = column.value.object, !tests.isEmpty else {
                throw wrong("a filter is an object of operators and values: {\"id\": {\"eq\": 5}}.")
            }
            for test in tests {
                guard let known = operators[test.name] else {
                    throw wrong("\"\(test.name)\" is no operator here; there are eq, neq, gt, gte, lt, lte and in.")
                }
                filters.append(BatchFilter(column: column.name, test: known, value: test.value))
            }
        }
        return filters
    }

    /// The filter's value as the URL's would be: a text, or a list of texts. Nil for what is none.
    static func bound(_ value: JSONValue, to test: FilterOperator) -> RequestValue? {
        if test == .in {
            guard let items = value.array else { return nil }
            let texts = items.compactMap(text)
            return texts.count == items.count ? .list(texts) : nil
        }
        return text(value).map { .text($0) }
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text), .number(let text): text
        case .boolean(let truth): truth ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
