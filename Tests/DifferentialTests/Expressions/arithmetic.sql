2147483647 + 1
2147483647 * 2
-2147483647 - 2
1 / 0
1 % 0
7 / 2
-7 / 2
-7 % 3
7 % -3
(-2147483647 - 1) / -1
9223372036854775807 + 1
9223372036854775807::bigint * 2
(-9223372036854775807 - 1) / -1
(-9223372036854775807 - 1) % -1
32767::smallint + 1::smallint
32767::smallint + 1
1::smallint / 0::smallint
0.1 + 0.2 = 0.3
1.10
1.10 + 1
1.1 * 1.1
10 / 3.0
1 / 3::numeric
2::numeric / 7
1e10::numeric / 3
100000::numeric / 7
1.0 / 3
5.5 % 2
-5.5 % 2
1.5 / 0
1::bigint + 1.5
1.5::real + 1.5
1.5::float8 + 1
0.1::float8 + 0.2::float8
1e308::float8 * 10::float8
1e-308::float8 / 1e10::float8
1::float8 / 0
16777216::real + 1
3.4e38::real * 10
-(1)
-(-2147483648)
-(1.5)
+ 3
1 << 33
1::bigint << 64
1 << -1
5 & 3
5 | 3
5 # 3
~5
-8 >> 1
2 ^ 10
2.0 ^ 3
2::float8 ^ 0.5
|/ 25
@ -5
@ -5.5
round(2.5)
round(2.5::float8)
round(3.5::float8)
round(-2.5)
round(1234.567, 2)
round(1234.5, -2)
round(1234)
trunc(1.99)
trunc(-1.99)
trunc(1.999, 2)
trunc(2.7::float8)
ceil(1.1)
ceil(-1.1)
ceiling(1.1::float8)
floor(-1.1)
floor(1.9::float8)
abs(-5)
abs(-5.5)
abs(-5.5::float8)
abs(-2147483648)
sign(-3.2)
sign(0)
sign(2::float8)
mod(7, 3)
mod(-7, 3)
mod(5.5, 2)
div(7, 2)
div(7.5, 2)
power(2, 10)
power(2.0, 3)
power(2.0, -1)
power(0, -1)
sqrt(2)
sqrt(2.0)
sqrt(16::numeric)
sqrt(-1)
sqrt(-1.0)
exp(1)
ln(10)
ln(0)
log(100)
gcd(12, 18)
scale(1.230)
trim_scale(1.230)
pi()
2.5::int
3.5::int
-2.5::int
2.5::float8::int
3.5::float8::int
2147483648.0::int
2147483647.4::int
99999::smallint
3000000000::int
1e20::bigint
1e20::float8::bigint
1.5::numeric::float8
0.1::float8::numeric
0.1::real::numeric
1e400::numeric::float8
1234567.891::numeric(10,1)
1234567.891::numeric(5,1)
12.345::numeric(4,2)
1::numeric(5,2)
100::float8::text
1e15::float8
123456789012345678::float8
1e-5::float8
0.0001::float8
1e6::real
123456::real
'NaN'::numeric
'NaN'::numeric = 'NaN'::numeric
'Infinity'::numeric
'Infinity'::float8
'12abc'::int
'1_000'::int
'0x10'::int
' 12 '::int
'1.5'::int
'abc'::numeric
'1e3'::numeric
true::int
1::boolean
0::boolean
true::text
false || 'x'
1.5 > 1
1.0 = 1.00
1 = 1.0
2 between 1 and 3
greatest(1, null, 3)
least(3, 2.5, 4)
nullif(1, 1)
nullif(1.0, 2)
coalesce(null, 2.5)
coalesce(null, 2, 2.5)
case when 1 > 0 then 1 else 2.5 end
