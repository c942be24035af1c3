package import OffstageSyntax

/// Functions that the program itself has. A migration says what they take and give and who may call them; the body is a name.
///
/// ```sql
/// create function shipping(country text, grams int default 500) returns numeric stable language swift as 'shipping';
/// grant execute on function shipping to anon;
/// ```
///
/// They are called at `/rpc/shipping` as every other, and not inside of statements: Swift may wait for other things than the database, and
/// nothing may wait for those while it holds a transaction.
extension Function {
    package static let swift = "swift"
    package var isSwift: Bool { language == Self.swift }

    /// PostgreSQL knows no such language: there, the function is one that says where it can be called, and this line says what it stands for.
    package static let swiftMark = "-- offstage: swift "
}

extension SQLError {
    package static func inSwift(_ name: String) -> SQLError {
        SQLError(
            "0A000", "function \(name) is written in Swift and cannot be called inside a statement",
            hint: "Call it at /rpc/\(name), or write in PL/pgSQL what a statement needs.")
    }
}

extension CreateFunction {
    /// The body of a function in Swift is the name it has in the program.
    ///
    /// - Throws: 42P13 where it is none.
    package func demandSwiftName() throws(SQLError) {
        let isName = body.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isName, (1...63).contains(body.utf8.count) else {
            throw SQLError(
                "42P13", "the body of a function in Swift is its name in the program",
                hint: "For example: language swift as '\(name.last)'. Letters, digits and . _ - make a name.", position: name.position.known
            )
        }
    }
}

extension Statement {
    /// What PostgreSQL is sent: the statement as it is written, unless it makes a function in Swift.
    ///
    /// - Throws: 42P13 where such a function has no name.
    package var remoteSource: String {
        get throws(SQLError) {
            guard case .createFunction(var create) = kind, create.language == Function.swift else { return source }
            try create.demandSwiftName()
            let error = SQLError.inSwift(create.name.last)
            create.language = "plpgsql"
            create.body = """
                \(Function.swiftMark)\(create.body)
                begin
                  raise exception using errcode = '\(error.code)', message = \(Self.literal(error.message)), hint = \(Self.literal(error.hint ?? ""));
                end
                """
            return Statement(.createFunction(create)).sql
        }
    }

    private static func literal(_ text: String) -> String { Expression(.literal(.string(text))).sql }
}
