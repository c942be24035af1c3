/// What `offstage doctor` asks a PostgreSQL. Source: PostgreSQL 15, chapter 53, "System Catalogs".
enum DoctorQueries {
    /// The roles of requests: name, whether it is there, whether the session may become it, and whether it passes row level security.
    static let roles = """
        select n, r.oid is not null, case when r.oid is not null then pg_has_role(session_user, r.oid, 'member') end,
            r.rolbypassrls or r.rolsuper
        from (select unnest(array['anon', 'authenticated', 'service_role']) union
            select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid join pg_roles a on a.oid = m.member
            where a.rolname = 'authenticator') names(n)
        left join pg_roles r on r.rolname = n order by n
        """

    /// Role of requests and one whose rights it has: those that pass row level security, and PostgreSQL's own that read and write everything.
    static let wideMemberships = """
        select r.rolname, g.rolname from pg_roles r cross join pg_roles g
        where r.rolname in ('anon', 'authenticated') and g.oid <> r.oid and pg_has_role(r.oid, g.oid, 'member') and not r.rolsuper
            and (g.rolsuper or g.rolbypassrls or g.rolname in ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files',
                'pg_execute_server_program'))
        order by 1, 2
        """

    /// Views that callers may read, and that show rows past the policies of tables: name, full name, kind, the tables.
    static let viewsPastPolicies = """
        with recursive direct as (
            select distinct w.ev_class as view, d.refobjid as relation from pg_rewrite w
            join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class
        ), uses as (
            select view, relation from direct union select u.view, d.relation from uses u join direct d on d.view = u.relation
        )
        select c.relname, format('%I.%I', n.nspname, c.relname), c.relkind,
            string_agg(distinct case when tn.nspname = n.nspname then t.relname else format('%I.%I', tn.nspname, t.relname) end, ', ')
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join uses u on u.view = c.oid
        join pg_class t on t.oid = u.relation and t.relrowsecurity join pg_namespace tn on tn.oid = t.relnamespace
        join pg_roles o on o.oid = c.relowner
        where c.relkind in ('v', 'm') and n.nspname = any ($1::text[])
            and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)
            and (c.relkind = 'm' or o.rolsuper or o.rolbypassrls or (pg_has_role(c.relowner, t.relowner, 'usage') and not t.relforcerowsecurity))
            and (has_any_column_privilege('anon', c.oid, 'select') or has_any_column_privilege('authenticated', c.oid, 'select'))
        group by c.oid, n.nspname, c.relname, c.relkind order by 2
        """

    /// Functions of exposed schemas that run as their owner, with no search path of their own.
    static let definersWithoutPath = """
        select format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and p.prokind in ('f', 'p') and n.nspname = any ($1::text[])
            and not exists (select from unnest(p.proconfig) s where s like 'search\\_path=%')
            and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
        order by 1
        """

    /// Foreign keys of ours whose columns no index begins with: table, full name, columns.
    static let keysWithoutIndex = """
        select c.relname, format('%I.%I', n.nspname, c.relname),
            (select string_agg(quote_ident(a.attname), ', ' order by k.place) from unnest(o.conkey) with ordinality k(number, place)
                join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.number)
        from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
        where o.contype = 'f' and o.conparentid = 0 and n.nspname not in ('auth', 'storage', 'offstage') and pg_has_role(c.relowner, 'usage')
            and not exists (
                select from pg_index i where i.indrelid = o.conrelid and i.indisvalid and i.indpred is null
                    and (select array_agg(k order by k) from unnest((i.indkey::int2[])[0:cardinality(o.conkey) - 1]) k)
                        = (select array_agg(k order by k) from unnest(o.conkey) k))
        order by 2, 3
        """

    static let invalidIndexes = """
        select format('%I.%I', n.nspname, c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
        where not i.indisvalid and c.relkind = 'i' and n.nspname !~ '^pg_' order by 1
        """

    /// Name and table.
    static let unvalidatedConstraints = """
        select quote_ident(o.conname), format('%I.%I', n.nspname, c.relname)
        from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
        where not o.convalidated and n.nspname !~ '^pg_' order by 2, 1
        """

    /// Encoding, what orders texts, and whose order it is: the system's (c), PostgreSQL's own (b), ICU's (i).
    static let texts = """
        select pg_encoding_to_char(d.encoding), coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', d.datcollate),
            coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')
        from pg_database d where d.datname = current_database()
        """

    /// Version, whether it only reads, timeline, the connections it takes, those that are open, and those of them that are ours.
    static let server = """
        select split_part(current_setting('server_version'), ' ', 1),
            current_setting('transaction_read_only')::boolean,
            case when not pg_is_in_recovery() then ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int end,
            least(current_setting('max_connections')::int - case when r.rolsuper then 0 else current_setting('superuser_reserved_connections')::int end,
                case when r.rolconnlimit >= 0 and not r.rolsuper then r.rolconnlimit end, case when d.datconnlimit >= 0 and not r.rolsuper then d.datconnlimit end),
            (select count(*) from pg_stat_activity a where a.backend_type = 'client backend'),
            (select count(*) from pg_stat_activity a where a.backend_type = 'client backend' and a.application_name = 'offstage'
                and a.client_addr is not distinct from (select client_addr from pg_stat_activity where pid = pg_backend_pid()))
        from pg_roles r cross join pg_database d where r.rolname = session_user and d.datname = current_database()
        """

    /// Which database it is a copy of, whether it follows another, whether that was halted, how far its log has come, and whether the way
    /// there is open to listeners.
    static let replica = """
        select (select system_identifier from pg_control_system()), pg_is_in_recovery(),
            case when pg_is_in_recovery() then pg_is_wal_replay_paused() end,
            pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, '0/0'),
            exists (\(plainConnection))
        """

    /// A row where this connection crosses the network unencrypted.
    static let plainConnection = """
        select 1 from pg_stat_ssl where pid = pg_backend_pid() and not ssl and inet_client_addr() is not null
            and not inet_client_addr() <<= '127.0.0.0/8' and host(inet_client_addr()) <> '::1'
        """
}
