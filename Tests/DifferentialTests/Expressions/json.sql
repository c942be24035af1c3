'{"a": {"b":  1}}'::json -> 'a'
'{"a": {"b":  1}}'::jsonb -> 'a'
'{"a": 1}'::jsonb -> 'b'
'[1, 2, 3]'::jsonb -> 1
'[1, 2, 3]'::jsonb -> -1
'[1, 2, 3]'::jsonb -> 5
'{"a": "x\ny"}'::jsonb ->> 'a'
'{"a": true}'::jsonb ->> 'a'
'{"a": null}'::jsonb ->> 'a'
'{"a": 1.10}'::jsonb ->> 'a'
'{"a": {"k":1}}'::jsonb ->> 'a'
'{"a.b": 3, "a": {"b": 4}}'::jsonb ->> 'a.b'
'{"k": 1, "k": 2}'::json ->> 'k'
'{"k": 1, "k": 2}'::jsonb
'[1,"x"]'::jsonb ->> 1
'"x"'::jsonb -> 'a'
'[1]'::jsonb -> 'a'
'{"a": [1, {"b": 2}]}'::jsonb #> '{a,1,b}'
'{"a": [1, {"b": "z"}]}'::jsonb #>> '{a,1,b}'
'{"a": 1}'::jsonb #>> '{a,b}'
'{"a": 1}'::jsonb #> '{}'
'{"b": 1, "aa": 2, "a": 3}'::jsonb
'[1, 1.10, 1e2, -0]'::jsonb
'{"a": 1, "b": {"c": [1, 2]}}'::jsonb @> '{"b": {"c": [2]}}'
'[1, 2, 3]'::jsonb @> '[3, 1]'
'[1, [2]]'::jsonb @> '[2]'
'["foo", "bar"]'::jsonb @> '"bar"'
'{"a": 1}'::jsonb @> '{"a": 1.0}'
'{"a": 1}'::jsonb <@ '{"a": 1, "b": 2}'
'{"a": 1}'::jsonb ? 'a'
'["a", "b"]'::jsonb ? 'b'
'"a"'::jsonb ? 'a'
'{"a": 1, "b": 2}'::jsonb ?| array['b', 'c']
'{"a": 1, "b": 2}'::jsonb ?& array['a', 'c']
'{"a": 1}'::jsonb || '{"b": 2}'::jsonb
'{"a": 1}'::jsonb || '{"a": 2}'
'[1]'::jsonb || '2'::jsonb
'[1]'::jsonb || '{"a": 1}'::jsonb
'1'::jsonb || '2'::jsonb
'{"a": 1}'::jsonb || '1'::jsonb
'{"a": 1, "b": 2}'::jsonb - 'a'
'["a", "b"]'::jsonb - 'a'
'[1, 2, 3]'::jsonb - 1
'[1, 2, 3]'::jsonb - -1
'{"a": 1, "b": 2}'::jsonb - array['a', 'b']
'1'::jsonb - 'a'
'{"a": 1}'::jsonb - 1
'{"a": {"b": 1, "c": 2}}'::jsonb #- '{a,b}'
'{"a": 1}'::jsonb = '{"a": 1.0}'::jsonb
'[]'::jsonb < 'null'::jsonb
'{"a": 1}'::jsonb > '[1, 2]'::jsonb
'"a"'::jsonb < '1'::jsonb
jsonb_typeof('[]')
jsonb_typeof('1.5')
jsonb_typeof('null')
json_typeof('{"a": 1}')
jsonb_array_length('[1, 2]')
jsonb_array_length('{"a": 1}')
jsonb_array_length('1')
json_array_length('[1, 2, 3]')
to_json('x"y'::text)
to_json(1.50)
to_json(true)
to_json(timestamptz '2024-01-02 03:04:05+00')
to_json(date '2024-01-02')
to_jsonb(array[1, 2, null])
to_jsonb(1.50)
to_jsonb('x'::text)
to_json(array['a', 'b'])
jsonb_build_object('a', 1, 'b', array[1, 2], 'c', null)
jsonb_build_object('a', true, 'b', '{"x": 1}'::jsonb)
json_build_object('a', 1, 'b', 'x')
jsonb_build_object()
jsonb_build_object('a')
jsonb_build_object(null, 1)
jsonb_build_array(1, 'a', null, 1.50, true)
json_build_array(1, 'a', null)
jsonb_set('{"a": 1}', '{a}', '2')
jsonb_set('{"a": {"b": 1}}', '{a,c}', '"x"')
jsonb_set('{"a": 1}', '{b}', '2', false)
jsonb_set('[1, 2]', '{-1}', '9')
jsonb_set('[1, 2]', '{5}', '9')
jsonb_set('1', '{a}', '2')
jsonb_insert('{"a": [0, 1]}', '{a,1}', '"n"')
jsonb_insert('{"a": [0, 1]}', '{a,1}', '"n"', true)
jsonb_pretty('{"a": [1, {"b": 2}], "c": "x"}')
jsonb_strip_nulls('{"a": null, "b": [null, {"c": null}]}')
'1'::jsonb::int
'1.5'::jsonb::int
'"x"'::jsonb::int
'true'::jsonb::boolean
'1.50'::jsonb::numeric
'{bad'::jsonb
'{"a": 1}'::jsonb::text
'{"a":  1}'::json::text
'{"a":  1}'::json::jsonb
('{"a": 5}'::jsonb ->> 'a')::int + 1
array[1, 2, 3]
array['a b', null, 'c,d', '']
array[1, 2.5]
array[]::int[]
'{1,2,3}'::int[]
'{a,"b c",NULL}'::text[]
'{1,x}'::int[]
(array[1, 2, 3])[2]
(array[1, 2, 3])[9]
(array['a', 'b'])[1]
array_length(array[1, 2, 3], 1)
array_length('{}'::int[], 1)
cardinality(array[1, 2])
cardinality('{}'::int[])
array_append(array[1, 2], 3)
array_prepend(0, array[1, 2])
array_cat(array[1], array[2, 3])
array[1, 2] || 3
0 || array[1, 2]
array[1] || array[2]
array['a'] || 'b'::text
array[1, 2, 3] @> array[2]
array[1, 2, 3] @> array[4]
array[2] <@ array[1, 2]
array[1, 2] && array[2, 3]
array[1.0, 2] @> array[1.00]
array['a', 'b'] && array['c']
array_position(array['a', 'b', 'c'], 'b')
array_position(array[1, 2], 9)
array_positions(array[1, 2, 1], 1)
array_remove(array[1, 2, 1], 1)
array_replace(array[1, 2, 1], 1, 9)
array_to_string(array[1, null, 3], ',')
array_to_string(array[1, null, 3], ',', '*')
string_to_array('a,b,c', ',')
string_to_array('abc', null)
string_to_array('a,,c', ',', '')
string_to_array('', ',')
array[1, 2] = array[1, 2]
array[1, 2] < array[1, 3]
array[10] > array[9]
array[1, null] < array[1, 2]
3 = any(array[1, 2, 3])
3 = all(array[3, 3])
4 > all(array[1, null])
1 = any('{}'::int[])
array[true, false]
array[date '2024-01-02']
