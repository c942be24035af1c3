import OffstageJSON

/// Reads arbitrary bytes as a batch, for fuzzing. Whatever they are, this returns.
///
/// Each item answers its own body, so that later ones have something to refer to. What references made of a batch stays within bounds, and
/// has no reference left but those that came with an answer.
package func fuzzBatch(_ bytes: UnsafeRawBufferPointer) {
    guard let value = try? JSONValue(parsing: Array(bytes)), let list = value.array else { return }
    var references = BatchReferences()
    var total = 0
    for (number, value) in list.prefix(100).enumerated() {
        guard let item = try? BatchItem(value, number: number, mount: "/rest/v1") else { return }
        for filter in item.filters {
            guard let value = try? references.resolved(filter.value) else { return }
            _ = BatchFilter.bound(value, to: filter.test)
        }
        guard let body = item.body else {
            references.add(nil)
            continue
        }
        guard let resolved = try? references.resolved(body) else { return }
        var writer = JSONWriter()
        writer.value(resolved)
        total += writer.count
        precondition(total <= bytes.count * 8 + 12 << 20, "references made too much of a batch")
        references.add(writer.bytes)
    }
}
