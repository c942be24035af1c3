import OffstageSyntax
import Testing

@Suite struct ErrorTests {
    private func failure(_ sql: String, file: String = "", limits: ParseLimits = .default) -> SyntaxError? {
        do throws(SyntaxError) {
            _ = try parse(sql, file: file, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a wrong word is shown with file, line, column and a caret`() throws {
        let error = try #require(failure("-- books\n\n\ncreate tabel books (\n  id int\n);", file: "migrations/0001_books.sql"))
        #expect(error.code == "42601")
        #expect(
            error.description == """
                migrations/0001_books.sql:4:8: syntax error at or near "tabel"
                  create tabel books (
                         ^
                """)
    }

    @Test func `columns count characters and offsets count bytes`() throws {
        let error = try #require(failure("select 'ééé€😀' as é,\n  'ü' tabel tabel"))
        #expect(error.location.line == 2)
        #expect(error.location.column == 13)
        #expect(error.offset == "select 'ééé€😀' as é,\n  'ü' tabel ".utf8.count)
        #expect(error.description.hasSuffix("\n    'ü' tabel tabel\n              ^"))
    }

    @Test func `positions of statements are bytes and skip blanks and comments`() throws {
        let sql = "-- é\nselect 1 ; /* a /* ü */ */ -- x\n  create table t (é int); ; \n-- end\n"
        let statements = try parse(sql)
        #expect(statements.map(\.source) == ["select 1", "create table t (é int)"])
        for statement in statements {
            let rest = String(decoding: sql.utf8.dropFirst(Int(statement.position.offset)), as: UTF8.self)
            #expect(rest.hasPrefix(statement.source))
        }
    }

    @Test func `an error at the end says what is missing`() throws {
        let error = try #require(failure("select (1"))
        #expect(error.message == "syntax error at end of input")
        #expect(error.hint == "The statement is not finished: is a bracket, a quote or a word missing?")
        #expect(error.location.column == 10)
    }

    @Test func `what the tree has no expression for is named with its place`() throws {
        let error = try #require(failure("select 1,\n  xmlelement(name a)"))
        #expect(error.code == "0A000")
        #expect(error.message == "XML is not supported")
        #expect(error.location == SourceLocation(file: "", line: 2, column: 3))
    }

    @Test func `a statement the tree has no shape for is kept as other`() throws {
        let statement = try #require(try parse(" listen a ").first)
        #expect(statement.kind == .other("ListenStmt"))
        #expect(statement.source == "listen a")
        #expect(statement.position.offset == 1)
    }

    @Test func `a NUL is refused`() throws {
        let error = try #require(failure("select 1;\n\u{0} select 2"))
        #expect(error.code == "22021")
        #expect(error.location == SourceLocation(file: "", line: 2, column: 1))
    }

    @Test func `places in a single expression are places in its text`() throws {
        do throws(SyntaxError) {
            _ = try parseExpression("1 +\n é é é")
            Issue.record("read")
        } catch {
            #expect(error.location == SourceLocation(file: "", line: 2, column: 6))
            #expect(error.sourceLine.text == " é é é")
        }
        guard case .binary(_, _, let right) = try parseExpression("a + b").kind else {
            Issue.record("no sum")
            return
        }
        #expect(right.position.offset == 4)
    }

    @Test(arguments: ["", "1, 2", "1 from t", "1 as x", "1; select 2", "1 limit 1", "1) + (2", "1 --", "* from t"])
    func `only one expression is one expression`(_ text: String) throws {
        if text == "1 --" {
            #expect(try parseExpression(text) == Expression(.literal(.integer(1))))
        } else {
            #expect(throws: SyntaxError.self) { try parseExpression(text) }
        }
    }

    @Test(arguments: ["", "int language sql", "int; select 1", "int as 'x'", "table (a int) return 1", "1"])
    func `only a type is a type`(_ text: String) {
        #expect(throws: SyntaxError.self) { try parseType(text) }
    }

    @Test func `a long line is shortened around its place`() {
        let source = String(repeating: "x", count: 500) + "!" + String(repeating: "y", count: 500)
        let text = caretMessage("here", at: 500, in: source)
        let lines = text.split(separator: "\n")
        #expect(lines[1].count <= 123)
        #expect(Array(lines[1])[lines[2].count - 1] == "!")
    }

    @Test func `a place beyond the end is the end`() {
        #expect(SourceLocation(offset: 99, in: "a\nb") == SourceLocation(file: "", line: 2, column: 2))
        #expect(caretMessage("x", at: -5, in: "").hasPrefix("1:1: x"))
    }
}
