-- === as service_role
select id, email, member_since from members;
insert into members (email, from_net, seen_at) values ('librarian@example.ORG', null, null);
insert into members (email, from_net, seen_at) values ('Zoë@Example.org', '10.0.0.0/8', '10.1.2.3'), ('bob@example.org', '192.168.1.0/24', '::1') returning id, email;
select id from members where email = 'ZOË@example.org';
select id, seen_at << from_net as inside, host(seen_at), masklen(from_net) from members order by id;
insert into titles values ('9780000000001', 'The Sea', 2, '[1,10)', '{"pages": 300, "tags": ["blue", "old"]}'), ('9780000000002', 'The See', 1, '[10,)', '{"pages": 120}'), ('978', 'Short', 1, null, '[]');
insert into titles values ('97800000000012', 'Too long');
select isbn, length(isbn), shelf @> 5::bigint as here, upper_inf(shelf) from titles order by isbn;
select lend(1, '9780000000001'), lend(3, '9780000000001');
select lend(4, '9780000000001');
select lend(1, '9780000000002', '2024-06-01');
select lend(1, 'nothing');
select lend(99, '9780000000002');
insert into loans (member, isbn, taken, due) values (1, '9780000000001', '2024-01-01', '2024-02-01');
insert into loans (member, isbn, taken, due) values (3, '9780000000002', '2024-01-01', '2024-01-01');
select charge(0), charge(7), charge(15);
select * from weeks('2024-01-01', '2024-01-25');
select count(*) from weeks('2024-02-01', '2024-01-25');
select set_pin(1, '1234');
select pin_is_right(1, '1234'), pin_is_right(1, '4321'), pin_is_right(3, 'x');
select set_pin(77, '1');
select encode(digest('abc', 'sha1'), 'hex'), encode(hmac('abc', 'key', 'sha256'), 'hex');
select title, similarity(title, 'the sea'), title % 'sea' from titles order by isbn;
select isbn, jsonb_path_query_first(about, '$.tags[0]'), jsonb_path_exists(about, '$.pages ? (@ > 200)') from titles order by isbn;
select jsonb_path_query(about, '$.tags[*]') from titles order by 1;
-- === the owner's turn
refresh materialized view loan_counts;
-- === as service_role
select * from loan_counts order by isbn;
select member, isbn, count(*) from loans group by cube (member, isbn) order by member nulls last, isbn nulls last;
with gone as (delete from loans where member = 3 returning id, member, isbn, taken, due) insert into archive (id, member, isbn, taken, due) select * from gone returning id, archived_at;
insert into archive (id, taken, due) values (9, '2024-02-01', '2024-01-01');
update titles set isbn = '9780000000009' where isbn = '9780000000002';
select isbn from loans order by id;
delete from titles where isbn = '9780000000009';
update loans set returned = due - 1 where returned is null returning returned;
select to_char(due, 'Day DD/MM'), due - taken, date_part('week', due) from loans order by id;
select * from popular;
set time zone 'Europe/Berlin';
select member_since, member_since::date from members order by id limit 1;
reset time zone;
-- === as authenticated 00000000-0000-0000-0000-000000000001
select title from titles order by title;
select pin_is_right(1, '1234');
select charge(3);
