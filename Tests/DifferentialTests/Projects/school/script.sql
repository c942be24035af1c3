-- === as service_role
insert into teachers values (1, '00000000-0000-0000-0000-000000000001', 'Ms One'), (2, null, 'Mr Two');
insert into classes values (1, '5a', 1), (2, '5b', 2);
insert into pupils values (1, '00000000-0000-0000-0000-000000000002', 'Ada', '2012-02-29', 1), (2, null, 'Ben', '2012-10-01', 1), (3, null, 'Cleo', '2011-12-31', 2);
insert into subjects values ('MA', 'Maths', 2), ('EN', 'English', 1.5);
insert into subjects values ('ABCDE', 'Too long');
-- === as authenticated 00000000-0000-0000-0000-000000000001
insert into grades (pupil_id, subject, term, grade) values (1, 'MA', 'autumn', 1.5), (2, 'MA', 'autumn', 2), (3, 'MA', 'autumn', 1.5), (1, 'EN', 'autumn', 3.25);
insert into grades values (1, 'MA', 'spring', '2024-05-01', 2.5), (1, 'MA', 'spring', '2024-06-01', 1), (2, 'EN', 'spring', '2024-06-01', 4);
insert into grades (pupil_id, subject, term, grade) values (1, 'MA', 'autumn', 9);
insert into grades (pupil_id, subject, term, grade) values (1, 'MA', 'summer', 1);
insert into grades (pupil_id, subject, term, grade) values (1, 'XX', 'autumn', 1);
update grades set grade = grade + 0.5 where subject = 'EN' returning pupil_id, subject, grade;
select * from report order by term, subject, place, name;
select name, born, age(date '2024-06-01', born), extract(year from age(timestamp '2024-06-01', born)) as years from pupils order by born;
select pupil_id, grade, lag(grade) over w as before, grade - lag(grade) over w as change, avg(grade) over (partition by pupil_id order by given_on rows between unbounded preceding and current row) as running from grades window w as (partition by pupil_id order by given_on, subject) order by pupil_id, given_on, subject;
select subject, mode() within group (order by grade), percentile_disc(0.5) within group (order by grade), round(stddev_samp(grade), 4), corr(pupil_id, grade::float8) is null from grades group by subject order by subject;
select coalesce(p.name, 'all') as who, coalesce(g.subject, 'all') as what, round(avg(g.grade), 2) from grades g join pupils p on p.id = g.pupil_id group by grouping sets ((p.name, g.subject), (p.name), ()) order by 1, 2;
select p.name, sum(g.grade * s.weight) / sum(s.weight) as weighted from grades g join subjects s on s.code = g.subject join pupils p on p.id = g.pupil_id group by p.name order by p.name;
select ntile(2) over (order by grade, pupil_id, subject, given_on), first_value(grade) over (partition by subject order by given_on, pupil_id), cume_dist() over (order by grade) from grades order by grade, pupil_id, subject, given_on;
select * from audit;
-- === as authenticated 00000000-0000-0000-0000-000000000002
select * from report order by term, subject, name;
update grades set grade = 1;
insert into grades (pupil_id, subject, term, grade) values (1, 'EN', 'spring', 1);
select max(grade), min(grade), count(*) from grades;
-- === as anon
select * from grades;
select * from class_averages;
select name from pupils order by name;
-- === as service_role
delete from grades where pupil_id = 3;
select pupil_id, was, becomes, by_whom from audit order by id;
select class_id, string_agg(name, '/' order by name desc), array_agg(born order by born) from pupils group by class_id order by class_id;
select to_char(given_on, 'Mon YYYY') as month, count(*) from grades group by 1, date_trunc('month', given_on) order by date_trunc('month', given_on);
delete from subjects where code = 'MA';
delete from teachers where id = 1;
select name, teacher_id from classes order by id;
