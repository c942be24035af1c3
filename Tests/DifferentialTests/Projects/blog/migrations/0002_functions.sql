create function slugify(value text) returns text language sql immutable strict as $$
  select trim(both '-' from regexp_replace(lower(value), '[^a-z0-9]+', '-', 'g'));
$$;

create function set_slug() returns trigger language plpgsql as $$
begin
  if new.slug is null or new.slug = '' then
    new.slug := slugify(new.title);
  end if;
  return new;
end;
$$;
create trigger "a_set_slug" before insert or update on posts for each row execute function set_slug();

create function search_posts(query text) returns table (id integer, title text, rank real) language sql stable as $$
  select p.id, p.title, ts_rank(p.search, websearch_to_tsquery('english', query)) as rank
  from posts p
  where p.search @@ websearch_to_tsquery('english', query) and p.published_at is not null
  order by rank desc, p.id;
$$;

create function tag_post(post integer, variadic names text[]) returns integer language plpgsql as $$
declare
  tag text;
  counted integer := 0;
begin
  foreach tag in array names loop
    insert into tags (name) values (lower(tag)) on conflict (name) do nothing;
    insert into post_tags (post_id, tag_id) select post, t.id from tags t where t.name = lower(tag) on conflict do nothing;
    if found then counted := counted + 1; end if;
  end loop;
  return counted;
end;
$$;

create view tag_cloud as
  select t.name, count(pt.post_id) as posts from tags t left join post_tags pt on pt.tag_id = t.id group by t.id having count(pt.post_id) > 0;

alter table posts enable row level security;
alter table comments enable row level security;
create policy published on posts for select using (published_at is not null);
create policy own on posts to authenticated
  using (author_id in (select a.id from authors a where a.user_id = auth.uid()))
  with check (author_id in (select a.id from authors a where a.user_id = auth.uid()));
create policy seen on comments for select using (exists (select 1 from posts p where p.id = post_id));
create policy say on comments for insert with check (char_length(body) <= 200 and exists (select 1 from posts p where p.id = post_id));
