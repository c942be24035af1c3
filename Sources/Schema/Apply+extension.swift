import OffstageSyntax

/// Extensions: what is built in, what is accepted because it changes no answer, and what to use instead of the others.
extension Application {
    /// Their functions and types are part of the engine, there once the extension is.
    static let builtInExtensions: Set<String> = [
        "plpgsql", "pgcrypto", "uuid-ossp", "citext", "pg_trgm", "unaccent", "btree_gin", "btree_gist",
    ]

    /// Every Supabase project has some of these; they watch, tune or serve something that Offstage has in its own way.
    static let idleExtensions: [String: String] = [
        "pg_stat_statements": "the server's metrics tell what takes time", "pg_graphql": "there is no GraphQL",
        "supabase_vault": "secrets are settings", "pgsodium": "secrets are settings", "pgjwt": "tokens are made by Offstage's keys",
        "pg_net": "webhooks send what changed", "hypopg": "try the index itself",
        "index_advisor": "offstage doctor looks for missing indexes",
        "pgaudit": "the access log tells who asked for what", "plpgsql_check": "functions are checked when they are made",
        "pg_stat_monitor": "the server's metrics tell what takes time", "pgstattuple": "there is nothing to measure so",
        "pg_buffercache": "there is nothing to measure so", "pg_prewarm": "there is nothing to warm",
        "amcheck": "offstage doctor checks the file",
        "pageinspect": "there is nothing to measure so", "pg_repack": "there is nothing to repack",
        "adminpack": "there is nothing to administer so",
    ]

    private static let otherExtensions: [String: String] = [
        "vector": "Use real[], or a service for vectors.", "pg_cron": "Use the jobs of Offstage.", "http": "Use webhooks.",
        "hstore": "Use jsonb.", "ltree": "Use text and like 'a.b.%'.", "postgis": "Use two columns of type double precision, or jsonb.",
        "moddatetime": "Use a trigger function of your own: new.updated_at := now().",
        "insert_username": "Use a column default, or a trigger function of your own.", "autoinc": "Use an identity column.",
        "tablefunc": "Use filter (where …) for a crosstab.", "intarray": "Use the operators of arrays.",
        "pgmq": "Use the jobs of Offstage.",
        "postgres_fdw": "Copy the rows by offstage import.", "dblink": "Copy the rows by offstage import.",
        "file_fdw": "Copy the rows by offstage import.", "wrappers": "Copy the rows by offstage import.",
        "fuzzystrmatch": "Use pg_trgm's similarity.", "pgroonga": "Use text search: to_tsvector and @@.",
        "rum": "Use a gin index.", "timescaledb": "Use date_trunc or date_bin in group by.", "pg_partman": "Use one table, with an index.",
        "plv8": "Use language plpgsql, or Swift.", "plpython3u": "Use language plpgsql, or Swift.",
        "pgtap": "Test against the REST interface.",
        "cube": "Use columns of type double precision.", "earthdistance": "Use columns of type double precision.",
        "bloom": "Use a btree index.", "seg": "Use a range type.", "isn": "Use text with a check.", "lo": "Use bytea, or storage.",
    ]

    mutating func createExtension(_ name: String, schema namespace: String?, ifNotExists: Bool) throws(SQLError) {
        if schema.extensions.contains(name) {
            if ifNotExists { return notice("extension \"\(name)\" already exists, skipping") }
            throw SQLError("42710", "extension \"\(name)\" already exists")
        }
        if let why = Self.idleExtensions[name] {
            schema.extensions.insert(name)
            return note("CREATE EXTENSION \(name): \(why)")
        }
        guard Self.builtInExtensions.contains(name) else {
            throw SQLError("0A000", "extension \"\(name)\" is not supported", hint: Self.otherExtensions[name])
        }
        if let namespace { try schema.requireNamespace(namespace) }
        schema.extensions.insert(name)
        schema.extensionSchemas[name] = namespace ?? path.first { schema.namespaces.contains($0) } ?? "public"
    }

    mutating func alterExtension(_ name: String, schema namespace: String?) throws(SQLError) {
        guard schema.extensions.contains(name) else { throw missingExtension(name) }
        guard let namespace else {
            isDefinition = false
            return note("ALTER EXTENSION \(name) UPDATE: its version is Offstage's")
        }
        try schema.requireNamespace(namespace)
        if schema.extensionSchemas[name] != nil { schema.extensionSchemas[name] = namespace }
    }

    mutating func dropExtension(_ name: String, ifExists: Bool) throws(SQLError) {
        guard schema.extensions.contains(name) else {
            guard ifExists else { throw missingExtension(name) }
            return notice("extension \"\(name)\" does not exist, skipping")
        }
        schema.extensions.remove(name)
        schema.extensionSchemas[name] = nil
        schema.comments[Commented(.extension, [name])] = nil
    }

    private func missingExtension(_ name: String) -> SQLError { SQLError("42704", "extension \"\(name)\" does not exist") }
}
