import CPostgres
import OffstageDatabase
import OffstageSchema
import Synchronization

/// Asking the server to end the statement that runs on a connection, over a connection of its own.
enum Cancellation {
    /// Those that wait for their server now.
    private static let waiting = Atomic<Int>(0)
    private static let most = 16

    /// Does not wait: libpq does, without a limit, for a server that has stopped answering. So a thread of its own does it, and where too
    /// many of them hang already nothing is sent; the role's `statement_timeout` ends the statement in any case.
    static func send(_ connection: OpaquePointer) {
        guard waiting.add(1, ordering: .relaxed).newValue <= most, let cancel = PQgetCancel(connection) else {
            waiting.subtract(1, ordering: .relaxed)
            return
        }
        nonisolated(unsafe) let handle = cancel
        do throws(SQLError) {
            try OwnThread {
                var reason = [CChar](repeating: 0, count: 256)
                _ = PQcancel(handle, &reason, Int32(reason.count))
                PQfreeCancel(handle)
                waiting.subtract(1, ordering: .relaxed)
            }.detach()
        } catch {
            PQfreeCancel(cancel)
            waiting.subtract(1, ordering: .relaxed)
        }
    }
}
