-- === pgcrypto and uuid-ossp
create extension pgcrypto;
create extension "uuid-ossp";
select digest('abc','md5'), digest('abc','sha1'), digest('abc','sha224'), digest('abc'::bytea,'sha256'), digest('abc','SHA512'), digest('abc','sha384');
select hmac('a','b','md5'), hmac('data'::bytea,'key'::bytea,'sha256'), hmac('data',repeat('k',200),'sha512'), hmac('d','k','sha224');
select digest('abc','foo');
select crypt('secret', '$2a$06$RQiOJ.3ELirrXwxIZY8q0O'), crypt('secret', '$1$EfjaiFEO'), crypt('secret', '_J9..MOy2'), crypt('secret', 'hY'), crypt('pä', '$1$abc$');
select crypt('secret', 'x');
select crypt(crypt('secret', '$2a$04$RQiOJ.3ELirrXwxIZY8q0O'), crypt('secret', '$2a$04$RQiOJ.3ELirrXwxIZY8q0O')) is not null;
select length(gen_salt('bf')), length(gen_salt('md5')), length(gen_salt('xdes')), length(gen_salt('des')), left(gen_salt('bf', 8), 7), length(gen_salt('xdes', 1001)), length(gen_random_bytes(16));
select gen_salt('foo');
select gen_salt('bf', 2);
select gen_random_bytes(2000);
select encrypt('data', 'key', 'aes'), decrypt(encrypt('data', 'key', 'aes'), 'key', 'aes'), encrypt_iv('data', '0123456789abcdef', 'iv', 'aes'), encrypt('0123456789abcdef', '0123456789abcdef', 'aes-cbc/pad:none'), decrypt_iv(encrypt_iv('data', '0123456789abcdef', 'iv', 'aes'), '0123456789abcdef', 'iv', 'aes');
select encrypt('a','k','foo');
select decrypt('a','k','aes');
select uuid_generate_v3(uuid_ns_dns(), 'www.example.com'), uuid_generate_v5(uuid_ns_url(), 'http://x'), uuid_nil(), uuid_ns_oid(), uuid_ns_x500(), length(uuid_generate_v4()::text);
