'a' || 'b'
'a' || 1
1 || 'a'
'a' || 1.50
'a' || true
'x' || null
'x' || date '2024-01-02'
2 + 3 || 'x'
'a'::char(3) || 'b'
lower('ÀÉÎ Straße')
upper('straße é')
lower('İ')
lower('Σ')
initcap('hELLO wORLD foo-bar x1y')
length('héllo')
length('')
char_length('日本語')
octet_length('日本語')
bit_length('a')
length('ab  '::char(6))
substr('hello', 2)
substr('hello', -1, 3)
substr('hello', 2, 3)
substr('hello', 0, 2)
substr('hello', 10)
substr('hello', 2, -1)
substring('hello' from 2 for 3)
substring('hello', -2, 5)
substring('hello' for 2)
position('l' in 'hello')
position('' in 'hello')
position('語' in '日本語')
strpos('hello', 'z')
trim('  x  ')
trim(both 'x' from 'xxaxx')
trim(leading 'xy' from 'xyxa')
trim(trailing from 'a   ')
btrim('xyabcxy', 'yx')
ltrim('  a')
rtrim('a  ')
ltrim('zzztest', 'xyz')
replace('aXbXc', 'X', '--')
replace('abc', '', 'x')
repeat('ab', 3)
repeat('ab', 0)
repeat('ab', -1)
left('hello', 2)
left('hello', -2)
left('hello', 10)
right('hello', 2)
right('hello', -2)
lpad('hi', 5)
lpad('hi', 5, 'xy')
lpad('hello', 3)
lpad('hi', 5, '')
rpad('hi', 5, 'xy')
rpad('hello', 3, 'x')
split_part('a,b,c', ',', 2)
split_part('a,b,c', ',', -1)
split_part('a,b,c', ',', 9)
split_part('a,b,c', ',', 0)
split_part('abc', '', 1)
concat('a', 1, true, null, 2.50)
concat_ws(',', 'a', null, 'b', 3)
concat_ws(null, 'a', 'b')
reverse('abcé')
starts_with('hello', 'he')
'hello' ^@ 'lo'
chr(65)
chr(8364)
chr(0)
chr(-1)
ascii('A')
ascii('€')
ascii('')
md5('hello')
md5('')
md5('The quick brown fox jumps over the lazy dog, twice over, until the block is full')
quote_literal('it''s')
quote_literal('a\b')
quote_ident('abc')
quote_ident('Abc d')
quote_ident('select')
quote_nullable(null)
format('Hello %s', 'World')
format('%s %s', 1, 2.5)
format('%I = %L', 'a b', 'c''d')
format('%2$s %1$s', 'a', 'b')
format('%%')
format('%5s|%-5s|', 'a', 'b')
format('%s')
format('%x', 1)
format('%s', null)
format('%L', null)
translate('12345', '143', 'ax')
encode('abc'::bytea, 'hex')
encode('\xdeadbeef'::bytea, 'base64')
encode('a\\b'::bytea, 'escape')
decode('aGVsbG8=', 'base64')
decode('6162', 'hex')
decode('zz', 'hex')
encode('a', 'nope')
'\x6162'::bytea || 'c'::bytea
'abc' like 'a%'
'abc' like 'A%'
'a_c' like 'a\_c'
'abc' like 'a\_c'
'abc' like '%b%'
'abc' like 'b'
'' like '%'
'abc' like 'abc%%'
'abc' like '_b_'
'日本' like '_本'
'abc' like 'abc\'
'abcd' like 'abc\'
'xaxbxc' like '%a%b%c'
'ABC' ilike 'abc'
'ÉCOLE' ilike 'é%'
'abc' not like 'a%'
null like 'a'
'abc' not ilike 'A_C'
'abc'::varchar(2)
'abc'::char(5)
'abc'::char(2)
'abc   '::varchar(3)
'ab'::char(4) = 'ab  '
'ab '::text = 'ab'
'a' < 'B'
'é' > 'z'
'ABC'::text collate "C" < 'abc'
'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid
'{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'::uuid
'nope'::uuid
'yes'::boolean
'tru'::boolean
'maybe'::boolean
't' = true
