import OffstageSchema

extension RegularExpression {
    /// A pattern as the parts that a match is divided into. Parts without groups in them, and without a change of preference between
    /// longest and shortest, stay whole: their automaton says all there is to know.
    ///
    /// The rules for which part prefers what are PostgreSQL's (chapter 9.7.3.5).
    struct Pieces {
        struct Marks: OptionSet, Sendable {
            let rawValue: UInt8
            static let longer = Marks(rawValue: 1)
            static let shorter = Marks(rawValue: 2)
            static let mixed = Marks(rawValue: 4)
            static let captures = Marks(rawValue: 8)
            static let refers = Marks(rawValue: 16)
            static let preference: Marks = [.longer, .shorter]

            var isMessy: Bool { !isDisjoint(with: [.mixed, .captures, .refers]) }

            /// What a whole inherits of its parts: all but the preference, and that they disagree.
            var up: Marks {
                var result = subtracting(.preference)
                if contains(.preference) { result.insert(.mixed) }
                return result
            }

            static func combine(_ first: Marks, _ second: Marks) -> Marks {
                let own = first.intersection(.preference)
                return first.union(second).up.union(own.isEmpty ? second.intersection(.preference) : own)
            }
        }

        enum Kind {
            case plain, backReference(Int), sequence, either, repeated, group
        }

        struct Piece {
            var kind: Kind
            var marks: Marks
            /// What it matches, as a pattern.
            var node: Node
            var children: [Int] = []
            var capture = 0
            var least = 1
            var most: Int? = 1
        }

        private(set) var all: [Piece] = []
        private(set) var root = 0
        private var depth = 0

        init(_ node: Node) throws(SQLError) { root = try whole(node) }

        subscript(_ index: Int) -> Piece { all[index] }

        private mutating func add(_ piece: Piece) throws(SQLError) -> Int {
            guard all.count < 5000 else { throw .complexExpression }
            all.append(piece)
            return all.count - 1
        }

        private mutating func whole(_ node: Node) throws(SQLError) -> Int {
            depth += 1
            defer { depth -= 1 }
            guard depth <= 250 else { throw .complexExpression }
            guard case .either(let branches) = node else { return try branch(Self.parts(of: node)[...]) }
            var piece = Piece(kind: .either, marks: .longer, node: node)
            for part in branches {
                let child = try branch(Self.parts(of: part)[...])
                piece.children.append(child)
                piece.marks.formUnion(piece.marks.union(all[child].marks).up)
            }
            if !piece.marks.isMessy {
                piece.kind = .plain
                piece.children = []
            }
            return try add(piece)
        }

        private static func parts(of node: Node) -> [Node] {
            switch node {
            case .empty: []
            case .sequence(let nodes): nodes
            default: [node]
            }
        }

        /// One branch from left to right: plain parts are gathered, and what is not plain divides the branch.
        private mutating func branch(_ parts: ArraySlice<Node>) throws(SQLError) -> Int {
            depth += 1
            defer { depth -= 1 }
            guard depth <= 250 else { throw .complexExpression }
            var before: [Node] = []
            var marks: Marks = []
            for (index, part) in zip(parts.indices, parts) {
                var (core, least, most, preference): (Node, Int, Int?, Marks) = (part, 1, 1, [])
                if case .repeated(let inner, let low, let high, let isShort, let isPlain) = part {
                    (core, least, most) = (inner, low, high)
                    preference = isPlain ? [] : isShort ? .shorter : .longer
                }
                if most == 0 { continue }
                var atom: Int?
                var isSpecial = false
                switch core {
                case .group(let inner, let number):
                    let made = try whole(inner)
                    atom = number == 0 ? made : try capture(made, as: number, core)
                    isSpecial = number != 0
                case .backReference(let number):
                    atom = try add(
                        Piece(kind: .backReference(number), marks: .refers, node: part, least: least, most: most))
                    isSpecial = true
                default: break
                }
                let all = marks.union(preference).union(atom.map { self.all[$0].marks } ?? [])
                if !isSpecial, !all.up.isMessy {
                    before.append(part)
                    marks = all
                    continue
                }
                if atom == nil { atom = try add(Piece(kind: .plain, marks: [], node: core)) }
                let middle = try repeated(atom ?? 0, core, least, most, preference)
                let rest = parts[(index + 1)...]
                let node = Node.sequence(Array(parts))
                var last = middle
                if !rest.isEmpty {
                    let right = try branch(rest)
                    let (left, tail) = (self.all[middle], self.all[right])
                    if case .plain = left.kind, case .plain = tail.kind, !left.marks.union(tail.marks).up.isMessy, !before.isEmpty {
                        last = try add(
                            Piece(kind: .plain, marks: .combine(left.marks, tail.marks), node: .sequence([part] + rest)))
                    } else {
                        last = try add(
                            Piece(
                                kind: .sequence, marks: .combine(.combine(preference, left.marks), tail.marks),
                                node: .sequence([part] + rest), children: [middle, right]))
                    }
                }
                if before.isEmpty { return last }
                let first = try add(Piece(kind: .plain, marks: marks, node: .sequence(before)))
                return try add(
                    Piece(kind: .sequence, marks: .combine(marks, self.all[last].marks), node: node, children: [first, last]))
            }
            return try add(Piece(kind: .plain, marks: marks, node: .sequence(before)))
        }

        private mutating func capture(_ piece: Int, as number: Int, _ node: Node) throws(SQLError) -> Int {
            if all[piece].capture == 0 {
                all[piece].capture = number
                all[piece].marks.insert(.captures)
                return piece
            }
            return try add(
                Piece(kind: .group, marks: all[piece].marks.union(.captures), node: node, children: [piece], capture: number))
        }

        private mutating func repeated(
            _ atom: Int, _ core: Node, _ least: Int, _ most: Int?, _ preference: Marks
        ) throws(SQLError) -> Int {
            let marks = all[atom].marks
            if case .backReference = all[atom].kind {
                all[atom].marks.formUnion(.combine(preference, marks))
                return atom
            }
            let own = marks.intersection([.longer, .shorter, .mixed])
            if least == 1, most == 1, preference.isEmpty || own.isEmpty || preference == own { return atom }
            let node = Node.repeated(
                core, least: least, most: most, isShort: preference == .shorter, isPlain: preference.isEmpty)
            let combined = Marks.combine(preference, marks)
            if marks.isDisjoint(with: [.captures, .refers]) { return try add(Piece(kind: .plain, marks: combined, node: node)) }
            if least > 0, !marks.contains(.refers) {
                // Only the last round's groups count: x{m,n} is x{m-1,n-1}x.
                let rounds = Node.repeated(
                    core, least: least - 1, most: most.map { $0 - 1 }, isShort: preference == .shorter, isPlain: preference.isEmpty)
                let prefix = try add(Piece(kind: .plain, marks: combined.intersection(.preference), node: rounds))
                return try add(Piece(kind: .sequence, marks: combined, node: node, children: [prefix, atom]))
            }
            return try add(
                Piece(kind: .repeated, marks: combined, node: node, children: [atom], least: least, most: most))
        }
    }
}
