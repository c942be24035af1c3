/// A document that is refused: what is wrong, and where.
///
/// `"\(error)"` is `line 1, column 8: A DOCTYPE is refused.`
package struct XMLError: Error, Hashable, Sendable, CustomStringConvertible {
    package var details: String
    package var hint: String?
    /// It has more rows than asked for, which other bodies are told in words of their own.
    package var isTooManyRows = false
    /// Counted from 1; columns count characters.
    package var line: Int
    package var column: Int

    package var description: String { "line \(line), column \(column): \(details)" }

    /// - Parameter offset: bytes of the document before the place where reading stopped.
    init(_ problem: XMLProblem, at offset: Int, of document: UnsafeBufferPointer<UInt8>) {
        details = problem.details
        hint = problem.hint
        isTooManyRows = problem.isTooManyRows
        (line, column) = (1, 1)
        for byte in document.prefix(max(0, offset)) {
            if byte == 0x0A {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }
}

/// What is wrong with a document, for whoever knows where.
struct XMLProblem: Error {
    var details: String
    var hint: String?
    var isTooManyRows = false

    init(_ details: String, hint: String? = nil) {
        self.details = details
        self.hint = hint
    }

    static var tooManyRows: Self {
        var problem = Self("There are too many rows.")
        problem.isTooManyRows = true
        return problem
    }
}

/// How much of a document is read before the reader gives up. Its bytes are limited by the body of a request.
package struct XMLLimits: Hashable, Sendable {
    package var rows = 10_000
    /// Elements inside one another.
    package var depth = 32
    /// Also values, rows times columns.
    package var elements = 2_000_000
    /// What PostgreSQL's tables can have.
    package var columns = 1_600
    /// Bytes from `<` to `>`: the parser compares each attribute with all before it.
    package var tag = 4_096

    package init() {}
}
