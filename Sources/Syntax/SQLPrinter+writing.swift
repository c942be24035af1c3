extension SQLPrinter {
    mutating func dataStatement(_ statement: DataStatement) {
        switch statement {
        case .select(let select): self.select(select)
        case .insert(let insert): self.insert(insert)
        case .update(let update): self.update(update)
        case .delete(let delete): self.delete(delete)
        case .merge(let merge): self.merge(merge)
        }
    }

    private mutating func insert(_ insert: Insert) {
        if let with = insert.with { self.with(with) }
        write("insert into ")
        table(insert.table, insert.alias)
        if !insert.columns.isEmpty {
            write(" ")
            bracketed(insert.columns) { $0.name($1) }
        }
        overriding(insert.overriding)
        switch insert.source {
        case .defaultValues: write(" default values")
        case .select(let select):
            write(" ")
            self.select(select)
        }
        if let conflict = insert.conflict { self.conflict(conflict) }
        returning(insert.returning)
    }

    mutating func overriding(_ overriding: Insert.Overriding?) {
        switch overriding {
        case .system: write(" overriding system value")
        case .user: write(" overriding user value")
        case nil: break
        }
    }

    mutating func table(_ name: Name, _ alias: String?) {
        self.name(name)
        if let alias { write(" as \(quotedIdentifier(alias))") }
    }

    private mutating func conflict(_ conflict: Conflict) {
        write(" on conflict")
        switch conflict.target {
        case .columns(let columns, let filter):
            write(" ")
            bracketed(columns) { $0.indexed($1) }
            self.filter(filter)
        case .constraint(let name): write(" on constraint \(quotedIdentifier(name))")
        case nil: break
        }
        switch conflict.action {
        case .nothing: write(" do nothing")
        case .update(let assignments, let filter):
            write(" do update set ")
            self.assignments(assignments)
            self.filter(filter)
        }
    }

    /// A column by its name, anything else in brackets.
    mutating func indexed(_ value: Expression) {
        switch value.kind {
        case .column(let name): self.name(name)
        case .collate(let inner, let collation):
            indexed(inner)
            write(" collate ")
            name(collation)
        default:
            write("(")
            expression(value)
            write(")")
        }
    }

    mutating func assignments(_ assignments: [Assignment]) {
        write(assignments) { printer, assignment in
            if assignment.columns.count == 1 {
                printer.name(assignment.columns[0])
            } else {
                printer.bracketed(assignment.columns) { $0.name($1) }
            }
            printer.write(" = ")
            printer.expression(assignment.value)
        }
    }

    private mutating func returning(_ outputs: [Output]) {
        guard !outputs.isEmpty else { return }
        write(" returning ")
        self.outputs(outputs)
    }

    private mutating func update(_ update: Update) {
        if let with = update.with { self.with(with) }
        write("update ")
        table(update.table, update.alias)
        write(" set ")
        assignments(update.assignments)
        from(" from ", update.from)
        filter(update.filter)
        returning(update.returning)
    }

    private mutating func delete(_ delete: Delete) {
        if let with = delete.with { self.with(with) }
        write("delete from ")
        table(delete.table, delete.alias)
        from(" using ", delete.using)
        filter(delete.filter)
        returning(delete.returning)
    }
}
