-- === as service_role
insert into auth.users (id, email, raw_user_meta_data) values ('00000000-0000-0000-0000-000000000001', 'a@x.org', '{"full_name": "Ann A."}'), ('00000000-0000-0000-0000-000000000002', 'b@x.org', '{"avatar_url": "http://x/b.png"}'), ('00000000-0000-0000-0000-000000000003', 'c@x.org', null);
select id, full_name, avatar_url, settings from profiles order by id;
insert into user_roles (user_id, role) values ('00000000-0000-0000-0000-000000000001', 'admin');
insert into profiles (id) values ('00000000-0000-0000-0000-000000000009');
-- === as authenticated 00000000-0000-0000-0000-000000000001
update profiles set username = 'ann', settings = settings || '{"theme": "dark"}' where id = auth.uid() returning username, updated_at, settings;
update profiles set username = 'zz' where id = auth.uid();
update profiles set full_name = 'Bob' where id = '00000000-0000-0000-0000-000000000002';
insert into user_roles (user_id, role) values ('00000000-0000-0000-0000-000000000002', 'moderator') returning role;
insert into user_roles (user_id, role) values ('00000000-0000-0000-0000-000000000002', 'moderator');
select user_id, role from user_roles order by id;
select is_admin(), authorize('messages.delete');
select username, settings ->> 'theme', (settings -> 'mail')::boolean from profiles order by username nulls last, id;
-- === as authenticated 00000000-0000-0000-0000-000000000002
update profiles set username = 'ann';
update profiles set username = 'bob', website = 'http://bob' returning username, website;
select user_id, role from user_roles;
insert into user_roles (user_id, role) values (auth.uid(), 'admin');
select is_admin();
insert into profiles (id, username) values (auth.uid(), 'again') on conflict (id) do update set username = excluded.username returning username;
insert into profiles (id, username) values ('00000000-0000-0000-0000-000000000003', 'cid') on conflict (id) do nothing;
select * from public_profiles order by username;
-- === as anon
select name from public_profiles order by name;
select id, username from profiles order by id;
update profiles set username = 'anon';
select * from user_roles;
select * from auth.users;
select is_admin();
-- === as service_role
delete from auth.users where id = '00000000-0000-0000-0000-000000000002';
delete from profiles where id = '00000000-0000-0000-0000-000000000002';
delete from auth.users where id = '00000000-0000-0000-0000-000000000002';
select count(*) from user_roles;
select count(*) from auth.users;
