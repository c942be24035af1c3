#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A bounded queue that threads wait on.
final class WorkQueue<Element: Sendable>: @unchecked Sendable {
    // `lock` guards everything below it. A condition variable needs it at a fixed address.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    private let limit: Int
    private var elements: [Element] = []
    private var head = 0
    private var isClosed = false
    private var waiting = 0

    init(limit: Int) {
        self.limit = limit
        lock = .allocate(capacity: 1)
        arrived = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        let attributes = UnsafeMutablePointer<pthread_condattr_t>.allocate(capacity: 1)
        pthread_condattr_init(attributes)
        #if !canImport(Darwin)
            // Waiting must not depend on the wall clock.
            pthread_condattr_setclock(attributes, CLOCK_MONOTONIC)
        #endif
        pthread_cond_init(arrived, attributes)
        pthread_condattr_destroy(attributes)
        attributes.deallocate()
    }

    deinit {
        pthread_cond_destroy(arrived)
        pthread_mutex_destroy(lock)
        arrived.deallocate()
        lock.deallocate()
    }

    enum Refusal: Error { case full, closed }

    func put(_ element: Element) throws(Refusal) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if isClosed { throw .closed }
        if elements.count - head >= limit { throw .full }
        elements.append(element)
        if waiting > 0 { pthread_cond_signal(arrived) }
    }

    /// Waits for at least one element and takes up to `limit`; empty after `seconds` without any, nil once closed and empty.
    func take(upTo limit: Int, waiting seconds: Int? = nil) -> [Element]? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while head == elements.count {
            if isClosed { return nil }
            waiting += 1
            defer { waiting -= 1 }
            guard let seconds else {
                pthread_cond_wait(arrived, lock)
                continue
            }
            var until = timespec()
            #if canImport(Darwin)
                clock_gettime(CLOCK_REALTIME, &until)
            #else
                clock_gettime(CLOCK_MONOTONIC, &until)
            #endif
            until.tv_sec += seconds
            if pthread_cond_timedwait(arrived, lock, &until) == ETIMEDOUT, head == elements.count { return isClosed ? nil : [] }
        }
        let end = min(elements.count, head + limit)
        let taken = Array(elements[head..<end])
        head = end
        // The room in front is given back once it is most of the array.
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1024, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return taken
    }

    /// What is in it is still handed out; nothing more is let in.
    func close() {
        pthread_mutex_lock(lock)
        isClosed = true
        pthread_cond_broadcast(arrived)
        pthread_mutex_unlock(lock)
    }

    var count: Int {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return elements.count - head
    }
}

/// A thread of our own: blocking work never runs on the shared pool.
final class OwnThread: Sendable {
    private let handle: UInt

    /// Begins at once. `body` runs on the new thread and nowhere else.
    init(_ body: @escaping @Sendable () -> Void) throws(Fault) {
        final class Start {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        // SQLite's parser and our own functions recurse; the stack must not depend on the system's habit.
        pthread_attr_setstacksize(attributes, 4 << 20)
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        let start = Unmanaged.passRetained(Start(body))
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(
                &thread, attributes,
                {
                    Unmanaged<Start>.fromOpaque($0).takeRetainedValue().body(); return nil
                }, start.toOpaque())
            handle = UInt(bitPattern: thread)
        #else
            var thread: pthread_t = 0
            let code = pthread_create(
                &thread, attributes,
                { start in
                    if let start { Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body() }
                    return nil
                }, start.toOpaque())
            handle = UInt(thread)
        #endif
        if code != 0 {
            start.release()
            throw Fault(7, "a thread could not be started")
        }
    }

    func join() {
        #if canImport(Darwin)
            if let thread = pthread_t(bitPattern: handle) { pthread_join(thread, nil) }
        #else
            pthread_join(pthread_t(handle), nil)
        #endif
    }
}
