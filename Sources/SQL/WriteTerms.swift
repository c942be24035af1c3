/// What a request asks for beside its write, to be judged and kept in the write's own transaction.
///
/// A driver that answers true to `honoursTerms` does, in one transaction and in this order: gives back what is kept of ``once``, if it is;
/// refuses with OFS301 if ``match`` does not hold; writes; keeps the answer under ``once``. Whatever fails undoes all of it.
package final class WriteTerms: Sendable {
    package let match: Match?
    package let once: Once?

    package init(match: Match? = nil, once: Once? = nil) {
        self.match = match
        self.once = once
    }

    /// `If-Match` and `If-None-Match`: the row must be as the caller knows it.
    package struct Match: Sendable {
        /// The row as the caller may read it; run with the request's own values, in UTC. Without a row, or with several, there is no tag.
        package var row: Statement
        package var condition: TagCondition
        /// The tag of a row that was written as one JSON object.
        package var tag: @Sendable ([UInt8]) -> String

        package init(row: Statement, condition: TagCondition, tag: @escaping @Sendable ([UInt8]) -> String) {
            self.row = row
            self.condition = condition
            self.tag = tag
        }
    }

    /// `Idempotency-Key`: a write that is done once, however often it is sent.
    package struct Once: Sendable {
        /// When a body that was kept may be shown again.
        package enum Showing: Sendable {
            case never
            case always
            /// While each row written is there for the caller: the read gives the row whose key is its values.
            case whileReadable(Statement)

            /// The keys of all rows are wanted, to look for them later.
            package var needsKeys: Bool { if case .whileReadable = self { true } else { false } }
        }

        /// SHA-256 of whose key it is, for which route, and the key.
        package var key: [UInt8]
        /// SHA-256 of whose it is: what a caller may keep is limited.
        package var owner: [UInt8]
        /// SHA-256 of what is asked for: another under the same key is refused with OFS304.
        package var request: [UInt8]
        package var showing: Showing
        /// More keys than this within a day are refused with OFS305.
        package var keyLimit: Int

        package init(key: [UInt8], owner: [UInt8], request: [UInt8], showing: Showing, keyLimit: Int) {
            self.key = key
            self.owner = owner
            self.request = request
            self.showing = showing
            self.keyLimit = keyLimit
        }

        /// How long an answer is kept, in microseconds.
        package static let life: Int64 = 24 * 3600 * 1_000_000
        /// A longer body is not kept, nor any body of a caller whose bodies together are longer than `ownerBytes`.
        package static let bodyBytes = 64 << 10
        package static let ownerBytes = 16 << 20
        /// Of more rows, or longer ones than `bodyBytes`, the keys are not kept, and so no body is shown again.
        package static let rows = 1_000
    }
}

/// The conditions of RFC 9110, section 13, on one row's tag.
package struct TagCondition: Sendable, Hashable {
    package enum Tags: Sendable, Hashable {
        case any
        /// With their quotes; a weak one keeps its `W/`.
        case these([String])
    }

    package var match: Tags?
    package var noneMatch: Tags?

    package init(match: Tags? = nil, noneMatch: Tags? = nil) {
        self.match = match
        self.noneMatch = noneMatch
    }

    /// `If-Match`, compared strongly: a weak tag is equal to nothing.
    package func matches(_ tag: String?) -> Bool {
        switch match {
        case nil: true
        case .any?: tag != nil
        case .these(let tags)?: tag.map { tags.contains($0) } ?? false
        }
    }

    /// `If-None-Match`, compared weakly: true where the caller does not know this state of the row.
    package func isNews(_ tag: String?) -> Bool {
        switch noneMatch {
        case nil: true
        case .any?: tag == nil
        case .these(let tags)?: !(tag.map { tag in tags.contains { $0 == tag || $0 == "W/" + tag } } ?? false)
        }
    }
}
