/// Reads arbitrary bytes as a request, for fuzzing. Whatever they are, this returns.
///
/// The first byte chooses the method and the kind of target, the rest is the query string. Requests that can be read are held to the
/// promise of the scan: the same shape and the same values as the full reading.
/// ```swift
/// @_cdecl("LLVMFuzzerTestOneInput")
/// func fuzz(_ start: UnsafeRawPointer, _ count: Int) -> CInt { fuzzTableRequest(UnsafeRawBufferPointer(start: start, count: count));
/// return 0 }
/// ```
package func fuzzTableRequest(_ bytes: UnsafeRawBufferPointer) {
    guard let choice = bytes.first else { return }
    let methods = TableRequest.Method.allCases
    let method = methods[Int(choice) % methods.count]
    let path = choice & 0x80 == 0 ? "/books" : "/rpc/search"
    let query = String(decoding: bytes.dropFirst().prefix(8_192), as: UTF8.self)
    let headers = RequestHeaders(range: choice & 0x40 == 0 ? nil : "2-30")
    let scanned = RequestShape.scan(method: method, path: path, query: query, headers: headers)
    guard let request = try? TableRequest(method: method, path: path, query: query, headers: headers) else { return }
    precondition(scanned?.shape == request.shape && scanned?.values == request.values, "the scan and the reading differ: \(query)")
}
