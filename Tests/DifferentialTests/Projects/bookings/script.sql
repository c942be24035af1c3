-- === as service_role
insert into rooms values (1, 'Small', 4, '[2024-01-01 08:00, 2025-01-01 20:00)', 10), (2, 'Large', 20, null, 45.5);
-- === as authenticated 00000000-0000-0000-0000-000000000001
insert into bookings (room_id, during, people, purpose) values (1, '[2024-05-01 09:00+00, 2024-05-01 11:00+00)', '[2,4]', 'Stand-up') returning id, during, people, lower(people), upper(people);
insert into bookings (room_id, during) values (1, '[2024-05-01 10:30+00, 2024-05-01 12:00+00)');
insert into bookings (room_id, during) values (1, '[2024-05-01 11:00+00, 2024-05-01 12:00+00)') returning booked_by;
insert into bookings (room_id, during) values (1, 'empty');
insert into bookings (room_id, during) values (1, '[2024-05-02 10:00+00,)');
insert into bookings (room_id, during) values (1, '[2024-05-02 10:00+00, 2024-05-02 23:00+00)');
insert into bookings (room_id, during) values (1, '[2024-05-03, 2024-05-02)');
insert into bookings (room_id, during) values (2, tstzrange('2024-05-01 09:00+00', '2024-05-01 10:30+00')) returning id;
select id, during @> timestamptz '2024-05-01 10:00+00', during && '[2024-05-01 11:30+00,2024-05-01 13:00+00]', upper(during) - lower(during) as length from bookings order by id;
select b.id, price_of(b) from bookings b order by b.id;
select b.id, b.price_of from bookings b where b.price_of > 15 order by b.id;
-- === as authenticated 00000000-0000-0000-0000-000000000002
select id, name from free_rooms('[2024-05-01 09:30+00, 2024-05-01 09:45+00)');
select id from free_rooms(tstzrange('2024-05-02 09:00+00', '2024-05-02 10:00+00'), minimum => 10);
select count(*) from bookings;
update bookings set purpose = 'mine' where id = 1 returning id;
delete from bookings;
insert into bookings (room_id, during, booked_by) values (2, '[2024-06-01 09:00+00, 2024-06-01 10:00+00)', '00000000-0000-0000-0000-000000000001');
-- === as authenticated 00000000-0000-0000-0000-000000000001
update bookings set during = tstzrange(lower(during), upper(during) + interval '30 minutes') where room_id = 2 returning during;
update bookings set during = during + tstzrange('2024-05-01 11:00+00', '2024-05-01 11:30+00') where id = 1;
select room_id, count(*), min(lower(during)), max(upper(during)) from bookings group by room_id order by room_id;
select d::date as day, count(b.id) from generate_series(date '2024-04-30', date '2024-05-02', interval '1 day') d left join bookings b on b.during && tstzrange(d, d + interval '1 day') group by d order by d;
-- === as anon
select * from bookings;
select id from free_rooms('[2024-05-01 09:30+00, 2024-05-01 09:45+00)');
select id, lower(open), upper(open), open @> timestamp '2024-06-01 12:00' from rooms order by id;
select int4range(1, 5) * int4range(3, 9), numrange(1.0, 2.0) -|- numrange(2.0, 3.0), daterange('2024-01-01', '2024-01-05', '[]'), int4range(1, 5) - int4range(3, 5);
