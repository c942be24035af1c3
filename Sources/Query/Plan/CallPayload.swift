import OffstageJSON
package import OffstageSchema

/// What the body of a call holds: arguments by name, and the body itself for a function that takes it whole.
package struct CallPayload: Sendable {
    package var names: [String] = []
    package var values: [Payload.Value] = []
    package var body: Payload.Value?
    /// Of a form, all values of each name.
    private var lists: [String: [String]] = [:]

    /// - Parameter columns: only these members are arguments.
    /// - Throws: PGRST102 for a body that cannot be read, 22023 for JSON that is no object where arguments are wanted by name.
    package init(
        _ bytes: UnsafeBufferPointer<UInt8>, type: PayloadType, columns: [String]?, limits: PayloadLimits = PayloadLimits()
    ) throws(RequestError) {
        switch type {
        case .json where bytes.isEmpty: break
        case .json:
            let value = try Payload.json(bytes, limits: limits)
            body = .json(value)
            guard case .object(let members) = value else { break }
            for member in members where columns?.contains(member.name) ?? true { add(member.name, .json(member.value)) }
        case .form:
            let form = try Payload(bytes, type: .form, columns: columns, limits: limits)
            for (name, value) in zip(form.columns, form.rows.first ?? []) { if let value { add(name, value) } }
            for parameter in try Parameter.all(in: String(decoding: bytes, as: UTF8.self)) {
                lists[String(decoding: parameter.name, as: UTF8.self), default: []].append(parameter.valueText)
            }
        case .xml:
            let read = try Payload(bytes, type: .xml, columns: columns, limits: limits)
            guard read.rows.count <= 1 else {
                throw RequestError(
                    code: "PGRST102", message: "Empty or invalid xml",
                    details: "A call takes one row of arguments; there are \(read.rows.count).")
            }
            for (name, value) in zip(read.columns, read.rows.first ?? []) { if let value { add(name, value) } }
        case .text: body = .text(try Self.text(bytes))
        case .binary: body = .text(Self.hexadecimal(bytes))
        default: throw RequestError(code: "PGRST102", message: "Content-Type not acceptable: \(type.name)")
        }
    }

    /// A member given twice counts once, as in `json_to_record`: the last.
    private mutating func add(_ name: String, _ value: Payload.Value) {
        if let place = names.firstIndex(of: name) {
            values[place] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }

    private static func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(RequestError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RequestError(code: "22021", message: "invalid byte sequence for encoding \"UTF8\"")
        }
        return text
    }

    /// As `bytea` is written in text.
    private static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text = Array("\\x".utf8)
        text.reserveCapacity(bytes.count * 2 + 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    package var shape: PayloadShape {
        PayloadShape(columns: names, patterns: [names.map { _ in true }], rowCount: 1)
    }

    private func demandArguments(for plan: CallPlan) throws(SQLError) {
        guard case .json(let value)? = body, !plan.takesBody else { return }
        switch value {
        case .object: break
        case .array: throw SQLError("22023", "cannot call json_to_record on an array")
        default: throw SQLError("22023", "cannot call json_to_record on a scalar")
        }
    }

    /// The bytes that a database takes the call's body as: one JSON object of arguments, or the one value as it was sent.
    ///
    /// - Throws: 22023 for JSON that is no object where arguments are wanted by name.
    package func record(for plan: CallPlan, _ bytes: [UInt8]) throws(SQLError) -> [UInt8] {
        try demandArguments(for: plan)
        switch body {
        case .json?: return bytes
        case .text(let text)?: return Array(text.utf8)
        case nil: break
        }
        var writer = JSONWriter()
        Payload.write(names, gathered(for: plan), into: &writer)
        return Array(writer.text.utf8)
    }

    /// The arguments as stored values, in the order of the plan's columns.
    ///
    /// - Throws: the input function's error: 22P02 and its kin.
    package func stored(for plan: CallPlan, in context: ValueContext) throws(SQLError) -> [StoredValue] {
        try demandArguments(for: plan)
        return try Payload.stored(plan.takesBody ? [body] : gathered(for: plan).map { $0 }, as: plan.columns, in: context)
    }

    /// The arguments, and of a form's variadic one all values: each by itself, or once as `{1,2}`, as in a URL.
    private func gathered(for plan: CallPlan) -> [Payload.Value] {
        guard let name = plan.variadic, let list = lists[name], let place = names.firstIndex(of: name) else { return values }
        let isJSON = plan.columns.first { $0.name == name }.map { [.array(.json), .array(.jsonb)].contains($0.type.type) } ?? false
        if list.count == 1, !isJSON, list[0].utf8.first == UInt8(ascii: "{"), list[0].utf8.last == UInt8(ascii: "}") { return values }
        var gathered = values
        gathered[place] = .text(ArrayText.text(of: list.map { .text($0) }, element: .text))
        return gathered
    }
}
