import NIOConcurrencyHelpers
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A line for each request, written by a thread of its own: a request only appends to memory.
///
/// Lines go out 100 ms after the first of them, or when 32 KiB have gathered. When the reader of the log does not keep up, lines over
/// 4 MiB are dropped and the next line says how many; requests never wait for a log.
package final class AccessLog: Sendable {
    package enum Style: Sendable {
        /// One short line, for a terminal.
        case pretty
        /// One JSON object per line.
        case json
        case off
    }

    /// Gathered lines. The lock's condition is what the writer waits for.
    private final class Lines: @unchecked Sendable {
        // `lock` guards all of it.
        var bytes: [UInt8] = []
        var dropped = 0
        var isClosed = false
        /// The writer knows that there is something, and waits for more.
        var isGathering = false
        /// The lock's condition as it was last told: telling it again would wake the writer for nothing.
        var told = Condition.empty
        var stamp = Timestamp()
    }

    private enum Condition { static let empty = 0, some = 1, plenty = 2 }

    private static let plenty = 32 << 10
    private static let limit = 4 << 20

    private let style: Style
    private let file: Int32
    private let lock = ConditionLock(value: Condition.empty)
    private let lines = Lines()
    private let done = ConditionLock(value: false)
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// - Parameters:
    ///   - style: nil chooses: pretty for a terminal, JSON otherwise.
    ///   - file: an open descriptor; standard output usually.
    package init(_ style: Style? = nil, to file: Int32 = 1) {
        self.style = style ?? (isatty(file) == 1 ? .pretty : .json)
        self.file = file
        guard self.style != .off else { return }
        thread.start()
        thread.submit { _ in self.write() }
    }

    func add(_ entry: AccessEntry) {
        guard style != .off else { return }
        lock.lock()
        guard lines.bytes.count < Self.limit, !lines.isClosed else {
            lines.dropped += 1
            lock.unlock()
            return
        }
        if lines.bytes.isEmpty { lines.bytes.reserveCapacity(Self.plenty + 4_096) }
        lines.stamp.set(entry.seconds, entry.nanoseconds)
        if style == .pretty {
            entry.pretty(lines.stamp, into: &lines.bytes)
        } else {
            entry.json(lines.stamp, into: &lines.bytes)
        }
        signal()
    }

    /// Writes what is there and ends the thread. Lines added later are lost.
    package func close() {
        guard style != .off else { return }
        lock.lock()
        guard !lines.isClosed else { return lock.unlock() }
        lines.isClosed = true
        signal()
        done.lock(whenValue: true)
        done.unlock()
        thread.shutdownGracefully { _ in }
    }

    private func signal() {
        let isUrgent = lines.isClosed || lines.bytes.count >= Self.plenty
        let condition = lines.isGathering && isUrgent ? Condition.plenty : Condition.some
        if lines.told == condition { return lock.unlock() }
        lines.told = condition
        lock.unlock(withValue: condition)
    }

    private func write() {
        var isClosed = false
        while !isClosed {
            lock.lock(whenValue: Condition.some)
            if !lines.isClosed, lines.bytes.count < Self.plenty {
                lines.isGathering = true
                lock.unlock()
                if !lock.lock(whenValue: Condition.plenty, timeoutSeconds: 0.1) { lock.lock() }
                lines.isGathering = false
            }
            let (bytes, dropped) = (lines.bytes, lines.dropped)
            isClosed = lines.isClosed
            lines.bytes = []
            lines.dropped = 0
            lines.told = Condition.empty
            lock.unlock(withValue: Condition.empty)
            put(bytes)
            if dropped > 0 { put(Array("{\"level\":\"warning\",\"message\":\"\(dropped) log lines were dropped\"}\n".utf8)) }
        }
        done.lock()
        done.unlock(withValue: true)
    }

    private func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                #if canImport(Glibc)
                    let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #elseif canImport(Musl)
                    let count = Musl.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #else
                    let count = Darwin.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #endif
                if count < 0 {
                    if errno == EINTR { continue }
                    return
                }
                rest = rest.dropFirst(count)
            }
        }
    }
}
