-- A lending library that grew over years: old migrations, later changes.
create extension if not exists citext with schema extensions;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_trgm with schema extensions;

create table members (
  id serial primary key,
  email extensions.citext not null unique,
  pin text,
  joined date not null default '2024-01-01',
  from_net cidr,
  seen_at inet
);
create table books (
  isbn char(13) primary key,
  title text not null,
  copies smallint not null default 1,
  shelf int8range,
  about jsonb not null default '{}'
);
create index books_title on books using hash (title);
create index books_shelf on books (isbn) include (title, copies);
create table loans (
  id bigint generated always as identity,
  member integer references members on delete set null,
  isbn char(13) references books on update cascade on delete restrict,
  taken date not null,
  due date not null,
  returned date,
  constraint loans_pk primary key (id),
  constraint dates check (due > taken)
);
create unique index one_copy_each on loans (member, isbn) where returned is null;
