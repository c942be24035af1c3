insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true), ('documents', 'documents', false);

create table folders (
  id uuid primary key,
  owner uuid not null,
  parent uuid references folders on delete cascade,
  name text not null check (name !~ '/'),
  unique nulls not distinct (owner, parent, name)
);
create table file_notes (
  object_id uuid primary key references storage.objects on delete cascade,
  note text not null,
  checksum bytea,
  size bigint not null default 0 check (size >= 0)
);
create table shares (object_id uuid references storage.objects on delete cascade, person uuid, can_write boolean default false, expires timestamptz, primary key (object_id, person));

create policy "avatars are seen by all" on storage.objects for select using (bucket_id = 'avatars');
create policy "people keep their own avatar" on storage.objects for insert to authenticated
  with check (bucket_id = 'avatars' and (storage.foldername(name))[1] = auth.uid()::text);
create policy "own documents" on storage.objects for all to authenticated
  using (bucket_id = 'documents' and (storage.foldername(name))[1] = (select auth.uid()::text))
  with check (bucket_id = 'documents' and (storage.foldername(name))[1] = (select auth.uid()::text) and storage.extension(name) in ('pdf', 'txt', 'md'));
create policy "shared documents" on storage.objects for select to authenticated
  using (id in (select s.object_id from public.shares s where s.person = auth.uid() and coalesce(s.expires, 'infinity') > timestamptz '2024-06-01'));

alter table folders enable row level security;
create policy own on folders using (owner = auth.uid());
alter table file_notes enable row level security;
create policy seen on file_notes using (exists (select 1 from storage.objects o where o.id = object_id));
create function folder_path(folder uuid) returns text language sql stable as $$
  with recursive up as (
    select id, parent, name, 1 as level from folders where id = folder
    union all
    select f.id, f.parent, f.name, u.level + 1 from folders f join up u on f.id = u.parent
  )
  select string_agg(name, '/' order by level desc) from up
$$;
create view usage_by_extension with (security_invoker) as
  select bucket_id, storage.extension(name) as extension, count(*) as files, coalesce(sum((metadata ->> 'size')::bigint), 0) as bytes
  from storage.objects group by 1, 2;
