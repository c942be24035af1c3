import FuzzDriver
import OffstageSQLite

/// libFuzzer calls this with each input it makes; a trap ends the run and leaves the input in a file.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzTranslation(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}

/// The package manager calls a program's `main` by its module's name.
@_cdecl("FuzzTranslation_main")
func run(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    fuzz(count, arguments, testOneInput)
}
