import OffstageJSON
import OffstageSchema

extension JSONValue {
    /// A stored document, which was checked when it was written.
    init(stored bytes: UnsafeBufferPointer<UInt8>) throws(SQLError) {
        do throws(JSONError) {
            self = try JSONValue(parsing: bytes, limits: .column)
        } catch {
            throw SQLError("22P02", "invalid input syntax for type json", details: error.details)
        }
    }

    init(stored text: String) throws(SQLError) {
        do throws(JSONError) {
            self = try JSONValue(parsing: text, limits: .column)
        } catch {
            throw SQLError("22P02", "invalid input syntax for type json", details: error.details)
        }
    }
}
