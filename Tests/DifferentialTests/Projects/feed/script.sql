-- === as service_role
insert into people values ('00000000-0000-0000-0000-000000000001', 'ann', false), ('00000000-0000-0000-0000-000000000002', 'bob', true), ('00000000-0000-0000-0000-000000000003', 'cid', false);
insert into posts (id, author, body, posted_at) select n, ('00000000-0000-0000-0000-00000000000' || (n % 3 + 1))::uuid, 'post ' || n, timestamptz '2024-01-01 00:00+00' + n * interval '1 hour' from generate_series(1, 9) n;
insert into posts values (10, '00000000-0000-0000-0000-000000000003', 'look', '2024-01-02 00:00+00', 1);
-- === as authenticated 00000000-0000-0000-0000-000000000001
select count(*) from posts;
insert into follows (follower, followed) values (auth.uid(), '00000000-0000-0000-0000-000000000002'), (auth.uid(), '00000000-0000-0000-0000-000000000003') returning followed, accepted;
insert into follows (follower, followed) values (auth.uid(), auth.uid());
insert into follows (follower, followed) values ('00000000-0000-0000-0000-000000000003', auth.uid());
update follows set accepted = true where followed = '00000000-0000-0000-0000-000000000002';
select handle, body, original, liked from timeline order by id;
insert into likes values (3, auth.uid()), (10, auth.uid());
insert into likes values (1, auth.uid());
insert into likes values (3, auth.uid()) on conflict do nothing;
select id, likes, liked from timeline where likes > 0 order by id;
select id, handle from timeline_page();
select id, handle from timeline_page('2024-01-01 06:00+00', size => 3);
-- === as authenticated 00000000-0000-0000-0000-000000000002
select follower, accepted from follows;
update follows set accepted = true where followed = auth.uid() returning accepted;
update follows set followed = '00000000-0000-0000-0000-000000000003';
insert into blocks values (auth.uid(), '00000000-0000-0000-0000-000000000003');
select count(*) from posts;
update people set is_private = false where handle = 'ann';
-- === as authenticated 00000000-0000-0000-0000-000000000003
select count(*), count(distinct author) from posts;
select * from blocks;
insert into likes values (1, auth.uid());
delete from likes where person <> auth.uid();
-- === as authenticated 00000000-0000-0000-0000-000000000001
select handle, count(*), sum(likes) from timeline group by handle order by handle;
delete from likes where post_id = 3 returning post_id;
select likes from posts where id = 3;
select p.handle, l.body, l.posted_at from people p left join lateral (select body, posted_at from posts where author = p.id order by posted_at desc limit 2) l on true order by p.handle, l.posted_at desc;
with recursive hops(person, depth) as (select auth.uid(), 0 union select f.followed, h.depth + 1 from hops h join follows f on f.follower = h.person where h.depth < 3) select handle, min(depth) from hops join people on id = person group by handle order by handle;
-- === as anon
select id, body from posts order by id;
select handle from people order by handle;
select * from timeline;
insert into likes values (3, '00000000-0000-0000-0000-000000000001');
-- === as service_role
delete from people where handle = 'cid';
select id from posts order by id;
select count(*) from follows;
