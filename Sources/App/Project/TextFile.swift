#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that could not be read or written, for the person at the terminal.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    package var path: String
    package var reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// What the system said last.
    init(_ path: String) { self.init(path: path, reason: String(cString: strerror(errno))) }

    package var description: String { "\(path): \(reason)" }
}

/// Whole files and folders, by the system's own calls.
package enum TextFile {
    /// The file's bytes, or nil where there is none. A limit keeps a wrong path from filling the memory.
    package static func bytes(_ path: String, limit: Int = 1 << 30) throws(FileError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileError(path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(path: path, reason: "it is a folder") }
        var bytes: [UInt8] = []
        var failed = false
        var block = max(64 << 10, Int(clamping: status.st_size) + 1)
        block = min(block, limit + 1)
        while true {
            let part = [UInt8](unsafeUninitializedCapacity: block) { buffer, count in
                let got = read(descriptor, buffer.baseAddress, block)
                failed = got < 0
                count = max(0, got)
            }
            if failed {
                if errno == EINTR { continue }
                throw FileError(path)
            }
            if part.isEmpty { return bytes }
            if bytes.isEmpty { bytes = part } else { bytes += part }
            guard bytes.count <= limit else { throw FileError(path: path, reason: "it is larger than \(limit >> 20) MB") }
            block = 64 << 10
        }
    }

    package static func readIfPresent(_ path: String, limit: Int = 16 << 20) throws(FileError) -> String? {
        guard let bytes = try bytes(path, limit: limit) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileError(path: path, reason: "it is not UTF-8") }
        return text
    }

    /// Writes a file that must not be there yet.
    package static func create(_ path: String, _ text: String, mode: UInt32 = 0o644) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { throw FileError(path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw FileError(path)
            }
            written += count
        }
    }

    package static func makeFolder(_ path: String) throws(FileError) {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw FileError(path) }
    }

    /// The names in a folder, sorted by their bytes; nil where there is no such folder.
    package static func names(in path: String) throws(FileError) -> [String]? {
        guard let folder = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileError(path)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The rights of a file, `0o600` and so on; nil where there is none.
    package static func mode(_ path: String) -> UInt32? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return UInt32(status.st_mode) & 0o777
    }
}
