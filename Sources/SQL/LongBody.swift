package import OffstageSchema

/// A body that is too long to be held in memory: it was written down row by row, and is read again piece by piece while it is sent.
package protocol LongBody: Sendable {
    /// In bytes.
    var count: Int { get }

    /// The bytes from `offset` on, at most `limit` of them; none at the end. Waits for the disk.
    ///
    /// - Throws: 58030 where they cannot be read.
    func bytes(from offset: Int, limit: Int) throws(SQLError) -> [UInt8]
}
