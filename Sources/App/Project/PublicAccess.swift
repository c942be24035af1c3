package import OffstageSchema
import OffstageSyntax

/// Who may do what, in plain words: what `serve` prints at its start and `doctor` looks at.
package struct PublicAccess: Sendable {
    private let schema: Schema
    private let exposed: [String]

    package init(_ schema: Schema, exposing exposed: [String]) {
        self.schema = schema
        self.exposed = exposed
    }

    /// A line for each table and view that others than `service_role` may reach, then one for those they may not, then the functions.
    package var lines: [String] {
        var lines: [String] = []
        var closed: [String] = []
        let names = relations
        let width = min(32, names.map { shown($0).count }.max() ?? 0)
        for name in names {
            let words = self.words(name)
            if words.isEmpty {
                closed.append(shown(name))
            } else {
                let label = shown(name)
                lines.append(label + String(repeating: " ", count: max(0, width - label.count)) + "  " + words)
            }
        }
        if !closed.isEmpty { lines.append("closed to all but the service key: \(closed.joined(separator: ", "))") }
        return lines + functionLines
    }

    /// The functions that can be called at `/rpc/…`, by who may.
    private var functionLines: [String] {
        var everyone: [String] = []
        var users: [String] = []
        for (name, overloads) in schema.functions.sorted(by: { $0.key < $1.key }) where exposed.contains(name.schema) {
            for function in overloads where !function.isTrigger {
                if schema.allows("anon", .execute, on: function.signature) {
                    everyone.append(shown(function.signature))
                } else if schema.allows("authenticated", .execute, on: function.signature) {
                    users.append(shown(function.signature))
                }
            }
        }
        var lines: [String] = []
        if !everyone.isEmpty { lines.append("functions called by everyone: \(everyone.joined(separator: ", "))") }
        if !users.isEmpty { lines.append("functions called by signed-in users: \(users.joined(separator: ", "))") }
        return lines
    }

    /// Views that show rows of tables with row level security past the policies.
    package var viewsPastPolicies: [(view: QualifiedName, tables: [QualifiedName])] {
        schema.views.values.sorted { $0.name < $1.name }.compactMap { view in
            guard exposed.contains(view.name.schema), !view.isSecurityInvoker, isReachable(view.name) else { return nil }
            let tables = self.tables(of: view, depth: 0).filter { schema.tables[$0]?.hasRowSecurity == true }
            return tables.isEmpty ? nil : (view.name, Array(Set(tables)).sorted())
        }
    }

    package var relations: [QualifiedName] {
        (Array(schema.tables.keys) + Array(schema.views.keys)).filter { exposed.contains($0.schema) }.sorted()
    }

    /// May `anon` or `authenticated` do anything with it?
    package func isReachable(_ name: QualifiedName) -> Bool {
        ["anon", "authenticated"].contains { role in Self.commands.contains { schema.allowsAny(role, $0.privilege, of: name) } }
    }

    private func tables(of view: View, depth: Int) -> [QualifiedName] {
        guard depth < 32 else { return [] }
        var found: [QualifiedName] = []
        view.select.visitFromItems { item in
            guard case .table(let name, _) = item else { return }
            let full = QualifiedName(name.qualifier ?? view.name.schema, name.last)
            if schema.tables[full] != nil { found.append(full) }
            if let inner = schema.views[full], inner.name != view.name { found += tables(of: inner, depth: depth + 1) }
        }
        return found
    }

    func shown(_ name: QualifiedName) -> String { name.schema == exposed.first ? name.name : name.description }

    // MARK: Words

    private static let commands: [(privilege: Privilege, command: CreatePolicy.Command, word: String)] = [
        (.select, .select, "read"), (.insert, .insert, "added to"), (.update, .update, "changed"), (.delete, .delete, "deleted from"),
    ]

    private enum Reach: Hashable {
        case no
        /// Every row.
        case all
        /// Those that a policy names.
        case some
    }

    private func reach(_ role: String, _ privilege: Privilege, _ command: CreatePolicy.Command, _ name: QualifiedName) -> Reach {
        guard schema.allowsUsage(role, ofSchema: name.schema), schema.allowsAny(role, privilege, of: name) else { return .no }
        guard let table = schema.tables[name], schema.appliesRowSecurity(of: table, to: role) else { return .all }
        let policies = schema.policies(of: table, for: command, role: role)
        guard !policies.permissive.isEmpty else { return .no }
        // A policy for a role in a token's word never lets `anon` in, whose token has none; that is beyond what can be told here.
        let isOpen =
            policies.restrictive.isEmpty
            && policies.permissive.contains { policy in
                let conditions = command == .insert ? [policy.check ?? policy.using] : [policy.using]
                return conditions.allSatisfy { $0.map { $0.kind == .literal(.boolean(true)) } ?? true }
            }
        return isOpen ? .all : .some
    }

    private struct Group: Hashable {
        var who: String
        var reach: Reach
    }

    private func words(_ name: QualifiedName) -> String {
        var groups: [(group: Group, words: [String])] = []
        func add(_ who: String, _ reach: Reach, _ word: String) {
            let group = Group(who: who, reach: reach)
            if let index = groups.firstIndex(where: { $0.group == group }) {
                groups[index].words.append(word)
            } else {
                groups.append((group, [word]))
            }
        }
        for (privilege, command, word) in Self.commands {
            let (anyone, users) = (reach("anon", privilege, command, name), reach("authenticated", privilege, command, name))
            if anyone != .no { add("everyone", anyone, word) }
            if users != .no, users != anyone { add("signed-in users", users, word) }
        }
        let text = groups.map { entry in
            "\(Self.list(entry.words)) by \(entry.group.who)" + (entry.group.reach == .some ? " where a policy allows" : "")
        }.joined(separator: "; ")
        let isUnguarded = !text.isEmpty && schema.tables[name]?.hasRowSecurity == false
        return text + (isUnguarded ? " (no row level security)" : "")
    }

    private static func list(_ words: [String]) -> String {
        words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
    }
}
