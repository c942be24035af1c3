-- === as service_role
insert into organisations (name, plan) values ('Acme', 'free'), ('Globex', 'pro') returning id;
insert into memberships values (1, '00000000-0000-0000-0000-000000000001', 'admin'), (1, '00000000-0000-0000-0000-000000000002', 'viewer'), (2, '00000000-0000-0000-0000-000000000002', 'agent');
insert into memberships values (1, '00000000-0000-0000-0000-000000000003', 'boss');
-- === as authenticated 00000000-0000-0000-0000-000000000001
insert into companies (organisation_id, name, domain, tags) values (1, 'First', 'first.example', array['big', 'old']) returning id;
insert into companies (organisation_id, name) values (1, 'Second') returning id;
insert into companies (organisation_id, name) values (1, 'Third');
insert into companies (organisation_id, name) values (2, 'Not mine');
update organisations set plan = 'pro', settings = jsonb_set(settings, '{currency}', '"USD"') where id = 1 returning plan, settings;
insert into companies (organisation_id, name, domain) values (1, 'Third', 'first.example');
insert into companies (organisation_id, name, domain) values (1, 'Third', 'third.example') returning id;
insert into contacts (organisation_id, company_id, first_name, last_name, email, phones) values (1, 1, 'Zoë', 'Brown', 'z@b.example', '{"+1 2","+3"}'), (1, null, 'Cher', null, null, '{}') returning full_name, cardinality(phones);
insert into contacts (organisation_id, company_id, first_name) values (1, 99, 'Nobody');
insert into contacts (organisation_id, first_name, email) values (1, 'Bad', 'nope');
insert into deals (organisation_id, company_id, title, value, closes_on) values (1, 1, 'Big', 25000.5, '2024-09-30'), (1, 2, 'Small', 99.9, null), (1, 1, 'Gift', null, '2024-01-01') returning id;
update deals set stage = 'won' where title = 'Big' returning history;
update deals set stage = 'lost', value = 0 where title = 'Small' returning stage, history;
update deals set stage = 'new' where title = 'Small' returning history -> -1 ->> 'from', jsonb_array_length(history);
select * from pipeline order by stage;
insert into memberships values (1, '00000000-0000-0000-0000-000000000004', 'agent') returning role;
delete from memberships where user_id = '00000000-0000-0000-0000-000000000001';
delete from memberships where user_id = '00000000-0000-0000-0000-000000000004' returning role;
-- === as authenticated 00000000-0000-0000-0000-000000000002
select name, plan from organisations order by id;
select o.name, m.role from memberships m join organisations o on o.id = m.organisation_id order by o.name, m.role;
insert into companies (organisation_id, name) values (1, 'As viewer');
insert into companies (organisation_id, name, domain) values (2, 'Globe', 'first.example') returning id;
update companies set name = 'x' where organisation_id = 1;
delete from contacts where organisation_id = 1;
insert into deals (organisation_id, title, value) values (2, 'Mine', 9999.99) returning id;
update deals set value = value + 1 where organisation_id = 2;
update deals set value = value - 1 where organisation_id = 2 returning value;
update deals set organisation_id = 1 where organisation_id = 2;
select c.name, 'old' = any (c.tags) as old, (select count(*) from deals d where d.company_id = c.id) as deals from companies c order by c.id;
select full_name, phones[1] from contacts where phones <> '{}' order by full_name;
select organisation_id, rank() over (order by total desc nulls last, organisation_id, stage) from pipeline order by 2;
-- === as anon
select count(*) from deals;
select count(*) from companies;
insert into memberships values (1, '00000000-0000-0000-0000-000000000009', 'admin');
-- === as service_role
delete from companies where id = 1;
select id, company_id from deals order by id;
select count(*) from contacts;
select o.name, coalesce(jsonb_object_agg(d.stage, d.n) filter (where d.stage is not null), '{}') from organisations o left join (select organisation_id, stage, count(*) n from deals group by 1, 2) d on d.organisation_id = o.id group by o.name order by o.name;
delete from organisations where id = 1;
select (select count(*) from deals), (select count(*) from memberships), (select count(*) from companies);
