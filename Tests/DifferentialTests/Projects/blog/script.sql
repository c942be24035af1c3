-- === as service_role
insert into authors (user_id, name) values ('00000000-0000-0000-0000-000000000001', 'Ann'), (null, 'Ghost') returning id, name;
insert into authors (id, name) values (9, 'No');
insert into posts (author_id, slug, title, body, published_at, meta) values (1, '', 'Cats & Dogs: A Story', 'The cats were running while the dog slept', '2024-01-02', '{"lang": "en", "stars": 4}'), (2, 'ghosts', 'Ghost stories', 'Running ghosts run at night', '2024-02-03', '{"lang": "en", "keys": ["a", "b"]}'), (1, 'draft', 'A draft', 'unfinished work', null, '{}') returning id, slug, words;
insert into posts (author_id, slug, title) values (1, 'ghosts', 'Twice');
insert into posts (author_id, slug, title, meta) values (1, 'bad', 'Bad', '[1]');
select id, search from posts order by id;
select tag_post(1, 'Animals', 'story'), tag_post(2, 'STORY');
select tag_post(1, 'animals');
select * from tag_cloud order by posts desc, name;
delete from tags where name = 'story';
-- === as anon
select id, slug, title from posts order by id;
select * from search_posts('running cats');
select id, title from search_posts('run -cats');
select id from search_posts('"ghosts run"');
select id, ts_headline('english', body, plainto_tsquery('english', 'run')) from posts order by id;
select id from posts where meta @> '{"lang": "en"}' and meta ? 'stars';
select id, meta -> 'keys' ->> 1, jsonb_array_length(coalesce(meta -> 'keys', '[]')) from posts order by id;
select id from posts where title ilike '%STOR%' order by id;
insert into comments (post_id, body) values (1, 'Nice') returning id, author, created_at;
insert into comments (post_id, body) values (3, 'On a draft');
insert into comments (post_id, parent_id, body) values (1, 1, 'Indeed'), (1, 1, 'Yes') returning id;
insert into comments (post_id, parent_id, body) values (1, 2, 'Deep');
with recursive thread as (select id, body, 0 as depth, array[id] as path from comments where parent_id is null union all select c.id, c.body, t.depth + 1, t.path || c.id from comments c join thread t on c.parent_id = t.id) select repeat('  ', depth) || body, path from thread order by path;
delete from comments where id = 1;
update posts set title = 'Hacked' where id = 1;
-- === as authenticated 00000000-0000-0000-0000-000000000001
select id, title, published_at is null as draft from posts order by id;
update posts set published_at = '2024-03-01', body = body || ', now finished' where slug = 'draft' returning id, words;
update posts set title = 'Mine' where id = 2;
select id from search_posts('finish');
insert into posts (author_id, title) values (2, 'As ghost');
insert into posts (author_id, title) values (1, 'Über  straßen') returning slug;
select a.name, count(*) as posts, string_agg(p.slug, ', ' order by p.slug) from authors a join posts p on p.author_id = a.id group by a.name order by a.name;
select date_trunc('month', published_at) as month, count(*) from posts where published_at is not null group by 1 order by 1;
select distinct on (author_id) author_id, slug from posts order by author_id, published_at desc nulls last, id;
