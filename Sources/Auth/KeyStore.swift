/// Where a key ring is kept: a file of one process, or a row that several servers share.
package protocol KeyStore: Sendable {
    /// For errors.
    var path: String { get }

    /// Gives what is kept to `body`, nil before there is anything, and keeps what it gives back; with nil, what is there stays. Nobody else
    /// changes it meanwhile, and it is durable when this returns.
    func update(_ body: ([UInt8]?) throws(KeyRingError) -> [UInt8]?) throws(KeyRingError)
}

extension PrivateFile: KeyStore {
    func update(_ body: ([UInt8]?) throws(KeyRingError) -> [UInt8]?) throws(KeyRingError) {
        if let bytes = try body(read()) { try replace(with: bytes) }
    }
}

extension KeyStore {
    /// What is kept.
    func bytes() throws(KeyRingError) -> [UInt8]? {
        var bytes: [UInt8]?
        try update { (text) throws(KeyRingError) in
            bytes = text
            return nil
        }
        return bytes
    }
}
