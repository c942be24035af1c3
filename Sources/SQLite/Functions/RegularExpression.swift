import OffstageSchema

/// PostgreSQL's advanced regular expressions, matched as its own engine matches them.
///
/// What matches is decided by automata, so it takes time in proportion to text times pattern; where the groups stand inside a match is
/// found by dividing it, longest or shortest part first, as the pattern prefers (`RegularExpression+dissect`). Only back references can
/// take more, and every match has a budget of steps. What is not done here is refused with 0A000, never taken for something else.
///
/// A value belongs to one connection: it keeps what it learns of the pattern while matching.
///
/// Source: PostgreSQL 15, chapter 9.7.3.
final class RegularExpression {
    /// What the options of a call and those in front of a pattern say.
    struct Options: Hashable {
        var ignoresCase = false
        /// `.` and `[^…]` stop at a newline.
        var stopsAtNewline = false
        /// `^` and `$` also match at newlines.
        var anchorsAtNewline = false
        /// Blanks and comments in the pattern mean nothing.
        var isExpanded = false
        /// The pattern is a plain text.
        var isLiteral = false
    }

    enum Assertion { case start, end, lineStart, lineEnd, wordStart, wordEnd, wordEdge, noWordEdge }

    /// A pattern as it is read.
    indirect enum Node {
        case empty
        case set(CharacterSet)
        case assertion(Assertion)
        case look(Node, isAhead: Bool, isNegated: Bool)
        case sequence([Node])
        case either([Node])
        /// A group in parentheses; the number is what it captures as, 0 for nothing.
        case group(Node, Int)
        case backReference(Int)
        /// `isPlain`: of the form `{m}`, which prefers nothing by itself.
        case repeated(Node, least: Int, most: Int?, isShort: Bool, isPlain: Bool)
    }

    let options: Options
    let node: Node
    let groupCount: Int
    let hasBackReferences: Bool
    /// What each group holds.
    let groups: [Int: Node]
    let alphabet: Alphabet
    let pieces: Pieces
    /// Finds whether and about where there is a match.
    let search: Automaton
    private var automata: [Int: Automaton] = [:]

    /// Throws 2201B for a malformed pattern, 0A000 for one that is not supported.
    init(_ pattern: String, _ options: Options = Options()) throws(SQLError) {
        var parser = RegularExpressionParser(pattern, options)
        node = try parser.pattern()
        self.options = parser.options
        groupCount = parser.groupCount
        groups = parser.groups
        hasBackReferences = parser.hasBackReferences
        alphabet = Alphabet(ignoresCase: parser.options.ignoresCase)
        pieces = try Pieces(node)
        var program = AutomatonProgram(groups: groups, alphabet: alphabet)
        search = try program.automaton(for: node, isSearch: true)
    }

    /// The automaton of a part of the pattern, made when it is first needed.
    func automaton(_ piece: Int) throws(SQLError) -> Automaton {
        if let known = automata[piece] { return known }
        var program = AutomatonProgram(groups: groups, alphabet: alphabet)
        let made = try program.automaton(for: pieces[piece].node, isSearch: false)
        automata[piece] = made
        return made
    }
}

extension SQLError {
    static func regularExpression(_ what: String) -> SQLError { SQLError("2201B", "invalid regular expression: \(what)") }
    static let complexExpression = SQLError.regularExpression("regular expression is too complex")
    static let slowExpression = SQLError(
        "54000", "regular expression takes too long on this text", hint: "Use a simpler pattern, or a shorter text.")
}
