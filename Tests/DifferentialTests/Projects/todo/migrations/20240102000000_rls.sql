alter table teams enable row level security;
alter table team_members enable row level security;
alter table todos enable row level security;

create policy read_teams on teams for select to authenticated using (id in (select private.my_teams()));
create policy read_members on team_members for select to authenticated using (team_id in (select private.my_teams()));
create policy todos_all on todos to authenticated
  using (team_id in (select private.my_teams()))
  with check (team_id in (select private.my_teams()));
create policy only_admins_delete on todos as restrictive for delete to authenticated
  using (exists (select 1 from team_members m where m.team_id = todos.team_id and m.user_id = auth.uid() and m.is_admin));
