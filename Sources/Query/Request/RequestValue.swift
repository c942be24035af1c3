/// A value the caller wrote, taken out of the request so that requests differing only in values share one plan.
package enum RequestValue: Hashable, Sendable {
    /// `id=eq.5` carries `5`; `limit=20` carries `20`. Always as written: the column decides what it means.
    case text(String)
    /// `id=in.(1,2,3)`: one value, however long.
    case list([String])
}

extension RequestValue {
    /// The number in a limit or an offset. `nil` for anything else.
    package var integer: Int? {
        guard case .text(let text) = self else { return nil }
        return Int(text)
    }
}

/// Where a value is found in ``TableRequest/values``.
package struct ValueIndex: Hashable, Sendable {
    package let position: Int

    package init(_ position: Int) {
        self.position = position
    }
}
