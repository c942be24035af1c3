/// What was met and what was wanted, at the farthest place reached.
struct Notes {
    enum Note: Equatable {
        /// What the input holds at this offset (its end, if it is the end).
        case met(Int)
        /// A character that was recognised and must not be here.
        case refused(Int)
        case expected(String)
    }

    /// Notes cost more than the reading itself, so they are taken only in a second reading of what could not be read.
    var areKept = false
    var position = 0
    var items: [Note] = []

    mutating func clear() {
        if areKept { items.removeAll(keepingCapacity: true) }
    }

    mutating func merge(_ later: Notes) {
        if !areKept || later.items.isEmpty { return }
        if items.isEmpty || later.position > position {
            self = later
        } else if later.position == position {
            items += later.items
        }
    }

    mutating func add(_ note: @autoclosure () -> Note, at place: Int) {
        guard areKept else { return }
        if items.isEmpty || place > position {
            position = place
            items.removeAll(keepingCapacity: true)
            items.append(note())
        } else if place == position {
            items.append(note())
        }
    }

    mutating func relabel(_ phrase: String) {
        guard areKept else { return }
        items.removeAll { if case .expected = $0 { true } else { false } }
        items.insert(.expected(phrase), at: 0)
    }
}
