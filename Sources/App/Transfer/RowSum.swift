import Crypto
import OffstageSQL
import OffstageSQLite
import OffstageSchema

/// How many rows, and a sum over them that does not ask for their order.
///
/// What is summed is a row's line as COPY writes it, without the line feed: both engines write them alike.
struct RowSum: Hashable {
    private(set) var count = 0
    private var sum: UInt128 = 0

    init() {}

    /// What `text` gave.
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let count = Int(parts[0]), let sum = UInt128(parts[1]) else { return nil }
        (self.count, self.sum) = (count, sum)
    }

    var text: String { "\(count) \(sum)" }

    mutating func add(_ line: UnsafeRawBufferPointer) {
        count += 1
        var hash = SHA256()
        hash.update(bufferPointer: line)
        var number: UInt128 = 0
        for byte in hash.finalize().prefix(16) { number = number << 8 | UInt128(byte) }
        sum &+= number
    }
}

/// The rows of a table in a file, as COPY would write them.
struct StoredLines {
    private let table: Table

    init(_ table: Table) { self.table = table }

    /// - Parameter body: takes each row's values and its line, without the line feed.
    func each(
        in database: borrowing WriteTransaction, _ body: (_ values: [StoredValue], _ line: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let types = table.columns.map(\.type.type)
        let list = types.isEmpty ? "1" : table.columns.map { StoredName.column($0.name) }.joined(separator: ", ")
        var line = CopyLines()
        try database.each("select \(list) from \(StoredName.table(table.name))") { values in
            line.removeAll()
            for (value, type) in zip(values, types) { line.field(value, of: type) }
            try line.bytes.withUnsafeBytes { try body(values, $0) }
        }
    }
}
