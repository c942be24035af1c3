-- === comparisons
create extension if not exists citext;
select 'Abc'::citext = 'aBC', 'Abc'::citext = 'aBC'::citext, 'Abc'::citext = 'aBC'::text, 'a'::citext < 'B'::citext, 'ä'::citext = 'Ä'::citext, 'a'::citext <> 'A'::citext;
select 'Abc'::citext like 'a%', 'Abc'::citext ilike 'A%', 'Abc'::citext not like 'ab_', 'Abc'::citext ~ '^a', 'Abc'::citext ~* 'B', 'Abc'::citext !~ '^a', 'abc'::text like 'A%'::citext;
select 'Abc'::citext || 'Def', upper('Abc'::citext), length('Abc'::citext), 'Abc'::citext::text, 'Abc'::text::citext, 'x'::varchar(3)::citext, 'Abc'::citext in ('ABC', 'd');
select strpos('Hello World'::citext, 'WORLD'), replace('aXbxc'::citext, 'x', '-'), split_part('aXbxc'::citext, 'x', 2), translate('aXbxc'::citext, 'x', 'y');
select min(v), max(v) from (values ('b'::citext), ('A'), ('c')) t(v);
select greatest('a'::citext, 'B'::citext), case when true then 'A'::citext else 'b' end;
-- === columns
create extension if not exists citext;
create table users (id int primary key, email citext unique not null, name text);
insert into users values (1, 'Ann@Example.com', 'ann'), (2, 'bob@example.com', 'Bob'), (3, 'Carl@x', null);
insert into users values (4, 'ANN@example.COM', 'x');
select * from users where email = 'ann@EXAMPLE.com';
select id from users where email in ('BOB@example.com', 'zz') order by id;
select id, email from users order by email desc;
select id from users where email like 'b%';
select id from users where email > 'B' order by id;
select id from users where name = email;
select count(distinct e), count(*) from (values ('a'::citext), ('A'), ('b')) t(e);
select e, count(*) from (values ('b'::citext), ('B'), ('c')) t(e) group by e order by e;
insert into users values (1, 'ANN@EXAMPLE.COM', 'new') on conflict (email) do update set name = excluded.name returning *;
select to_json(email), row_to_json(u) from users u order by id limit 1;
select array_agg(email order by email) from users;
select 'A'::citext = any (array['a', 'b']::citext[]), '{Ab,c}'::citext[] = '{aB,C}'::citext[];
update users set email = 5 where id = 1;
select distinct e from (values ('x'::citext), ('X')) t(e);
-- === without the extension
select 'a'::citext;
create table t (a citext);
