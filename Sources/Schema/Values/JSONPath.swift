/// The type `jsonpath`: a path into a document, as a tree.
///
/// ```swift
/// try JSONPath("$.a[*] ? (@ > 1)").text        // $."a"[*]?(@ > 1)
/// ```
///
/// Source: PostgreSQL 15, chapters 8.14.7 and 9.16.2.
package struct JSONPath: Sendable {
    /// A primary or an operation, and the accessors behind it.
    package typealias Path = [Step]

    package enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case greater = ">"
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
    }

    package enum Method: String, Sendable, CaseIterable { case type, size, abs, floor, ceiling, double, keyvalue }

    package struct Subscript: Sendable {
        package var from: Path
        package var to: Path?
    }

    package indirect enum Step: Sendable {
        case null, root, current, last
        case boolean(Bool)
        case number(String)
        case string(String)
        case variable(String)
        case and(Path, Path)
        case or(Path, Path)
        case not(Path)
        case isUnknown(Path)
        case compare(Comparison, Path, Path)
        case exists(Path)
        case startsWith(Path, Path)
        case likeRegex(Path, pattern: String, flags: String)
        case arithmetic(Character, Path, Path)
        case sign(Character, Path)
        case key(String)
        case anyKey, anyArray
        case subscripts([Subscript])
        /// `**`; `Int.max` is the last level.
        case any(first: Int, last: Int)
        case filter(Path)
        case method(Method)

        var isNumber: Bool { if case .number = self { true } else { false } }
    }

    package let isLax: Bool
    package let path: Path

    /// Throws 22P02 for an empty text, 42601 for one that is no path, 0A000 for `.datetime()`.
    package init(_ text: String) throws(SQLError) {
        var parser = try JSONPathParser(text)
        (isLax, path) = try parser.whole()
    }
}
