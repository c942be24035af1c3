/// How much SQL is read before the parser gives up.
package struct ParseLimits: Hashable, Sendable {
    package var bytes: Int
    /// Expressions, queries and parentheses inside one another; operators chained without parentheses count too.
    /// Never more than 300, whatever is asked for.
    package var depth: Int

    package init(bytes: Int = 4 << 20, depth: Int = ParseLimits.greatestDepth) {
        // Positions are 32 bits, and so is PostgreSQL's parser.
        self.bytes = min(bytes, 64 << 20)
        self.depth = min(depth, Self.greatestDepth)
    }

    /// What freeing a tree can bear on a thread with a stack of 512 KiB, in a debug build: 1.3 KiB for a level.
    package static let greatestDepth = 300

    package static let `default` = ParseLimits()
}
