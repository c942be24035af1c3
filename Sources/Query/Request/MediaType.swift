/// A form an answer may take, as `Accept` names it.
package indirect enum MediaType: Hashable, Sendable {
    case json
    case jsonArray(nullsStripped: Bool)
    /// Exactly one row, as an object.
    case object(nullsStripped: Bool)
    case csv
    /// `application/x-ndjson`: an object per line.
    case lines
    /// `application/xml`; the same as `text/xml`.
    case xml, textXML
    case geojson
    case openapi
    /// EXPLAIN of what would give the inner type.
    case plan(of: MediaType, format: PlanFormat, options: [PlanOption])
    /// `*/*`
    case any
    /// In lower case, without parameters: `text/html`, `application/octet-stream`, `text/*`.
    case other(String)

    package enum PlanFormat: String, Hashable, Sendable { case text, json }
    package enum PlanOption: String, Hashable, Sendable, CaseIterable { case analyze, verbose, settings, buffers, wal }
}

extension MediaType {
    /// One media type with its parameters: `application/vnd.pgrst.object+json;nulls=stripped`.
    package init(_ text: String) {
        self.init(parts: Self.split(text, at: 0x3B), mayBePlan: true)
    }

    private init(parts: [Substring], mayBePlan: Bool) {
        let name = (parts.first ?? "").lowercased()
        var parameters: [String: String] = [:]
        for parameter in parts.dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            var value = pair[1].trimmingBlanks()
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            let key = pair[0].trimmingBlanks().lowercased()
            if parameters[key] == nil { parameters[key] = String(value) }
        }
        let nullsStripped = parameters["nulls"] == "stripped"
        switch name {
        case "application/json": self = .json
        case "application/vnd.pgrst.array", "application/vnd.pgrst.array+json": self = .jsonArray(nullsStripped: nullsStripped)
        case "application/vnd.pgrst.object", "application/vnd.pgrst.object+json": self = .object(nullsStripped: nullsStripped)
        case "text/csv": self = .csv
        case "application/x-ndjson": self = .lines
        case "application/xml": self = .xml
        case "text/xml": self = .textXML
        case "application/geo+json": self = .geojson
        case "application/openapi+json": self = .openapi
        case "*/*", "": self = .any
        case "application/vnd.pgrst.plan", "application/vnd.pgrst.plan+text", "application/vnd.pgrst.plan+json":
            // A plan of a plan is nothing; one level keeps this from recursing.
            guard mayBePlan else {
                self = .other(name)
                return
            }
            let inner = parameters["for"].map { MediaType(parts: Self.split($0, at: 0x3B), mayBePlan: false) } ?? .json
            let wanted = (parameters["options"] ?? "").split(separator: "|").map { $0.trimmingBlanks().lowercased() }
            self = .plan(
                of: inner, format: name.hasSuffix("+json") ? .json : .text,
                options: PlanOption.allCases.filter { wanted.contains($0.rawValue) })
        default: self = .other(name)
        }
    }

    /// What an `Accept` header prefers, best first: by `q`, then by position. `q=0` is left out. An absent or empty header is `*/*`.
    package static func preferred(_ header: String?) -> [MediaType] {
        // What nearly every client sends.
        guard let header, header != "*/*" else { return [.any] }
        if header == "application/json" { return [.json] }
        var wanted: [(type: MediaType, quality: Int, position: Int)] = []
        for item in split(header, at: 0x2C).prefix(64) where !item.isEmpty {
            var quality = 1_000
            var parts = split(String(item), at: 0x3B)
            parts.removeAll { part in
                guard part.lowercased().hasPrefix("q=") else { return false }
                quality = thousandths(part.dropFirst(2))
                return true
            }
            if quality > 0 { wanted.append((MediaType(parts: parts, mayBePlan: true), quality, wanted.count)) }
        }
        if wanted.isEmpty, split(header, at: 0x2C).allSatisfy(\.isEmpty) { return [.any] }
        return wanted.sorted { ($1.quality, $0.position) < ($0.quality, $1.position) }.map(\.type)
    }

    /// `0.8` is 800. What cannot be read counts as 1.
    private static func thousandths(_ text: Substring) -> Int {
        let digits = text.trimmingBlanks().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = digits.first.flatMap({ Int($0) }), whole == 0 else { return 1_000 }
        guard digits.count == 2, let fraction = Int((digits[1] + "000").prefix(3)), fraction >= 0 else { return 0 }
        return fraction
    }

    /// Parts between separators that are not inside double quotes, without the blanks around them.
    private static func split(_ text: String, at separator: UInt8) -> [Substring] {
        var parts: [Substring] = []
        var start = text.utf8.startIndex
        var isQuoted = false
        for index in text.utf8.indices {
            switch text.utf8[index] {
            case 0x22: isQuoted.toggle()
            case separator where !isQuoted:
                parts.append(text[start..<index].trimmingBlanks())
                start = text.utf8.index(after: index)
            default: break
            }
        }
        parts.append(text[start...].trimmingBlanks())
        return parts
    }
}

/// What a payload is, as `Content-Type` says. Without the header it is JSON.
package enum PayloadType: Hashable, Sendable {
    case json
    case csv
    case form
    case text
    case xml
    case binary
    /// In lower case, without parameters; XML in another encoding with them.
    case other(String)

    package init(_ header: String?) {
        let name = (header ?? "").split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)[0].trimmingBlanks().lowercased()
        switch name {
        case "", "application/json", "application/vnd.pgrst.object+json", "application/vnd.pgrst.array+json": self = .json
        case "text/csv": self = .csv
        case "application/x-www-form-urlencoded": self = .form
        case "text/plain": self = .text
        case "text/xml", "application/xml": self = Self.isUTF8(header) ? .xml : .other(header?.lowercased() ?? name)
        case "application/octet-stream": self = .binary
        default: self = .other(name)
        }
    }

    /// No `charset`, or that one.
    private static func isUTF8(_ header: String?) -> Bool {
        (header ?? "").split(separator: ";").dropFirst().allSatisfy { parameter in
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.trimmingBlanks().lowercased()
            }
            guard pair.first == "charset" else { return true }
            return pair.count == 2 && (pair[1] == "utf-8" || pair[1] == "\"utf-8\"")
        }
    }
}
