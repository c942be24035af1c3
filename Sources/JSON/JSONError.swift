/// How much JSON is read before the reader gives up.
package struct JSONLimits: Hashable, Sendable {
    /// Arrays and objects inside one another. Never more than 512, whatever is asked for.
    package var depth: Int
    package var bytes: Int

    package init(depth: Int = 64, bytes: Int = 10 << 20) {
        self.depth = min(depth, 512)
        self.bytes = bytes
    }

    package static let `default` = JSONLimits()
}

/// Text that is not JSON, or more of it than allowed.
///
/// `details` follows PostgreSQL's wording (`Token "nul" is invalid.`), because it becomes the `details` of a 22P02.
package struct JSONError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case syntax
        case tooDeep
        case tooLarge
        case invalidUTF8
        /// `\ud83d` without its other half: no Unicode text can hold it.
        case loneSurrogate
        /// `\u0000`, where the reader was asked to refuse it: PostgreSQL's text cannot hold it (22P05).
        case zeroCharacter
    }

    package var kind: Kind
    package var details: String
    /// Bytes before the place where reading stopped.
    package var offset: Int
    /// Counted from 1; columns count characters.
    package var line: Int
    package var column: Int
}

extension JSONError: CustomStringConvertible {
    package var description: String { "line \(line), column \(column): \(details)" }
}
