-- === as service_role
insert into agents values ('00000000-0000-0000-0000-000000000002', 'Helper', true), ('00000000-0000-0000-0000-000000000003', 'Left', false);
-- === as authenticated 00000000-0000-0000-0000-000000000001
insert into tickets (reporter, subject) values (auth.uid(), 'Broken'), (auth.uid(), 'Slow') returning id, state;
insert into tickets (reporter, subject) values (auth.uid(), '');
insert into tickets (reporter, subject, agent) values (auth.uid(), 'Pick me', '00000000-0000-0000-0000-000000000002');
insert into my_tickets (subject) values ('By view') returning id, state, urgency;
insert into ticket_notes (ticket_id, body) values (1, 'It broke'), (1, 'Again'), (2, 'Meh');
insert into ticket_notes (ticket_id, body, internal) values (1, 'Secret', true);
select * from my_tickets order by id;
update tickets set urgency = 5;
select * from audit_log;
select * from totals order by state;
-- === as authenticated 00000000-0000-0000-0000-000000000002
insert into ticket_notes (ticket_id, body, internal) values (1, 'He is rude', true) returning n, author;
update tickets set state = 'solved' where id = 1;
update tickets set state = 'solved', agent = auth.uid() where id = 1 returning state, updated_at;
update tickets set state = 'closed' where id = 1;
update tickets set urgency = 1 where id = 1;
update tickets set urgency = 9 where id = 2;
select * from escalate();
select raised from escalate(hours => 1);
select escalate(100);
select id, urgency, state from tickets order by id;
select operation, row_id, changed_by, new_row - 'updated_at' as changes, old_row ->> 'state' as was from audit_log order by id;
-- === as authenticated 00000000-0000-0000-0000-000000000001
select n, body, internal from ticket_notes order by ticket_id, n;
select state, count(*) from my_tickets group by state order by state;
-- === as authenticated 00000000-0000-0000-0000-000000000003
select count(*) from tickets;
select count(*) from audit_log;
-- === as anon
select * from tickets;
select name from agents order by name;
insert into tickets (reporter, subject) values ('00000000-0000-0000-0000-000000000001', 'x');
-- === as service_role
update tickets set subject = subject where id = 2;
delete from agents where active;
delete from tickets where id = 2;
select operation, row_id, new_row is null as gone from audit_log order by id desc limit 3;
select id, agent from tickets order by id;
select count(*) from ticket_notes;
