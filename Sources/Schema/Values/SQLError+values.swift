/// The errors of input functions, in PostgreSQL's words.
extension SQLError {
    static func invalidText(_ type: StaticString, _ text: String) -> SQLError {
        SQLError("22P02", "invalid input syntax for type \(type): \"\(text)\"")
    }

    static func outOfRange(_ type: StaticString, _ text: String) -> SQLError {
        SQLError("22003", "value \"\(text)\" is out of range for type \(type)")
    }

    static let numericFormat = SQLError("22003", "value overflows numeric format")
    static let divisionByZero = SQLError("22012", "division by zero")
}
