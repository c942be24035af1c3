-- === as authenticated 00000000-0000-0000-0000-000000000001
insert into storage.objects (id, bucket_id, name, owner, metadata) values ('f0000000-0000-0000-0000-000000000001', 'avatars', '00000000-0000-0000-0000-000000000001/me.png', auth.uid(), '{"size": 120, "mimetype": "image/png"}') returning storage.filename(name), storage.foldername(name);
insert into storage.objects (id, bucket_id, name, owner) values ('f0000000-0000-0000-0000-000000000002', 'avatars', 'other/me.png', auth.uid());
insert into storage.objects (id, bucket_id, name, owner, metadata) values ('f0000000-0000-0000-0000-000000000003', 'documents', '00000000-0000-0000-0000-000000000001/letters/a.b.pdf', auth.uid(), '{"size": 1000}'), ('f0000000-0000-0000-0000-000000000004', 'documents', '00000000-0000-0000-0000-000000000001/n.txt', auth.uid(), null);
insert into storage.objects (id, bucket_id, name) values ('f0000000-0000-0000-0000-000000000005', 'documents', '00000000-0000-0000-0000-000000000001/run.exe');
insert into storage.objects (id, bucket_id, name) values ('f0000000-0000-0000-0000-000000000005', 'nowhere', 'x/y.txt');
insert into storage.objects (id, bucket_id, name) values ('f0000000-0000-0000-0000-000000000006', 'documents', '00000000-0000-0000-0000-000000000001/n.txt');
select storage.extension(name), storage.filename(name) from storage.objects order by name;
select * from usage_by_extension order by 1, 2;
insert into folders values ('e0000000-0000-0000-0000-000000000001', auth.uid(), null, 'root'), ('e0000000-0000-0000-0000-000000000002', auth.uid(), 'e0000000-0000-0000-0000-000000000001', 'sub'), ('e0000000-0000-0000-0000-000000000003', auth.uid(), 'e0000000-0000-0000-0000-000000000002', 'deep');
insert into folders values ('e0000000-0000-0000-0000-000000000004', auth.uid(), null, 'root');
insert into folders values ('e0000000-0000-0000-0000-000000000004', auth.uid(), null, 'a/b');
select folder_path(id) from folders order by 1;
insert into file_notes values ('f0000000-0000-0000-0000-000000000003', 'A letter', sha256('letter'), 1000) returning encode(checksum, 'hex');
insert into file_notes values ('f0000000-0000-0000-0000-000000000004', 'Too small', null, -1);
insert into shares values ('f0000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000002', true, null), ('f0000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000002', false, '2024-01-01');
-- === as authenticated 00000000-0000-0000-0000-000000000002
select bucket_id, name from storage.objects order by bucket_id, name;
select note, size from file_notes;
update storage.objects set name = 'x' where bucket_id = 'documents';
delete from storage.objects where bucket_id = 'documents';
select count(*) from folders;
update shares set expires = null where person = auth.uid() returning object_id;
select name from storage.objects where storage.extension(name) = 'txt';
-- === as anon
select name from storage.objects order by name;
select id, public from storage.buckets order by id;
insert into storage.objects (id, bucket_id, name) values ('f0000000-0000-0000-0000-000000000009', 'avatars', 'a/b.png');
select * from usage_by_extension;
-- === as service_role
select bucket_id, count(*) from storage.objects group by bucket_id order by 1;
delete from storage.objects where name like '%.pdf';
select count(*) from file_notes;
select count(*) from shares;
delete from folders where name = 'root';
select count(*) from folders;
