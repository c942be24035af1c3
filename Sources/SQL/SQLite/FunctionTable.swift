package import OffstageSchema

/// Every function and operator the embedded engine knows, as data.
///
/// One line each: `name(parameters) -> result : SQLite text ; traits`. In the text `$1` is the first argument, `$*` all of them with
/// commas, `$+` all but the first,
/// `#1` the first argument's type as a quoted key (`DataType.key`), `#0` the result's, `#*` each argument and its key. Operators stand in
/// the same table under their own
/// name (`||(text, text)`). PostgreSQL's overloads are several lines. Functions of the engine's own are called `pg_…`; see
/// `Docs/Internals/Translator.md`.
///
/// Parameter words beside types: `any` (any type, literals as text), `anyelement`, `anyarray`, `anyenum`, `anynumber`, `anyrange`, `variadic X`,
/// `X?` (may be left out, at the end only), `name:X=value` (may be named, and is `value` where left out).
/// Traits: `safe` (cannot raise and takes bounded time: PostgreSQL's *leakproof*), `unbounded` (time grows with the value: not for event
/// loops), `volatile`, `aggregate`, `window`, `set`, `extension:pg_trgm` (only after `create extension`).
package struct FunctionTable: Sendable {
    package struct Entry: Sendable {
        package var name: String
        package var parameters: [Parameter]
        /// Names of the parameters, where a call may use them, and what those left out are.
        package var names: [String] = []
        package var defaults: [String?] = []
        package var required: Int
        package var isVariadic: Bool
        package var result: Parameter
        package var template: String
        package var traits: Traits
        /// The extension that a project must have made for it to exist.
        package var neededExtension: String?
    }

    package enum Parameter: Sendable, Hashable {
        case exact(DataType)
        case any, element, array, enumeration, number, range
    }

    package struct Traits: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let safe = Traits(rawValue: 1)
        package static let unbounded = Traits(rawValue: 2)
        package static let volatile = Traits(rawValue: 4)
        package static let aggregate = Traits(rawValue: 8)
        package static let window = Traits(rawValue: 16)
        package static let set = Traits(rawValue: 32)
    }

    package let entries: [String: [Entry]]

    package subscript(_ name: String) -> [Entry] { entries[name] ?? [] }

    /// The engine's table: all the parts in `FunctionTable+….swift`.
    package static let shared = FunctionTable(
        parts: [core, text, patterns, numbers, times, json, aggregates, session, ranges, networks, citext, bits, search] + library
            + extensions)

    init(parts: [String]) {
        var entries: [String: [Entry]] = [:]
        for part in parts {
            for line in part.split(separator: "\n", omittingEmptySubsequences: true) {
                let line = line.drop { $0 == " " }
                if line.isEmpty || line.hasPrefix("--") { continue }
                guard let entry = Entry(line) else { preconditionFailure("function table: \(line)") }
                entries[entry.name, default: []].append(entry)
            }
        }
        self.entries = entries
    }

    /// Every name of an own function that some template calls: what the engine must register.
    package var engineFunctions: Set<String> {
        var names: Set<String> = []
        for entry in entries.values.joined() {
            var word = ""
            for character in entry.template {
                if character.isLetter || character.isNumber || character == "_" {
                    word.append(character)
                } else {
                    if character == "(", word.hasPrefix("pg_") { names.insert(word) }
                    word = ""
                }
            }
        }
        return names
    }
}

extension FunctionTable.Entry {
    /// Whether the project has it: some come with an extension.
    func exists(in schema: Schema) -> Bool { neededExtension.map { schema.extensions.contains($0) } ?? true }

    init?(_ line: Substring) {
        guard let arrow = line.firstRange(of: " -> "), let colon = line[arrow.upperBound...].firstRange(of: " : ") else { return nil }
        let head = line[..<arrow.lowerBound]
        guard let open = head.firstIndex(of: "("), head.last == ")" else { return nil }
        name = String(head[..<open])
        parameters = []
        required = 0
        isVariadic = false
        var optional = false
        for word in head[head.index(after: open)...].dropLast().split(separator: ",") {
            var word = word.trimmingSpaces
            if word.hasPrefix("variadic ") {
                isVariadic = true
                word = word.dropFirst(9).trimmingSpaces
            }
            if word.hasSuffix("?") {
                optional = true
                word = word.dropLast()
            }
            var standard: String?
            if let equals = word.firstIndex(of: "=") {
                standard = String(word[word.index(after: equals)...])
                word = word[..<equals]
                optional = true
            }
            if let colon = word.firstIndex(of: ":") {
                names.append(String(word[..<colon]))
                word = word[word.index(after: colon)...]
            }
            defaults.append(standard)
            guard let parameter = FunctionTable.Parameter(word) else { return nil }
            parameters.append(parameter)
            if !optional { required += 1 }
        }
        guard let result = FunctionTable.Parameter(line[arrow.upperBound..<colon.lowerBound].trimmingSpaces) else { return nil }
        self.result = result
        let tail = line[colon.upperBound...]
        let semicolon = tail.lastRange(of: " ; ")
        template = String(tail[..<(semicolon?.lowerBound ?? tail.endIndex)].trimmingSpaces)
        traits = []
        if let semicolon {
            for word in tail[semicolon.upperBound...].split(separator: " ") {
                switch word {
                case "safe": traits.insert(.safe)
                case "unbounded": traits.insert(.unbounded)
                case "volatile": traits.insert(.volatile)
                case "aggregate": traits.insert(.aggregate)
                case "window": traits.insert(.window)
                case "set": traits.insert(.set)
                case _ where word.hasPrefix("extension:"): neededExtension = String(word.dropFirst(10))
                default: return nil
                }
            }
        }
    }
}

extension FunctionTable.Parameter {
    init?(_ word: Substring) {
        switch word {
        case "any": self = .any
        case "anyelement": self = .element
        case "anyarray": self = .array
        case "anyenum": self = .enumeration
        case "anynumber": self = .number
        case "anyrange": self = .range
        default:
            guard let type = DataType(key: word) else { return nil }
            self = .exact(type)
        }
    }
}

extension Substring {
    var trimmingSpaces: Substring {
        var text = self
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return text
    }

    fileprivate func firstRange(of needle: String) -> Range<Index>? { self.ranges(of: needle).first }
    fileprivate func lastRange(of needle: String) -> Range<Index>? { self.ranges(of: needle).last }
}
