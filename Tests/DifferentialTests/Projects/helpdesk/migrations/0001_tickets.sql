create table agents (user_id uuid primary key, name text not null, active boolean not null default true);
create type ticket_state as enum ('open', 'waiting', 'solved', 'closed');
create table tickets (
  id int generated always as identity primary key,
  reporter uuid not null,
  agent uuid references agents on delete set null,
  subject text not null check (subject <> ''),
  state ticket_state not null default 'open',
  urgency smallint not null default 3 check (urgency between 1 and 5),
  opened timestamptz not null default '2024-01-01 09:00+00',
  updated_at timestamptz
);
create table ticket_notes (
  ticket_id int not null references tickets on delete cascade,
  n int not null,
  author uuid,
  body text not null,
  internal boolean not null default false,
  primary key (ticket_id, n)
);
create table audit_log (
  id bigint generated always as identity primary key,
  table_name text not null,
  row_id text not null,
  operation text not null,
  changed_by uuid,
  old_row jsonb,
  new_row jsonb
);

create function audit() returns trigger language plpgsql security definer set search_path = public as $$
declare
  changed jsonb;
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(n.key, n.value) into changed
    from jsonb_each(to_jsonb(new)) n where n.value is distinct from to_jsonb(old) -> n.key;
    if changed is null then
      return null;
    end if;
    insert into audit_log (table_name, row_id, operation, changed_by, old_row, new_row)
    values (tg_table_name, new.id::text, tg_op, auth.uid(), to_jsonb(old), changed);
  elsif tg_op = 'DELETE' then
    insert into audit_log (table_name, row_id, operation, changed_by, old_row) values (tg_table_name, old.id::text, tg_op, auth.uid(), to_jsonb(old));
  else
    insert into audit_log (table_name, row_id, operation, changed_by, new_row) values (tg_table_name, new.id::text, tg_op, auth.uid(), to_jsonb(new));
  end if;
  return null;
end $$;
create trigger audit_tickets after insert or update or delete on tickets for each row execute function audit();

create table totals (state ticket_state primary key, tickets int not null default 0);
insert into totals (state) select unnest(enum_range(null::ticket_state));
create function count_states() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update totals set tickets = tickets + c.n from (select state, count(*)::int as n from added group by state) c where c.state = totals.state;
  return null;
end $$;
create trigger count_states after insert on tickets referencing new table as added for each statement execute function count_states();

create function number_note() returns trigger language plpgsql security definer set search_path = public as $$
begin
  new.n := coalesce((select max(n) from ticket_notes where ticket_id = new.ticket_id), 0) + 1;
  new.author := coalesce(new.author, auth.uid());
  return new;
end $$;
create trigger number_note before insert on ticket_notes for each row execute function number_note();
