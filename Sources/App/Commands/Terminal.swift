#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What commands print: results to standard output, everything else to standard error.
enum Terminal {
    static func out(_ text: String) { write(text + "\n", to: 1) }
    static func text(_ text: String) { write(text, to: 1) }
    static func note(_ text: String) { write(text + "\n", to: 2) }

    static func prompt(_ text: String) { write(text, to: 1) }

    static let isInput = isatty(0) == 1
    static let isOutput = isatty(1) == 1
    static let isError = isatty(2) == 1

    /// A bar on a terminal; nothing elsewhere.
    static func progress(_ share: Double) {
        guard isError else { return }
        let filled = Int(share * 30)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        write("\r\(bar) \(Int(share * 100)) %" + (share >= 1 ? "\r\u{1B}[K" : ""), to: 2)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            #if canImport(Darwin)
                let count = bytes.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Musl)
                let count = bytes.withUnsafeBytes { Musl.write(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Every variable of the environment.
    static var variables: [String: String] {
        var found: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { found[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return found
    }

    static var currentFolder: String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }
}
