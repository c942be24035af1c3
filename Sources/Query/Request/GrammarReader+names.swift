extension GrammarReader {
    /// A name: in double quotes, or letters, digits, `_`, `$`, inner blanks and single dashes.
    mutating func name() throws(Stop) -> String {
        try label("field name (* or [a..z0..9_$])") { (r) throws(Stop) in
            if r.byte == 0x22 { return try r.quotedText() }
            return try r.dashed { (r) throws(Stop) in try r.identifier() }
        }
    }

    /// Letters, digits, `_`, `$` and blanks; the outer blanks are dropped.
    mutating func identifier() throws(Stop) -> String {
        let start = position
        var place = position
        while let width = identifierWidth(at: place) { place += width }
        if place > start { moved(to: place) }
        notes.add(.met(place), at: place)
        notes.add(.expected("letter"), at: place)
        notes.add(.expected("digit"), at: place)
        if place == start { throw .mismatch }
        return trimmed(start..<place)
    }

    private func identifierWidth(at offset: Int) -> Int? {
        guard offset < bytes.count else { return nil }
        switch bytes[offset] {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F, 0x24, 0x20: return 1
        case ..<0x80: return nil
        default:
            switch scalar(at: offset)?.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return width(at: offset)
            default: return nil
            }
        }
    }

    /// Parts joined by single dashes. `->` is not a dash.
    mutating func dashed(_ part: (inout GrammarReader) throws(Stop) -> String) throws(Stop) -> String {
        var name = try part(&self)
        while byte == 0x2D, !isAtEnd {
            if byte(ahead: 1) == 0x3E {
                notes.add(.refused(position + 1), at: position + 2)
                return name
            }
            moved(to: position + 1)
            notes.add(.met(position), at: position)
            notes.add(.expected("\">\""), at: position)
            name += "-" + (try part(&self))
        }
        notes.add(.met(position), at: position)
        notes.add(.expected("\"-\""), at: position)
        return name
    }

    /// `"…"`, in which `\` takes the next character as it is.
    mutating func quotedText() throws(Stop) -> String {
        try char(0x22)
        var text: [UInt8] = []
        while !isAtEnd, byte != 0x22 {
            if byte == 0x5C {
                moved(to: position + 1)
                if isAtEnd { break }
            }
            let next = position + max(width(at: position), 1)
            text += bytes[position..<next]
            moved(to: next)
        }
        notes.add(.met(position), at: position)
        try char(0x22)
        return String(decoding: text, as: UTF8.self)
    }

    /// The text without the blanks around it.
    func trimmed(_ range: Range<Int>) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return text(start..<end)
    }

    mutating func delimiter() throws(Stop) {
        if !foundDotted("") { throw .mismatch }
    }

    /// `a.b.column->key`: names leading to an embed, then a field of it. What follows is ignored.
    mutating func fieldAtPath() throws(Stop) -> AtPath<RequestField> {
        var path = try names()
        let column = path.removeLast()
        guard path.count <= limits.embedDepth else { throw .limit(tooMany("more than \(limits.embedDepth) embedded levels")) }
        return AtPath(path, RequestField(column, jsonPath: try jsonPath()))
    }

    /// One or more names with dots between them.
    mutating func names() throws(Stop) -> [String] {
        try list(separator: { $0.foundDotted("") }, limit: limits.columns, of: "names") { (r) throws(Stop) in try r.name() }
    }

    /// `columns` and `on_conflict`.
    mutating func columns() throws(Stop) -> [String] {
        try list(separator: { (r) throws(Stop) in try r.foundComma() }, limit: limits.columns, of: "columns") { (r) throws(Stop) in
            try r.name()
        }
    }

    /// A name with an optional JSON path, blanks around it dropped.
    mutating func field() throws(Stop) -> RequestField {
        try spaced { (r) throws(Stop) in RequestField(try r.name(), jsonPath: try r.jsonPath()) }
    }

    mutating func jsonPath() throws(Stop) -> [JSONStep] {
        var steps: [JSONStep] = []
        while let asText = arrow() {
            guard steps.count < limits.jsonSteps else { throw .limit(tooMany("more than \(limits.jsonSteps) steps of a JSON path")) }
            let index = try optional { (r) throws(Stop) in try r.attempt { (r) throws(Stop) in try r.jsonIndex() } }
            if let index {
                steps.append(JSONStep(.index(index), asText: asText))
            } else {
                let key = try attempt { (r) throws(Stop) in try r.jsonKey() }
                steps.append(JSONStep(.key(key), asText: asText))
            }
        }
        return steps
    }

    private mutating func arrow() -> Bool? {
        if found("->>") { return true }
        return found("->") ? false : nil
    }

    private mutating func jsonIndex() throws(Stop) -> Int {
        let start = position
        _ = found("-")
        let digits = position
        while byte >= 0x30, byte <= 0x39 { moved(to: position + 1) }
        notes.add(.met(position), at: position)
        notes.add(.expected("digit"), at: position)
        if position == digits { throw .mismatch }
        let written = text(start..<position)
        try jsonIndexEnd()
        guard let index = Int32(written) else {
            // As PostgreSQL says it.
            throw .limit(RequestError(code: "22003", message: "value \"\(written)\" is out of range for type integer"))
        }
        return Int(index)
    }

    private mutating func jsonIndexEnd() throws(Stop) {
        // PostgREST takes the digits of `rel(data->0)` for a key; at the root they are an index, and so they are here.
        // Blanks before the next item are no part of a key either.
        var next = position
        while next < bytes.count, bytes[next] == 0x20 { next += 1 }
        if next < bytes.count ? bytes[next] == 0x29 || (next > position && bytes[next] == 0x2C) : next > position { return }
        if isNext("->") || isNext("::") || isNext(".") || isNext(",") { return }
        try end()
    }

    private mutating func jsonKey() throws(Stop) -> String {
        try label("any non reserved character different from: .,>()") { (r) throws(Stop) in
            if r.byte == 0x22 { return try r.quotedText() }
            return try r.dashed { (r) throws(Stop) in try r.jsonKeyPart() }
        }
    }

    private mutating func jsonKeyPart() throws(Stop) -> String {
        let start = position
        var place = position
        scan: while place < bytes.count {
            switch bytes[place] {
            case 0x28, 0x2D, 0x3A, 0x2E, 0x2C, 0x3E, 0x29: break scan
            default: place += 1
            }
        }
        if place > start { moved(to: place) }
        notes.add(.met(place), at: place)
        if place == start { throw .mismatch }
        return trimmed(start..<place)
    }
}
