-- === people
insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'a@x.org'), ('00000000-0000-0000-0000-00000000000b', 'b@x.org');
-- === as authenticated 00000000-0000-0000-0000-00000000000a
select create_team('Garden', array['Dig', 'Plant', 'Water']);
select create_team(team_name => 'House');
select id, name from teams order by name;
select id, title, priority, position, is_late from todos order by position;
update todos set done = true where title = 'Dig' returning id, done, updated_at;
update todos set done = done where title = 'Plant' returning id, updated_at;
update todos set due = '2024-05-01', priority = 'high' where title = 'Water' returning title, is_late, priority;
insert into todos (team_id, title, position) values ('10000000-0000-0000-0000-000000000001', 'Again', 10);
insert into todos (team_id, title, position) values ('10000000-0000-0000-0000-000000000001', repeat('x', 121), 99);
insert into todos (team_id, title, position, priority) values ('10000000-0000-0000-0000-000000000001', 'Odd', 99, 'urgent');
select id, title, position from move_todo(3);
select id, title, position from move_todo(3, 1);
select id from move_todo(77);
select * from todo_board order by priority;
select title, priority > 'low' as matters, row_number() over (partition by done order by position) from todos order by position;
insert into team_members values ('10000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000b');
-- === as service_role
insert into team_members values ('10000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000b') returning is_admin;
-- === as authenticated 00000000-0000-0000-0000-00000000000b
select name from teams;
select title from todos order by position;
update todos set assignee = auth.uid(), notes = notes || 'mine' where title = 'Plant' returning notes, assignee;
delete from todos where title = 'Dig' returning id;
select count(*) from todos;
insert into todos (team_id, title, position) values ('10000000-0000-0000-0000-000000000002', 'Not mine', 1);
update todos set team_id = '10000000-0000-0000-0000-000000000002';
insert into todos (team_id, title, position) values ('10000000-0000-0000-0000-000000000001', 'Weed', 50) on conflict (team_id, position) do update set title = excluded.title || '!' returning title;
insert into todos (team_id, title, position) values ('10000000-0000-0000-0000-000000000001', 'Weed', 50) on conflict (team_id, position) do update set title = excluded.title || '!' returning title;
-- === as anon
select * from teams;
select * from todos;
select create_team('Nobody');
select private.my_teams();
-- === as authenticated 00000000-0000-0000-0000-00000000000a
delete from todos where title like 'Weed%' returning title;
select team_id, json_agg(json_build_object('title', title, 'done', done) order by position) from todos group by team_id;
-- === as service_role
delete from auth.users where id = '00000000-0000-0000-0000-00000000000b';
select assignee, count(*) from todos group by assignee;
delete from teams where name = 'Garden';
select count(*) from todos;
