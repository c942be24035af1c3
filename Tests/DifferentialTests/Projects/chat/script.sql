-- === people sign up
insert into auth.users (id, email) values ('00000000-0000-0000-0000-000000000001', 'ann@example.com'), ('00000000-0000-0000-0000-000000000002', 'bob@example.com'), ('00000000-0000-0000-0000-000000000003', 'cid@example.com');
insert into profiles (id, username) values ('00000000-0000-0000-0000-000000000001', 'ann'), ('00000000-0000-0000-0000-000000000002', 'bob'), ('00000000-0000-0000-0000-000000000003', 'cid');
insert into profiles (id, username) values ('00000000-0000-0000-0000-000000000009', 'zed');
insert into profiles (id, username, created_at) values ('00000000-0000-0000-0000-000000000003', 'x', '2024-01-01');
-- === as authenticated 00000000-0000-0000-0000-000000000001
insert into channels (slug, title, created_by) values ('general', 'General', auth.uid()) returning id, slug;
insert into channels (slug, title, is_private, created_by) values ('secret', null, true, auth.uid()) returning id, slug, is_private;
insert into channels (slug, created_by) values ('Not Plain', auth.uid());
insert into channels (slug, created_by) values ('mine', '00000000-0000-0000-0000-000000000002');
select channel_id, user_id, role from channel_members order by channel_id, user_id;
insert into messages (channel_id, user_id, body) values (1, auth.uid(), 'Hello @bob and @cid!') returning id, mentions, edited_at;
insert into messages (channel_id, user_id, body) values (2, auth.uid(), 'Only I read this'), (2, auth.uid(), '   ');
insert into messages (channel_id, user_id, body) values (2, auth.uid(), 'Only I read this');
-- === as authenticated 00000000-0000-0000-0000-000000000002
select slug, is_private from channels order by id;
select count(*) from messages;
insert into messages (channel_id, user_id, body) values (1, auth.uid(), 'Am I in?');
insert into channel_members (channel_id, user_id) values (1, auth.uid());
insert into channel_members (channel_id, user_id) values (2, auth.uid());
insert into channel_members (channel_id, user_id) values (1, '00000000-0000-0000-0000-000000000003');
insert into messages (channel_id, user_id, body, reply_to) values (1, auth.uid(), 'Hi @ann', 1) returning id, reply_to, mentions;
insert into messages (channel_id, user_id, body) values (1, '00000000-0000-0000-0000-000000000001', 'I am Ann');
update messages set body = 'Hi @ann and @cid' where user_id = auth.uid() returning body, mentions, edited_at;
update messages set body = 'changed' where id = 1;
delete from messages where id = 1;
update channels set title = 'Mine' where id = 1;
select m.body, p.username, r.body as answers from messages m join profiles p on p.id = m.user_id left join messages r on r.id = m.reply_to order by m.id;
select * from channel_summaries order by id;
update profiles set status = 'online' where username = 'bob' returning username, status;
update profiles set status = 'asleep' where username = 'bob';
update profiles set status = 'online' where username = 'ann';
-- === as authenticated 00000000-0000-0000-0000-000000000001
update channels set title = 'Everyone' where id = 1 returning title;
update channel_members set role = 'moderator' where user_id = '00000000-0000-0000-0000-000000000002';
select c.slug, array_agg(p.username order by p.username) as members from channels c join channel_members m on m.channel_id = c.id join profiles p on p.id = m.user_id group by c.slug order by c.slug;
delete from messages where user_id = '00000000-0000-0000-0000-000000000002' returning id;
select id, reply_to, mentions from messages order by id;
select * from channel_summaries order by id;
-- === as anon
select username, status from profiles order by username;
select slug from channels order by id;
select * from messages;
select * from channel_members;
insert into channels (slug, created_by) values ('anon', '00000000-0000-0000-0000-000000000001');
select slug, messages from channel_summaries order by id;
-- === as service_role
select id, channel_id, body from messages order by id;
delete from channels where slug = 'general';
select count(*) from messages;
select channel_id, role from channel_members order by 1;
