create table people (id uuid primary key, handle text unique not null, is_private boolean not null default false);
create table follows (
  follower uuid not null references people on delete cascade,
  followed uuid not null references people on delete cascade,
  accepted boolean not null default false,
  primary key (follower, followed),
  check (follower <> followed)
);
create index on follows (followed) where accepted;
create table posts (
  id bigint primary key,
  author uuid not null references people on delete cascade,
  body text not null,
  posted_at timestamptz not null,
  repost_of bigint references posts on delete cascade,
  likes integer not null default 0
);
create table likes (post_id bigint references posts on delete cascade, person uuid references people on delete cascade, primary key (post_id, person));
create table blocks (blocker uuid, blocked uuid, primary key (blocker, blocked));

create function count_likes() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if tg_op = 'INSERT' then
    update posts set likes = likes + 1 where id = new.post_id;
    return new;
  else
    update posts set likes = likes - 1 where id = old.post_id;
    return old;
  end if;
end $$;
create trigger count_likes after insert or delete on likes for each row execute function count_likes();

create function may_see(person uuid) returns boolean language sql stable security definer set search_path = public as $$
  select person = auth.uid()
    or not exists (select 1 from blocks where blocker = person and blocked = auth.uid())
    and (not (select is_private from people where id = person)
      or exists (select 1 from follows where followed = person and follower = auth.uid() and accepted))
$$;
create function accept_public() returns trigger language plpgsql security definer set search_path = public as $$
begin
  new.accepted := not (select is_private from people where id = new.followed);
  return new;
end $$;
create trigger accept_public before insert on follows for each row execute function accept_public();

alter table people enable row level security;
alter table follows enable row level security;
alter table posts enable row level security;
alter table likes enable row level security;
alter table blocks enable row level security;
create policy all_see on people for select using (true);
create policy own on people for update using (id = auth.uid());
create policy both_see on follows for select using (auth.uid() in (follower, followed));
create policy ask on follows for insert with check (follower = auth.uid());
create policy answer on follows for update using (followed = auth.uid()) with check (followed = auth.uid());
create policy either_ends on follows for delete using (auth.uid() = follower or auth.uid() = followed);
create policy seen on posts for select using (may_see(author));
create policy write on posts for insert with check (author = auth.uid());
create policy seen on likes for select using (true);
create policy like_it on likes for insert with check (person = auth.uid() and exists (select 1 from posts p where p.id = post_id));
create policy unlike on likes for delete using (person = auth.uid());
create policy own on blocks using (blocker = auth.uid());

create view timeline with (security_invoker = true) as
  select p.id, p.author, h.handle, p.body, p.likes, p.posted_at, o.body as original,
    exists (select 1 from likes l where l.post_id = p.id and l.person = auth.uid()) as liked
  from posts p
  join people h on h.id = p.author
  left join posts o on o.id = p.repost_of
  where p.author = auth.uid() or p.author in (select followed from follows where follower = auth.uid() and accepted);

create function timeline_page(before timestamptz default 'infinity', size int default 2) returns setof timeline language sql stable as $$
  select * from timeline where posted_at < before order by posted_at desc limit size
$$;
