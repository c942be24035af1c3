extension Schema {
    /// The tables that every project has for policies, keys and triggers to refer to: accounts and files. Their features fill them; they
    /// are closed to `anon` and `authenticated`, and no request reaches their schemas.
    ///
    /// Added to files of older versions when those are opened, so each statement must do for itself.
    package static let systemDefinitions = """
        create table auth.users (
            instance_id uuid,
            id uuid primary key,
            aud varchar(255),
            role varchar(255),
            email varchar(255),
            encrypted_password varchar(255),
            email_confirmed_at timestamptz,
            invited_at timestamptz,
            confirmation_token varchar(255),
            confirmation_sent_at timestamptz,
            recovery_token varchar(255),
            recovery_sent_at timestamptz,
            email_change_token_new varchar(255),
            email_change varchar(255),
            email_change_sent_at timestamptz,
            last_sign_in_at timestamptz,
            raw_app_meta_data jsonb,
            raw_user_meta_data jsonb,
            is_super_admin boolean,
            created_at timestamptz,
            updated_at timestamptz,
            phone text unique default null,
            phone_confirmed_at timestamptz,
            phone_change text default '',
            phone_change_token varchar(255) default '',
            phone_change_sent_at timestamptz,
            email_change_token_current varchar(255) default '',
            email_change_confirm_status smallint default 0 check (email_change_confirm_status >= 0 and email_change_confirm_status <= 2),
            banned_until timestamptz,
            reauthentication_token varchar(255) default '',
            reauthentication_sent_at timestamptz,
            is_sso_user boolean not null default false,
            deleted_at timestamptz,
            is_anonymous boolean not null default false
        );
        create unique index users_email_partial_key on auth.users (email) where is_sso_user = false;
        create table storage.buckets (
            id text primary key,
            name text not null unique,
            owner uuid,
            owner_id text,
            public boolean default false,
            avif_autodetection boolean default false,
            file_size_limit bigint,
            allowed_mime_types text[],
            created_at timestamptz default now(),
            updated_at timestamptz default now()
        );
        alter table storage.buckets enable row level security;
        create table storage.objects (
            id uuid primary key default gen_random_uuid(),
            bucket_id text references storage.buckets (id),
            name text,
            owner uuid,
            owner_id text,
            created_at timestamptz default now(),
            updated_at timestamptz default now(),
            last_accessed_at timestamptz default now(),
            metadata jsonb,
            path_tokens text[] generated always as (string_to_array(name, '/')) stored,
            version text,
            user_metadata jsonb
        );
        create unique index bucketid_objname on storage.objects (bucket_id, name);
        create index name_prefix_search on storage.objects (name);
        alter table storage.objects enable row level security;
        -- As in a Supabase project: policies decide about files; accounts are the service's.
        grant all on auth.users, storage.buckets, storage.objects to service_role;
        grant select, insert, update, delete on storage.buckets, storage.objects to anon, authenticated;
        """
}
