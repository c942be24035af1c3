/// Operators of ranges. Source: PostgreSQL 15, chapter 9.20.
extension RangeValue {
    package var isEmpty: Bool { bounds == nil }

    package func contains(_ point: Point) -> Bool {
        guard let bounds else { return false }
        if let low = bounds.lower.point {
            let order = Self.compare(low, point)
            if order > 0 || (order == 0 && !bounds.lower.isInclusive) { return false }
        }
        if let high = bounds.upper.point {
            let order = Self.compare(high, point)
            if order < 0 || (order == 0 && !bounds.upper.isInclusive) { return false }
        }
        return true
    }

    package func contains(_ other: RangeValue) -> Bool {
        guard let theirs = other.bounds else { return true }
        guard let bounds else { return false }
        return Self.compare(bounds.lower, theirs.lower) <= 0 && Self.compare(bounds.upper, theirs.upper) >= 0
    }

    package func overlaps(_ other: RangeValue) -> Bool {
        guard let bounds, let theirs = other.bounds else { return false }
        return Self.compare(bounds.lower, theirs.upper) <= 0 && Self.compare(theirs.lower, bounds.upper) <= 0
    }

    /// `<<`
    package func isBefore(_ other: RangeValue) -> Bool {
        guard let bounds, let theirs = other.bounds else { return false }
        return Self.compare(bounds.upper, theirs.lower) < 0
    }

    /// `&<`
    package func endsNotAfter(_ other: RangeValue) -> Bool {
        guard let bounds, let theirs = other.bounds else { return false }
        return Self.compare(bounds.upper, theirs.upper) <= 0
    }

    /// `&>`
    package func beginsNotBefore(_ other: RangeValue) -> Bool {
        guard let bounds, let theirs = other.bounds else { return false }
        return Self.compare(bounds.lower, theirs.lower) >= 0
    }

    /// `-|-`: nothing lies between, and nothing is in both.
    package func isAdjacent(to other: RangeValue) -> Bool {
        guard let bounds, let theirs = other.bounds else { return false }
        return meets(bounds.upper, theirs.lower) || meets(theirs.upper, bounds.lower)
    }

    private func meets(_ upper: Bound, _ lower: Bound) -> Bool {
        guard let end = upper.point, let start = lower.point else { return false }
        let order = Self.compare(end, start)
        if order == 0 { return upper.isInclusive != lower.isInclusive }
        guard order < 0, kind.isDiscrete else { return false }
        // The gap between them, as a range of its own, is empty.
        let gap = try? RangeValue(
            Bound(end, isInclusive: !upper.isInclusive, isLower: true), Bound(start, isInclusive: !lower.isInclusive, isLower: false), kind)
        return gap?.isEmpty ?? false
    }

    package func union(_ other: RangeValue) throws(SQLError) -> RangeValue {
        guard let bounds else { return other }
        guard let theirs = other.bounds else { return self }
        guard overlaps(other) || isAdjacent(to: other) else {
            throw SQLError("22000", "result of range union would not be contiguous")
        }
        return try merged(bounds, theirs)
    }

    /// The smallest range that holds both.
    package func merged(with other: RangeValue) throws(SQLError) -> RangeValue {
        guard let bounds else { return other }
        guard let theirs = other.bounds else { return self }
        return try merged(bounds, theirs)
    }

    private func merged(_ a: (lower: Bound, upper: Bound), _ b: (lower: Bound, upper: Bound)) throws(SQLError) -> RangeValue {
        try RangeValue(
            Self.compare(a.lower, b.lower) < 0 ? a.lower : b.lower, Self.compare(a.upper, b.upper) > 0 ? a.upper : b.upper, kind)
    }

    package func intersection(_ other: RangeValue) throws(SQLError) -> RangeValue {
        guard let bounds, let theirs = other.bounds, overlaps(other) else { return .empty(kind) }
        return try RangeValue(
            Self.compare(bounds.lower, theirs.lower) >= 0 ? bounds.lower : theirs.lower,
            Self.compare(bounds.upper, theirs.upper) <= 0 ? bounds.upper : theirs.upper, kind)
    }

    package func difference(_ other: RangeValue) throws(SQLError) -> RangeValue {
        guard let bounds, let theirs = other.bounds else { return self }
        let lowers = Self.compare(bounds.lower, theirs.lower)
        let uppers = Self.compare(bounds.upper, theirs.upper)
        if lowers < 0, uppers > 0 { throw SQLError("22000", "result of range difference would not be contiguous") }
        if Self.compare(bounds.lower, theirs.upper) > 0 || Self.compare(bounds.upper, theirs.lower) < 0 { return self }
        if lowers >= 0, uppers <= 0 { return .empty(kind) }
        if lowers <= 0, uppers <= 0 {
            let end = Bound(theirs.lower.point, isInclusive: !theirs.lower.isInclusive, isLower: false)
            return try RangeValue(bounds.lower, end, kind)
        }
        let start = Bound(theirs.upper.point, isInclusive: !theirs.upper.isInclusive, isLower: true)
        return try RangeValue(start, bounds.upper, kind)
    }
}
