import OffstageJSON
import OffstageSchema

extension JSONScan {
    /// Lends `body` a text's bytes, which must not leave it.
    static func reading<Value>(_ text: String, _ body: (JSONScan) throws(SQLError) -> Value) throws(SQLError) -> Value {
        var text = text
        let result: Result<Value, SQLError> = text.withUTF8 { bytes in
            do throws(SQLError) { return .success(try body(JSONScan(bytes))) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// What `->` gives, or `->>`: a string's characters, null for `null`, else the text.
    func value(_ range: Range<Int>, asText: Bool) -> StoredValue {
        guard asText else { return .text(String(decoding: text(range), as: UTF8.self)) }
        let scan = part(range)
        if scan.isNull { return .null }
        if scan.isString { return .text(string((scan.whole.lowerBound + 1)..<(scan.whole.upperBound - 1))) }
        return .text(String(decoding: text(scan.whole), as: UTF8.self))
    }
}
