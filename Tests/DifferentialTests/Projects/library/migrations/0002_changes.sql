alter table loans rename constraint dates to due_after_taken;
alter table members rename column joined to member_since;
alter table members alter column member_since type timestamptz using member_since::timestamptz, alter column member_since set default '2024-01-01 00:00+00';
alter table books rename to titles;
create table archive (like loans including defaults including constraints, archived_at timestamptz default '2025-01-01');
create table popular as select isbn, title, copies > 1 as several from titles;
create publication supabase_realtime for table loans;
alter publication supabase_realtime add table members;
comment on column loans.due is 'The day it must be back.';

create function charge(days integer) returns numeric language plpgsql immutable as $$
declare
  total numeric := 0;
  rate numeric := 0.10;
begin
  for day in 1..days loop
    total := total + rate;
    if day % 7 = 0 then
      rate := rate * 2;
    end if;
  end loop;
  return total;
end $$;

create function weeks(from_day date, to_day date) returns setof date language plpgsql as $$
declare
  d date := from_day;
begin
  while d <= to_day loop
    return next d;
    d := d + 7;
  end loop;
  return;
end $$;

create function set_pin(p_member integer, p_pin text) returns void language plpgsql security definer set search_path = public, extensions as $$
begin
  update members set pin = crypt(p_pin, gen_salt('bf', 4)) where id = p_member;
  if not found then
    raise exception 'no member %', p_member using errcode = 'no_data_found';
  end if;
end $$;
create function pin_is_right(p_member integer, p_pin text) returns boolean language sql stable security definer set search_path = public, extensions as $$
  select pin = crypt(p_pin, pin) from members where id = p_member
$$;
create function lend(p_member integer, p_isbn text, p_on date default '2024-05-01') returns bigint language plpgsql as $$
declare
  v_free integer;
  v_id bigint;
begin
  perform 1 from members where id = p_member;
  if not found then
    raise exception 'who is %?', p_member;
  end if;
  execute 'select copies - (select count(*) from loans l where l.isbn = t.isbn and l.returned is null) from titles t where t.isbn = $1' into v_free using p_isbn;
  if v_free is null or v_free < 1 then
    raise exception 'none left' using errcode = 'P0001', detail = coalesce(v_free::text, 'unknown');
  end if;
  insert into loans (member, isbn, taken, due) values (p_member, p_isbn, p_on, p_on + 14) returning id into v_id;
  return v_id;
end $$;
create materialized view loan_counts as select isbn, count(*) as loans from loans group by isbn;
do $$
begin
  if not exists (select 1 from members) then
    insert into members (email) values ('Librarian@Example.org');
  end if;
end $$;
