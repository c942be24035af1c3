import OffstageSchema

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The bytes of a file from front to back, of which no more are held than the row that is read, and a piece behind it.
final class RowInput {
    /// Where the bytes are that were read and not used.
    private var buffer: UnsafeMutableBufferPointer<UInt8>
    private var start = 0
    private var end = 0
    private let descriptor: Int32
    /// Nothing comes behind the window.
    private(set) var isWhole: Bool
    private let size: Int
    /// Bytes that were used.
    private(set) var taken = 0
    private let path: String

    private static let piece = 256 << 10
    /// Bytes that one row may have.
    static let limit = 256 << 20

    init(_ bytes: [UInt8]) {
        buffer = .allocate(capacity: max(1, bytes.count))
        _ = buffer.update(fromContentsOf: bytes)
        end = bytes.count
        (descriptor, isWhole, size, path) = (-1, true, bytes.count, "")
    }

    /// - Throws: where there is no such file, or it cannot be read.
    init(path: String) throws(FileError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        isWhole = false
        buffer = .allocate(capacity: Self.piece)
        guard descriptor >= 0 else {
            size = 0
            throw errno == ENOENT ? FileError(path: path, reason: "no such file") : FileError(path)
        }
        var status = stat()
        let isThere = fstat(descriptor, &status) == 0
        size = Int(clamping: status.st_size)
        guard isThere else { throw FileError(path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(path: path, reason: "it is a folder") }
    }

    deinit {
        buffer.deallocate()
        if descriptor >= 0 { close(descriptor) }
    }

    /// What was read and not used. Good until the next call of `use` or `fill`.
    var window: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[start..<end]) }

    /// For progress, of a file whose size is known.
    var share: Double { size > 0 ? min(1, Double(taken) / Double(size)) : 0 }

    func use(_ count: Int) {
        start += count
        taken += count
    }

    /// Makes the window longer, unless it is whole.
    ///
    /// - Throws: 54000 for a row that is longer than any that is taken; `FileError`.
    func fill() throws {
        guard !isWhole else { return }
        if start > 0 {
            let rest = end - start
            if rest > 0, let base = buffer.baseAddress { memmove(base, base + start, rest) }
            (start, end) = (0, rest)
        }
        if end == buffer.count {
            guard end < Self.limit else { throw SQLError("54000", "a row of the file is longer than \(Self.limit >> 20) MiB") }
            let longer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: end * 2)
            if let base = buffer.baseAddress { longer.baseAddress?.initialize(from: base, count: end) }
            buffer.deallocate()
            buffer = longer
        }
        while true {
            let got = read(descriptor, buffer.baseAddress?.advanced(by: end), buffer.count - end)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw FileError(path) }
            isWhole = got == 0
            end += got
            return
        }
    }
}
