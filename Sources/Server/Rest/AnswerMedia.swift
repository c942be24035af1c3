import OffstageQuery
import OffstageSQL
import OffstageXML

/// The form an answer takes, chosen from what the caller accepts.
struct AnswerMedia: Sendable {
    enum Form: Sendable { case json, object, csv, lines, xml }

    var form: Form
    var nullsStripped = false
    var contentType: String
    /// How the database would make the answer is wanted, instead of the answer.
    var plan: Explanation?

    /// The first that can be produced.
    ///
    /// - Parameter explains: plans may be shown.
    /// - Throws: PGRST107, naming what was asked for.
    init(_ accepted: [MediaType], header: String?, explains: Bool) throws(Refusal) {
        for type in accepted {
            if case .plan(let inner, let format, let options) = type {
                guard explains, var media = Self(inner) else { continue }
                media.plan = Explanation(isJSON: format == .json, options: options.map(\.rawValue))
                self = media
                return
            }
            if let media = Self(type) {
                self = media
                return
            }
        }
        throw Refusal(406, "PGRST107", "None of these media types are available: \(Self.names(header))")
    }

    private init?(_ type: MediaType) {
        switch type {
        case .json, .any, .jsonArray(nullsStripped: false), .other("application/*"):
            self.init(.json, false, "application/json")
        case .jsonArray: self.init(.json, true, "application/vnd.pgrst.array+json;nulls=stripped")
        case .object(false): self.init(.object, false, "application/vnd.pgrst.object+json")
        case .object(true): self.init(.object, true, "application/vnd.pgrst.object+json;nulls=stripped")
        case .csv, .other("text/*"): self.init(.csv, false, "text/csv")
        case .lines: self.init(.lines, false, "application/x-ndjson")
        case .xml: self.init(.xml, false, "application/xml")
        case .textXML: self.init(.xml, false, "text/xml")
        case .geojson, .openapi, .plan, .other: return nil
        }
    }

    private init(_ form: Form, _ nullsStripped: Bool, _ type: String) {
        self.form = form
        self.nullsStripped = nullsStripped
        contentType = type + "; charset=utf-8"
    }

    /// The type of a plan, naming what it is of and the options that were heeded.
    func planType(_ options: [String]) -> String {
        let inner = contentType.replacing("; charset=utf-8", with: "")
        let heeded = options.isEmpty ? "" : "; options=\(options.joined(separator: "|"))"
        return "application/vnd.pgrst.plan+\(plan?.isJSON == true ? "json" : "text"); for=\"\(inner)\"\(heeded); charset=utf-8"
    }

    func format(root: String) -> RowFormat {
        switch form {
        case .json: .json(nullsStripped: nullsStripped)
        case .object: .object(nullsStripped: nullsStripped)
        case .csv: .csv
        case .lines: .lines
        case .xml: .xml(root: root)
        }
    }

    /// The answer of a write that touched no row because its payload was empty.
    func empty(root: String) -> [UInt8] {
        switch form {
        case .json: Array("[]".utf8)
        case .object, .csv, .lines: []
        case .xml: Array("<\(XMLName.escaped(root)) xmlns:xsi=\"\(XMLName.schemaInstance)\"/>".utf8)
        }
    }

    /// As the caller wrote them, without their weights.
    private static func names(_ header: String?) -> String {
        (header ?? "").utf8.split(separator: UInt8(ascii: ",")).prefix(64).map { item in
            item.split(separator: UInt8(ascii: ";")).map { Substring($0).trimmed }.filter { !$0.lowercased().hasPrefix("q=") }
                .joined(separator: ";")
        }.joined(separator: ", ")
    }
}

extension Substring {
    /// Without the blanks around it.
    var trimmed: Substring {
        var text = self
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = Substring(text.utf8.dropFirst()) }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = Substring(text.utf8.dropLast()) }
        return text
    }
}
