package import OffstageSyntax

/// The usual grants: a table is open to requests once row level security guards it.
extension Schema {
    /// What a migration file grants without saying so, and takes back: asked of the schema after the file, to be handed to
    /// `grantAutomatically`.
    ///
    /// Tables of exposed schemas whose row level security was switched on in the file, and on which the file itself grants and revokes
    /// nothing, get
    /// select, insert, update and delete for `anon` and `authenticated`, and usage of their sequences. Switched off, they lose what they
    /// got this way.
    /// Views never get any. Each grant is over one object, in order of name, so that it can be printed and run as it is.
    package func automaticGrants(for file: [Statement], before: Schema, path: [String] = searchPath) -> [Grant] {
        var grants: [Grant] = []
        let mentioned = grantsByHand(in: file, path: path)
        for (name, table) in tables.sorted(by: { $0.key < $1.key }) {
            if !table.hasRowSecurity {
                grants += takenBack(name)
                for sequence in table.sequences { grants += takenBack(sequence) }
                continue
            }
            guard exposed.contains(name.schema), !mentioned(name), automaticPrivileges[name] == nil else { continue }
            guard wasSwitchedOn(name, before, file, path: path) else { continue }
            grants.append(
                Grant(
                    isGrant: true, ["select", "insert", "update", "delete"].map { Grant.Privilege($0) },
                    on: .tables([Name(name.schema, name.name)]),
                    roles: ["anon", "authenticated"]))
            for sequence in table.sequences {
                grants.append(
                    Grant(
                        isGrant: true, [Grant.Privilege("usage")], on: .sequences([Name(sequence.schema, sequence.name)]),
                        roles: ["anon", "authenticated"]))
            }
        }
        return grants
    }

    /// Applies what `automaticGrants` gave, and remembers which grants are Offstage's own.
    package mutating func grantAutomatically(_ grants: [Grant]) throws(SQLError) {
        for grant in grants {
            let before = self
            _ = try apply(Statement(.grant(grant))) { (_) throws(SQLError) in [] }
            let names: [Name]
            switch grant.objects {
            case .tables(let list), .sequences(let list): names = list
            default: names = []
            }
            for name in names.map({ QualifiedName($0) }) {
                for role in grant.roles where grant.isGrant {
                    let held = before.privileges[name]?.whole[role] ?? []
                    let given = (privileges[name]?.whole[role] ?? []).subtracting(held)
                    if !given.isEmpty { automaticPrivileges[name, default: [:]][role, default: []].formUnion(given) }
                }
            }
        }
    }

    private func wasSwitchedOn(_ name: QualifiedName, _ before: Schema, _ file: [Statement], path: [String]) -> Bool {
        if before.tables[name]?.hasRowSecurity != true { return true }
        // Dropped and made anew in the same file.
        return file.contains {
            if case .createTable(let create) = $0.kind { (try? placement(of: create.name, path: path)) == name } else { false }
        }
    }

    private func takenBack(_ name: QualifiedName) -> [Grant] {
        (automaticPrivileges[name] ?? [:]).sorted { $0.key < $1.key }.map { role, privileges in
            let object = Name(name.schema, name.name)
            return Grant(
                isGrant: false, privileges.map(\.rawValue).sorted().map { Grant.Privilege($0) },
                on: sequences[name] == nil ? .tables([object]) : .sequences([object]), roles: [role])
        }
    }

    /// Does the file itself grant or revoke on a table?
    package func grantsByHand(in file: [Statement], path: [String]) -> (QualifiedName) -> Bool {
        var tables: Set<QualifiedName> = []
        var namespaces: Set<String> = []
        for statement in file {
            guard case .grant(let grant) = statement.kind else { continue }
            switch grant.objects {
            case .tables(let names): tables.formUnion(names.compactMap { resolve($0, path: path)?.name })
            case .allTables(let list): namespaces.formUnion(list)
            default: break
            }
        }
        return { tables.contains($0) || namespaces.contains($0.schema) }
    }
}

extension Table {
    /// Those behind its serial and identity columns.
    package var sequences: [QualifiedName] { columns.compactMap(\.sequence) }
}
