/// Reads arbitrary bytes as a document, for fuzzing. Whatever they are, this returns, and what it gives is within the limits.
package func fuzzXML(_ bytes: UnsafeRawBufferPointer) {
    var limits = XMLLimits()
    (limits.rows, limits.elements, limits.columns, limits.tag) = (20, 200, 10, 200)
    bytes.withMemoryRebound(to: UInt8.self) { document in
        for columns in [nil, ["a", "b c"]] {
            guard let read = try? XMLRows(reading: document, columns: columns, limits: limits) else { continue }
            precondition(read.rows.count <= limits.rows && read.columns.count <= limits.columns, "more was read than may be")
            precondition(read.rows.allSatisfy { $0.count == read.columns.count }, "a row is not as wide as the first")
        }
    }
}
