#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file of secrets: 0600 in a directory of 0700, replaced whole or not at all.
struct PrivateFile: Sendable {
    let directory: String
    let name: String

    var path: String { "\(directory)/\(name)" }

    private static let largest = 16 << 20

    /// The bytes, or nil if there is no such file. Refused if others can read or write the file or the directory.
    func read() throws(KeyRingError) -> [UInt8]? {
        guard try checkDirectory() else { return nil }
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw .unreadable(path: path, reason: Self.reason())
        }
        defer { close(file) }
        // Asked of the open file, so that it cannot be exchanged between the question and the reading.
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreadable(path: path, reason: Self.reason()) }
        guard UInt32(status.st_mode) & UInt32(S_IFMT) == UInt32(S_IFREG) else {
            throw .unreadable(path: path, reason: "it is not a file")
        }
        try Self.checkMode(status, path: path, wanted: 0o600)
        guard status.st_size <= Self.largest else { throw .corrupt(path: path, reason: "it is larger than 16 MiB") }

        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= Self.largest {
            let count = systemRead(file, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: path, reason: Self.reason())
            }
            bytes.append(contentsOf: buffer[..<count])
        }
        throw .corrupt(path: path, reason: "it is larger than 16 MiB")
    }

    /// Puts new bytes in place. After a crash at any moment the file holds the old bytes or the new ones.
    func replace(with bytes: [UInt8]) throws(KeyRingError) {
        if try !checkDirectory(), mkdir(directory, 0o700) != 0 {
            throw .notWritten(path: directory, reason: Self.reason())
        }
        let temporary = "\(path).new"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .notWritten(path: temporary, reason: Self.reason()) }
        let isWritten = Self.write(bytes, to: file) && fsync(file) == 0
        let reason = Self.reason()
        guard close(file) == 0, isWritten else {
            unlink(temporary)
            throw .notWritten(path: temporary, reason: reason)
        }
        guard rename(temporary, path) == 0 else {
            let reason = Self.reason()
            unlink(temporary)
            throw .notWritten(path: path, reason: reason)
        }
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .notWritten(path: directory, reason: Self.reason()) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw .notWritten(path: directory, reason: Self.reason()) }
    }

    /// Whether the directory is there, and closed to others.
    private func checkDirectory() throws(KeyRingError) -> Bool {
        var status = stat()
        guard stat(directory, &status) == 0 else {
            if errno == ENOENT { return false }
            throw .unreadable(path: directory, reason: Self.reason())
        }
        try Self.checkMode(status, path: directory, wanted: 0o700)
        return true
    }

    private static func checkMode(_ status: stat, path: String, wanted: UInt32) throws(KeyRingError) {
        let mode = UInt32(status.st_mode) & 0o777
        guard mode & 0o077 == 0 else { throw .exposed(path: path, mode: mode, wanted: wanted) }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}

// Inside the type above, `read` and `write` are its own.
private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int { read(file, buffer, count) }
private func systemWrite(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int { write(file, buffer, count) }
