create function telemetry.watch() returns trigger language plpgsql security definer set search_path = telemetry as $$
declare
  t thresholds;
begin
  select * into t from thresholds where metric = new.metric;
  if not found then
    return new;
  end if;
  if new.value > t.high then
    insert into alerts (device, at, message) values (new.device, new.at, format('%s is %s, above %s', new.metric, new.value, t.high));
  elsif new.value < t.low then
    insert into alerts (device, at, message) values (new.device, new.at, format('%s is %s, below %s', new.metric, new.value, t.low));
  end if;
  return new;
end $$;
create trigger watch after insert on telemetry.readings for each row execute function telemetry.watch();

create function telemetry.buckets(p_metric text, p_width interval) returns table (bucket timestamptz, samples bigint, low float8, high float8, mean numeric) language sql stable as $$
  select date_bin(p_width, at, timestamptz '2024-01-01 00:00+00'), count(*), min(value), max(value), round(avg(value)::numeric, 3)
  from telemetry.readings where metric = p_metric group by 1 order by 1
$$;

create function telemetry.ingest(batch jsonb) returns int language plpgsql as $$
declare
  item jsonb;
  stored int := 0;
begin
  for item in select * from jsonb_array_elements(batch) loop
    begin
      insert into telemetry.readings (device, at, metric, value, quality, raw)
      values ((item ->> 'device')::uuid, (item ->> 'at')::timestamptz, item ->> 'metric', (item ->> 'value')::float8, (item -> 'quality')::smallint, item::json);
      stored := stored + 1;
    exception
      when unique_violation then
        null;
      when not_null_violation or invalid_text_representation then
        raise warning 'skipped %', item;
    end;
  end loop;
  return stored;
end $$;

grant all on all tables in schema telemetry to authenticated, service_role;
alter table telemetry.devices enable row level security;
alter table telemetry.readings enable row level security;
alter table telemetry.alerts enable row level security;
create policy own on telemetry.devices using (owner = auth.uid());
create policy own on telemetry.readings using (device in (select id from telemetry.devices)) with check (device in (select id from telemetry.devices));
create policy own on telemetry.alerts for select using (exists (select 1 from telemetry.devices d where d.id = device));
