import FuzzDriver
import OffstageSchema

/// libFuzzer calls this with each input it makes; a trap ends the run and leaves the input in a file.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    // What was read and printed is read again as the same.
    if let vector = try? SearchVector(text) { precondition((try? SearchVector(vector.text))?.text == vector.text, text) }
    if let query = try? SearchQuery(text) { precondition((try? SearchQuery(query.text))?.text == query.text, text) }
    return 0
}

/// The package manager calls a program's `main` by its module's name.
@_cdecl("FuzzSearch_main")
func run(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    fuzz(count, arguments, testOneInput)
}
