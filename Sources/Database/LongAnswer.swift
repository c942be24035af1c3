package import OffstageSQL
package import OffstageSchema
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An answer on its way into a file, because it may be too long for memory.
///
/// The file is made when the first bytes come, and has no name: it is gone with the last who holds it, however the process ends. Since the
/// whole answer is there before its first byte is sent, an error is still answered as one, `Content-Range` and `Content-Length` are exact,
/// and nobody who reads slowly holds a connection to the database.
package final class LongAnswer {
    /// What is gathered in memory before it goes to the file.
    package static let piece = 1 << 20

    private let folder: String
    private let limit: Int
    private var file: AnswerFile?

    /// - Parameter limit: in bytes; an answer beyond it is refused.
    package init(in folder: String, limit: Int) {
        self.folder = folder
        self.limit = limit
    }

    /// - Throws: 54000 beyond the limit, 53100 where the disk is full, 58030 where it fails otherwise.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        let written = file?.count ?? 0
        guard bytes.count <= limit - min(written, limit) else {
            throw SQLError(
                "54000", "the answer is longer than \(limit) bytes", hint: "Ask for fewer rows at a time, or raise api.answer_limit.")
        }
        if file == nil { file = try AnswerFile(in: folder) }
        try file?.append(bytes)
    }

    /// What was written; nil where it was nothing.
    package var body: (any LongBody)? { file }
}

/// Where the rows of a read go that are too many for memory.
package enum RowOverflow {
    case file(LongAnswer)
    /// Whoever takes them at once: all of them, in pieces of whole rows.
    case taker((UnsafeRawBufferPointer) throws(SQLError) -> Void)

    package func append(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        switch self {
        case .file(let answer): try answer.append(bytes)
        case .taker(let take): try take(bytes)
        }
    }

    package var body: (any LongBody)? { if case .file(let answer) = self { answer.body } else { nil } }

    /// Nothing of the answer may stay behind in memory.
    package var takesRest: Bool { if case .file(let answer) = self { answer.body != nil } else { true } }
}

/// A file without a name.
private final class AnswerFile: LongBody {
    private let descriptor: Int32
    private let size = Atomic<Int>(0)

    init(in folder: String) throws(SQLError) {
        var template = Array((folder + "/answer-XXXXXX").utf8CString)
        descriptor = template.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkstemp($0) } ?? -1 }
        guard descriptor >= 0 else { throw Self.failure("make a file in", folder) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        template.withUnsafeBufferPointer { if let name = $0.baseAddress { _ = unlink(name) } }
    }

    deinit { close(descriptor) }

    var count: Int { size.load(ordering: .acquiring) }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = UnsafeRawBufferPointer(rebasing: rest).baseAddress.map { pwrite(descriptor, $0, rest.count, off_t(count)) } ?? 0
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure("write an answer to", "a file") }
            size.add(written, ordering: .acquiringAndReleasing)
            rest = rest.dropFirst(written)
        }
    }

    func bytes(from offset: Int, limit: Int) throws(SQLError) -> [UInt8] {
        let wanted = max(min(limit, count - offset), 0)
        var failure: SQLError?
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            while filled < wanted, let start = buffer.baseAddress {
                let got = pread(descriptor, start + filled, wanted - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    failure = Self.failure("read an answer from", "a file")
                    return
                }
                filled += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private static func failure(_ what: String, _ where: String) -> SQLError {
        SQLError(
            errno == ENOSPC || errno == EDQUOT ? "53100" : "58030", "could not \(what) \(`where`): \(String(cString: strerror(errno)))")
    }
}
