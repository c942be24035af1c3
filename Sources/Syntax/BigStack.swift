import CPgQuery

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs `body`, which may recurse into itself through here, where there is stack enough for it: on this thread while there is, else on a
/// new one that this one waits for.
///
/// For functions that go down a tree and nothing else: what belongs to the thread or task (task-local values) is not there on the other
/// one.
/// Debug builds need up to 9 KiB for each level of a tree, and a thread may have 512 KiB.
package func withEnoughStack<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    if Stack.remaining >= 128 << 10 { return try body() }
    let outcome = withBigStack { () -> Swift.Result<Result, Failure> in
        do throws(Failure) {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }
    guard let outcome else { return try body() }
    return try outcome.get()
}

/// Whether this thread has that much of its stack left: asked before what may call itself without end.
package func hasStack(_ bytes: Int) -> Bool { Stack.remaining >= bytes }

/// The calling thread's stack.
enum Stack {
    /// Bytes that are left of it.
    static var remaining: Int {
        var here: UInt8 = 0
        let address = withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
        let end = end
        return address > end ? Int(clamping: address - end) : 0
    }

    /// The lowest address, asked for once a thread.
    private static var end: UInt {
        if let known = pthread_getspecific(key) { return UInt(bitPattern: known) }
        #if canImport(Darwin)
            let end = UInt(bitPattern: pthread_get_stackaddr_np(pthread_self())) - UInt(pthread_get_stacksize_np(pthread_self()))
        #else
            var attributes = pthread_attr_t()
            guard offstage_thread_attributes(pthread_self(), &attributes) == 0 else { return UInt.max }
            defer { pthread_attr_destroy(&attributes) }
            var lowest: UnsafeMutableRawPointer?
            var size = 0
            guard pthread_attr_getstack(&attributes, &lowest, &size) == 0, let lowest else { return UInt.max }
            let end = UInt(bitPattern: lowest)
        #endif
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: end))
        return end
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()
}

/// Runs `work` on a thread with a stack of 8 MiB and waits for it: PostgreSQL's parser recurses.
///
/// Nil: the system gave no thread.
func withBigStack<Result>(_ work: () -> Result) -> Result? {
    var result: Result?
    let run = { result = work() }
    let started = withoutActuallyEscaping(run) { escaping in
        let box = Unmanaged.passRetained(Work(run: escaping))
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else {
            box.release()
            return false
        }
        defer { pthread_attr_destroy(&attributes) }
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        guard pthread_attr_setstacksize(&attributes, 8 << 20) == 0,
            pthread_create(&thread, &attributes, threadMain, box.toOpaque()) == 0
        else {
            box.release()
            return false
        }
        #if canImport(Darwin)
            if let thread { pthread_join(thread, nil) }
        #else
            pthread_join(thread, nil)
        #endif
        return true
    }
    return started ? result : nil
}

private final class Work {
    let run: () -> Void
    init(run: @escaping () -> Void) { self.run = run }
}

#if canImport(Darwin)
    private func threadMain(_ box: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Work>.fromOpaque(box).takeRetainedValue().run()
        return nil
    }
#else
    private func threadMain(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let box { Unmanaged<Work>.fromOpaque(box).takeRetainedValue().run() }
        return nil
    }
#endif
