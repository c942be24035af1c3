-- === documents from rows
select json_object_agg(k, 1) from (values (timestamp '2024-01-02 03:04:05')) v(k);
select jsonb_object_agg(k, 1) from (values (date '2024-01-02')) v(k);
select json_object_agg(k, 1) from (values ('{"a":1}'::jsonb)) v(k);
select json_object_agg(k, 1) from (values (null::text)) v(k);
select jsonb_object_agg(k, 1) from (values (null::text)) v(k);
select json_object_agg(k, v), jsonb_object_agg(k, v) from (values ('a',1),('b',null),('a',3)) x(k,v);
select json_agg(x), jsonb_agg(x) from (values (1.50),(null),(2)) v(x);
select json_object_agg(k, 1) from (values (true),(false)) v(k);
