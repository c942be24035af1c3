package import OffstageSchema
import OffstageSyntax

/// What SQLite is told for an index that text is searched by: `using gin (tsv)`, `using gin (name gin_trgm_ops)`.
///
/// Each of its elements is an FTS5 table beside the table, `schema.index~1`, that holds words by rowid and no text. Three triggers keep it
/// up to date whichever way a row is written. What it finds is looked at again, so a word too many in it does no harm.
package struct SearchTable: Hashable, Sendable {
    enum Kind: Hashable { case words, trigrams }

    let kind: Kind
    let element: Int
    /// Without quotes.
    package let name: String
    /// The element over the table's columns with this prefix: `new.`, `t1.`.
    let expression: String
    /// What makes it and the triggers that feed it, and what fills it.
    package let creation: [String]
    /// Gives 1 where it knows exactly the rows it should.
    package let check: String
    /// Fails where it is damaged.
    package var integrityCheck: String { "INSERT INTO \(StoredName.quoted(name))(\(StoredName.quoted(name))) VALUES ('integrity-check')" }
    /// Everything of it that `sqlite_schema` lists.
    package var parts: [String] { ["", "_data", "_idx", "_config", "~i", "~u", "~d"].map { name + $0 } }
    package var removal: [String] { Self.removal(of: name) }

    package static func removal(of name: String) -> [String] {
        ["i", "u", "d"].map { "DROP TRIGGER IF EXISTS \(StoredName.quoted("\(name)~\($0)"))" }
            + ["DROP TABLE IF EXISTS \(StoredName.quoted(name))"]
    }

    /// What the elements of any index of this name may be called.
    package static func names(of index: String, in schema: String, elements: Int) -> [String] {
        (1...max(1, elements)).map { "\(StoredName.bare(QualifiedName(schema, index)))~\($0)" }
    }
}

extension Index {
    /// Made for values that are searched for what is in them: SQLite has no such index of its own.
    package var isInverted: Bool { !isStored }
}

extension Definitions {
    /// The search tables behind an index; none where nothing is made for its elements, which are then found by reading the table.
    ///
    /// - Throws: 42704 for a type that such an index does not know.
    package func searchTables(_ index: Index, of table: Table) throws(SQLError) -> [SearchTable] {
        guard index.isInverted else { return [] }
        var tables: [SearchTable] = []
        let names = SearchTable.names(of: index.name, in: table.name.schema, elements: index.elements.count)
        for (number, element) in index.elements.enumerated() {
            guard let kind = try searchKind(element, index, table), index.filter == nil else { continue }
            let name = names[number]
            let stored = StoredName.quoted(name)
            let function = kind == .words ? "pg_search_words" : "pg_trigram_words"
            func words(_ prefix: String) throws(SQLError) -> String { "\(function)(\(try searched(element.value, of: table, prefix)))" }
            let (old, new) = (try words("old."), try words("new."))
            let target = StoredName.table(table.name)
            func trigger(_ mark: String, _ event: String, _ body: String) -> String {
                "CREATE TRIGGER \(StoredName.quoted("\(name)~\(mark)")) AFTER \(event) BEGIN \(body) END"
            }
            // A null has no words, not even the one that all have, and is never found.
            let add = "INSERT INTO \(stored)(rowid, words) VALUES (new.rowid, \(new));"
            let remove = "INSERT INTO \(stored)(\(stored), rowid, words) VALUES ('delete', old.rowid, \(old));"
            let (before, after) = (try searched(element.value, of: table, "old."), try searched(element.value, of: table, "new."))
            tables.append(
                SearchTable(
                    kind: kind, element: number, name: name, expression: try searched(element.value, of: table, ""),
                    creation: [
                        "CREATE VIRTUAL TABLE \(stored) USING fts5(words, content='', columnsize=0, detail=none, tokenize=\"ascii tokenchars '_'\")",
                        "INSERT INTO \(stored)(rowid, words) SELECT rowid, \(try words("")) FROM \(target)",
                        trigger("i", "INSERT ON \(target)", add),
                        trigger("d", "DELETE ON \(target)", remove),
                        trigger(
                            "u",
                            "UPDATE ON \(target) WHEN old.rowid <> new.rowid OR \(before) COLLATE BINARY IS NOT \(after)",
                            remove + " " + add),
                    ],
                    check: """
                        WITH found AS MATERIALIZED (SELECT rowid AS n FROM \(stored) WHERE \(stored) MATCH '"_"'), \
                        wanted AS MATERIALIZED (SELECT rowid AS n FROM \(target) WHERE \(try searched(element.value, of: table, "")) IS NOT NULL) \
                        SELECT NOT EXISTS (SELECT n FROM found EXCEPT SELECT n FROM wanted) AND NOT EXISTS (SELECT n FROM wanted EXCEPT SELECT n FROM found)
                        """))
        }
        return tables
    }

    private func searchKind(_ element: CreateIndex.Element, _ index: Index, _ table: Table) throws(SQLError) -> SearchTable.Kind? {
        var translator = Translator(schema, as: .system)
        let type = try translator.settled(try translator.translate(element.value, in: searchScope(table, ""))).type
        if let kind = element.operatorClass?.last {
            switch kind {
            case "gin_trgm_ops" where type.isText, "gist_trgm_ops" where type.isText: return .trigrams
            case "gin_trgm_ops", "gist_trgm_ops":
                throw SQLError("42804", "operator class \"\(kind)\" does not accept data type \(type.name)")
            case "tsvector_ops" where type == .tsvector: return .words
            default: return nil
            }
        }
        switch type {
        case .tsvector: return .words
        case .jsonb, .array: if index.method == "gin" { return nil }
        case .tsquery: if index.method == "gist" { return nil }
        case .text, .varchar: if index.method == "spgist" { return nil }
        default: if type.isSearchedByRange(index.method) { return nil }
        }
        throw SQLError(
            "42704", "data type \(type.name) has no default operator class for access method \"\(index.method)\"",
            hint: "You must specify an operator class for the index or define a default operator class for the data type.")
    }

    /// The element over a row's columns, as the index and the queries that use it write it.
    func searched(_ expression: Expression, of table: Table, _ prefix: String) throws(SQLError) -> String {
        var translator = Translator(schema, as: .system)
        let term = try translator.settled(try translator.translate(expression, in: searchScope(table, prefix)))
        return try stored(term, translator)
    }

    private func searchScope(_ table: Table, _ prefix: String) -> Scope {
        let scope = Scope()
        let translator = Translator(schema, as: .system)
        var relation = Scope.Relation(alias: table.name.name, name: table.name, columns: [])
        for (name, term) in translator.columns(of: table) {
            relation.columns.append(
                .init(
                    name: name,
                    term: term.with {
                        $0.levels = scope.bit
                        $0.sql = prefix + $0.sql
                    }))
        }
        scope.relations = [relation]
        return scope
    }
}

extension DataType {
    fileprivate func isSearchedByRange(_ method: String) -> Bool {
        switch key.prefix(while: { $0 != "(" }) {
        case "inet", "cidr", "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange": method != "gin"
        default: false
        }
    }
}
