create table rooms (
  id int primary key,
  name text not null,
  seats int not null check (seats > 0),
  open tsrange,
  hourly numeric(8, 2) not null
);
create table bookings (
  id int generated always as identity primary key,
  room_id int not null references rooms,
  booked_by uuid not null default auth.uid(),
  during tstzrange not null check (not isempty(during) and lower_inc(during) and not upper_inf(during)),
  people int4range,
  purpose text
);
create index bookings_during on bookings using gist (during);

create function no_overlap() returns trigger language plpgsql as $$
begin
  if exists (select 1 from bookings b where b.room_id = new.room_id and b.during && new.during and b.id <> new.id) then
    raise exclusion_violation using message = format('room %s is taken', new.room_id), hint = 'Choose another time.';
  end if;
  return new;
end $$;
create trigger no_overlap before insert or update on bookings for each row execute function no_overlap();

create function price_of(b bookings) returns numeric language sql stable as $$
  select round(extract(epoch from upper(b.during) - lower(b.during)) / 3600 * r.hourly, 2) from rooms r where r.id = b.room_id
$$;

create function free_rooms(wanted tstzrange, minimum int default 1) returns setof rooms language sql stable as $$
  select r.* from rooms r
  where r.seats >= minimum and not exists (select from bookings b where b.room_id = r.id and b.during && wanted)
  order by r.id
$$;

alter table bookings enable row level security;
create policy seen on bookings for select to authenticated using (true);
create policy own on bookings for all to authenticated using (booked_by = auth.uid()) with check (booked_by = auth.uid() and upper(during) - lower(during) <= interval '8 hours');
