import OffstageJSON

extension JSONPath {
    /// As PostgreSQL prints it.
    package var text: String { (isLax ? "" : "strict ") + Self.text(of: path[...], inKey: false, brackets: true) }

    private static func quoted(_ text: String) -> String { JSONValue.string(text).text }

    private static func text(of path: ArraySlice<Step>, inKey: Bool, brackets: Bool) -> String {
        guard let step = path.first else { return "" }
        let rest = path.dropFirst()
        var result = text(of: step, inKey: inKey, brackets: brackets, hasNext: !rest.isEmpty)
        if !rest.isEmpty { result += text(of: rest, inKey: true, brackets: true) }
        return result
    }

    private static func text(of step: Step, inKey: Bool, brackets: Bool, hasNext: Bool) -> String {
        func operand(_ path: Path) -> String {
            text(of: path[...], inKey: false, brackets: (path.first?.priority ?? 6) <= step.priority)
        }
        func plain(_ path: Path) -> String { text(of: path[...], inKey: false, brackets: false) }
        func bracketed(_ text: String) -> String { brackets ? "(\(text))" : text }
        switch step {
        case .null: return "null"
        case .root: return "$"
        case .current: return "@"
        case .last: return "last"
        case .boolean(let value): return value ? "true" : "false"
        case .number(let text): return hasNext ? "(\(text))" : text
        case .string(let text): return quoted(text)
        case .variable(let name): return "$" + quoted(name)
        case .and(let a, let b): return bracketed("\(operand(a)) && \(operand(b))")
        case .or(let a, let b): return bracketed("\(operand(a)) || \(operand(b))")
        case .not(let a): return "!(\(plain(a)))"
        case .isUnknown(let a): return "(\(plain(a))) is unknown"
        case .compare(let name, let a, let b): return bracketed("\(operand(a)) \(name.rawValue) \(operand(b))")
        case .exists(let a): return "exists (\(plain(a)))"
        case .startsWith(let a, let b): return bracketed("\(operand(a)) starts with \(operand(b))")
        case .likeRegex(let a, let pattern, let flags):
            let ordered = "ismxq".filter { flags.contains($0) }
            return bracketed("\(operand(a)) like_regex \(quoted(pattern))" + (ordered.isEmpty ? "" : " flag \"\(ordered)\""))
        case .arithmetic(let name, let a, let b): return bracketed("\(operand(a)) \(name) \(operand(b))")
        case .sign(let name, let a): return bracketed("\(name)\(operand(a))")
        case .key(let name): return (inKey ? "." : "") + quoted(name)
        case .anyKey: return inKey ? ".*" : "*"
        case .anyArray: return "[*]"
        case .subscripts(let list):
            return "[" + list.map { plain($0.from) + ($0.to.map { " to \(plain($0))" } ?? "") }.joined(separator: ",") + "]"
        case .any(let first, let last):
            let level = { (level: Int) in level == .max ? "last" : "\(level)" }
            let range = first == 0 && last == .max ? "" : first == last ? "{\(level(first))}" : "{\(level(first)) to \(level(last))}"
            return (inKey ? "." : "") + "**" + range
        case .filter(let a): return "?(\(plain(a)))"
        case .method(let method): return ".\(method.rawValue)()"
        }
    }
}

extension JSONPath.Step {
    fileprivate var priority: Int {
        switch self {
        case .or: 0
        case .and: 1
        case .compare, .startsWith: 2
        case .arithmetic("+", _, _), .arithmetic("-", _, _): 3
        case .arithmetic: 4
        case .sign: 5
        default: 6
        }
    }
}
