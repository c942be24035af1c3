import OffstageSyntax

/// What PostgreSQL's planner leaves out of a condition before it asks who may read the tables in it. A policy that is left out must not
/// demand a grant.
extension Expression {
    /// Without the parts that `true` and `false` decide.
    var folded: Expression {
        switch kind {
        case .and(let parts):
            let rest = parts.map(\.folded).filter { $0.constant != true }
            return rest.contains { $0.constant == false } ? .boolean(false) : Expression.all(rest) ?? .boolean(true)
        case .or(let parts):
            let rest = parts.map(\.folded).filter { $0.constant != false }
            return rest.contains { $0.constant == true } ? .boolean(true) : Expression.any(rest) ?? .boolean(false)
        case .not(let part):
            let part = part.folded
            return part.constant.map { .boolean(!$0) } ?? Expression(.not(part), at: position)
        default: return self
        }
    }

    /// For a condition of its own, where null counts as false: without what is never true, and with what all branches of an OR ask asked
    /// once. `a or (a and b)` is `a` (PostgreSQL's `canonicalize_qual`).
    var factored: Expression {
        switch kind {
        case .and(let parts):
            let rest = parts.map(\.factored)
            return rest.contains { $0.constant == false } ? .boolean(false) : Expression.all(rest) ?? .boolean(true)
        case .or(let parts):
            guard let rest = Expression.any(parts.map(\.factored).filter { $0.constant != false }) else { return .boolean(false) }
            guard case .or(let branches) = rest.kind, branches.count <= 64 else { return rest }
            return Self.sharing(branches.map { branch in if case .and(let inner) = branch.kind { inner } else { [branch] } }) ?? rest
        default: return isNullComparison ? .boolean(false) : self
        }
    }

    /// `(a and b) or (a and c)` as `a and (b or c)`; nil where the branches share nothing.
    private static func sharing(_ branches: [[Expression]]) -> Expression? {
        guard let first = branches.first else { return nil }
        let shared = first.filter { part in branches.allSatisfy { $0.contains(part) } }
        guard !shared.isEmpty else { return nil }
        let others = branches.compactMap { branch in Expression.all(branch.filter { !shared.contains($0) }) }
        return Expression.all(others.count == branches.count ? shared + [Expression.any(others)].compactMap { $0 } : shared)
    }

    private var constant: Bool? { if case .literal(.boolean(let value)) = kind { value } else { nil } }

    /// A comparison with a written null is null.
    private var isNullComparison: Bool {
        guard case .binary(let name, let left, let right) = kind, ["=", "<>", "<", "<=", ">", ">="].contains(name) else { return false }
        return [left, right].contains { if case .literal(.null) = $0.kind { true } else { false } }
    }
}
