import CSQLite
import OffstageDatabase
import OffstageSQL
import OffstageSchema
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A read connection for each thread that asks, made when it first does: event loops answer hot reads without a hop.
final class InlineReaders: Sendable {
    /// One thread's connection.
    final class Reader: @unchecked Sendable {
        // `lock` guards the rest. Only its own thread reads; closing comes from another.
        let lock = Mutex(())
        var connection: Connection?
        var isClosed = false
        /// Whether reads share a transaction, and whether one is open.
        var isInTurn = false
        var isOpen = false
    }

    /// More threads than this read by the pool.
    private static let limit = 64
    private static let lastNumber = Atomic<UInt64>(0)

    private let path: String
    private let state: DatabaseState
    /// Never used again, unlike an address.
    private let number: UInt64
    private let readers = Mutex<[Reader]>([])

    init(_ path: String, _ state: DatabaseState) {
        self.path = path
        self.state = state
        number = Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func close() {
        let all = readers.withLock { readers in
            defer { readers.removeAll() }
            return readers
        }
        for reader in all {
            reader.lock.withLock { _ in
                reader.connection = nil
                reader.isClosed = true
            }
        }
    }

    /// Nil where the pool must answer: no connection to be had, or the budget spent.
    func read(_ read: Read, with inputs: Inputs, as format: RowFormat, ticks: Int, bytes: Int) throws(SQLError) -> Rows? {
        guard let reader = reader() else { return nil }
        return try reader.lock.withLock { (_) throws(SQLError) -> Rows? in
            guard let connection = usable(reader) else { return nil }
            let session = connection.session
            do throws(RunStop) {
                if reader.isInTurn, !reader.isOpen {
                    try connection.plain("begin")
                    reader.isOpen = true
                }
                session.arm(deadline: MonotonicClock.never, ticks: ticks)
                defer { session.disarm() }
                return try connection.read(read, with: inputs, as: format, byteLimit: bytes)
            } catch {
                if case .fault(let fault) = error, fault.primary == SQLITE_BUSY || fault.primary == SQLITE_IOERR { return nil }
                if let error = error.error(in: session) { throw error }
                return nil
            }
        }
    }

    func beginTurn() {
        guard let reader = reader() else { return }
        reader.lock.withLock { _ in
            Self.end(reader)
            reader.isInTurn = true
        }
    }

    func endTurn() {
        guard let reader = reader() else { return }
        reader.lock.withLock { _ in Self.end(reader) }
    }

    private static func end(_ reader: Reader) {
        if reader.isOpen { reader.connection?.endTransaction() }
        reader.isOpen = false
        reader.isInTurn = false
    }

    private func usable(_ reader: Reader) -> Connection? {
        if reader.isClosed { return nil }
        let current = Connection.current(reader.connection, path, .inlineReader, state)
        if current !== reader.connection {
            reader.connection = current
            reader.isOpen = false
        }
        return current
    }

    /// The calling thread's reader.
    private func reader() -> Reader? {
        let threads = ThreadReaders.current
        if let found = threads.find(number) { return found }
        guard !state.isClosed else { return nil }
        let reader = Reader()
        let isAdmitted = readers.withLock { readers in
            readers.removeAll { $0.isClosed }
            guard readers.count < Self.limit else { return false }
            readers.append(reader)
            return true
        }
        guard isAdmitted else { return nil }
        threads.add(reader, number)
        return reader
    }
}

/// The readers of one thread, by database: one almost always, several in tests.
private final class ThreadReaders {
    private var entries: [(number: UInt64, reader: InlineReaders.Reader)] = []

    // Closes the thread's connections when it ends.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { pointer in
            #if canImport(Darwin)
                Unmanaged<ThreadReaders>.fromOpaque(pointer).takeRetainedValue().closeAll()
            #else
                if let pointer { Unmanaged<ThreadReaders>.fromOpaque(pointer).takeRetainedValue().closeAll() }
            #endif
        }
        return key
    }()

    static var current: ThreadReaders {
        if let pointer = pthread_getspecific(key) { return Unmanaged<ThreadReaders>.fromOpaque(pointer).takeUnretainedValue() }
        let readers = ThreadReaders()
        pthread_setspecific(key, Unmanaged.passRetained(readers).toOpaque())
        return readers
    }

    func find(_ number: UInt64) -> InlineReaders.Reader? {
        for entry in entries where entry.number == number { return entry.reader }
        return nil
    }

    func add(_ reader: InlineReaders.Reader, _ number: UInt64) {
        entries.removeAll { entry in entry.reader.lock.withLock { _ in entry.reader.isClosed } }
        entries.append((number, reader))
    }

    private func closeAll() {
        for entry in entries {
            entry.reader.lock.withLock { _ in
                entry.reader.connection = nil
                entry.reader.isClosed = true
            }
        }
    }
}
