create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;

create table authors (
  id integer generated always as identity primary key,
  user_id uuid unique,
  name text not null,
  bio text
);

create table posts (
  id integer generated always as identity primary key,
  author_id integer not null references authors,
  slug text not null,
  title text not null,
  body text not null default '',
  published_at timestamptz,
  meta jsonb not null default '{}'::jsonb,
  search tsvector generated always as (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')
  ) stored,
  words integer generated always as (cardinality(string_to_array(trim(body), ' '))) stored,
  constraint posts_slug_key unique (slug),
  constraint meta_is_object check (jsonb_typeof(meta) = 'object')
);
create index posts_search on posts using gin (search);
create index posts_title_trgm on posts using gin (title extensions.gin_trgm_ops);
create index posts_meta on posts using gin (meta jsonb_path_ops);
create index posts_published on posts (published_at desc) where published_at is not null;

create table tags (id serial primary key, name text not null unique);
create table post_tags (
  post_id integer references posts on delete cascade,
  tag_id integer references tags on delete restrict,
  primary key (post_id, tag_id)
);
create table comments (
  id bigserial primary key,
  post_id integer not null references posts on delete cascade,
  parent_id bigint references comments on delete cascade,
  author text not null default 'someone',
  body text not null,
  created_at timestamp not null default timestamp '2024-01-01 00:00'
);
