extension RequestShape {
    /// The shape and the values of a request in one pass over its bytes, for the hot path.
    ///
    /// A filter `name=op.value` costs a look at its operator and one string; only logic, lists and odd operators are parsed.
    /// - Parameters:
    ///   - path: what follows the mount, percent-encoded.
    ///   - query: what follows `?`, as received.
    /// - Returns: `nil` for a request that cannot be read; ``TableRequest/init(method:path:query:headers:limits:)`` says why.
    package static func scan(
        method: TableRequest.Method, path: String, query: String?, headers: RequestHeaders, limits: RequestLimits = RequestLimits()
    ) -> ScannedRequest? {
        var (path, query) = (path, query ?? "")
        return path.withUTF8 { path in
            query.withUTF8 { query in scan(method: method, path: path, query: query, headers: headers, limits: limits) }
        }
    }

    package static func scan(
        method: TableRequest.Method, path: UnsafeBufferPointer<UInt8>, query: UnsafeBufferPointer<UInt8>, headers: RequestHeaders,
        limits: RequestLimits = RequestLimits()
    ) -> ScannedRequest? {
        var scan = RequestScan(method: method, isFunctionRead: isFunctionRead(method, path), limits: limits)
        scan.key.bytes.reserveCapacity(path.count + query.count + 96)
        scan.head(path, headers)
        guard scan.parameters(query), scan.finish(range: method == .get ? headers.range : nil) else { return nil }
        return ScannedRequest(shape: RequestShape(scan.key.bytes), values: scan.values)
    }

    private static func isFunctionRead(_ method: TableRequest.Method, _ path: UnsafeBufferPointer<UInt8>) -> Bool {
        guard method == .get || method == .head else { return false }
        var decoded: [UInt8] = []
        // As the target is read: `/%72pc/f` is a function too.
        guard path.count > 5, percentDecode(path, plusIsSpace: false, into: &decoded) == nil else { return false }
        return decoded.starts(with: [0x2F, 0x72, 0x70, 0x63, 0x2F]) && path.count(where: { $0 == 0x2F }) == 2
    }
}

private struct RequestScan {
    let method: TableRequest.Method
    let isFunctionRead: Bool
    let limits: RequestLimits
    var key = ShapeWriter()
    var values: [RequestValue] = []
    var root = RootWindow()
    var hasCursor = false
    var nameScratch: [UInt8] = []
    var valueScratch: [UInt8] = []

    init(method: TableRequest.Method, isFunctionRead: Bool, limits: RequestLimits) {
        self.method = method
        self.isFunctionRead = isFunctionRead
        self.limits = limits
    }

    mutating func head(_ path: UnsafeBufferPointer<UInt8>, _ headers: RequestHeaders) {
        key.text(method.rawValue)
        key.piece(path)
        if let accept = headers.accept { header(.accept, accept) }
        if let profile = method.isRead ? headers.acceptProfile : headers.contentProfile { header(.profile, profile) }
        for prefer in headers.prefer { header(.prefer, prefer) }
        if let type = headers.contentType { header(.contentType, type) }
    }

    private mutating func header(_ mark: ShapeWriter.Mark, _ value: String) {
        key.mark(mark)
        key.text(value)
    }

    mutating func parameters(_ query: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        while start < query.count {
            var end = start
            var equals = -1
            var nameIsPlain = true
            var valueIsPlain = true
            scan: while end < query.count {
                switch query[end] {
                case UInt8(ascii: "&"): break scan
                case UInt8(ascii: "="): if equals < 0 { equals = end }
                case UInt8(ascii: "%"), UInt8(ascii: "+"), 0: if equals < 0 { nameIsPlain = false } else { valueIsPlain = false }
                default: break
                }
                end += 1
            }
            if equals >= 0 {
                let name = UnsafeBufferPointer(rebasing: query[start..<equals])
                let value = UnsafeBufferPointer(rebasing: query[(equals + 1)..<end])
                guard parameter(name, nameIsPlain, value, valueIsPlain) else { return false }
            }
            start = end + 1
        }
        return true
    }

    private mutating func parameter(
        _ name: UnsafeBufferPointer<UInt8>, _ nameIsPlain: Bool, _ value: UnsafeBufferPointer<UInt8>, _ valueIsPlain: Bool
    ) -> Bool {
        if nameIsPlain, valueIsPlain { return decoded(name, value) }
        var names = nameScratch
        var texts = valueScratch
        (nameScratch, valueScratch) = ([], [])
        names.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        guard percentDecode(name, plusIsSpace: true, into: &names) == nil, percentDecode(value, plusIsSpace: true, into: &texts) == nil,
            !names.contains(0), !texts.contains(0)
        else { return false }
        let isRead = names.withUnsafeBufferPointer { name in texts.withUnsafeBufferPointer { value in decoded(name, value) } }
        (nameScratch, valueScratch) = (names, texts)
        return isRead
    }

    private mutating func decoded(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        switch ParameterKind(name) {
        case .select, .columns, .onConflict, .order:
            key.mark(.parameter)
            key.piece(name)
            key.piece(value)
            return true
        case .limit: return window(name, value, isLimit: true)
        case .offset: return window(name, value, isLimit: false)
        case .logic: return logic(name, value)
        case .filter: return filter(name, value)
        case .after: return after(name, value)
        }
    }

    private mutating func after(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard method.isRead, !isFunctionRead, value.starts(with: RequestCursor.prefix.utf8) else { return filter(name, value) }
        guard !hasCursor, let cursor = RequestCursor.read(value.dropFirst(RequestCursor.prefix.utf8.count)) else { return false }
        hasCursor = true
        key.mark(.cursor)
        key.text(cursor.order ?? "")
        for text in cursor.values {
            key.mark(text == nil ? .end : .value)
            if let text { values.append(.text(text)) }
        }
        key.mark(.cursor)
        return true
    }

    private mutating func window(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, isLimit: Bool) -> Bool {
        if method == .put { return false }
        let number = RootWindow.number(value)
        if name.count == (isLimit ? 5 : 6) {
            if isLimit { root.limit = number } else { root.offset = number.flatMap { $0 < 0 ? nil : $0 } }
            return true
        }
        guard let number, number >= 0 else {
            if isLimit, number != nil { return false }
            key.mark(.parameter)
            key.piece(name)
            key.piece(value)
            return true
        }
        key.mark(.window)
        key.piece(name)
        values.append(.text(String(number)))
        return true
    }

    private mutating func filter(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        switch OperatorPrefix(value) {
        case .value(let length):
            guard let text = String(validating: value[length...], as: UTF8.self) else { return false }
            key.mark(.filter)
            key.piece(name)
            key.piece(value[..<length])
            values.append(.text(text))
            return true
        case .truth where !isFunctionRead:
            key.mark(.parameter)
            key.piece(name)
            key.piece(value)
            return true
        case .none where isFunctionRead:
            return argument(name, value)
        case .list, .truth, .other, .none:
            guard isText(value),
                let filter = try? Parameter.filter(
                    Array(name), Array(value), mayBeArgument: isFunctionRead, firstValue: values.count, limits: limits)
            else { return false }
            if filter.condition == nil { return argument(name, value) }
            key.mark(.pieces)
            key.piece(name)
            key.pieces(filter.reader)
            values += filter.reader.values
            return true
        }
    }

    private mutating func argument(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let text = String(validating: value, as: UTF8.self) else { return false }
        key.mark(.argument)
        key.piece(name)
        values.append(.text(text))
        return true
    }

    private mutating func logic(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard isText(name), isText(value),
            let logic = try? Parameter.logic(Array(name), Array(value), firstValue: values.count, limits: limits)
        else { return false }
        key.mark(.pieces)
        key.piece(name)
        key.pieces(logic.reader)
        values += logic.reader.values
        return true
    }

    private func isText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }

    mutating func finish(range: String?) -> Bool {
        guard let (limit, offset) = try? root.within(range: range), !hasCursor || offset == nil else { return false }
        key.mark(.rootWindow)
        key.bytes.append((limit == nil ? 0 : 1) | (offset == nil ? 0 : 2))
        if let limit { values.append(.text(String(limit))) }
        if let offset { values.append(.text(String(offset))) }
        return true
    }
}

/// What a filter's value starts with, told from its first bytes.
private enum OperatorPrefix {
    /// An operator, its quantifier or language and its dot take this many bytes; the rest is the value.
    case value(Int)
    case list
    /// `is.…`: no value, all of it is shape.
    case truth
    /// Something only the grammar can tell.
    case other
    /// Surely no operator.
    case none

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var start = 0
        if bytes.count > 4, bytes[0] == 0x6E, bytes[1] == 0x6F, bytes[2] == 0x74, bytes[3] == 0x2E { start = 4 }
        var end = start
        var word: UInt64 = 0
        while end < bytes.count, bytes[end] >= 0x61, bytes[end] <= 0x7A {
            if end - start < 8 { word = word << 8 | UInt64(bytes[end]) }
            end += 1
        }
        guard end < bytes.count, bytes[end] == 0x2E || bytes[end] == 0x28 else {
            self = start == 0 ? .none : .other
            return
        }
        guard end - start <= 8, let kind = Self.kinds[word] else {
            self = .other
            return
        }
        switch (kind, bytes[end] == 0x2E) {
        case (.truth, true): self = .truth
        case (.list, true): self = .list
        case (.quantified, true), (.plain, true), (.search, true): self = .value(end + 1)
        case (.quantified, false):
            let quantifier = bytes[end...].prefix(6)
            self = quantifier.elementsEqual("(any).".utf8) || quantifier.elementsEqual("(all).".utf8) ? .value(end + 6) : .other
        default: self = .other
        }
    }

    private enum Kind {
        case plain, quantified, search, list, truth
    }

    private static let kinds: [UInt64: Kind] = {
        var kinds: [UInt64: Kind] = [:]
        func add(_ words: String, _ kind: Kind) {
            for word in words.split(separator: " ") { kinds[word.utf8.reduce(0) { $0 << 8 | UInt64($1) }] = kind }
        }
        add("eq gt gte lt lte like ilike match imatch", .quantified)
        add("neq cs cd ov sl sr nxr nxl adj", .plain)
        add("fts plfts phfts wfts", .search)
        add("in", .list)
        add("is", .truth)
        return kinds
    }()
}
