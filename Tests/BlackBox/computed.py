"""Columns and relationships that functions compute, for those who may call the function and see the whole row."""
import json, os
from checks import check, end
from offstage import Project

MIGRATION = """
create table authors (id int primary key, name text not null);
create table books (id int primary key, author int references authors, title text not null, price numeric(8,2), owner uuid);
create table wages (id int primary key, name text, amount int);
alter table authors enable row level security; create policy "all" on authors for select using (true);
alter table books enable row level security;
create policy seen on books for select using (owner is null or owner = auth.uid());
create policy changed on books for update using (owner is null);
alter table wages enable row level security; create policy "all" on wages for select using (true);
revoke all on wages from anon, authenticated;
grant select (id, name) on wages to anon;
insert into authors values (1, 'Ann'), (2, 'Bob'), (3, 'Cyd');
insert into books values (1, 1, 'One', 1.5, null), (2, 1, 'Two', 2.5, null), (3, 2, 'Three', 3, null), (4, 3, 'Hidden', 9, '10000000-0000-4000-8000-000000000000');
insert into wages values (1, 'Ann', 5000);
create function shout(b books) returns text language sql stable as $$ select upper(b.title) || '!' $$;
create function secret(b books) returns text language sql stable as $$ select 'x' $$;
create function works(a authors) returns setof books language sql stable as $$ select * from books where author = a.id $$;
create function first_work(a authors) returns setof books rows 1 language sql stable as $$ select * from books where author = a.id order by id limit 1 $$;
create function pay(w wages) returns int language sql stable as $$ select w.amount $$;
create function cheap() returns setof books language sql stable as $$ select * from books where price < 2 $$;
create view shelf as select * from books where price < 100;
create function half(s shelf) returns numeric language sql stable as $$ select round(s.price / 2, 2) $$;
grant select on shelf to anon;
grant execute on function shout(books), works(authors), first_work(authors), pay(wages), half(shelf), cheap() to anon, authenticated;
"""


project = Project()
for name in os.listdir(f"{project.folder}/migrations"):
    os.remove(f"{project.folder}/migrations/{name}")
os.system(f"rm -rf {project.folder}/seed")
open(f"{project.folder}/migrations/0001_computed.sql", "w").write(MIGRATION)


def ask(path, method="GET", body=None, **headers):
    status, fields, answer = project.request(method, "/rest/v1" + path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    found = json.loads(answer)
    return found if status < 300 else (status, found["code"])


try:
    project.run("migrate", "up")
    project.start()
    check("a column", ask("/books?select=title,shout&order=id&limit=1"), [{"title": "One", "shout": "ONE!"}])
    check("no part of *", "shout" in ask("/books?limit=1")[0], False)
    check("filtered and ordered by, renamed", ask("/books?select=s:shout&shout=like.T*&order=shout.desc"), [{"s": "TWO!"}, {"s": "THREE!"}])
    check("in a logic tree", ask("/books?select=id&or=(shout.eq.ONE!,id.eq.3)&order=id"), [{"id": 1}, {"id": 3}])
    check("of a view", ask("/shelf?select=half&id=eq.2"), [{"half": 1.25}])
    check("of a related row", ask("/authors?select=name,books(shout)&id=eq.2"), [{"name": "Bob", "books": [{"shout": "THREE!"}]}])
    check("of what a write touched", ask("/books?id=eq.2&select=shout", "PATCH", {"price": 4}, Prefer="return=representation"), [{"shout": "TWO!"}])
    check("of what a function gave", ask("/rpc/cheap?select=shout&order=id"), [{"shout": "ONE!"}])
    check("rows", ask("/authors?select=name,works(title)&order=id"), [
        {"name": "Ann", "works": [{"title": "One"}, {"title": "Two"}]}, {"name": "Bob", "works": [{"title": "Three"}]}, {"name": "Cyd", "works": []}])
    check("rows in order, a few, with rows of their own", ask("/authors?select=w:works(title,authors(name))&w.order=title.desc&w.limit=1&id=eq.1"), [
        {"w": [{"title": "Two", "authors": {"name": "Ann"}}]}])
    check("only those that have some", ask("/authors?select=name,works!inner(title)&works.price=gt.2&order=id"), [
        {"name": "Ann", "works": [{"title": "Two"}]}, {"name": "Bob", "works": [{"title": "Three"}]}])
    check("only those that have none, where a policy hides it", ask("/authors?select=name,works()&works=is.null"), [{"name": "Cyd"}])
    check("one row", ask("/authors?select=name,first_work(title)&order=id.desc&limit=2"), [
        {"name": "Cyd", "first_work": None}, {"name": "Bob", "first_work": {"title": "Three"}}])
    check("one row, only those that have one", len(ask("/authors?select=name,first_work!inner(title)")), 2)
    check("spread", ask("/authors?select=name,...works(title)&id=eq.1"), [{"name": "Ann", "title": ["One", "Two"]}])
    check("one row spread", ask("/authors?select=name,...first_work(title)"), (400, "PGRST127"))
    check("ordered by one row", ask("/authors?select=first_work(title)&order=first_work(title)"), (400, "PGRST118"))
    check("not granted", ask("/books?select=secret"), (401, "42501"))
    check("not granted, as a filter", ask("/books?select=id&secret=eq.x"), (401, "42501"))
    check("of a row with a hidden column", ask("/wages?select=pay"), (401, "42501"))
    check("of a row with a hidden column, as a filter", ask("/wages?select=id&pay=gt.1"), (401, "42501"))
    check("another table's", ask("/authors?select=shout"), (400, "42703"))
    owner = project.token({"sub": "10000000-0000-4000-8000-000000000000"})
    check("the owner sees the row", ask("/authors?select=works(title)&id=eq.3", Authorization=f"Bearer {owner}"), [{"works": [{"title": "Hidden"}]}])
finally:
    project.close()
end()
