import OffstageSchema

/// What kind of thing a piece of text is.
///
/// Source: PostgreSQL 15, table 12.1; the raw values are its names.
enum WordKind: String {
    case asciiword, word, numword, email, url, host, sfloat, version
    case hwordNumberPart = "hword_numpart"
    case hwordPart = "hword_part"
    case hwordASCIIPart = "hword_asciipart"
    case blank, tag, `protocol`, numhword, asciihword, hword
    case urlPath = "url_path"
    case file, float, int, uint, entity

    /// Only tells pieces apart; no configuration looks it up.
    var isIgnored: Bool {
        switch self {
        case .blank, .tag, .protocol, .entity: true
        default: false
        }
    }

    /// A whole whose parts follow on their own.
    var isCompound: Bool {
        switch self {
        case .url, .numhword, .asciihword, .hword: true
        default: false
        }
    }

    var isNumber: Bool {
        switch self {
        case .sfloat, .version, .float, .int, .uint: true
        default: false
        }
    }

    var isEnglish: Bool {
        switch self {
        case .asciiword, .word, .hwordPart, .hwordASCIIPart, .asciihword, .hword: true
        default: false
        }
    }
}

/// Cuts text into words, numbers, hosts, files, tags and the blanks between, as PostgreSQL's default parser does.
///
/// ```swift
/// var parser = WordParser(Array("foo-bar@x.org 1.5".utf8))
/// while let piece = parser.next() { … }      // (email, 0..<13), (blank, 13..<14), (float, 14..<17)
/// ```
struct WordParser {
    struct Piece {
        var kind: WordKind
        /// In bytes.
        var range: Range<Int>
    }

    private struct Place {
        var at = 0
        var length = 0
        var state: Int
        /// The rule that pushed: behind it the search goes on after a `pop`.
        var pushedAt: Int?
    }

    /// One code point each, and where in the bytes it begins.
    private let scalars: [UInt32]
    private let offsets: [Int]
    private var stack: [Place]
    private var isIgnoring = false
    private var wantsHost = false
    private var start = 0

    init(_ bytes: [UInt8]) {
        var scalars: [UInt32] = []
        var offsets: [Int] = []
        scalars.reserveCapacity(bytes.count)
        offsets.reserveCapacity(bytes.count + 1)
        var at = 0
        while at < bytes.count {
            let first = bytes[at]
            let length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            var value = UInt32(length == 1 ? first : first & (0xFF >> UInt8(length + 1)))
            for index in at + 1..<max(min(at + length, bytes.count), at + 1) { value = value << 6 | UInt32(bytes[index] & 0x3F) }
            scalars.append(value)
            offsets.append(at)
            at = min(at + length, bytes.count)
        }
        offsets.append(bytes.count)
        self.scalars = scalars
        self.offsets = offsets
        stack = [Place(state: Rule.base)]
    }

    private init(inside parser: WordParser, at: Int) {
        self = parser
        (isIgnoring, wantsHost) = (false, false)
        stack = [Place(at: at, state: Rule.base)]
    }

    mutating func next() -> Piece? {
        guard let length = step() else { return nil }
        return Piece(kind: length.kind, range: offsets[start]..<offsets[min(start + length.count, scalars.count)])
    }

    /// The next piece: its kind and its length in characters.
    private mutating func step() -> (kind: WordKind, count: Int)? {
        guard stack[stack.count - 1].at < scalars.count else { return nil }
        start = stack[stack.count - 1].at
        stack[stack.count - 1].pushedAt = nil
        while true {
            let top = stack.count - 1
            let rules = Rule.table[stack[top].state]
            var index = (stack[top].pushedAt ?? -1) + 1
            stack[top].pushedAt = nil
            while index < rules.count, !holds(rules[index].test) { index += 1 }
            guard index < rules.count else { return nil }
            let rule = rules[index]
            var found: (WordKind, Int)?
            if let special = rule.special { perform(special) }
            if let kind = rule.kind {
                found = (kind, stack[top].length)
                stack[top].length = 0
            }
            switch rule.action {
            case .none: break
            case .pop:
                guard stack.count > 1 else { return nil }
                stack.removeLast()
            case .push:
                stack[top].pushedAt = index
                var copy = stack[top]
                copy.pushedAt = nil
                stack.append(copy)
            case .clear: if stack.count > 1 { stack.remove(at: stack.count - 2) }
            case .clearAll: stack.removeSubrange(0..<stack.count - 1)
            case .merge:
                guard stack.count > 1, let last = stack.popLast() else { return nil }
                stack[stack.count - 1].at = last.at
                stack[stack.count - 1].length = last.length
            }
            let here = stack.count - 1
            if let state = rule.state { stack[here].state = state }
            if let found { return found }
            if stack[here].at >= scalars.count, !rule.again { return nil }
            if rule.again || rule.action == .pop { continue }
            stack[here].at += 1
            stack[here].length += 1
        }
    }

    private mutating func holds(_ test: Test) -> Bool {
        let at = stack[stack.count - 1].at
        let value = at < scalars.count ? scalars[at] : nil
        switch test {
        case .any: return true
        case .end: return value == nil
        case .ignored: return isIgnoring
        case .stopHost:
            defer { wantsHost = false }
            return wantsHost
        case .isHost: return take(.host, from: Rule.base, wantingHost: true)
        case .isPath: return take(.urlPath, from: Rule.urlPathFirst, wantingHost: false)
        default: break
        }
        guard let value else { return test == .notAlnum }
        switch test {
        case .character(let wanted): return value == wanted
        case .letter: return SearchCharacter.isLetter(value)
        case .alpha: return SearchCharacter.isAlphabetic(value)
        case .digit: return SearchCharacter.isDigit(value)
        case .alnum: return SearchCharacter.isAlphabetic(value) || SearchCharacter.isDigit(value)
        case .notAlnum: return !SearchCharacter.isAlphabetic(value) && !SearchCharacter.isDigit(value)
        case .blank: return SearchCharacter.isSpace(value)
        case .hex: return SearchCharacter.isDigit(value) || (value < 0x80 && (0x61...0x66).contains(value | 0x20))
        case .mark: return SearchCharacter.isMark(value)
        case .url: return value > 0x20 && value < 0x7F && !"\"<>\\^`{|}".unicodeScalars.contains { $0.value == value }
        default: return false
        }
    }

    /// Whether a host (or a path) stands here; then it is passed over.
    private mutating func take(_ kind: WordKind, from state: Int, wantingHost: Bool) -> Bool {
        var inner = WordParser(inside: self, at: stack[stack.count - 1].at)
        inner.wantsHost = wantingHost
        if state != Rule.base {
            inner.stack.append(inner.stack[0])
            inner.stack[1].state = state
        }
        guard let found = inner.step(), found.kind == kind else { return false }
        stack[stack.count - 1].at += found.count
        stack[stack.count - 1].length += found.count
        return true
    }

    private mutating func perform(_ special: Special) {
        let top = stack.count - 1
        switch special {
        case .toStart: stack[top].at -= stack[top].length
        case .toHost:
            wantsHost = true
            stack[top].at -= stack[top].length
        case .fromStart:
            stack[top].at -= stack[top].length
            stack[top].length = 0
        case .script:
            // What stands in scripts and styles is not text.
            let name = String(String.UnicodeScalarView(scalars[start..<start + stack[top].length].compactMap(Unicode.Scalar.init)))
            switch name.lowercased() {
            case "<script", "<style": isIgnoring = true
            case "</script", "</style": isIgnoring = false
            default: break
            }
        }
    }

    // MARK: Rules

    fileprivate enum Test: Equatable {
        case any, end, ignored, stopHost, isHost, isPath
        case letter, alpha, digit, alnum, notAlnum, blank, hex, mark, url
        case character(UInt32)
    }

    fileprivate enum Action { case none, push, pop, clear, clearAll, merge }
    fileprivate enum Special: String { case toStart, toHost, fromStart, script }

    fileprivate struct Rule {
        var test: Test
        var action = Action.none
        var again = false
        var state: Int?
        var kind: WordKind?
        var special: Special?

        static let table: [[Rule]] = read.rules
        static let base = read.names["base"] ?? 0
        static let urlPathFirst = read.names["urlPathFirst"] ?? 0

        private static let read: (rules: [[Rule]], names: [String: Int]) = {
            let lines = WordParser.ruleText.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 1) }
            let names = Dictionary(uniqueKeysWithValues: lines.enumerated().map { (String($1[0]), $0) })
            let rules = lines.map { line in
                line[1].split(separator: " ").split(separator: ";").map { words in
                    guard let rule = Rule(Array(words), names) else { preconditionFailure("word parser: \(words)") }
                    return rule
                }
            }
            return (rules, names)
        }()

        private init?(_ words: [Substring], _ names: [String: Int]) {
            guard let first = words.first, let test = Self.test(first) else { return nil }
            self.test = test
            for word in words.dropFirst() {
                switch word {
                case "push": action = .push
                case "pop": action = .pop
                case "clear": action = .clear
                case "clearAll": action = .clearAll
                case "merge": action = .merge
                case "again": again = true
                default:
                    let name = String(word.dropFirst())
                    switch word.first {
                    case ">": state = names[name]
                    case "=": kind = WordKind(rawValue: name)
                    case "@": special = Special(rawValue: name)
                    default: return nil
                    }
                    if state == nil, kind == nil, special == nil { return nil }
                }
            }
        }

        private static func test(_ word: Substring) -> Test? {
            if word.first == "'", let scalar = word.unicodeScalars.dropFirst().first { return .character(scalar.value) }
            return [
                "any": .any, "end": .end, "ignored": .ignored, "stopHost": .stopHost, "isHost": .isHost, "isPath": .isPath,
                "letter": .letter, "alpha": .alpha, "digit": .digit, "alnum": .alnum, "notAlnum": .notAlnum, "blank": .blank, "hex": .hex,
                "mark": .mark, "url": .url,
            ][String(word)]
        }
    }
}
