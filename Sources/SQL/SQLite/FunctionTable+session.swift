extension FunctionTable {
    /// Who asks and when. `@claims` and its kin are the statement's own bindings, filled by the driver from the caller.
    static let session = """
        now() -> timestamptz : @now ; safe
        transaction_timestamp() -> timestamptz : @now ; safe
        statement_timestamp() -> timestamptz : @now ; safe
        current_timestamp() -> timestamptz : @now ; safe
        localtimestamp() -> timestamp : pg_local(@now) ; safe
        auth.uid() -> uuid : pg_in(@subject, 'uuid')
        auth.role() -> text : @role ; safe
        auth.jwt() -> jsonb : pg_in(@claims, 'jsonb')
        storage.foldername(text) -> text[] : pg_foldername($1) ; safe
        storage.filename(text) -> text : pg_filename($1) ; safe
        storage.extension(text) -> text : pg_extension($1) ; safe
        auth.email() -> text : pg_jsonb_text(pg_in(@claims, 'jsonb'), 'email')
        current_user() -> text : @user ; safe
        current_role() -> text : @user ; safe
        user() -> text : @user ; safe
        session_user() -> text : 'authenticator' ; safe
        """
}
