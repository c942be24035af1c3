import OffstageSchema

extension TableFunction {
    static let patterns: [TableFunction] = [
        // pg_regex_matches(text, pattern, flags), pg_regex_split_to_table(text, pattern, flags)
        TableFunction("pg_regex_matches", 3) { (arguments, _) throws(SQLError) in
            let flags = arguments[2].textValue
            let expression = try RegularExpression(arguments[1].textValue, .init(flags: flags))
            let subject = expression.subject(arguments[0].textValue)
            var rest = try expression.matches(in: subject, all: flags.contains("g")).makeIterator()
            return { () throws(SQLError) in
                guard let match = rest.next() else { return nil }
                return (.null, .text(expression.array(of: match, subject)))
            }
        },
        TableFunction("pg_regex_split_to_table", 3) { (arguments, _) throws(SQLError) in
            let flags = arguments[2].textValue
            if flags.contains("g") {
                throw SQLError("22023", "regexp_split_to_table() does not support the \"global\" option")
            }
            let expression = try RegularExpression(arguments[1].textValue, .init(flags: flags))
            return rows(try expression.split(arguments[0].textValue).map { (.null, .text($0)) })
        },
    ]
}
