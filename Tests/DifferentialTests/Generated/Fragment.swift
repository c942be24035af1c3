import OffstageSchema

/// A piece of generated SQL that knows what can be taken out of it, so that a difference can be made small.
///
///     let sum: Fragment = "(\(a) + \(b))"
///     sum.type = .integer
///
/// An expression has a type: it may be replaced with any expression inside it that has the same, or with a plain value. An
/// optional part may be left out, and so may members of a list down to its least length.
struct Fragment: Sendable {
    indirect enum Piece: Sendable {
        case text(String)
        case part(Fragment)
        case optional(Fragment)
        case list([Fragment], separator: String, least: Int)
    }

    var pieces: [Piece] = []
    var type: DataType?

    init(pieces: [Piece] = [], type: DataType? = nil) {
        self.pieces = pieces
        self.type = type
    }

    /// A plain word: what is in it is text, and no part.
    init(word text: String, as type: DataType? = nil) { self.init(pieces: [.text(text)], type: type) }

    func typed(_ type: DataType) -> Fragment { Fragment(pieces: pieces, type: type) }

    var text: String {
        var result = ""
        write(to: &result)
        return result
    }

    private func write(to result: inout String) {
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .part(let part), .optional(let part): part.write(to: &result)
            case .list(let members, let separator, _):
                for (index, member) in members.enumerated() {
                    if index > 0 { result += separator }
                    member.write(to: &result)
                }
            }
        }
    }
}

extension Fragment: ExpressibleByStringInterpolation {
    struct StringInterpolation: StringInterpolationProtocol {
        var pieces: [Piece] = []

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { if !literal.isEmpty { pieces.append(.text(literal)) } }
        mutating func appendInterpolation(_ text: String) { pieces.append(.text(text)) }
        mutating func appendInterpolation(_ number: Int) { pieces.append(.text("\(number)")) }
        mutating func appendInterpolation(_ part: Fragment) { pieces.append(.part(part)) }
        mutating func appendInterpolation(optional part: Fragment?) { if let part { pieces.append(.optional(part)) } }

        mutating func appendInterpolation(list members: [Fragment], _ separator: String = ", ", least: Int = 1) {
            pieces.append(.list(members, separator: separator, least: least))
        }
    }

    init(stringInterpolation: StringInterpolation) { self.init(pieces: stringInterpolation.pieces) }
    init(stringLiteral text: String) { self.init(word: text) }
}

// MARK: Making it smaller

extension Fragment {
    /// Every fragment that is one step smaller, the large steps first.
    var reductions: [Fragment] {
        var smaller: [Fragment] = []
        for (index, piece) in pieces.enumerated() {
            func with(_ new: Piece?) -> Fragment {
                var copy = self
                if let new { copy.pieces[index] = new } else { copy.pieces.remove(at: index) }
                return copy
            }
            switch piece {
            case .text: break
            case .optional(let part):
                smaller.append(with(nil))
                smaller += part.reductions.map { with(.optional($0)) }
            case .list(let members, let separator, let least):
                if members.count > least + 1, members.count > 2 {
                    let half = max(least, members.count / 2)
                    smaller.append(with(.list(Array(members.prefix(half)), separator: separator, least: least)))
                    smaller.append(with(.list(Array(members.suffix(half)), separator: separator, least: least)))
                }
                if members.count > least {
                    for place in members.indices {
                        var fewer = members
                        fewer.remove(at: place)
                        smaller.append(with(.list(fewer, separator: separator, least: least)))
                    }
                }
                for (place, member) in members.enumerated() {
                    smaller += (member.replacements + member.reductions).map { new in
                        var others = members
                        others[place] = new
                        return with(.list(others, separator: separator, least: least))
                    }
                }
            case .part(let part):
                smaller += (part.replacements + part.reductions).map { with(.part($0)) }
            }
        }
        return smaller
    }

    /// What may stand in place of an expression: expressions of its type inside it, a plain value.
    private var replacements: [Fragment] {
        guard let type, !isPlain else { return [] }
        var found: [Fragment] = []
        collect(type, into: &found)
        if let value = Samples.values(of: type).first { found.append(Samples.literal(value, type)) }
        return found
    }

    /// A word and nothing more.
    private var isPlain: Bool {
        guard pieces.count <= 1 else { return false }
        if case .text? = pieces.first { return true }
        return pieces.isEmpty
    }

    private func collect(_ wanted: DataType, into found: inout [Fragment]) {
        for piece in pieces {
            switch piece {
            case .text: break
            case .part(let part), .optional(let part):
                if part.type == wanted { found.append(part) }
                part.collect(wanted, into: &found)
            case .list(let members, _, _):
                for member in members {
                    if member.type == wanted { found.append(member) }
                    member.collect(wanted, into: &found)
                }
            }
        }
    }
}
