create or replace function touch() returns trigger language plpgsql as $$
begin
  new.updated_at = timestamptz '2024-05-05 05:05:05+00';
  return new;
end $$;
create trigger touch before update on todos for each row when (old.title is distinct from new.title or old.done is distinct from new.done or old.due is distinct from new.due) execute procedure touch();

create or replace function create_team(team_name text, first_todos text[] default array[]::text[]) returns uuid
language plpgsql security definer set search_path = public as $$
declare
  new_id uuid := '10000000-0000-0000-0000-00000000000' || (select count(*) + 1 from teams);
  item text;
  place int := 0;
begin
  if auth.uid() is null then
    raise exception 'sign in first' using errcode = '28000', hint = 'There is nobody to own the team.';
  end if;
  insert into teams (id, name) values (new_id, team_name);
  insert into team_members (team_id, user_id, is_admin) values (new_id, auth.uid(), true);
  foreach item in array first_todos loop
    place := place + 10;
    insert into todos (team_id, title, position) values (new_id, item, place);
  end loop;
  return new_id;
end $$;

create or replace function move_todo(todo_id bigint, after_id bigint default null) returns setof todos
language plpgsql as $$
declare
  target todos%rowtype;
  low numeric;
  high numeric;
begin
  select * into strict target from todos where id = todo_id;
  if after_id is null then
    select min(position) into high from todos where team_id = target.team_id;
    update todos set position = high - 10 where id = todo_id;
  else
    select position into low from todos where id = after_id;
    select min(position) into high from todos where team_id = target.team_id and position > low;
    update todos set position = case when high is null then low + 10 else (low + high) / 2 end where id = todo_id;
  end if;
  return query select * from todos where team_id = target.team_id order by position;
exception
  when no_data_found then
    raise exception 'no such todo: %', todo_id using errcode = 'P0002';
end $$;

create view todo_board with (security_invoker) as
  select t.team_id, t.priority, count(*) filter (where not done) as open, count(*) filter (where done) as finished,
    round(100.0 * count(*) filter (where done) / count(*), 1) as percent, min(due) as next_due
  from todos t group by t.team_id, t.priority;
