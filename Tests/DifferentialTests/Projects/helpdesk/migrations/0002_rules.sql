create function is_agent() returns boolean language sql stable security definer set search_path = public as $$
  select exists (select from agents where user_id = auth.uid() and active)
$$;
create function check_state() returns trigger language plpgsql as $$
begin
  case
    when old.state = 'closed' then
      raise exception 'ticket % is closed', old.id using errcode = 'check_violation';
    when new.state = 'solved' and new.agent is null then
      raise exception 'nobody solved it' using hint = 'Set the agent.';
    else
      new.updated_at := '2024-02-02 02:02:02+00';
  end case;
  return new;
end $$;
create trigger check_state before update on tickets for each row execute function check_state();

create function escalate(hours int default 24, out raised int, out still_open bigint) language plpgsql security definer set search_path = public as $$
declare
  t record;
begin
  raised := 0;
  for t in select id, urgency from tickets where state in ('open', 'waiting') and opened < timestamptz '2024-01-03 09:00+00' - make_interval(hours => hours) order by id loop
    continue when t.urgency >= 5;
    update tickets set urgency = t.urgency + 1 where id = t.id;
    raised := raised + 1;
    exit when raised >= 2;
  end loop;
  select count(*) into still_open from tickets where state = 'open';
end $$;

create view my_tickets with (security_invoker = true) as
  select t.id, t.subject, t.state, t.urgency, (select count(*) from ticket_notes n where n.ticket_id = t.id) as notes from tickets t where t.reporter = auth.uid();
create function insert_mine() returns trigger language plpgsql as $$
begin
  insert into tickets (reporter, subject, urgency) values (auth.uid(), new.subject, coalesce(new.urgency, 2)) returning id, state, urgency into new.id, new.state, new.urgency;
  return new;
end $$;
create trigger insert_mine instead of insert on my_tickets for each row execute function insert_mine();

alter table tickets enable row level security;
alter table ticket_notes enable row level security;
alter table audit_log enable row level security;
alter table agents enable row level security;
create policy reporters on tickets for select to authenticated using (reporter = auth.uid() or is_agent());
create policy report on tickets for insert to authenticated with check (reporter = auth.uid() and agent is null and state = 'open');
create policy work on tickets for update to authenticated using (is_agent());
create policy notes_seen on ticket_notes for select to authenticated using (exists (select 1 from tickets t where t.id = ticket_id) and (not internal or is_agent()));
create policy notes_added on ticket_notes for insert to authenticated with check (exists (select 1 from tickets t where t.id = ticket_id) and (not internal or is_agent()));
create policy agents_read on audit_log for select to authenticated using (is_agent());
create policy agents_seen on agents for select using (true);
revoke update, delete, insert on audit_log from anon, authenticated;
