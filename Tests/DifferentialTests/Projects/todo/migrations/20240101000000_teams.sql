create schema if not exists private;

create table public.teams (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now()
);

create table public.team_members (
  team_id uuid not null references public.teams on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  is_admin boolean not null default false,
  primary key (team_id, user_id)
);
create index on public.team_members (user_id, team_id);

create type public.priority as enum ('low', 'normal', 'high');

create table public.todos (
  id bigserial primary key,
  team_id uuid not null references public.teams on delete cascade,
  title varchar(120) not null,
  notes text default '',
  priority public.priority not null default 'normal',
  done boolean not null default false,
  due date,
  position numeric(12, 6) not null default 0,
  assignee uuid references auth.users on delete set null,
  updated_at timestamptz,
  is_late boolean generated always as (not done and due < date '2024-06-01') stored
);
create index todos_open on public.todos (team_id, due) where not done;
create unique index todos_place on public.todos (team_id, position);

create function private.my_teams() returns setof uuid language sql security definer stable set search_path = '' as $$
  select team_id from public.team_members where user_id = (select auth.uid())
$$;

grant usage on schema private to authenticated;
grant execute on function private.my_teams() to authenticated;
