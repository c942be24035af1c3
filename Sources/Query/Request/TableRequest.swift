/// A request of the REST dialect, read but not yet held against any schema.
///
/// ```swift
/// let request = try TableRequest(method: .get, path: "/books", query: "select=title&id=eq.5", headers: RequestHeaders())
/// request.target      // .relation("books")
/// request.filters     // id eq #0
/// request.values      // [.text("5")]
/// ```
///
/// Every value the caller wrote stands in ``values``, in the order of the URL; the tree holds its index. Two requests of equal ``shape``
/// have equal trees, so what was planned for one serves the other with its own values.
///
/// The grammar is that of PostgREST 14 and later (<https://docs.postgrest.org/en/stable/references/api.html>).
package struct TableRequest: Sendable, Hashable {
    package var method: Method
    package var target: Target
    /// The schema asked for by `Accept-Profile` (reads) or `Content-Profile` (writes).
    package var profile: String?
    /// The root's items; `[.all]` when nothing was asked for.
    package var select: [SelectItem] = [.all]
    /// All must hold, each at its node.
    package var filters: [AtPath<Condition>] = []
    /// The first `order` of each node.
    package var order: [AtPath<[OrderTerm]>] = []
    /// Limits and offsets by node, the root's last. A `Range` header is already in the root's.
    package var windows: [AtPath<RowWindow>] = []
    /// `after=cursor:…`: the page begins behind a row.
    package var cursor: RequestCursor?
    /// The columns of the payload that count.
    package var columns: [String]?
    package var onConflict: [String]?
    /// Of a function called by GET or HEAD.
    package var arguments: [RequestArgument] = []
    package var preferences: Preferences
    /// Best first.
    package var accept: [MediaType]
    package var contentType: PayloadType
    package var values: [RequestValue] = []
    /// A write also tells the keys of the rows it touched: asked for by the server, never by the caller.
    package var tellsKeys = false
    package var shape: RequestShape

    /// - Parameters:
    ///   - path: what follows the mount, percent-encoded: `/books`, `/rpc/add`, `/`.
    ///   - query: what follows `?`, as received.
    /// - Throws: an error with the code, message and details that PostgREST gives for the same request.
    package init(
        method: Method, path: String, query: String?, headers: RequestHeaders, limits: RequestLimits = RequestLimits()
    ) throws(RequestError) {
        self.method = method
        target = try Target(path: path)
        try target.allows(method)
        profile = method.isRead ? headers.acceptProfile : headers.contentProfile
        preferences = try Preferences(headers: headers.prefer)
        accept = MediaType.preferred(headers.accept)
        contentType = PayloadType(headers.contentType)
        shape = RequestShape(verbatim: [])
        try readParameters(query ?? "", range: headers.range, limits: limits)
        // The scan reads every request that could be read; were it to fail, the whole request is its own shape.
        shape =
            RequestShape.scan(method: method, path: path, query: query, headers: headers, limits: limits)?.shape
            ?? RequestShape(verbatim: [method.rawValue, path, query ?? "", "\(headers)"])
    }

    package subscript(index: ValueIndex) -> RequestValue? {
        values.indices.contains(index.position) ? values[index.position] : nil
    }

    /// The root's limit and offset.
    package var window: RowWindow {
        windows.last(where: \.path.isEmpty)?.value ?? RowWindow()
    }

    /// A function called by GET or HEAD: parameters that are not filters are its arguments.
    package var isFunctionRead: Bool {
        if case .function = target { method == .get || method == .head } else { false }
    }
}

extension TableRequest {
    private mutating func readParameters(_ query: String, range: String?, limits: RequestLimits) throws(RequestError) {
        var root = RootWindow()
        var hasSelect = false
        var filterCount = 0
        for parameter in try Parameter.all(in: query) {
            let (name, value) = (parameter.name, parameter.value)
            switch kind(name, value) {
            case .after: try readCursor(value)
            case .select:
                if !hasSelect { select = try Parameter.select(value, limits: limits) }
                hasSelect = true
            case .columns:
                if columns == nil { columns = try Parameter.columns("columns", value, limits: limits) }
            case .onConflict:
                if onConflict == nil { onConflict = try Parameter.columns("on_conflict", value, limits: limits) }
            case .order:
                let path = try Parameter.path(name, limits: limits)
                let terms = try Parameter.order(value, limits: limits)
                if !order.contains(where: { $0.path == path }) { order.append(AtPath(path, terms)) }
            case .limit, .offset:
                try readWindow(name, value, root: &root, limits: limits)
            case .logic:
                let logic = try Parameter.logic(name, value, firstValue: values.count, limits: limits)
                filters.append(AtPath(logic.path, logic.condition))
                values += logic.reader.values
                filterCount += logic.reader.filterCount
            case .filter:
                let filter = try Parameter.filter(
                    name, value, mayBeArgument: isFunctionRead, firstValue: values.count, limits: limits)
                if let condition = filter.condition {
                    filters.append(AtPath(filter.field.path, condition))
                    values += filter.reader.values
                    filterCount += 1
                } else {
                    arguments.append(RequestArgument(filter.field.value.column, ValueIndex(values.count)))
                    values.append(.text(parameter.valueText))
                }
            }
            guard filterCount <= limits.filters else {
                throw .malformed(
                    "query string", column: 1, details: "more than \(limits.filters) filters",
                    hint: "Use in.(…) for many values of one column.")
            }
        }
        try finishWindow(root, range: method == .get ? range : nil)
        if cursor != nil, window.offset != nil {
            throw RequestCursor.unreadable("An offset and a cursor do not go together.")
        }
    }

    /// `after` is a filter but for reads of relations with a cursor.
    private func kind(_ name: [UInt8], _ value: [UInt8]) -> ParameterKind {
        let kind = ParameterKind(name)
        guard case .after = kind else { return kind }
        guard method.isRead, case .relation = target, value.starts(with: RequestCursor.prefix.utf8) else { return .filter }
        return .after
    }

    private mutating func readCursor(_ value: [UInt8]) throws(RequestError) {
        guard cursor == nil else { throw RequestCursor.unreadable("It is given twice.") }
        guard let read = RequestCursor.read(value.dropFirst(RequestCursor.prefix.utf8.count)) else {
            throw RequestCursor.unreadable("It is not one that was given.")
        }
        cursor = RequestCursor(order: read.order, values: read.values.map { text in text.map { take($0) } })
    }

    private mutating func readWindow(
        _ name: [UInt8], _ value: [UInt8], root: inout RootWindow, limits: RequestLimits
    ) throws(RequestError) {
        let isLimit = ParameterKind(name) == .limit
        if method == .put { throw .limitOnPut() }
        let number = RootWindow.number(value)
        let path = try Parameter.path(name, limits: limits)
        if path.isEmpty {
            if isLimit { root.limit = number } else { root.offset = number.flatMap { $0 < 0 ? nil : $0 } }
            return
        }
        if isLimit, let number, number < 0 { throw .range("Limit should be greater than or equal to zero.") }
        var index: ValueIndex?
        if let number, number >= 0 { index = take(number) }
        let place = windows.firstIndex { $0.path == path } ?? windows.endIndex
        if place == windows.endIndex { windows.append(AtPath(path, RowWindow())) }
        if isLimit { windows[place].value.limit = index } else { windows[place].value.offset = index }
    }

    private mutating func finishWindow(_ root: RootWindow, range: String?) throws(RequestError) {
        let (limit, offset) = try root.within(range: range)
        if limit == nil, offset == nil { return }
        var window = RowWindow()
        if let limit { window.limit = take(limit) }
        if let offset { window.offset = take(offset) }
        windows.append(AtPath([], window))
    }

    private mutating func take(_ number: Int) -> ValueIndex { take(String(number)) }

    private mutating func take(_ text: String) -> ValueIndex {
        values.append(.text(text))
        return ValueIndex(values.count - 1)
    }
}
