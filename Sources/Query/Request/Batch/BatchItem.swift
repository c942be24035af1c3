package import OffstageJSON

/// One request of a batch, as it was written: nothing in it is looked at yet but its form.
package struct BatchItem: Sendable {
    package var method: TableRequest.Method
    /// What follows `/rest/v1`, and the query.
    package var target: String
    package var headers: [(name: String, value: String)] = []
    /// References in it are whole values, not yet replaced.
    package var body: JSONValue?
    package var filters: [BatchFilter] = []

    /// - Parameter mount: where the REST interface is; a path may be written in full.
    /// - Throws: OFS307 naming the item.
    package init(_ value: JSONValue, number: Int, mount: String) throws(RequestError) {
        func wrong(_ details: String) -> RequestError { RequestError.batch("Item \(number): \(details)") }
        guard let members = value.object else { throw wrong("it is not an object.") }
        var method: TableRequest.Method?
        var target: String?
        for member in members {
            switch member.name {
            case "method":
                method = member.value.string.flatMap { TableRequest.Method(rawValue: $0) }
                guard method != nil, method != .options else { throw wrong("method is GET, HEAD, POST, PATCH, PUT or DELETE.") }
            case "path": target = try Self.target(member.value, mount) { wrong($0) }
            case "headers": headers = try Self.headers(member.value) { wrong($0) }
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

    private static func target(_ value: JSONValue, _ mount: String, _ wrong: (String) -> RequestError) throws(RequestError) -> String {
        guard let text = value.string, text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= longestPath else {
            throw wrong("path is the text of a path below /rest/v1, at most \(longestPath) bytes long: \"/books?id=eq.5\".")
        }
        // Written in full, it means the same: no relation is called so.
        let prefix = mount + "/"
        return text.hasPrefix(prefix) ? "/" + text.dropFirst(prefix.count) : text
    }

    private static let allowedHeaders = ["prefer", "accept", "content-profile", "accept-profile"]

    private static func headers(
        _ value: JSONValue, _ wrong: (String) -> RequestError
    ) throws(RequestError) -> [(name: String, value: String)] {
        guard let members = value.object, members.count <= 16 else { throw wrong("headers is an object of texts.") }
        var headers: [(name: String, value: String)] = []
        for member in members {
            guard let text = member.value.string, allowedHeaders.contains(member.name.lowercased()) else {
                throw wrong("headers may hold Prefer, Accept, Content-Profile and Accept-Profile. Caller and key are those of the batch.")
            }
            headers.append((member.name, text))
        }
        return headers
    }
}

/// `"id": {"eq": {"$ref": "0.body.0.id"}}`: a condition whose value is bound, never read as a part of a URL.
package struct BatchFilter: Sendable {
    package var column: String
    package var test: FilterOperator
    package var value: JSONValue

    private static let operators: [String: FilterOperator] = [
        "eq": .eq, "neq": .neq, "gt": .gt, "gte": .gte, "lt": .lt, "lte": .lte, "in": .in,
    ]

    static func all(_ value: JSONValue, _ wrong: (String) -> RequestError) throws(RequestError) -> [BatchFilter] {
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
    package static func bound(_ value: JSONValue, to test: FilterOperator) -> RequestValue? {
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
