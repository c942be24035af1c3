#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

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
