create function current_org_ids(minimum text default 'viewer') returns setof integer
language sql stable security definer set search_path = public as $$
  select m.organisation_id from memberships m
  where m.user_id = auth.uid()
    and array_position(array['viewer', 'agent', 'admin'], m.role) >= array_position(array['viewer', 'agent', 'admin'], minimum)
$$;

alter table organisations enable row level security;
alter table memberships enable row level security;
alter table companies enable row level security;
alter table contacts enable row level security;
alter table deals enable row level security;
alter table deals force row level security;

create policy p1 on organisations for select using (id in (select current_org_ids()));
create policy p2 on organisations for update using (id in (select current_org_ids('admin')));
create policy p1 on memberships for select using (organisation_id in (select current_org_ids()));
create policy p2 on memberships for insert with check (organisation_id in (select current_org_ids('admin')));
create policy p3 on memberships for delete using (organisation_id in (select current_org_ids('admin')) and user_id <> auth.uid());
create policy r on companies for select using (organisation_id in (select current_org_ids()));
create policy w on companies for all using (organisation_id in (select current_org_ids('agent'))) with check (organisation_id in (select current_org_ids('agent')));
create policy r on contacts for select using (organisation_id in (select current_org_ids()));
create policy w on contacts for all using (organisation_id in (select current_org_ids('agent')));
create policy r on deals for select using (organisation_id in (select current_org_ids()));
create policy w on deals for insert with check (organisation_id in (select current_org_ids('agent')));
create policy u on deals for update using (organisation_id in (select current_org_ids('agent'))) with check (value is null or value < 10000 or organisation_id in (select current_org_ids('admin')));
create function may_add_company(organisation integer) returns boolean language sql stable security definer set search_path = public as $$
  select o.plan <> 'free' or (select count(*) from companies c where c.organisation_id = o.id) < 2 from organisations o where o.id = organisation
$$;
create policy free_plan_is_small on companies as restrictive for insert with check (may_add_company(organisation_id));

create function note_stage() returns trigger language plpgsql as $$
begin
  if new.stage is distinct from old.stage then
    new.history := new.history || jsonb_build_object('from', old.stage, 'to', new.stage);
  end if;
  return new;
end $$;
create trigger note_stage before update on deals for each row execute function note_stage();

create view pipeline with (security_invoker = on) as
select organisation_id, stage, count(*) as deals, sum(value) as total, avg(value)::numeric(12, 2) as average, max(closes_on) as last_close
from deals group by organisation_id, stage;
