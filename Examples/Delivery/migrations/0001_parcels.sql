-- What it costs to send a parcel, and the parcels that were sent.

create table rates (
  country  text not null,
  service  text not null check (service in ('post', 'express')),
  days     int not null,
  base     numeric(8,2) not null,
  per_kilo numeric(8,2) not null,
  primary key (country, service)
);

alter table rates enable row level security;
create policy "everyone reads" on rates for select using (true);

create table parcels (
  id       uuid primary key default gen_random_uuid(),
  sender   uuid not null,
  country  text not null,
  service  text not null,
  grams    int not null check (grams between 1 and 30000),
  price    numeric(8,2) not null,
  sent_at  timestamptz not null default now(),
  foreign key (country, service) references rates (country, service)
);

-- A sender sees their own. Nobody adds one by hand: what it costs is the program's to say.
alter table parcels enable row level security;
create policy "senders see theirs" on parcels for select to authenticated using (sender = auth.uid());

-- The program has these (Sources/Delivery.swift). Here stands who may call them, what they take and what they give.

create function offers(country text, grams int default 500) returns table (service text, days int, price numeric)
  stable language swift as 'offers';
comment on function offers is 'What sending a parcel costs, by each service.';
grant execute on function offers to anon, authenticated;

create function send_parcel(country text, service text, grams int) returns parcels
  security definer language swift as 'send';
comment on function send_parcel is 'Sends a parcel and says what it cost.';
grant execute on function send_parcel to authenticated;
