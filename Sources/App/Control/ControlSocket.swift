import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The Unix socket through which commands reach the process that owns the data: `data/control.sock`, for its owner's user alone.
///
/// A client sends one line and reads lines until `done` or `failed`. One thread accepts; each connection has a thread, eight at most.
package final class ControlSocket: Sendable {
    private let path: String
    private let descriptor: Mutex<Int32>
    private let connections = Mutex(0)
    private let project: Project

    /// Throws where the socket cannot be made; one left by a process that died is replaced, since the data folder's lock is ours.
    package init(_ project: Project) throws(FileError) {
        self.project = project
        path = Self.path(project.folder.dataPath(project.settings))
        unlink(path)
        let socket = ControlStream.makeSocket()
        guard socket >= 0 else { throw FileError(path) }
        // Bound with no rights for others, from the first moment on.
        let before = umask(0o177)
        let bound = ControlStream.withAddress(path) { bind(socket, $0, $1) }
        umask(before)
        guard bound == 0, listen(socket, 16) == 0 else {
            close(socket)
            throw FileError(path)
        }
        chmod(path, 0o600)
        descriptor = Mutex(socket)
    }

    package static func path(_ data: String) -> String { data + "/control.sock" }

    /// Serves until `stop`.
    package func start() {
        let socket = descriptor.withLock { $0 }
        detachThread { [self] in
            while true {
                let client = accept(socket, nil, nil)
                if client < 0 {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    return
                }
                let isRoom = connections.withLock { count in
                    count += count < 8 ? 1 : 0
                    return count <= 8
                }
                guard isRoom else {
                    close(client)
                    continue
                }
                detachThread { [self] in serve(ControlStream(client)) }
            }
        }
    }

    package func stop() {
        descriptor.withLock { socket in
            guard socket >= 0 else { return }
            shutdown(socket, Int32(SHUT_RDWR.rawValueOrSelf))
            close(socket)
            socket = -1
            unlink(path)
        }
    }

    private func serve(_ stream: ControlStream) {
        let finish: @Sendable () -> Void = { [self] in
            stream.close()
            connections.withLock { $0 -= 1 }
        }
        guard let line = stream.readLine(), let command = DataCommand(json: line) else {
            stream.write(ControlAnswer.failed("the running server does not know this command: is it of another version?").json)
            return finish()
        }
        // From this thread into the project's asynchronous work; the connection ends with it.
        Task {
            do {
                let isWell = try await command.perform(in: project) { stream.write(ControlAnswer.output($0).json) }
                stream.write(ControlAnswer.done(isWell).json)
            } catch {
                stream.write(ControlAnswer.failed(Failure.text(of: error)).json)
            }
            finish()
        }
    }
}

/// One end of a connection: lines in and out.
final class ControlStream: Sendable {
    private let descriptor: Int32
    private let buffer = Mutex<[UInt8]>([])
    private let writing = Mutex(())

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Connects to an owner; nil where none listens.
    static func connect(to path: String) -> ControlStream? {
        let socket = makeSocket()
        guard socket >= 0 else { return nil }
        #if canImport(Darwin)
            let connected = withAddress(path) { Darwin.connect(socket, $0, $1) }
        #elseif canImport(Musl)
            let connected = withAddress(path) { Musl.connect(socket, $0, $1) }
        #else
            let connected = withAddress(path) { Glibc.connect(socket, $0, $1) }
        #endif
        guard connected == 0 else {
            closeDescriptor(socket)
            return nil
        }
        return ControlStream(socket)
    }

    static func makeSocket() -> Int32 {
        #if canImport(Glibc)
            return socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            return socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
    }

    /// An address holds little more than a hundred bytes; a longer path is reached through its folder's descriptor.
    static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var path = path
        var folder: Int32 = -1
        if path.utf8.count > 100, let slash = path.lastIndex(of: "/") {
            folder = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            path = "/proc/self/fd/\(folder)\(path[slash...])"
        }
        defer { if folder >= 0 { closeDescriptor(folder) } }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    /// The next line; nil at the end, or for one over 4 MiB.
    func readLine() -> String? {
        buffer.withLock { buffer in
            var searched = 0
            while true {
                if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: buffer[..<end], as: UTF8.self)
                    buffer.removeSubrange(...end)
                    return line
                }
                searched = buffer.count
                guard buffer.count < 4 << 20 else { return nil }
                let part = [UInt8](unsafeUninitializedCapacity: 64 << 10) { space, count in
                    var got = recv(descriptor, space.baseAddress, space.count, 0)
                    while got < 0, errno == EINTR { got = recv(descriptor, space.baseAddress, space.count, 0) }
                    count = max(0, got)
                }
                guard !part.isEmpty else { return nil }
                buffer += part
            }
        }
    }

    /// A client that went away is no error here: what it asked for is done all the same.
    func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        writing.withLock { _ in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL.rawValueOrSelf))
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                sent += count
            }
        }
    }

    func close() { Self.closeDescriptor(descriptor) }

    private static func closeDescriptor(_ descriptor: Int32) {
        #if canImport(Darwin)
            _ = Darwin.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Glibc.close(descriptor)
        #endif
    }
}

// Glibc's flags are enums in one header and numbers in the other.
extension Int32 { fileprivate var rawValueOrSelf: Int32 { self } }
extension Int { fileprivate var rawValueOrSelf: Int { self } }
extension RawRepresentable<UInt32> { fileprivate var rawValueOrSelf: UInt32 { rawValue } }

private func detachThread(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(ThreadBody(body))
    #if canImport(Darwin)
        var thread: pthread_t?
        let failed = pthread_create(
            &thread, nil,
            {
                Unmanaged<ThreadBody>.fromOpaque($0).takeRetainedValue().run(); return nil
            }, box.toOpaque())
        if failed != 0 { return box.release() }
        if let thread { pthread_detach(thread) }
    #else
        var thread = pthread_t()
        let failed = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        if failed != 0 { return box.release() }
        pthread_detach(thread)
    #endif
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
