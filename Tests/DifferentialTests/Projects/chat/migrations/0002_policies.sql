alter table public.profiles enable row level security;
alter table public.channels enable row level security;
alter table public.channel_members enable row level security;
alter table public.messages enable row level security;

-- Policies on channel_members may not read channel_members: a definer function does.
create function public.is_member(channel bigint) returns boolean
language sql security definer stable set search_path = public as $$
  select exists (select 1 from channel_members m where m.channel_id = channel and m.user_id = auth.uid());
$$;

create function public.role_in(channel bigint) returns public.app_role
language sql security definer stable set search_path = public as $$
  select m.role from channel_members m where m.channel_id = channel and m.user_id = auth.uid();
$$;

create policy "profiles are seen by everyone" on public.profiles for select using (true);
create policy "people change their own profile" on public.profiles for update to authenticated
  using (id = auth.uid()) with check (id = auth.uid());

create policy "public channels, and one's own" on public.channels for select
  using (not is_private or public.is_member(id) or created_by = auth.uid());
create policy "members create channels" on public.channels for insert to authenticated with check (created_by = auth.uid());
create policy "owners change channels" on public.channels for update to authenticated
  using (public.role_in(id) = 'owner') with check (public.role_in(id) = 'owner');

create policy "members see members" on public.channel_members for select to authenticated using (public.is_member(channel_id));
create policy "people join public channels" on public.channel_members for insert to authenticated
  with check (user_id = auth.uid() and exists (select 1 from public.channels c where c.id = channel_id and not c.is_private));
create policy "people leave" on public.channel_members for delete to authenticated
  using (user_id = auth.uid() or public.role_in(channel_id) >= 'moderator');

create policy "members read" on public.messages for select to authenticated using (public.is_member(channel_id));
create policy "members write" on public.messages for insert to authenticated
  with check (user_id = auth.uid() and public.is_member(channel_id));
create policy "authors edit" on public.messages for update to authenticated
  using (user_id = auth.uid()) with check (user_id = auth.uid());
create policy "authors and moderators delete" on public.messages for delete to authenticated
  using (user_id = auth.uid() or public.role_in(channel_id) in ('moderator', 'owner'));
