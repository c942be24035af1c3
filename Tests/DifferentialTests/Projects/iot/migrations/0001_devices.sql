create schema telemetry;
grant usage on schema telemetry to anon, authenticated, service_role;
create table telemetry.devices (
  id uuid primary key default gen_random_uuid(),
  serial varchar(12) not null unique,
  owner uuid not null,
  token bytea,
  zone text not null default 'UTC'
);
create table telemetry.readings (
  device uuid not null references telemetry.devices on delete cascade,
  at timestamptz not null,
  metric text not null,
  value double precision not null,
  quality smallint,
  raw json,
  primary key (device, metric, at)
);
create index readings_at on telemetry.readings using brin (at);
create table telemetry.alerts (
  id bigint generated always as identity,
  device uuid not null,
  at timestamptz not null,
  message text not null,
  primary key (id)
);
create table telemetry.thresholds (metric text primary key, low double precision, high double precision, check (low is null or high is null or low < high));
