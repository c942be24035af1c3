package import OffstageSchema
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folder that holds a project's data, owned by one process at a time.
///
/// The owner holds `flock` on `lock`; the system lets go of it when the process ends, however it ends.
package final class DataFolder: Sendable {
    let path: String
    private let lock: Mutex<Int32>

    var database: String { path + "/app.db" }

    init(_ path: String) throws(SQLError) {
        self.path = path
        try Self.makeFolder(path)
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open the lock file", path + "/lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = Self.owner(descriptor)
            Self.closeDescriptor(descriptor)
            throw SQLError(
                "55006", "the data folder is in use by another process\(owner.map { " (pid \($0))" } ?? "")",
                hint: "Stop that process, or let it run the command: commands find a running server by themselves.")
        }
        let pid = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, pid, pid.count, 0) == pid.count else {
            Self.closeDescriptor(descriptor)
            throw Self.failure("write the lock file", path + "/lock")
        }
        lock = Mutex(descriptor)
        // Made here so that its rights are ours from the first moment; SQLite gives its log the same.
        let file = open(database, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            release()
            throw Self.failure("open the database file", database)
        }
        fchmod(file, 0o600)
        Self.closeDescriptor(file)
    }

    deinit { release() }

    func release() {
        lock.withLock { descriptor in
            guard descriptor >= 0 else { return }
            Self.closeDescriptor(descriptor)
            descriptor = -1
        }
    }

    /// Makes the folder, and those it lies in, for its owner alone.
    package static func makeFolder(_ path: String) throws(SQLError) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && !path.hasPrefix("/") ? part : "/" + part
            if made == "/" || made.isEmpty { continue }
            if made.hasPrefix("//") { made.removeFirst() }
            guard mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EISDIR || errno == EROFS else {
                throw failure("make the data folder", made)
            }
        }
    }

    private static func owner(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
    }

    private static func failure(_ what: String, _ path: String) -> SQLError {
        SQLError("58030", "could not \(what) \"\(path)\": \(String(cString: strerror(errno)))")
    }

    private static func closeDescriptor(_ descriptor: Int32) { close(descriptor) }
}
