extension FunctionTable {
    /// Functions of extensions: there once `create extension` was run.
    static let extensions = [cryptography, uuids]

    /// pgcrypto.
    private static let cryptography = """
        digest(text, text) -> bytea : pg_digest($1, $2) ; unbounded
        digest(bytea, text) -> bytea : pg_digest($1, $2) ; unbounded
        hmac(text, text, text) -> bytea : pg_hmac($1, $2, $3) ; unbounded
        hmac(bytea, bytea, text) -> bytea : pg_hmac($1, $2, $3) ; unbounded
        crypt(text, text) -> text : pg_crypt($1, $2) ; unbounded
        gen_salt(text) -> text : pg_gen_salt($1) ; volatile
        gen_salt(text, integer) -> text : pg_gen_salt($1, $2) ; volatile
        gen_random_bytes(integer) -> bytea : pg_random_bytes($1) ; volatile
        encrypt(bytea, bytea, text) -> bytea : pg_cipher($1, $2, X'', $3, 1) ; unbounded
        decrypt(bytea, bytea, text) -> bytea : pg_cipher($1, $2, X'', $3, 0) ; unbounded
        encrypt_iv(bytea, bytea, bytea, text) -> bytea : pg_cipher($1, $2, $3, $4, 1) ; unbounded
        decrypt_iv(bytea, bytea, bytea, text) -> bytea : pg_cipher($1, $2, $3, $4, 0) ; unbounded
        """

    /// uuid-ossp.
    private static let uuids = """
        uuid_generate_v3(uuid, text) -> uuid : pg_uuid_named($1, $2, 3) ; unbounded
        uuid_generate_v4() -> uuid : pg_uuid() ; volatile
        uuid_generate_v5(uuid, text) -> uuid : pg_uuid_named($1, $2, 5) ; unbounded
        uuid_nil() -> uuid : '00000000-0000-0000-0000-000000000000' ; safe
        uuid_ns_dns() -> uuid : '6ba7b810-9dad-11d1-80b4-00c04fd430c8' ; safe
        uuid_ns_url() -> uuid : '6ba7b811-9dad-11d1-80b4-00c04fd430c8' ; safe
        uuid_ns_oid() -> uuid : '6ba7b812-9dad-11d1-80b4-00c04fd430c8' ; safe
        uuid_ns_x500() -> uuid : '6ba7b814-9dad-11d1-80b4-00c04fd430c8' ; safe
        """

    /// Which extension a function comes with.
    package static let extensionOf: [String: String] = {
        var table: [String: String] = [:]
        for name in FunctionTable(parts: [cryptography]).entries.keys { table[name] = "pgcrypto" }
        for name in FunctionTable(parts: [uuids]).entries.keys { table[name] = "uuid-ossp" }
        return table
    }()

    /// What PostgreSQL's extensions have and the embedded engine has not, with what to use instead.
    static let absent: [String: String] = [
        "pgp_sym_encrypt": encryptHint, "pgp_sym_encrypt_bytea": encryptHint, "pgp_sym_decrypt": encryptHint,
        "pgp_sym_decrypt_bytea": encryptHint, "pgp_pub_encrypt": encryptHint, "pgp_pub_encrypt_bytea": encryptHint,
        "pgp_pub_decrypt": encryptHint, "pgp_pub_decrypt_bytea": encryptHint, "pgp_key_id": encryptHint, "armor": encryptHint,
        "dearmor": encryptHint, "pgp_armor_headers": encryptHint,
        "pg_sleep": "Wait in the client.", "pg_sleep_for": "Wait in the client.", "pg_sleep_until": "Wait in the client.",
        "pg_notify": "Changes of tables reach clients through realtime.",
        "pg_listening_channels": "Changes of tables reach clients through realtime.",
        "pg_advisory_lock": lockHint, "pg_advisory_xact_lock": lockHint, "pg_try_advisory_lock": lockHint,
        "pg_try_advisory_xact_lock": lockHint, "pg_advisory_unlock": lockHint, "pg_advisory_unlock_all": lockHint,
        "pg_advisory_lock_shared": lockHint, "pg_advisory_xact_lock_shared": lockHint,
        "txid_current": transactionHint, "pg_current_xact_id": transactionHint, "txid_current_snapshot": transactionHint,
        "pg_current_snapshot": transactionHint, "pg_backend_pid": processHint, "pg_cancel_backend": processHint,
        "pg_terminate_backend": processHint, "pg_column_size": "Use octet_length().", "query_to_xml": "Use json_agg().",
        "table_to_xml": "Use json_agg().", "xmlagg": "Use json_agg().", "xpath": "Use jsonb and jsonb_path_query().",
        "uuid_generate_v1": "Use uuid_generate_v4() or gen_random_uuid().",
        "uuid_generate_v1mc": "Use uuid_generate_v4() or gen_random_uuid().",
    ]

    private static let lockHint = "One transaction writes at a time: no lock is needed."
    private static let transactionHint = "Transactions have no numbers here: use a column with now() or a sequence."
    private static let processHint = "The embedded engine is no process of its own."
    private static let encryptHint = "Use encrypt(data, key, 'aes'), or encrypt before the data is sent."
}
