extension FunctionTable {
    /// Who asks and when. `@claims` and its kin are the statement's own bindings, filled by the driver from the caller.
    static let session = """
        now() -> timestamptz : @now ; safe
        transaction_timestamp() -> timestamptz : @now ; safe
        statement_timestamp() -> timestamptz : @now ; safe
        current_timestamp() -> timestamptz : @now ; safe
        localtimestamp() -> timestamp : @now ; safe
        auth.uid() -> uuid : pg_in(@subject, 'uuid')
        auth.role() -> text : @role ; safe
        auth.jwt() -> jsonb : pg_in(@claims, 'jsonb')
        auth.email() -> text : pg_jsonb_text(pg_in(@claims, 'jsonb'), 'email')
        current_user() -> text : @role ; safe
        current_role() -> text : @role ; safe
        user() -> text : @role ; safe
        session_user() -> text : 'authenticator' ; safe
        """
}
