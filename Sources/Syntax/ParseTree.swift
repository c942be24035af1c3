/// The parser's JSON, indexed: where each value begins and ends, so that nodes are looked up without building anything.
///
/// Reading is a loop, not a recursion: the JSON of a tree within the limits is deeper than the readers of requests allow.
struct ParseTree: ~Copyable {
    struct Entry {
        enum Kind: UInt8 { case object, array, string, escapedString, word }
        var kind: Kind
        /// The bytes of a string (without quotes) or word.
        var start: UInt32
        var end: UInt32
        /// The entry behind this value and all within it.
        var next: UInt32
    }

    private let entries: [Entry]
    private let text: UnsafeBufferPointer<UInt8>

    /// Nil where the text is not what the parser writes.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard text.count < Int(Int32.max) else { return nil }
        var entries: [Entry] = []
        entries.reserveCapacity(text.count / 8)
        var open: [Int] = []
        var at = 0
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append(entries.count)
                let kind: Entry.Kind = text[at] == UInt8(ascii: "{") ? .object : .array
                entries.append(Entry(kind: kind, start: UInt32(at), end: 0, next: 0))
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard let opened = open.popLast() else { return nil }
                entries[opened].next = UInt32(entries.count)
                at += 1
            case UInt8(ascii: "\""):
                let start = at + 1
                var kind = Entry.Kind.string
                at = start
                while at < text.count, text[at] != UInt8(ascii: "\"") {
                    if text[at] == UInt8(ascii: "\\") {
                        kind = .escapedString
                        at += 1
                    }
                    at += 1
                }
                guard at < text.count else { return nil }
                entries.append(Entry(kind: kind, start: UInt32(start), end: UInt32(at), next: UInt32(entries.count + 1)))
                at += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\n"):
                at += 1
            default:
                let start = at
                while at < text.count, !Self.endsWord(text[at]) { at += 1 }
                entries.append(Entry(kind: .word, start: UInt32(start), end: UInt32(at), next: UInt32(entries.count + 1)))
            }
        }
        guard open.isEmpty, entries.first?.kind == .object else { return nil }
        self.entries = entries
        self.text = text
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: " ")
    }

    /// Hands the outermost object to `body`; no node may outlive the call.
    func read<Result, Failure: Error>(_ body: (Node) throws(Failure) -> Result) throws(Failure) -> Result {
        let outcome = entries.withUnsafeBufferPointer { entries -> Swift.Result<Result, Failure> in
            do throws(Failure) {
                return .success(try body(Node(entries: entries, text: text, index: 0)))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

/// One value of the parser's JSON. A member that is absent has its type's default there: 0, false, "" or no node.
struct Node {
    let entries: UnsafeBufferPointer<ParseTree.Entry>
    let text: UnsafeBufferPointer<UInt8>
    let index: Int

    private var entry: ParseTree.Entry { entries[index] }

    private func at(_ index: Int) -> Node { Node(entries: entries, text: text, index: index) }

    subscript(name: StaticString) -> Node? {
        guard entry.kind == .object else { return nil }
        let end = Int(entry.next)
        var member = index + 1
        while member + 1 < end {
            if at(member).equals(name) { return at(member + 1) }
            member = Int(entries[member + 1].next)
        }
        return nil
    }

    /// The elements of a list, bare (`[…]`) or wrapped (`{"List": {"items": […]}}`).
    var elements: [Node] {
        switch entry.kind {
        case .array:
            var list: [Node] = []
            var element = index + 1
            while element < Int(entry.next) {
                list.append(at(element))
                element = Int(entries[element].next)
            }
            return list
        case .object:
            return self["List"]?["items"]?.elements ?? []
        case .string, .escapedString, .word:
            return []
        }
    }

    func list(_ name: StaticString) -> [Node] { self[name]?.elements ?? [] }

    /// `{"A_Const": {…}}`: the node's name and its members. Nil for the empty object, PostgreSQL's null in a list.
    var wrapped: (kind: String, node: Node)? {
        guard entry.kind == .object, index + 2 < entries.count, Int(entry.next) > index + 2 else { return nil }
        return (at(index + 1).characters, at(index + 2))
    }

    /// What is inside, where this is `{"kind": …}`.
    func unwrapped(_ kind: StaticString) -> Node? { self[kind] }

    func equals(_ word: StaticString) -> Bool {
        let entry = entry
        let count = Int(entry.end) - Int(entry.start)
        guard count == word.utf8CodeUnitCount, entry.kind != .object, entry.kind != .array else { return false }
        let start = Int(entry.start)
        for at in 0..<count where word.utf8Start[at] != text[start + at] { return false }
        return true
    }

    func string(_ name: StaticString) -> String? { self[name]?.characters }

    func flag(_ name: StaticString) -> Bool { self[name]?.equals("true") ?? false }

    func integer(_ name: StaticString) -> Int {
        guard let node = self[name] else { return 0 }
        return Int(node.characters) ?? 0
    }

    /// The text of `{"String": {"sval": "…"}}`.
    var name: String? { self["String"].map { $0.string("sval") ?? "" } }

    /// The texts of a list of names.
    func names(_ member: StaticString) -> [String] { list(member).compactMap(\.name) }

    var location: Int { self["location"].map { Int($0.characters) ?? -1 } ?? 0 }

    /// A string's characters, or a word as it stands.
    var characters: String {
        let entry = entry
        guard entry.kind != .object, entry.kind != .array, entry.start <= entry.end else { return "" }
        let bytes = UnsafeBufferPointer(rebasing: text[Int(entry.start)..<Int(entry.end)])
        guard entry.kind == .escapedString else { return String(decoding: bytes, as: UTF8.self) }
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
                plain.append(bytes[at])
                at += 1
                continue
            }
            switch bytes[at + 1] {
            case UInt8(ascii: "b"): plain.append(8)
            case UInt8(ascii: "f"): plain.append(12)
            case UInt8(ascii: "n"): plain.append(10)
            case UInt8(ascii: "r"): plain.append(13)
            case UInt8(ascii: "t"): plain.append(9)
            case UInt8(ascii: "u"):
                let digits = String(decoding: bytes[min(at + 2, bytes.count)..<min(at + 6, bytes.count)], as: UTF8.self)
                plain.append(UInt8(digits, radix: 16) ?? UInt8(ascii: "?"))
                at += 4
            case let byte: plain.append(byte)
            }
            at += 2
        }
        return String(decoding: plain, as: UTF8.self)
    }
}

extension Node {
    var members: [(name: String, value: Node)] {
        guard entry.kind == .object else { return [] }
        var members: [(name: String, value: Node)] = []
        var member = index + 1
        while member + 1 < Int(entry.next) {
            members.append((at(member).characters, at(member + 1)))
            member = Int(entries[member + 1].next)
        }
        return members
    }
}
