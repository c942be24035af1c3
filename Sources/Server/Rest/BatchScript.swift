import OffstageDatabase
import OffstageJSON
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// The items of a batch as one script: each planned, gated and answered like a request of its own, for the batch's caller.
struct BatchScript: StatementScript {
    private let service: RestService
    private let outer: Call
    private let items: [BatchItem]
    private var references = BatchReferences()
    /// What waits for its rows.
    private var current: RestService.Work?
    private var text: [UInt8] = []
    /// The same without bodies.
    private var bareText: [UInt8] = []
    private var answered = 0

    /// All answers of a batch together.
    private static let longestAnswer = 16 << 20

    init(_ items: [BatchItem], _ service: RestService, _ outer: Call) {
        self.items = items
        self.service = service
        self.outer = outer
    }

    var answer: Rows { Rows(body: [UInt8(ascii: "[")] + text + [UInt8(ascii: "]")], count: answered) }
    var kept: Rows { Rows(body: [UInt8(ascii: "[")] + bareText + [UInt8(ascii: "]")], count: answered) }

    mutating func next(after last: Result<Rows, SQLError>?) throws -> ScriptStep? {
        do throws(Refusal) {
            return try step(after: last)
        } catch {
            throw BatchFailure(item: answered, refusal: error)
        }
    }

    private mutating func step(after last: Result<Rows, SQLError>?) throws(Refusal) -> ScriptStep? {
        if let last, let work = current {
            current = nil
            switch last {
            case .success(let rows): try add(try service.respond(rows, to: work))
            case .failure(let error): throw Refusal(error, isAnonymous: service.isAnonymous(outer.caller.role))
            }
        }
        while answered < items.count {
            let item = items[answered]
            switch try service.work(item, try body(of: item), try values(of: item), outer) {
            case .answered(let response): try add(response)
            case .run(let work):
                current = work
                return work.step
            }
        }
        return nil
    }

    private mutating func body(of item: BatchItem) throws(Refusal) -> [UInt8] {
        guard let body = item.body else { return [] }
        var writer = JSONWriter(capacity: 512)
        writer.value(try resolved(body))
        return writer.bytes
    }

    private mutating func resolved(_ value: JSONValue) throws(Refusal) -> JSONValue {
        do throws(RequestError) { return try references.resolved(value) } catch { throw Refusal(error) }
    }

    private mutating func values(of item: BatchItem) throws(Refusal) -> [RequestValue] {
        var values: [RequestValue] = []
        for filter in item.filters {
            guard let value = BatchFilter.bound(try resolved(filter.value), to: filter.test) else {
                throw Refusal(
                    .wrongBatch, details: "The filter on \"\(filter.column)\" needs \(filter.test == .in ? "a list of values" : "a value")."
                )
            }
            values.append(value)
        }
        return values
    }

    // MARK: Answers

    private static let shownFields = ["Location", "Content-Range", "Preference-Applied", "ETag"]

    private mutating func add(_ response: ServerResponse) throws(Refusal) {
        let isJSON = response.fields["content-type"]?.contains("json") ?? false
        references.add(isJSON ? response.body : nil)
        let head = Self.head(response)
        if answered > 0 {
            bareText += Array(",\n".utf8)
            text += Array(",\n".utf8)
        }
        bareText += head + [UInt8(ascii: "}")]
        text += head
        if !response.body.isEmpty {
            text += Array(",\"body\":".utf8)
            text += isJSON ? response.body : Self.quoted(response.body)
        }
        text.append(UInt8(ascii: "}"))
        guard text.count <= Self.longestAnswer else {
            throw Refusal(.wrongBatch, details: "The answers together are longer than \(Self.longestAnswer) bytes.")
        }
        answered += 1
    }

    private static func quoted(_ body: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(capacity: body.count + 64)
        writer.string(String(decoding: body, as: UTF8.self))
        return writer.bytes
    }

    private static func head(_ response: ServerResponse) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"status\":")
        writer.integer(Int64(response.status))
        let fields = shownFields.compactMap { name in response.fields[name].map { (name, $0) } }
        guard !fields.isEmpty else { return writer.bytes }
        writer.raw(",\"headers\":{")
        for (index, field) in fields.enumerated() {
            if index > 0 { writer.byte(UInt8(ascii: ",")) }
            writer.string(field.0)
            writer.byte(UInt8(ascii: ":"))
            writer.string(field.1)
        }
        writer.byte(UInt8(ascii: "}"))
        return writer.bytes
    }
}

/// An item that could not be done, and so none was.
struct BatchFailure: Error {
    var item: Int
    var refusal: Refusal
}
