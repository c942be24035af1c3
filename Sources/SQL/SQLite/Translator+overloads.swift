import OffstageSchema
import OffstageSyntax

/// PostgreSQL's choice among overloads of a function or an operator: chapters 10.2 and 10.3, `func_select_candidate` in its source.
extension Translator {
    struct Match {
        var entry: FunctionTable.Entry
        /// What each argument must become.
        var types: [DataType]
        var result: DataType
    }

    /// - Throws: 42725 where several fit equally well, 42804 where nothing says what a polymorphic argument is.
    func resolve(_ entries: [FunctionTable.Entry], _ terms: [Term], called name: String, isOperator: Bool = false) throws(SQLError)
        -> Match?
    {
        var types = terms.map { $0.pending == nil ? $0.type : DataType.unknown }
        // The table has no operators of real and another number: PostgreSQL's take both as double precision.
        if isOperator, types.count == 2, types.contains(.real), types.contains(where: { $0 != .real && $0.numberRank != nil }) {
            types = types.map { $0 == .real ? .double : $0 }
        }
        let choice = Self.choice(entries.filter { $0.exists(in: schema) }, types, isOperator: isOperator)
        switch choice {
        case .one(let match):
            try Self.requireKnown(match, types)
            if case .array(.array) = match.result { throw unsupported("an array of arrays", hint: "Use jsonb.") }
            return match
        case .none: return nil
        case .several: throw Self.notUnique(name, terms.map { $0.pending == nil ? $0.type.name : "unknown" }, isOperator: isOperator)
        }
    }

    private enum Choice {
        case none
        case one(Match)
        case several
    }

    private static func choice(_ entries: [FunctionTable.Entry], _ types: [DataType], isOperator: Bool) -> Choice {
        var fitting = entries.compactMap { entry in match(entry, types).map { Candidate(match: $0, given: types) } }
        // One that takes just these is preferred to one that takes any number.
        let plain = fitting.filter { !$0.match.entry.isVariadic }.map(\.match.types)
        fitting.removeAll { $0.match.entry.isVariadic && plain.contains($0.match.types) }
        if let exact = fitting.first(where: { $0.isExact }) { return .one(exact.match) }
        // An operator's untyped side is first taken to be like the other.
        if isOperator, types.count == 2, let known = types.first(where: { $0 != .unknown }), types.contains(.unknown) {
            let both = [DataType](repeating: known, count: 2)
            let found = entries.lazy.compactMap { match($0, both) }.map { Candidate(match: $0, given: both) }.first { $0.isExact }
            if let found { return .one(found.match) }
        }
        var candidates = fitting
        if candidates.count <= 1 { return candidates.first.map { .one($0.match) } ?? .none }

        candidates = best(candidates) { $0.exactArguments }
        if candidates.count == 1 { return .one(candidates[0].match) }
        candidates = best(candidates) { $0.exactOrPreferredArguments }
        if candidates.count == 1 { return .one(candidates[0].match) }

        let unknown = types.indices.filter { types[$0] == .unknown }
        guard !unknown.isEmpty else { return .several }
        if let kept = byCategory(candidates, unknown), !kept.isEmpty {
            candidates = kept
            if candidates.count == 1 { return .one(candidates[0].match) }
        }
        // At last: where all that is known is of one type, what is unknown is taken for it too.
        let known = Set(types.filter { $0 != .unknown })
        if known.count == 1, let type = known.first {
            let all = [DataType](repeating: type, count: types.count)
            let left = candidates.compactMap { match($0.match.entry, all) }
            if left.count == 1 { return .one(left[0]) }
        }
        return .several
    }

    private static func best(_ candidates: [Candidate], by score: (Candidate) -> Int) -> [Candidate] {
        let scores = candidates.map(score)
        let most = scores.max() ?? 0
        return zip(candidates, scores).filter { $0.1 == most }.map(\.0)
    }

    /// Each untyped argument takes a category: text where a candidate takes text there, else the one that all agree on.
    private static func byCategory(_ candidates: [Candidate], _ unknown: [Int]) -> [Candidate]? {
        var kept = candidates
        for index in unknown {
            let taken = candidates.map { $0.parameter(index) }
            let categories = Set(taken.map(\.category))
            guard let category = categories.contains("S") ? "S" : categories.count == 1 ? categories.first : nil else { return nil }
            let hasPreferred = taken.contains { $0.category == category && $0.isPreferred }
            kept = kept.filter { candidate in
                let parameter = candidate.parameter(index)
                return parameter.category == category && (!hasPreferred || parameter.isPreferred)
            }
        }
        return kept
    }

    /// An overload that the arguments can be made to fit.
    private struct Candidate {
        var match: Match
        var given: [DataType]

        func declared(_ index: Int) -> FunctionTable.Parameter {
            let parameters = match.entry.parameters
            return parameters[min(index, parameters.count - 1)]
        }

        /// As PostgreSQL's catalogue has it: polymorphic ones are of a category of their own.
        func parameter(_ index: Int) -> (category: Character, isPreferred: Bool) {
            switch declared(index) {
            case .exact(let type): (type.category, type.isPreferred)
            case .number: ("N", true)
            case .range: ("R", false)
            default: ("P", false)
            }
        }

        private func isExact(_ index: Int) -> Bool {
            guard given[index] != .unknown else { return false }
            switch declared(index) {
            case .exact(let type): return type == given[index]
            case .number, .enumeration, .range: return true
            default: return false
            }
        }

        var isExact: Bool { given.indices.allSatisfy { isExact($0) } }
        var exactArguments: Int { given.indices.count { isExact($0) } }

        var exactOrPreferredArguments: Int {
            given.indices.count { index in
                guard given[index] != .unknown else { return false }
                if isExact(index) { return true }
                guard case .exact(let type) = declared(index) else { return false }
                return type.isPreferred && type.category == given[index].category
            }
        }
    }

    // MARK: One overload

    /// Nil where an argument cannot become what is asked.
    private static func match(_ entry: FunctionTable.Entry, _ types: [DataType]) -> Match? {
        guard types.count >= entry.required, types.count <= entry.parameters.count || entry.isVariadic else { return nil }
        var element: DataType?
        var number: DataType?
        var range: DataType?
        var result: [DataType] = []
        func parameter(_ index: Int) -> FunctionTable.Parameter { entry.parameters[min(index, entry.parameters.count - 1)] }
        for (index, type) in types.enumerated() {
            switch parameter(index) {
            case .exact(.record) where type.isRow: result.append(type)
            case .exact(let wanted):
                guard type == .unknown || type == wanted || type.isText && wanted.isText || CastTable.isImplicit(from: type, to: wanted)
                else { return nil }
                result.append(wanted)
            case .any: result.append(type == .unknown ? .text : type)
            case .element:
                let actual = type == .unknown ? (element ?? .text) : type
                if range != nil, element != actual { return nil }
                if let known = element, known != actual {
                    guard CastTable.isImplicit(from: actual, to: known) || CastTable.isImplicit(from: known, to: actual) else { return nil }
                    if CastTable.isImplicit(from: known, to: actual) { element = actual }
                } else if type != .unknown {
                    element = actual
                }
                result.append(element ?? actual)
            case .array:
                if case .array(let inner) = type {
                    if let known = element, known != inner, !(known.isText && inner.isText) {
                        // The wider of the two wins, wherever it stands.
                        guard CastTable.isImplicit(from: known, to: inner) || CastTable.isImplicit(from: inner, to: known) else {
                            return nil
                        }
                        if CastTable.isImplicit(from: known, to: inner) { element = inner }
                    } else {
                        element = inner
                    }
                } else if type != .unknown {
                    return nil
                }
                result.append(type == .unknown ? .array(element ?? .text) : type)
            case .range:
                let known = types.first { if case .range = $0 { true } else { false } }
                guard case .range(let kind) = type == .unknown ? known ?? type : type else { return nil }
                if let range, range != .range(kind) { return nil }
                if let known = element, known != kind.element { return nil }
                range = .range(kind)
                element = kind.element
                result.append(.range(kind))
            case .enumeration:
                // What has no type is taken for one of the other's.
                if type == .unknown, let known = types.first(where: { if case .enumeration = $0 { true } else { false } }) {
                    result.append(known)
                    element = known
                    continue
                }
                guard case .enumeration = type else { return nil }
                element = type
                result.append(type)
            case .number:
                guard type == .unknown || type.numberRank != nil else { return nil }
                number = type == .unknown ? .double : type
                result.append(number ?? .double)
            }
        }
        // Elements found before a wider one was: all become the widest.
        if let element {
            for index in types.indices {
                switch parameter(index) {
                case .element: result[index] = element
                case .array: result[index] = .array(element)
                default: break
                }
            }
        }
        let type: DataType =
            switch entry.result {
            case .exact(let exact): exact
            case .any, .element, .enumeration: element ?? .text
            case .array: .array(element ?? .text)
            case .number: number ?? .double
            case .range: range ?? .unknown
            }
        return Match(entry: entry, types: result, result: type)
    }

    // MARK: Errors

    /// `array_length('{}', 1)`: an array of what?
    private static func requireKnown(_ match: Match, _ types: [DataType]) throws(SQLError) {
        var isPolymorphic = false
        for (index, type) in types.enumerated() {
            switch match.entry.parameters[min(index, match.entry.parameters.count - 1)] {
            case .element, .array:
                if type != .unknown { return }
                isPolymorphic = true
            default: break
            }
        }
        // These take what has no type for text (PostgreSQL's `anycompatible`).
        let compatible: Set<String> = [
            "array_append", "array_prepend", "array_cat", "||", "array_position", "array_positions", "array_remove", "array_replace",
        ]
        guard isPolymorphic, !compatible.contains(match.entry.name), !match.entry.traits.contains(.window) else { return }
        throw SQLError("42804", "could not determine polymorphic type because input has type unknown")
    }

    private static func notUnique(_ name: String, _ types: [String], isOperator: Bool) -> SQLError {
        guard isOperator else {
            return SQLError(
                "42725", "function \(name)(\(types.joined(separator: ", "))) is not unique",
                hint: "Could not choose a best candidate function. You might need to add explicit type casts.")
        }
        let text = types.count == 1 ? "\(name) \(types[0])" : types.joined(separator: " \(name) ")
        return SQLError(
            "42725", "operator is not unique: \(text)",
            hint: "Could not choose a best candidate operator. You might need to add explicit type casts.")
    }
}
