create type term as enum ('autumn', 'spring');
create table teachers (id int primary key, user_id uuid unique, name text not null);
create table classes (id int primary key, name text not null, teacher_id int references teachers on delete set null, unique (name));
create table pupils (id int primary key, user_id uuid, name text not null, born date not null, class_id int references classes);
create table subjects (code char(4) primary key, name text not null, weight real not null default 1);
create table grades (
  pupil_id int references pupils on delete cascade,
  subject char(4) references subjects,
  term term not null,
  given_on date not null default '2024-01-15',
  grade numeric(3, 1) not null check (grade >= 1 and grade <= 6),
  primary key (pupil_id, subject, term, given_on)
);
create table audit (id serial primary key, pupil_id int, was numeric, becomes numeric, by_whom uuid);

create function log_grade() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into audit (pupil_id, was, becomes, by_whom) values (coalesce(new.pupil_id, old.pupil_id), old.grade, new.grade, auth.uid());
  return null;
end $$;
create trigger log_grade after insert or update or delete on grades for each row execute function log_grade();

create function is_teacher() returns boolean language sql stable security definer set search_path = public as $$ select exists (select 1 from teachers where user_id = auth.uid()) $$;

create view report with (security_invoker = true) as
select p.name, g.term, s.name as subject, round(avg(g.grade), 2) as average, count(*) as marks,
  rank() over (partition by g.term, s.code order by avg(g.grade)) as place
from grades g join pupils p on p.id = g.pupil_id join subjects s on s.code = g.subject
group by p.id, p.name, g.term, s.code, s.name;

create materialized view class_averages as
  select c.name as class, g.term, avg(g.grade) as average from classes c join pupils p on p.class_id = c.id join grades g on g.pupil_id = p.id group by c.name, g.term
  with no data;
create unique index on class_averages (class, term);

alter table grades enable row level security;
create policy teachers_see on grades for all to authenticated using (is_teacher());
create policy pupils_see on grades for select to authenticated using (pupil_id in (select id from pupils where user_id = auth.uid()));
revoke all on audit from anon, authenticated;
