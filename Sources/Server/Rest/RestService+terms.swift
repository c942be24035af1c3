import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// What a write brings besides itself: conditions on its row, and a key that makes it happen once.
extension RestService {
    /// - Parameter body: all of it, as received: the same key with another body is another request.
    /// - Throws: OFS302, OFS303; 0A000 where the database does not keep such promises.
    func terms(_ prepared: PreparedRequest, _ call: Call, _ body: [UInt8]) throws(Refusal) -> (terms: WriteTerms, settings: [String])? {
        guard call.head.hasTerms || prepared.wantsTag && driver.honoursTerms else { return nil }
        var settings: [String] = []
        let match = try match(prepared, call, &settings)
        let once = try once(prepared, call, body, &settings)
        if match == nil, once == nil { return nil }
        guard driver.honoursTerms else {
            throw Refusal(400, "0A000", "This database does not keep Idempotency-Keys and does not compare tags")
        }
        return (WriteTerms(match: match, once: once), settings)
    }

    private func match(
        _ prepared: PreparedRequest, _ call: Call, _ settings: inout [String]
    ) throws(Refusal) -> WriteTerms.Match? {
        let condition = try TagCondition(call.head)
        if condition == nil, !prepared.wantsTag { return nil }
        guard let row = try tagRead(prepared, call) else {
            if condition == nil { return nil }
            throw Refusal(.conditionWithoutRow)
        }
        settings += row.settings
        return WriteTerms.Match(row: row.read, condition: condition ?? TagCondition()) { RowTag.text($0) }
    }

    // MARK: Idempotency-Key

    private func once(
        _ prepared: PreparedRequest, _ call: Call, _ body: [UInt8], _ settings: inout [String]
    ) throws(Refusal) -> WriteTerms.Once? {
        guard let key = try IdempotencyKey(call.head, isNamed: call.caller.subject != nil) else { return nil }
        var showing = WriteTerms.Once.Showing.never
        if call.caller.subject != nil {
            if prepared.isCall {
                showing = .always
            } else if let read = try readOfKey(prepared, call) {
                settings += read.settings
                showing = .whileReadable(read.read)
            }
        }
        return key.once(prepared.isCall ? "rpc" : "table", prepared.relation, call, body, showing: showing)
    }

    /// The read that tells whether a row is still the caller's to see. Nil where no read can: the row is deleted, or has no key, or other
    /// tables' rows are shown with it.
    func readOfKey(_ prepared: PreparedRequest, _ call: Call) throws(Refusal) -> PreparedRead? {
        let schema = call.project.catalogue.schema
        guard prepared.request.method != .delete, prepared.request.preferences.return == .representation,
            let table = schema.tables[prepared.relation], let key = table.primaryKey?.columns,
            prepared.request.showsOneRowOnly(table.columns.map(\.name)),
            schema.allowedColumns(call.caller.role, .select, of: prepared.relation).map({ Set(key).isSubset(of: $0) }) ?? true
        else { return nil }
        return try prepared.keyRead { () throws(Refusal) in try self.read(prepared.request.readingRow(key), call) }
    }
}

/// The value of an `Idempotency-Key` header: `"8e03978e-40d5-43dd-bc93-6894a57f9324"`, with or without its quotes.
struct IdempotencyKey {
    let text: String

    private static let keysPerCaller = 10_000
    /// All without a name who use the same API key share these.
    private static let keysPerAPIKey = 100_000

    /// - Parameter isNamed: the caller's token has a `sub`. Without one, callers share the keys of their API key, so a key must be one that
    ///   nobody guesses.
    init?(_ head: RequestHead, isNamed: Bool) throws(Refusal) {
        let lines = head.fields.all("idempotency-key")
        guard let line = lines.first else { return nil }
        guard lines.count == 1 else { throw Refusal(.wrongIdempotencyKey, details: "There are \(lines.count) of them.") }
        var bytes = Array(Substring(line).trimmed.utf8)
        if bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") {
            bytes = Array(bytes.dropFirst().dropLast())
        }
        guard (1...255).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Refusal(.wrongIdempotencyKey, details: "It is not 1 to 255 visible ASCII characters.")
        }
        guard isNamed || Self.isUUID(bytes) else {
            throw Refusal(
                .wrongIdempotencyKey, details: "Callers whose token has no sub must use a UUID.",
                hint: "Make one for each request: 8e03978e-40d5-43dd-bc93-6894a57f9324.")
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    private static func isUUID(_ bytes: [UInt8]) -> Bool {
        bytes.count == 36
            && bytes.enumerated().allSatisfy { index, byte in
                switch index {
                case 8, 13, 18, 23: byte == UInt8(ascii: "-")
                default:
                    switch byte {
                    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
                    default: false
                    }
                }
            }
    }

    /// - Parameter kind: `table`, `rpc` or `batch`: of equal names, different things.
    func once(
        _ kind: String, _ relation: QualifiedName?, _ call: Call, _ body: [UInt8], showing: WriteTerms.Once.Showing
    ) -> WriteTerms.Once {
        var owner = Digest()
        owner.add(call.caller.role)
        owner.add(call.caller.subject)
        // Who has no name is told by the key that let the request in.
        if call.caller.subject == nil { owner.add(call.head.authorization ?? call.head.apikey) }
        var key = Digest()
        key.add(owner.bytes)
        key.add(call.head.method)
        key.add(kind)
        key.add(relation?.schema)
        key.add(relation?.name)
        key.add(text)
        var request = Digest()
        request.add(call.head.query)
        request.add(call.head.rest.prefer.joined(separator: ","))
        request.add(call.head.rest.accept)
        request.add(call.head.rest.contentType)
        for line in call.head.fields.all("if-match") + call.head.fields.all("if-none-match") { request.add(line) }
        request.add(body)
        return WriteTerms.Once(
            key: key.bytes, owner: owner.bytes, request: request.bytes, showing: showing,
            keyLimit: call.caller.subject == nil ? Self.keysPerAPIKey : Self.keysPerCaller)
    }
}
