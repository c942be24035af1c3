package import OffstageSchema

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A thread of our own: blocking work never runs on the shared pool.
package final class OwnThread: Sendable {
    private let handle: UInt

    /// Begins at once. `body` runs on the new thread and nowhere else.
    package init(_ body: @escaping @Sendable () -> Void) throws(SQLError) {
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
            throw SQLError("53000", "a thread could not be started")
        }
    }

    /// Nobody will join it: what it holds goes when it ends.
    package func detach() {
        #if canImport(Darwin)
            if let thread = pthread_t(bitPattern: handle) { pthread_detach(thread) }
        #else
            pthread_detach(pthread_t(handle))
        #endif
    }

    package func join() {
        #if canImport(Darwin)
            if let thread = pthread_t(bitPattern: handle) { pthread_join(thread, nil) }
        #else
            pthread_join(pthread_t(handle), nil)
        #endif
    }
}
