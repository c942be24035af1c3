/// What a PostgreSQL is asked about itself. Each query gives its columns as text, in the order that `Introspection` reads them.
///
/// Run with an empty search path, so that every name comes with its schema. Source: PostgreSQL 15, chapter 53.
enum CatalogueQueries {
    /// The schemas that are not PostgreSQL's own.
    private static let ours = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"

    static let namespaces = "select n.nspname from pg_namespace n where \(ours) order by n.oid"

    /// schema, name, labels as JSON
    static let enumerations = """
        select n.nspname, t.typname, (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid)
        from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and \(ours) order by t.oid
        """

    /// schema, name, the type below
    static let domains = """
        select n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod)
        from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'd' and \(ours) order by t.oid
        """

    /// schema, name, kind, row security, forced, owner, comment, a view's query, security invoker; of what is no plain table the events that
    /// it takes (8: insert, 4: update, 16: delete), and those that have an INSTEAD OF trigger (4: insert, 16: update)
    static let relations = """
        select n.nspname, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner),
            obj_description(c.oid, 'pg_class'), case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
            coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false),
            case when c.relkind in ('v', 'm', 'f') then pg_relation_is_updatable(c.oid, true) end,
            (select bit_or(g.tgtype) from pg_trigger g where g.tgrelid = c.oid and g.tgtype & 64 <> 0 and g.tgenabled <> 'D')
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and not c.relispartition and \(ours) order by c.oid
        """

    /// schema, relation, column, type, not null, default or generating expression, identity, generated, comment, sequence's schema and name,
    /// whether a view's or foreign table's column can be written to
    static let columns = """
        select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
            a.attidentity, a.attgenerated, col_description(c.oid, a.attnum), s.nspname, s.relname,
            case when c.relkind in ('v', 'f') then pg_column_is_updatable(c.oid, a.attnum, false) or pg_column_is_updatable(c.oid, a.attnum, true) end
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        left join lateral (
            select sn.nspname, sc.relname from pg_depend p join pg_class sc on sc.oid = p.objid and sc.relkind = 'S'
            join pg_namespace sn on sn.oid = sc.relnamespace
            where p.classid = 'pg_class'::regclass and p.refclassid = 'pg_class'::regclass and p.refobjid = c.oid and p.refobjsubid = a.attnum
                and p.deptype in ('a', 'i') limit 1) s on true
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and not c.relispartition and a.attnum > 0 and not a.attisdropped and \(ours)
        order by c.oid, a.attnum
        """

    /// schema, table, name, kind, columns, referenced schema, table and columns, on delete, on update, deferrable, initially deferred
    static let constraints = """
        select n.nspname, c.relname, o.conname, o.contype,
            (select json_agg(a.attname order by k.place) from unnest(o.conkey) with ordinality k(number, place)
                join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.number),
            fn.nspname, f.relname,
            (select json_agg(a.attname order by k.place) from unnest(o.confkey) with ordinality k(number, place)
                join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.number),
            o.confdeltype, o.confupdtype, o.condeferrable, o.condeferred
        from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
        left join pg_class f on f.oid = o.confrelid left join pg_namespace fn on fn.oid = f.relnamespace
        where o.contype in ('p', 'u', 'f') and o.conparentid = 0 and not c.relispartition and \(ours) order by o.oid
        """

    /// schema, relation, column or null, role, privilege
    static let grants = """
        select n.nspname, c.relname, null, case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end, lower(x.privilege_type)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join lateral aclexplode(c.relacl) x
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and not c.relispartition and \(ours)
        union all
        select n.nspname, c.relname, a.attname, case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end, lower(x.privilege_type)
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        cross join lateral aclexplode(a.attacl) x
        where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and not a.attisdropped and \(ours)
        """

    /// schema, name, set, result, result's schema and relation and its kind, arguments as JSON, how many have defaults, variadic,
    /// volatility, strict, security definer, rows, comment, language, who may execute it by a grant in their own name, its name in Swift
    static let functions = """
        select n.nspname, p.proname, p.proretset, format_type(p.prorettype, null), rn.nspname, r.relname, r.relkind,
            (select json_agg(json_build_object('name', p.proargnames[i], 'type', format_type(t.type, null), 'mode', coalesce(p.proargmodes[i], 'i'),
                'default', case when s.name is not null then pg_get_function_arg_default(p.oid, i::int) end)
                order by i) from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality t(type, i)),
            p.pronargdefaults, p.provariadic <> 0, p.provolatile, p.proisstrict, p.prosecdef, p.prorows, obj_description(p.oid, 'pg_proc'), l.lanname,
            (select json_agg(pg_get_userbyid(x.grantee)) from aclexplode(p.proacl) x where x.privilege_type = 'EXECUTE' and x.grantee <> 0),
            s.name
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_type y on y.oid = p.prorettype join pg_language l on l.oid = p.prolang
        left join pg_class r on r.oid = y.typrelid left join pg_namespace rn on rn.oid = r.relnamespace
        cross join lateral (select case when l.lanname = 'plpgsql' then substring(p.prosrc from '^\\s*\(Function.swiftMark)(\\S+)\\s*\\n') end) s(name)
        where p.prokind = 'f' and \(ours) order by p.oid
        """

    /// name, superuser, bypasses row security, may log in, inherits, the roles it is a member of as JSON, whether the session may become it,
    /// its statement_timeout: its own here, its own everywhere, or what the session began with
    static let roles = """
        select r.rolname, r.rolsuper, r.rolbypassrls, r.rolcanlogin, r.rolinherit,
            (select json_agg(g.rolname) from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid),
            pg_has_role(session_user, r.oid, 'member'),
            coalesce((select substring(c from position('=' in c) + 1) from pg_db_role_setting s cross join unnest(s.setconfig) c
                where s.setrole = r.oid and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
                    and c like 'statement!_timeout=%' escape '!' order by s.setdatabase desc limit 1),
                (select nullif(reset_val, '0') from pg_settings where name = 'statement_timeout'))
        from pg_roles r where r.rolname !~ '^pg_' order by r.rolname
        """

    /// schema, table, name, permissive, command, roles as JSON, using, with check
    static let policies = """
        select n.nspname, c.relname, p.polname, p.polpermissive, p.polcmd,
            (select json_agg(case r when 0 then 'public' else pg_get_userbyid(r) end) from unnest(p.polroles) r),
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
        from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where \(ours) order by p.oid
        """

    /// schema, who may use it as JSON
    static let usage = """
        select n.nspname, (select json_agg(case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee) end)
            from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) x where x.privilege_type = 'USAGE')
        from pg_namespace n where \(ours)
        """
}
