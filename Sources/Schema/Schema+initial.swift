extension Schema {
    /// An empty project: the roles and schemas every client counts on, and no tables.
    ///
    /// `anon`, `authenticated` and `service_role` are what a token's `role` may say without further ado; `authenticator` may become any of
    /// them.
    package static let initial: Schema = {
        var schema = Schema()
        schema.namespaces = ["public", "auth", "storage", "extensions", "offstage"]
        for name in ["postgres", "anon", "authenticated", "service_role", "authenticator"] { schema.roles[name] = Role(name) }
        schema.roles["postgres"]?.isSuperuser = true
        schema.roles["postgres"]?.bypassesRowSecurity = true
        schema.roles["postgres"]?.canLogin = true
        schema.roles["service_role"]?.bypassesRowSecurity = true
        schema.roles["authenticator"]?.canLogin = true
        schema.roles["authenticator"]?.memberOf = ["anon", "authenticated", "service_role"]
        schema.namespaceUsage = [
            "public": ["public"], "auth": ["anon", "authenticated", "service_role"], "storage": ["anon", "authenticated", "service_role"],
            "extensions": ["anon", "authenticated", "service_role"],
        ]
        return schema
    }()

    /// Where a name without a schema is looked for. `pg_catalog` comes before it, as in PostgreSQL; the user's own schema is skipped where
    /// there is none.
    package static let searchPath = ["$user", "public", "extensions"]
}
