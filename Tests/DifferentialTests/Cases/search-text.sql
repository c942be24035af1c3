-- === to_tsvector
select to_tsvector('english', 'The quick brown foxes jumped over the lazy dogs, didn''t they?');
select to_tsvector('simple', 'The quick brown foxes jumped over the lazy dogs, didn''t they?');
select to_tsvector('a fat  cat sat on a mat - it ate a fat rats'), to_tsvector('pg_catalog.english', 'running'), to_tsvector('english'::regconfig, 'cats'::varchar);
select to_tsvector('english', 'http://foo.bar.com/a/b.html?x=1 a_b@c.d.e foo-bar-baz 1.2.3 12e5 -4.5 /usr/local/x.y <b>x</b> &amp; don''t Ünïcode-word x2y');
select to_tsvector('simple', 'www.example.com example.com:8080/path?q=1#frag https://user:pw@host.org/ ftp://x.y/z mailto:me@x.org first.last+tag@sub.example.co.uk');
select to_tsvector('simple', '1 12 -3 +4 1.5 -1.5 1e10 1.5e-3 1.2.3 1.2.3.4 0x1f 1a a1 1-2 1_000 12:30 2024-01-31 10% $5 #7 3rd');
select to_tsvector('simple', 'a-b foo-bar x-1 1-x foo-1-bar foo--bar -foo foo- well-known-thing über-cool a-é-b é-a 3-d e-mail');
select to_tsvector('simple', '/etc/passwd ./rel/path ../up ~/home ~user/x a/b/c a/b.txt C:\dir\file foo.txt foo.tar.gz .hidden');
select to_tsvector('simple', '<a href="x">link</a> text <br/> <!-- comment --> <script>var x = 1;</script> after <b>bold <style>p {}</style> <?xml version="1.0"?> a < b > c &lt; &#65; &#x41; &nosuch &amp;');
select to_tsvector('simple', 'Straße ÄÖÜ ñandú Ελληνικά ΣΊΣΥΦΟΣ Привет мир 日本語 한국어 हिन्दी ภาษาไทย עברית العربية 😀 x😀y e' || U&'\0301' || 'a ǅ İ');
select to_tsvector('simple', E'tab\tnewline\nret\rff\fvt\vnbsp\u00a0x em\u2003y'), to_tsvector('simple', ''), to_tsvector('simple', ' '), to_tsvector('simple', null);
select to_tsvector('english', 'generally generic generate running runner ran organization organize university universal happiness happily flies flying dying skies sky news'), to_tsvector('english', 'I am a the of and not no yes');
select to_tsvector('english', 'Connection connections connective connected connecting relate relative relational conditional rational'), to_tsvector('english', 'O''Reilly rock''n''roll it''s its');
select to_tsvector('english', 'user@example.com wrote: see http://example.com/path/to/page.html, or ftp.example.org!');
select to_tsvector('simple', repeat('x', 3000) || ' b'), length(to_tsvector('simple', repeat('a ', 300)));
select to_tsvector('simple', 'a@b'), to_tsvector('simple', 'a@b.c'), to_tsvector('simple', 'a.b@c.dd'), to_tsvector('simple', '@user #tag'), to_tsvector('simple', 'x.y.z'), to_tsvector('simple', 'a.b'), to_tsvector('simple', 'foo.bar');
-- === to_tsvector of json
select to_tsvector('english', '{"a": "The Fat Rats", "b": ["cats and", {"c": "dogs"}], "n": 12, "t": true}'::jsonb), to_tsvector('{"b": "x y", "a": "z"}'::json), to_tsvector('"just a text"'::jsonb), to_tsvector('simple', '[]'::json);
-- === to_tsquery
select to_tsquery('english', 'The & Fat & Rats'), to_tsquery('supernovae & stars | !crabs'), to_tsquery('english', 'fat:ab & cats:*'), to_tsquery('english', 'the'), to_tsquery('simple', 'The & Cats');
select to_tsquery('english', 'foo-bar & x'), to_tsquery('english', '''fat cats'' & mice'), to_tsquery('english', 'user@example.com'), to_tsquery('english', '!the | cat'), to_tsquery('english', 'fat <-> the <-> cats'), to_tsquery('english', '(the & a) | cats');
select to_tsquery('english', 'the <-> cat <2> of <-> rats'), to_tsquery('english', 'cat <-> (the | of) <-> rats'), to_tsquery('english', 'a & b & c');
select to_tsquery('english', 'fat rats');
select to_tsquery('english', '');
select to_tsquery('english', 'fat &');
select to_tsquery('english', '&');
select to_tsquery(null), to_tsquery('simple', null);
select plainto_tsquery('english', 'The Fat & Rats:C'), plainto_tsquery('the of'), plainto_tsquery(''), plainto_tsquery('simple', 'well-known thing'), plainto_tsquery('fat    rats'), plainto_tsquery('english', 'foo.bar/baz x@y.zz');
select phraseto_tsquery('english', 'The Fat & Rats:C'), phraseto_tsquery('english', 'the fat of the rats and a cat'), phraseto_tsquery('english', 'cat'), phraseto_tsquery('simple', 'a b c'), phraseto_tsquery('the'), phraseto_tsquery('english', 'well-known thing');
select websearch_to_tsquery('english', 'The fat rats'), websearch_to_tsquery('english', '"supernovae stars" -crab'), websearch_to_tsquery('english', '"sad cat" or "fat rat"'), websearch_to_tsquery('english', 'signal -"segmentation fault"'), websearch_to_tsquery('english', '""" )( dummy \\ query <->');
select websearch_to_tsquery('simple', 'a or b'), websearch_to_tsquery('simple', 'or a'), websearch_to_tsquery('simple', 'a or'), websearch_to_tsquery('simple', 'a OR b or c'), websearch_to_tsquery('simple', 'order of'), websearch_to_tsquery('simple', 'a or-b'), websearch_to_tsquery('simple', '-a'), websearch_to_tsquery('simple', '--a'), websearch_to_tsquery('simple', 'a -');
select websearch_to_tsquery('simple', ''), websearch_to_tsquery('simple', '"'), websearch_to_tsquery('simple', '"a b'), websearch_to_tsquery('simple', 'a"b c"d'), websearch_to_tsquery('simple', 'it''s'), websearch_to_tsquery('simple', 'a:b'), websearch_to_tsquery('simple', ':a'), websearch_to_tsquery('simple', 'foo-bar'), websearch_to_tsquery('simple', 'a & b | c ! d ( e )');
select websearch_to_tsquery('english', 'the or of'), websearch_to_tsquery('english', 'cat or the'), websearch_to_tsquery('english', '"the cat in the hat"'), websearch_to_tsquery('english', 'c++ c# .net'), websearch_to_tsquery('simple', 'a "b" - c'), websearch_to_tsquery('simple', 'a or or b');
-- === ranking
select ts_rank('a:1 b:2 c:3'::tsvector, 'a'), ts_rank('a:1 b:2 c:3'::tsvector, 'a & b'), ts_rank('a:1 b:2 c:3'::tsvector, 'a | b'), ts_rank('a:1 b:2 c:3'::tsvector, 'a <-> b'), ts_rank('a:1 b:2'::tsvector, 'z'), ts_rank('a b'::tsvector, 'a & b'), ts_rank('a b'::tsvector, 'a | b'), ts_rank('a:1'::tsvector, '!b'), ts_rank('', 'a'), ts_rank('a', '');
select ts_rank('a:1A b:2B c:3C d:4'::tsvector, 'a'), ts_rank('a:1A b:2B c:3C d:4'::tsvector, 'b | c'), ts_rank('a:1A,5,9B b:2B,40 c:300C d:4'::tsvector, 'a & b & c'), ts_rank('aa:1 ab:5A ac:9'::tsvector, 'a:*'), ts_rank('aa:1 ab:5A b:9'::tsvector, 'a:* & b'), ts_rank('a:1 b:1'::tsvector, 'a & b'), ts_rank('a:1 b:200'::tsvector, 'a & b');
select n, ts_rank('a:1,3,7 b:2,9 c:4 d:5'::tsvector, 'a & b', n), ts_rank_cd('a:1,3,7 b:2,9 c:4 d:5'::tsvector, 'a & b', n) from generate_series(0, 63) n order by n;
select ts_rank('{0.1,0.2,0.3,0.4}', 'a:1A b:2B'::tsvector, 'a & b'), ts_rank('{0.1,0.2,0.3,0.4}', 'a:1A b:2B'::tsvector, 'a & b', 2), ts_rank('{-1,0.2,0.3,0.4}', 'a:1 b:2'::tsvector, 'a | b'), ts_rank_cd('{0.1,0.2,0.3,0.4}', 'a:1A b:2B'::tsvector, 'a & b'), ts_rank_cd('{0.1,0.2,0.3,0.4}', 'a:1A b:2B'::tsvector, 'a & b', 4);
select ts_rank('{0.1,0.2,0.3}', 'a:1'::tsvector, 'a');
select ts_rank('{0.1,0.2,0.3,2}', 'a:1'::tsvector, 'a');
select ts_rank('{0.1,0.2,0.3,null}', 'a:1'::tsvector, 'a');
select ts_rank_cd('a:1 b:2 c:3'::tsvector, 'a'), ts_rank_cd('a:1 b:2 c:3'::tsvector, 'a & c'), ts_rank_cd('a:1 b:2 c:3'::tsvector, 'a | c'), ts_rank_cd('a:1,10,20 b:2,15 c:3'::tsvector, 'a & b'), ts_rank_cd('a:1 b:2'::tsvector, 'a <-> b'), ts_rank_cd('a b'::tsvector, 'a & b'), ts_rank_cd('a:1A b:2B'::tsvector, 'a:A & b'), ts_rank_cd('a:1 b:2 c:3 a:4'::tsvector, 'a & !c'), ts_rank_cd('', 'a');
select ts_rank_cd(to_tsvector('english', 'The quick brown fox jumps over the lazy dog. A quick fox is a fox. Dogs and foxes.'), to_tsquery('english', 'fox & dog')), ts_rank(to_tsvector('english', 'The quick brown fox jumps over the lazy dog. A quick fox is a fox. Dogs and foxes.'), to_tsquery('english', 'fox & dog | quick'));
select ts_rank(null, 'a'::tsquery), ts_rank('a'::tsvector, null);
-- === headlines
select ts_headline('english', 'The most common type of search is to find all documents containing given query terms and return them in order of their similarity to the query.', to_tsquery('english', 'query & similarity'));
select ts_headline('english', 'Search terms may occur many times in a document, requiring ranking of the search matches to decide which occurrences to display in the result.', to_tsquery('english', 'search & term'), 'MaxFragments=10, MaxWords=7, MinWords=3, StartSel=<<, StopSel=>>');
select ts_headline('simple', 'a b c d e f', 'c'::tsquery), ts_headline('a fat cat', 'nothing'::tsquery), ts_headline('', 'a'::tsquery), ts_headline('the cats', ''::tsquery), ts_headline('x', 'x'::tsquery, 'HighlightAll=true');
select ts_headline('english', 'Day after day, day after day, We stuck, nor breath nor motion, As idle as a painted Ship Upon a painted Ocean. Water, water, every where And all the boards did shrink; Water, water, every where, Nor any drop to drink. S. T. Coleridge (1772-1834)', phraseto_tsquery('english', 'painted Ocean'));
select ts_headline('english', 'Day after day, day after day, We stuck, nor breath nor motion, As idle as a painted Ship Upon a painted Ocean. Water, water, every where And all the boards did shrink; Water, water, every where, Nor any drop to drink. S. T. Coleridge (1772-1834)', to_tsquery('english', 'day & drink'), 'MaxWords=20, MinWords=5');
select ts_headline('english', 'Day after day, day after day, We stuck, nor breath nor motion, As idle as a painted Ship Upon a painted Ocean. Water, water, every where And all the boards did shrink; Water, water, every where, Nor any drop to drink. S. T. Coleridge (1772-1834)', to_tsquery('english', 'breath | ocean | drop'), 'MaxFragments=3, MaxWords=6, MinWords=2, FragmentDelimiter=" ~ "');
select ts_headline('english', '<html><body><b>Sea view wow</b> <i>foo bar</i> <a href="http://www.google.com/foo.bar.html">YES &nbsp;</a> ff-bg <script>document.write(15);</script></body></html>', to_tsquery('english', 'sea&foo'), 'HighlightAll=true'), ts_headline('english', '<html><b>Sea view wow</b> ff-bg foo-bar http://x.com/y</html>', to_tsquery('english', 'sea|ff'));
select ts_headline('simple', '1 2 3 1 3'::text, '1 <-> 3', 'MaxWords=2, MinWords=1'), ts_headline('simple', '1 2 3 1 3'::text, '1 & 3', 'MaxWords=4, MinWords=1'), ts_headline('simple', '1 2 3 1 3'::text, '1 <-> 3', 'MaxWords=4, MinWords=1, ShortWord=0');
select ts_headline('a', 'a'::tsquery, 'MaxWords=3, MinWords=5');
select ts_headline('a', 'a'::tsquery, 'MinWords=0');
select ts_headline('a', 'a'::tsquery, 'NoSuch=1');
select ts_headline('a', 'a'::tsquery, 'MaxWords');
select ts_headline('a', 'a'::tsquery, 'MaxWords=x');
select ts_headline('english', '{"a": "the cats sat", "b": 1, "c": ["dogs"]}'::jsonb, 'cat'::tsquery), ts_headline('english', '{"b":"the cats sat", "a" : 1}'::json, 'cat'::tsquery, 'StartSel=*,StopSel=*');
-- === trigrams without the extension
select similarity('a', 'b');
select unaccent('é');
-- === trigrams
create extension pg_trgm;
select similarity('word', 'two words'), similarity('abc', 'abc'), similarity('', 'a'), similarity('a', 'b'), similarity('Größe', 'grosse'), similarity('kitten sitting', 'kitten'), similarity(null, 'a');
select word_similarity('word', 'two words'), word_similarity('two words', 'word'), word_similarity('abc', 'xabcx yabc'), strict_word_similarity('word', 'two words'), strict_word_similarity('words', 'two words'), word_similarity('', 'a'), word_similarity('a', '');
select show_trgm('word'), show_trgm('two words'), show_trgm(''), show_trgm('a'), show_trgm('Ünï'), show_trgm('a1-b2'), show_trgm('日本語');
select 'word' % 'two words', 'word' <% 'two words', 'two words' %> 'word', 'word' <<% 'two words', 'two words' %>> 'word', 'abc' % 'xyz';
select 'word' <-> 'two words', 'word' <<-> 'two words', 'two words' <->> 'word', 'word' <<<-> 'two words', 'two words' <->>> 'word';
select show_limit();
create table names (id int primary key, name text);
insert into names values (1, 'Anna Karenina'), (2, 'Ana Karina'), (3, 'Boris'), (4, null), (5, 'Anna'), (6, 'karen'), (7, 'nina');
select id, name, similarity(name, 'anna karenin') as s from names where name % 'anna karenin' order by s desc, id;
select id, name <-> 'anna' as d from names order by d, id;
select id from names where 'karen' <% name order by id;
-- === accents
create extension unaccent;
select unaccent('Hôtel'), unaccent('ÀÉÎÕÜ ñ ß æ Œ ø ł'), unaccent('½ ½ © №'), unaccent(''), unaccent(null), unaccent('unaccent', 'é'), unaccent('日本 x' || U&'\0301');
create function plain(text) returns text language sql immutable as $$ select unaccent($1) $$;
select plain('é'), lower(plain('ÉÀ'));
-- === a mark behind a quote
select U&'a''\0301b' as x, quote_literal(U&'\0301''\0301') as y, quote_ident(U&'a"\0301') as z;
