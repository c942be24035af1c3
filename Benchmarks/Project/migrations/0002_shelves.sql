-- What is written over and over, and a function to be called.
create table shelves (
  book  bigint primary key,
  shelf integer not null
);

alter table shelves enable row level security;
create policy "everyone moves books" on shelves for all using (book >= 0) with check (shelf > 0);

create function price_of(book bigint) returns numeric language sql stable as $$ select price from books where id = book $$;
grant execute on function price_of to anon;
