import CPostgres

/// What the server says beside its answers: `raise notice`, warnings.
///
/// It is used by the thread that uses the connection.
final class Notices {
    private let take: @Sendable (String) -> Void
    /// A commit stopped waiting for the standbys: it is kept here, and nowhere else for all that is known.
    var hasGivenUpStandbys = false

    init(_ take: @escaping @Sendable (String) -> Void) { self.take = take }

    static let receive: PQnoticeReceiver = { context, result in
        guard let context, let result else { return }
        let notices = Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue()
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        // The message is in the server's language, and its SQLSTATE is that of every warning.
        if field("R") == "SyncRepWaitForLSN" { notices.hasGivenUpStandbys = true }
        notices.take("\(field("V") ?? "NOTICE"): \(field("M") ?? "")")
    }
}
