import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema
import Synchronization

/// Everything about a request that its values do not change: made once per shape and role, used until the schema changes.
final class PreparedRequest: Sendable {
    /// Without the values of the request it was made from.
    let request: TableRequest
    let relation: QualifiedName
    let media: AnswerMedia
    /// What `Preference-Applied` says.
    let applied: String?
    /// What `Content-Profile` says, where it says anything.
    let profile: String?
    let timeZone: TimeZoneRules
    /// Where the offset stands among the values.
    let offset: Int?
    /// Where the limit of a page by cursor stands among them.
    let pageLimit: Int?
    let read: Statement?
    /// The settings that the read asks for.
    let settings: [String]
    let byteCount: Int

    /// Statements of a write by what its payload gives.
    private let writes = Mutex<[PayloadShape: PreparedWrite]>([:])
    /// The same, of writes that tell the keys of their rows.
    private let tellingWrites = Mutex<[PayloadShape: PreparedWrite]>([:])
    /// The read behind the row's tag, and the one that asks for a row by its key; made when first wanted.
    private let tagRead = Mutex<PreparedRead?>(nil)
    private let keyRead = Mutex<PreparedRead?>(nil)
    /// Calls of a function by the arguments that its payload gives.
    private let calls = Mutex<[PayloadShape: PreparedCall]>([:])
    private static let writeLimit = 16
    /// How often the read went over the budget of an event loop, less what was forgiven.
    private let overruns = Atomic<Int>(0)

    init(
        _ request: TableRequest, relation: QualifiedName, media: AnswerMedia, applied: String?, profile: String?, timeZone: TimeZoneRules,
        read: Statement?
    ) {
        var request = request
        self.offset = request.window.offset?.position
        pageLimit = request.cursor == nil ? nil : request.window.limit?.position
        request.values = []
        self.request = request
        self.relation = relation
        self.media = media
        self.applied = applied
        self.profile = profile
        self.timeZone = timeZone
        self.read = read
        var used = UsedSettings()
        if let read { used.add(read) }
        settings = used.names
        byteCount = 2_048 + request.shape.byteCount * 4 + used.byteCount
    }

    var wantsObject: Bool { media.form == .object }
    var wantsTag: Bool { request.preferences.tag }
    var isCall: Bool { if case .function = request.target { true } else { false } }

    /// Whether a read may be tried where it arrives. One that keeps going over the budget is tried now and then only: other values
    /// may be cheaper.
    func mayRunInline(_ read: Statement) -> Bool {
        guard read.isBounded else { return false }
        let overruns = overruns.load(ordering: .relaxed)
        guard overruns >= 4 else { return true }
        return self.overruns.wrappingAdd(1, ordering: .relaxed).oldValue % 16 == 0
    }

    func wentOverBudget() { overruns.wrappingAdd(1, ordering: .relaxed) }

    func write(for payload: PayloadShape, tellsKeys: Bool) -> PreparedWrite? {
        tellsKeys ? tellingWrites.withLock { $0[payload] } : writes.withLock { $0[payload] }
    }

    func keep(_ write: PreparedWrite, for payload: PayloadShape, tellsKeys: Bool) {
        guard payload.patterns.count <= 64 else { return }
        func keep(_ writes: inout [PayloadShape: PreparedWrite]) {
            if writes.count >= Self.writeLimit { writes.removeAll() }
            writes[payload] = write
        }
        if tellsKeys { tellingWrites.withLock { keep(&$0) } } else { writes.withLock { keep(&$0) } }
    }

    /// The read of the row's tag, made by `make` the first time.
    func tagRead(_ make: () throws(Refusal) -> PreparedRead) throws(Refusal) -> PreparedRead {
        if let known = tagRead.withLock({ $0 }) { return known }
        let made = try make()
        tagRead.withLock { $0 = made }
        return made
    }

    func keyRead(_ make: () throws(Refusal) -> PreparedRead) throws(Refusal) -> PreparedRead {
        if let known = keyRead.withLock({ $0 }) { return known }
        let made = try make()
        keyRead.withLock { $0 = made }
        return made
    }

    func call(for payload: PayloadShape) -> PreparedCall? { calls.withLock { $0[payload] } }

    func keep(_ call: PreparedCall, for payload: PayloadShape) {
        calls.withLock { calls in
            if calls.count >= Self.writeLimit { calls.removeAll() }
            calls[payload] = call
        }
    }
}

/// A call's statement, what it takes and how its answer looks.
struct PreparedCall: Sendable {
    let statement: Statement
    let plan: CallPlan
    let settings: [String]
    /// The function is in Swift, and the statement gives its arguments.
    let swift: PreparedSwift?

    init(_ statement: Statement, _ plan: CallPlan, swift: PreparedSwift? = nil) {
        self.statement = statement
        self.plan = plan
        self.swift = swift
        var used = UsedSettings()
        used.add(statement)
        settings = used.names
    }
}

/// A read that stands behind another request, and the settings it asks for.
struct PreparedRead: Sendable {
    let read: Statement
    let settings: [String]

    init(_ read: Statement) {
        self.read = read
        var used = UsedSettings()
        used.add(read)
        settings = used.names
    }
}

/// A write's statement and the settings it asks for.
struct PreparedWrite: Sendable {
    let write: Statement
    let settings: [String]

    init(_ write: Statement) {
        self.write = write
        var used = UsedSettings()
        used.add(write)
        settings = used.names
    }
}

/// The names of `current_setting(…)` in a statement, and how much text it is.
private struct UsedSettings {
    var names: [String] = []
    var byteCount = 0

    mutating func add(_ statement: Statement) {
        switch statement {
        case .read(let read):
            add(read.root)
            if let count = read.count { add(count) }
        case .write(let write): add(write)
        case .remote(let remote):
            // A database of its own may ask for any of them, in functions and policies that nobody here has read.
            names = RequestSettings.all
            byteCount += remote.byteCount
        }
    }

    private mutating func add(_ write: Write) {
        switch write.action {
        case .insert(let texts): for text in texts { add(text) }
        case .update(let text): add(text)
        case .rows(let write): for text in write.texts { add(text) }
        case .delete(let find, let delete):
            if let find { add(find) }
            add(delete)
        case .call(let node): add(node)
        }
        if let representation = write.representation { add(representation) }
        if let location = write.location { add(location) }
    }

    private mutating func add(_ text: SQLText) {
        byteCount += text.text.utf8.count + text.bindings.count * 48
        for case .setting(let name) in text.bindings where !names.contains(name) { names.append(name) }
    }

    private mutating func add(_ node: ReadNode) {
        add(node.query)
        add(node.fields)
    }

    private mutating func add(_ fields: [Field]) {
        byteCount += fields.count * 96
        for field in fields {
            switch field {
            case .cell: break
            case .object(_, presence: _, let fields): add(fields)
            case .list(_, let node, keys: _), .one(_, let node, keys: _), .arrays(let node, keys: _): add(node)
            }
        }
    }
}
