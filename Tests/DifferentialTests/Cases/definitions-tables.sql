-- === create table as
create table src (id int primary key, name varchar(20), price numeric(6,2), at timestamptz default now());
insert into src values (1, 'a', 1.5, '2024-01-01 00:00Z'), (2, 'b', 2.5, '2024-01-02 00:00Z'), (3, null, null, null);
create table copy1 as select * from src;
select * from copy1 order by id;
create table copy1 as select 1;
create table if not exists copy1 as select 1;
create table copy2 (a, b) as select id, name from src where id < 3;
select * from copy2 order by a;
create table copy3 (a, b, c) as select 1, 2;
create table copy4 as select id, id from src;
create table copy5 as select id + 1 as n, upper(name) as u, price * 2 as p, 'x' as lit, null as nothing from src;
select * from copy5 order by n;
create table copy6 as select * from src with no data;
select count(*) from copy6;
create table copy7 as values (1, 'a'), (2, 'b');
select * from copy7 order by 1;
select id, name into copy8 from src where id = 1;
select * from copy8;
create table copy9 as with c as (select id from src) select count(*) as n from c;
select * from copy9;
create table copy10 as select id from nosuch;
insert into copy1 (id) values (1);
select id from copy1 order by id;

-- === like
create table other (id int primary key, n int not null default 3 check (n > 0), t text unique, g int generated always as (n * 2) stored);
create index other_n on other (n desc) where n > 1;
create table l1 (like other);
insert into l1 (id) values (1);
insert into l1 (id, n) values (1, 2);
select * from l1;
create table l2 (a int, like other including all, z text default 'q');
insert into l2 (a, id) values (1, 1);
select * from l2;
insert into l2 (a, id, n) values (1, 2, 0);
insert into l2 (a, id) values (1, 1);
create table l3 (like other including defaults, n int);
create table l4 (like nosuch);
create table ident (id int generated always as identity, v text);
create table l5 (like ident including identity);
insert into l5 (v) values ('a'), ('b');
select * from l5 order by id;
create view ov as select id, t from other;
create table l6 (like ov);
insert into l6 values (1, 'x');
select * from l6;

-- === alter: order of passes
create table p (a int, b int);
insert into p values (1, 2);
alter table p add constraint c_ck check (c > 0), add column c int default 5;
select * from p;
alter table p add column a text, drop column a;
select * from p;
alter table p alter column c set not null, alter column c drop default, alter column c type bigint;
insert into p (b) values (1);
alter table p drop column if exists nosuch, add column if not exists b int;
alter table if exists nosuch add column x int;
alter table nosuch add column x int;

-- === not valid
create table parent (id int primary key);
create table nv (id int, v int);
insert into nv values (1, -1), (2, 5);
alter table nv add constraint pos check (v > 0);
alter table nv add constraint pos check (v > 0) not valid;
insert into nv values (3, -3);
insert into nv values (3, 3);
alter table nv validate constraint pos;
delete from nv where v < 0;
alter table nv validate constraint pos;
alter table nv add constraint nv_fk foreign key (id) references parent (id);
alter table nv add constraint nv_fk foreign key (id) references parent (id) not valid;
insert into nv values (9, 1);
insert into parent values (2), (3);
alter table nv validate constraint nv_fk;
alter table nv validate constraint nosuch;

-- === set schema
create schema archive;
create table doc (id serial primary key, t text unique);
insert into doc (t) values ('a');
create table part (doc_id int references doc (id), x int);
insert into part values (1, 1);
create index doc_lower on doc (lower(t));
create view docs as select id, t from doc;
alter table doc set schema archive;
select * from doc;
select * from archive.doc;
select * from docs;
insert into archive.doc (t) values ('b');
insert into archive.doc (t) values ('a');
insert into part values (7, 1);
insert into part values (2, 1);
delete from archive.doc where id = 1;
alter table archive.doc set schema nosuch;
create table doc (id int);
alter table archive.doc set schema public;
alter table doc set schema archive;
drop table doc;
alter table archive.doc set schema public;
select id, t from doc order by id;
drop schema archive cascade;

-- === rename schema
create schema one;
create type one.mood as enum ('sad', 'ok');
create table one.t (id int primary key, m one.mood default 'ok'::one.mood);
create view one.v as select id, m from one.t where m = 'ok'::one.mood;
insert into one.t (id) values (1);
alter schema one rename to two;
select * from two.v;
insert into two.t values (2, 'sad');
select * from two.t order by id;
select * from one.t;
alter schema nosuch rename to x;
alter schema two rename to public;
drop schema two;
drop schema two cascade;

-- === rename type
create type colour as enum ('red', 'green');
create table car (id int, c colour default 'red' check (c <> 'green'::colour));
insert into car (id) values (1);
alter type colour rename to color;
insert into car (id) values (2);
insert into car values (3, 'green');
select id, c from car order by id;
select 'green'::color;
select 'green'::colour;
alter type nosuch rename to x;

-- === view columns and rules of replace
create table base (id int, name text);
insert into base values (1, 'x');
create view v1 (a, b) as select id, name from base;
create view v2 as select a from v1;
select * from v2;
alter view v1 rename column a to aa;
select * from v1;
select * from v2;
alter view v1 rename column nosuch to x;
alter view v1 rename column aa to b;
create or replace view v1 (aa, b) as select id, name from base where id > 0;
create or replace view v1 (aa) as select id from base;
create or replace view v1 (aa, c) as select id, name from base;
create or replace view v1 (aa, b) as select id::text, name from base;
create or replace view v1 (aa, b, c) as select id, name, id + 1 from base;
select * from v1;
alter view v1 rename to v9;
select * from v9;
alter table base rename column id to ident;
select * from v9;
drop table base;
drop view v9;
drop view v9 cascade;
create recursive view nums (n) as values (1) union all select n + 1 from nums where n < 4;
select * from nums order by n;

-- === create schema with elements
create schema shop create table items (id int primary key, n text) create view named as select n from items where n is not null;
insert into shop.items values (1, 'a'), (2, null);
select * from shop.named;
create schema shop;
create schema if not exists shop;
drop schema shop cascade;
create schema authorization postgres;
drop schema postgres;

-- === Rows that break a rule added as not valid stay when the table is written anew
create table p (id int primary key);
create table t (id int primary key, a text, b int, c int);
insert into t values (1, null, 1, 7), (2, 'x', 2, null);
alter table t add constraint filled check (a is not null) not valid;
alter table t add constraint known foreign key (c) references p not valid;
alter table t alter column b type text using b::text;
alter table t add constraint once unique (b);
alter table t add column d int not null default 5;
alter table t add column e text unique;
alter table t drop column b;
select * from t order by id;
insert into t values (3, null, 1, 5, 'e');
insert into t values (3, 'y', 1, 5, 'e');
insert into t values (3, 'y', null, 5, 'e');
update t set d = 6 where id = 1;
update t set d = 6 where id = 2;
alter table t validate constraint filled;
alter table t validate constraint known;
update t set a = 'z', c = null where id = 1;
alter table t validate constraint filled;
alter table t validate constraint known;
select conname::text, convalidated from pg_constraint where conrelid = 't'::regclass order by conname;
