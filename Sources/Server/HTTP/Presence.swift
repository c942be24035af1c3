import NIOCore

/// Whether the client of a request is still there.
enum Presence {
    /// A request given up because its client had gone. Not a registered status: the log's word for it, as nginx has it.
    static let goneStatus = 499

    /// A client that has said that it sends no more, and nothing else, may still read. This long it is believed to.
    static let patience = TimeAmount.seconds(1)

    /// Does work that is cancelled when the channel's client goes, and waited for in any case.
    static func doing(
        _ work: @escaping @Sendable () async -> ServerResponse, whileOn channel: any Channel
    ) async -> ServerResponse {
        let (presence, departure) = AsyncStream.makeStream(of: Never.self)
        channel.eventLoop.execute {
            // A stream of HTTP/2 has no such door, and ends with its client.
            if let door = try? channel.pipeline.syncOperations.handler(type: HotDoor.self) {
                door.onDeparture = { departure.finish() }
            } else {
                channel.closeFuture.whenComplete { _ in departure.finish() }
            }
        }
        return await withTaskGroup(of: ServerResponse?.self) { group in
            group.addTask { await work() }
            group.addTask {
                for await _ in presence {}
                return nil
            }
            var first = await group.next() ?? nil
            let hasGone = first == nil
            group.cancelAll()
            while first == nil, let next = await group.next() { first = next }
            guard var response = first else { return Refusal(.internalFault).response }
            if hasGone { response.clientHasGone() }
            return response
        }
    }
}

extension ServerResponse {
    /// What was given up is no fault of the server's. What came to an end all the same stays what it is.
    mutating func clientHasGone() {
        if errorCode == "57014" { status = Presence.goneStatus }
    }
}
