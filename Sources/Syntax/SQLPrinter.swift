/// Writes the tree as PostgreSQL's SQL: text that reads back as the same tree, on one line, with every nested operator in brackets.
///
/// Each kind of node has its own small function: a tree may be hundreds of levels deep, and so then is the call stack.
struct SQLPrinter {
    var text = ""
    /// Something the tree keeps only the name of was met: the statement's own text says more.
    var isIncomplete = false

    mutating func write(_ part: String) { text += part }

    mutating func write<Element>(_ list: [Element], separator: String = ", ", _ item: (inout SQLPrinter, Element) -> Void) {
        var isFirst = true
        for element in list {
            if !isFirst { text += separator }
            isFirst = false
            item(&self, element)
        }
    }

    mutating func bracketed<Element>(_ list: [Element], _ item: (inout SQLPrinter, Element) -> Void) {
        text += "("
        write(list, item)
        text += ")"
    }

    mutating func name(_ part: String) { text += quotedIdentifier(part) }

    mutating func names(_ parts: [String]) { write(parts) { $0.name($1) } }

    mutating func name(_ name: Name) { write(name.parts, separator: ".") { $0.name($1) } }

    static func print(_ body: (inout SQLPrinter) -> Void) -> String {
        var printer = SQLPrinter()
        body(&printer)
        return printer.text
    }
}

extension Statement {
    /// The statement as SQL without a semicolon: `create table public.books (id integer not null)`.
    ///
    /// One the tree does not hold whole (`.other`, a partitioned table) is its own source text.
    package var sql: String {
        var printer = SQLPrinter()
        printer.statement(kind)
        return printer.isIncomplete && !source.isEmpty ? source : printer.text
    }
}

extension DataStatement {
    package var sql: String { SQLPrinter.print { $0.dataStatement(self) } }
}

extension Select {
    package var sql: String { SQLPrinter.print { $0.select(self) } }
}

extension Expression {
    /// The expression as SQL, without brackets around it.
    package var sql: String { SQLPrinter.print { $0.expression(self) } }
}

extension TypeName {
    /// The type as SQL: `integer`, `character varying(20)[]`, `public.mood`.
    package var sql: String { SQLPrinter.print { $0.type(self) } }
}

extension Name {
    /// The name as SQL, quoted where it must be: `public."Books"`.
    package var sql: String { SQLPrinter.print { $0.name(self) } }
}
