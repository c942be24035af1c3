#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A bounded queue that threads wait on.
package final class WorkQueue<Element: Sendable>: @unchecked Sendable {
    // `lock` guards everything below it. A condition variable needs it at a fixed address.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    private let limit: Int
    private var elements: [Element] = []
    private var head = 0
    private var isClosed = false
    private var waiting = 0

    package init(limit: Int) {
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

    package enum Refusal: Error { case full, closed }

    package func put(_ element: Element) throws(Refusal) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if isClosed { throw .closed }
        if elements.count - head >= limit { throw .full }
        elements.append(element)
        if waiting > 0 { pthread_cond_signal(arrived) }
    }

    /// Waits for at least one element and takes up to `limit`; empty after `seconds` without any, nil once closed and empty.
    package func take(upTo limit: Int, waiting seconds: Int? = nil) -> [Element]? {
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
    package func close() {
        pthread_mutex_lock(lock)
        isClosed = true
        pthread_cond_broadcast(arrived)
        pthread_mutex_unlock(lock)
    }

    package var count: Int {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return elements.count - head
    }
}
