extension SQLPrinter {
    mutating func statement(_ kind: Statement.Kind) {
        switch kind {
        case .data(let statement): dataStatement(statement)
        case .createTable(let table): createTable(table)
        case .createTableAs(let name, let columns, let select, let withData, let ifNotExists):
            createTableAs(name, columns, select, withData, ifNotExists)
        case .alterTable(let alter): alterTable(alter)
        case .createIndex(let index): createIndex(index)
        case .createView(let view): createView(view)
        case .createType(let type): createType(type)
        case .alterEnum(let alter): alterEnum(alter)
        case .alterDomain(let alter): alterDomain(alter)
        case .createFunction(let function): createFunction(function)
        case .createTrigger(let trigger): createTrigger(trigger)
        case .createPolicy(let policy): createPolicy(policy)
        case .alterPolicy(let policy): alterPolicy(policy)
        case .createSchema(let name, let ifNotExists):
            write("create schema \(ifNotExists ? "if not exists " : "")\(quotedIdentifier(name))")
        case .createExtension(let name, let schema, let ifNotExists):
            write("create extension \(ifNotExists ? "if not exists " : "")\(quotedIdentifier(name))")
            if let schema { write(" schema \(quotedIdentifier(schema))") }
        case .createSequence(let sequence): createSequence(sequence)
        case .alterSequence(let alter): alterSequence(alter)
        case .createRole(let name, let options): createRole(name, options)
        case .grantRole(let roles, let grantees, let isGrant):
            write("\(isGrant ? "grant" : "revoke") \(roles.map(quotedIdentifier).joined(separator: ", ")) \(isGrant ? "to" : "from") ")
            self.roles(grantees)
        case .drop(let drop): self.drop(drop)
        case .rename(let rename): self.rename(rename)
        case .comment(let comment): self.comment(comment)
        case .grant(let grant): self.grant(grant)
        case .set(let name, let value, let local): set(name, value, local)
        case .transaction(.begin): write("begin")
        case .transaction(.commit): write("commit")
        case .transaction(.rollback): write("rollback")
        case .doBlock(let language, let body): write("do language \(quotedIdentifier(language)) \(Self.dollarQuoted(body))")
        case .setConstraints(let names, let deferred):
            write("set constraints ")
            if names.isEmpty { write("all") } else { write(names) { $0.name($1) } }
            write(deferred ? " deferred" : " immediate")
        case .truncate(let tables, let cascade, let restartIdentity):
            write("truncate ")
            write(tables) { $0.name($1) }
            if restartIdentity { write(" restart identity") }
            if cascade { write(" cascade") }
        case .administration(let administration): self.administration(administration)
        case .other(let kind):
            isIncomplete = true
            write("/* \(kind) */")
        }
    }

    /// Only what a catalogue keeps is written out; the rest stands in its source.
    private mutating func administration(_ statement: Administration) {
        switch statement {
        case .createPublication(let publication): self.publication(publication)
        case .roleSetting(let role, let name?, let value?):
            write("alter role \(Self.role(role)) set ")
            setting(name, value)
        default:
            isIncomplete = true
            write("/* administration */")
        }
    }

    private mutating func publication(_ publication: Publication) {
        write("create publication \(quotedIdentifier(publication.name))")
        if publication.isForAllTables { write(" for all tables") }
        if !publication.members.isEmpty {
            write(" for table ")
            write(publication.members) { printer, member in
                printer.name(member.table)
                if !member.columns.isEmpty {
                    printer.write(" ")
                    printer.bracketed(member.columns) { $0.name($1) }
                }
                if let filter = member.filter {
                    printer.write(" where (")
                    printer.expression(filter)
                    printer.write(")")
                }
            }
        }
        if !publication.schemas.isEmpty {
            write(publication.members.isEmpty ? " for tables in schema " : ", tables in schema ")
            names(publication.schemas)
        }
        if !publication.options.isEmpty {
            write(" with (")
            write(publication.options.sorted { $0.key < $1.key }) { $0.write("\(quotedIdentifier($1.key)) = \(quotedString($1.value))") }
            write(")")
        }
    }

    private mutating func createTableAs(_ name: Name, _ columns: [String], _ select: Select, _ withData: Bool, _ ifNotExists: Bool) {
        write(ifNotExists ? "create table if not exists " : "create table ")
        self.name(name)
        columnNames(columns)
        write(" as ")
        self.select(select)
        if !withData { write(" with no data") }
    }

    private mutating func columnNames(_ columns: [String]) {
        guard !columns.isEmpty else { return }
        write(" ")
        bracketed(columns) { $0.name($1) }
    }

    private mutating func createView(_ view: CreateView) {
        write("create \(view.orReplace ? "or replace " : "")\(view.isMaterialized ? "materialized " : "")view ")
        if view.ifNotExists { write("if not exists ") }
        name(view.name)
        columnNames(view.columns)
        let options = view.options.filter { $0.key != "with_data" }
        if !options.isEmpty {
            write(" with ")
            self.options(options)
        }
        write(" as ")
        select(view.select)
        if view.options["with_data"] == "false" { write(" with no data") }
    }

    private mutating func createType(_ type: CreateType) {
        if case .domain = type.kind { write("create domain ") } else { write("create type ") }
        name(type.name)
        write(" as ")
        switch type.kind {
        case .enumeration(let labels):
            write("enum ")
            bracketed(labels) { $0.write(quotedString($1)) }
        case .composite(let columns): bracketed(columns) { $0.column($1) }
        case .domain(let base, let constraints):
            self.type(base)
            for constraint in constraints {
                write(" ")
                self.constraint(constraint)
            }
        case .range: isIncomplete = true
        }
    }

    private mutating func alterDomain(_ alter: AlterDomain) {
        write("alter domain ")
        name(alter.name)
        switch alter.change {
        case .setDefault(let value?):
            write(" set default ")
            expression(value)
        case .setDefault(nil): write(" drop default")
        case .setNotNull(let isSet): write(isSet ? " set not null" : " drop not null")
        case .addConstraint(let constraint):
            write(" add ")
            self.constraint(constraint)
        case .dropConstraint(let name, let ifExists, let cascade):
            write(" drop constraint \(ifExists ? "if exists " : "")\(quotedIdentifier(name))\(cascade ? " cascade" : "")")
        case .validateConstraint(let name): write(" validate constraint \(quotedIdentifier(name))")
        case .renameConstraint(let name, let new): write(" rename constraint \(quotedIdentifier(name)) to \(quotedIdentifier(new))")
        }
    }

    private mutating func alterEnum(_ alter: AlterEnum) {
        write("alter type ")
        name(alter.name)
        switch alter.change {
        case .add(let label, let neighbour, let after, let ifNotExists):
            write(" add value \(ifNotExists ? "if not exists " : "")\(quotedString(label))")
            if let neighbour { write(" \(after ? "after" : "before") \(quotedString(neighbour))") }
        case .rename(let label, let new): write(" rename value \(quotedString(label)) to \(quotedString(new))")
        }
    }

    // MARK: Policies

    private mutating func createPolicy(_ policy: CreatePolicy) {
        write("create policy \(quotedIdentifier(policy.name)) on ")
        name(policy.table)
        if !policy.isPermissive { write(" as restrictive") }
        switch policy.command {
        case .all: break
        case .select: write(" for select")
        case .insert: write(" for insert")
        case .update: write(" for update")
        case .delete: write(" for delete")
        }
        write(" to ")
        roles(policy.roles)
        conditions(policy.using, policy.check)
    }

    private mutating func alterPolicy(_ policy: AlterPolicy) {
        write("alter policy \(quotedIdentifier(policy.name)) on ")
        name(policy.table)
        if let roles = policy.roles {
            write(" to ")
            self.roles(roles)
        }
        conditions(policy.using, policy.check)
    }

    private mutating func conditions(_ using: Expression?, _ check: Expression?) {
        if let using {
            write(" using (")
            expression(using)
            write(")")
        }
        if let check {
            write(" with check (")
            expression(check)
            write(")")
        }
    }

    // MARK: Sequences and roles

    private mutating func createSequence(_ sequence: CreateSequence) {
        write(sequence.ifNotExists ? "create sequence if not exists " : "create sequence ")
        name(sequence.name)
        if !sequence.options.isEmpty { write(" ") }
        sequenceOptions(sequence.options)
    }

    private mutating func alterSequence(_ alter: AlterSequence) {
        write(alter.ifExists ? "alter sequence if exists " : "alter sequence ")
        name(alter.name)
        write(" ")
        sequenceOptions(alter.options)
    }

    private mutating func createRole(_ name: String, _ options: [RoleOption]) {
        write("create role \(quotedIdentifier(name))")
        for option in options {
            switch option {
            case .login(let isOn): write(isOn ? " login" : " nologin")
            case .bypassRowSecurity(let isOn): write(isOn ? " bypassrls" : " nobypassrls")
            case .inherit(let isOn): write(isOn ? " inherit" : " noinherit")
            case .superuser(let isOn): write(isOn ? " superuser" : " nosuperuser")
            case .other(let words): write(" \(words)")
            }
        }
    }

    mutating func roles(_ roles: [String]) { write(roles) { $0.write(Self.role($1)) } }

    /// Some roles are words, not names.
    static func role(_ role: String) -> String {
        switch role {
        case "public", "current_user", "current_role", "session_user": role
        default: quotedIdentifier(role)
        }
    }

    // MARK: Settings

    private mutating func set(_ name: String, _ value: String?, _ local: Bool) {
        if let value {
            write(local ? "set local " : "set ")
            setting(name, value)
        } else if local {
            write("set local \(Self.settingName(name)) to default")
        } else {
            write(name == "all" ? "reset all" : "reset \(Self.settingName(name))")
        }
    }

    /// `search_path to 'a', 'b'`.
    mutating func setting(_ name: String, _ value: String) {
        let values = name.lowercased() == "search_path" ? Self.identifiers(in: value) : [value]
        write("\(Self.settingName(name)) to \(values.map(quotedString).joined(separator: ", "))")
    }

    static func settingName(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).map { quotedIdentifier(String($0)) }.joined(separator: ".")
    }

    /// The names in `public, "$user", ""`.
    static func identifiers(in list: String) -> [String] {
        var names: [String] = []
        var name = ""
        var isQuoted = false
        var scalars = Array(list.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if isQuoted {
                if scalar != "\"" {
                    name.unicodeScalars.append(scalar)
                } else if scalars.first == "\"" {
                    name.unicodeScalars.append(scalar)
                    scalars.removeFirst()
                } else {
                    isQuoted = false
                }
            } else if scalar == "\"" {
                isQuoted = true
            } else if scalar == "," {
                names.append(name)
                name = ""
            } else if scalar != " " {
                name.unicodeScalars.append(scalar)
            }
        }
        names.append(name)
        return names
    }

    /// `$$…$$`, with a tag where the text has dollars itself.
    static func dollarQuoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") }) else {
            return quotedString(text)
        }
        var tag = "$$"
        var number = 0
        // The text with its end marker may hold the marker nowhere else.
        while (text + tag).range(of: tag) != text.utf8.count {
            number += 1
            tag = "$body\(number)$"
        }
        return tag + text + tag
    }
}

extension String {
    /// Bytes before the first `part`.
    fileprivate func range(of part: String) -> Int? {
        let bytes = Array(utf8)
        let wanted = Array(part.utf8)
        guard bytes.count >= wanted.count else { return nil }
        return (0...(bytes.count - wanted.count)).first { bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}
