import OffstageSQL
package import OffstageSchema

/// The schemas that requests may reach, as set-up leaves them: `service_role` has all in them, now and of what comes later.
extension PostgresSetup {
    /// Opens those of the schemas that were not opened yet, and that are the login user's. One that is not there is made by a migration, and
    /// opened when that has run.
    ///
    /// In the transaction that is open. Others than `service_role` may name what is in `public`, as PostgreSQL itself has it; anywhere else
    /// that is for a migration to say, as on the embedded engine.
    package static func open(_ exposed: [String], on session: PostgresSession) throws(SQLError) {
        for schema in exposed where try !session.rows(unopened, [schema]).isEmpty {
            let name = PostgresDialect.quoted(schema)
            try session.run(
                script: """
                    grant usage on schema \(name) to service_role\(schema == "public" ? ", anon, authenticated" : "");
                    alter default privileges in schema \(name) grant all on tables to service_role;
                    alter default privileges in schema \(name) grant all on sequences to service_role;
                    alter default privileges in schema \(name) grant all on routines to service_role;
                    """)
            for grant in try serviceGrants(in: [schema], on: session) { try session.run(script: grant) }
        }
    }

    /// What `service_role` lacks in the schemas of what the login user owns, as SQL: of relations, then of functions that belong to no extension.
    package static func serviceGrants(in exposed: [String], on session: PostgresSession) throws(SQLError) -> [String] {
        var grants: [String] = []
        for schema in exposed {
            for sql in [relations, routines] { grants += try session.rows(sql, [schema]).compactMap { $0.first ?? nil } }
        }
        return grants
    }

    /// That the role's own default privileges are there tells that the schema was opened, by us or by Supabase.
    private static let unopened = """
        select 1 from pg_namespace n where n.nspname = $1 and pg_has_role(current_user, n.nspowner, 'usage') and not exists (
            select from pg_default_acl d cross join lateral aclexplode(d.defaclacl) x
            where d.defaclnamespace = n.oid and d.defaclrole = current_user::regrole and d.defaclobjtype = 'r'
                and x.grantee = 'service_role'::regrole)
        """

    private static let relations = """
        select format('grant all on %s %I.%I to service_role', case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and not c.relispartition
            and pg_has_role(current_user, c.relowner, 'usage')
            and case c.relkind
                when 'S' then not (has_sequence_privilege('service_role', c.oid, 'usage') and has_sequence_privilege('service_role', c.oid, 'select')
                    and has_sequence_privilege('service_role', c.oid, 'update'))
                else exists (
                    select from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
                    where not has_table_privilege('service_role', c.oid, p))
                end
        order by c.relname
        """

    private static let routines = """
        select format('grant execute on routine %s to service_role', p.oid::regprocedure)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = $1 and pg_has_role(current_user, p.proowner, 'usage')
            and not exists (select from aclexplode(p.proacl) x where x.grantee = 'service_role'::regrole)
            and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
        order by p.proname, p.oid
        """
}
