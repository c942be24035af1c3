# What engines.py asks. Read by it, with `same` and `dice` in scope.

READS = """
kinds
kinds?select=id,x&order=id.desc
kinds?select=*&id=eq.1
kinds?select=id,s,b,n,p&n=gt.1
kinds?select=id,renamed:x,s::text&limit=2
kinds?select=id,jb->a,jb->>b,jb->a->0&id=lte.4
kinds?select=id,j->>b,j&id=eq.1
kinds?select="odd name"&"odd name"=not.is.null
kinds?select=shout&id=eq.1
kinds?shout=eq.A"B\\C!&select=id
kinds?t=is.true&select=id
kinds?t=is.unknown&select=id
kinds?t=not.is.null&select=id,t
kinds?m=gt.sad&select=id,m
kinds?m=in.(ok,happy)&select=id,m
kinds?x=like.*n*&select=id
kinds?x=ilike.Ü*&select=id,x
kinds?x=match.^a&select=id
kinds?x=imatch.^A&select=id
kinds?x=like(any).{a*,ü*}&select=id
kinds?s=gt(all).{-9,-6}&select=id
kinds?a=cs.{1}&select=id,a
kinds?a=cd.{1,2,3}&select=id,a
kinds?a=ov.{5,9}&select=id,a
kinds?ta=cs.{"a b"}&select=id,ta
kinds?jb=cs.{"b":1}&select=id
kinds?jb->>b=eq.1&select=id
kinds?rg=cs.[2,3)&select=id,rg
kinds?rg=sl.[10,20)&select=id
kinds?rg=adj.[5,9)&select=id
kinds?vec=fts(simple).fox&select=id,vec
kinds?vec=wfts(simple).dog&select=id
kinds?da=gte.2000-01-01&select=id,da
kinds?tz=lt.2024-03-01T00:00:00Z&select=id,tz,ts,ti,da,iv
kinds?u=eq.11111111-1111-1111-1111-111111111111&select=id,u,y,ip
kinds?x=isdistinct.null&select=id
kinds?or=(id.eq.1,and(id.gt.2,id.lt.4))&select=id
kinds?not.or=(id.eq.1,id.eq.2)&select=id
kinds?id=not.in.(1,2)&select=id
kinds?select=id&order=x.asc.nullsfirst,id
kinds?select=id&order=jb->>b.desc.nullslast,id.asc
kinds?select=id&offset=1&limit=2
kinds?select=id&limit=0
kinds?select=n.sum(),id.count(),p.avg(),x.max(),x.min()
kinds?select=t,s.sum()&order=t
kinds?select=count()
kinds?select=count
kinds?select=id,count
kinds?count=gt.0&select=id,count
kinds?select=r,d,c,v,w&id=in.(1,3,4)
books?select=title,authors(name)&order=id&limit=5
books?select=title,authors!inner(name)&authors.name=like.J*&order=id
books?select=title,book_authors(position,authors(name))&order=id&limit=4
books?select=title,tags(name)&tags.name=eq.novel&order=id&limit=5
books?select=title,tags!inner(name)&tags.name=eq.novel&order=id&limit=5
books?select=title,tags(name)&tags.order=name.desc&tags.limit=1&order=id&limit=5
books?select=title,...book_authors(position)&order=id&limit=3
books?select=title,reviews(rating.avg())&order=id&limit=5
books?select=title,reviews(count)&order=id&limit=5
books?select=language,price.avg(),id.count()&order=language
books?select=title&reviews=is.null&order=id&limit=5
books?select=title,reviews()&reviews=not.is.null&order=id&limit=5
books?select=title,reviews()&reviews=is.null&order=id&limit=5
reviews?select=rating,books(title)&order=id&limit=5
reviews?select=rating,books(title,price)&order=books(title),id&limit=5
reviews?select=rating,...books(title)&order=id&limit=5
reviews?select=rating,book:books!reviews_book_id_fkey(title)&order=id&limit=3
reviews?select=rating,books!inner(title)&books.price=gt.10&order=id&limit=5
reviews?select=rating,books(title)&books.price=gt.10&order=id&limit=5
authors?select=name,books(title,reviews(rating))&order=id&limit=3
authors?select=name,books(count)&order=id&limit=3
authors?select=name,...books(titles:title)&order=id&limit=3
book_authors?select=*&order=book_id,author_id&limit=3
shelf?select=*&order=id,author_id&limit=4
shelf?select=title,authors(name)&order=id,author_id&limit=3
shelf?twice=gt.30&select=id&order=id
rpc/add?a=1
rpc/add?a=1&b=2
rpc/names?prefix=J
rpc/cheap?most=8&select=id,title&order=title.desc&limit=3
rpc/cheap?most=8&select=title,authors(name)&limit=2
rpc/cheap?most=8&price=gt.6&select=price
rpc/pair?n=3
rpc/pair?n=3&a=eq.4&select=b
rpc/nothing
rpc/total?numbers=1&numbers=2
rpc/whoami
rpc/fails?code=P0001
rpc/fails?code=PT418
rpc/fails?code=42501
rpc/fails?code=23505
rpc/add
rpc/add?a=x
rpc/add?a=1&c=2
rpc/nowhere
nowhere
kinds?select=nothing
kinds?nothing=eq.1
kinds?id=eq.x
kinds?id=bad.1
kinds?m=eq.angry
kinds?da=eq.2024-02-30
kinds?select=id,books(title)
kinds?order=nothing
kinds?limit=x
kinds?select=id::nothing
kinds?a=cs.{x}
kinds?u=eq.1
kinds?x=match.(
kinds?select=x->a&id=eq.1
closed
customers?select=*
orders?select=id,status&order=id&limit=2
kinds?jb=cs.nojson&select=id
kinds?id=gt.99999999999&select=id
kinds?vec=fts.a%20b&select=id
kinds?x=fts(simple).ünï&select=id
""".strip().split("\n")

for path in READS:
    path = urllib.parse.quote(path, safe="?&=.,()*:!->{}\"[]/\\^%")
    for who in ["anon", "admin"]:
        same(who, "GET", path)
for path in ["kinds?select=id,x,a,jb,tz,t", "books?select=title,authors(name)&order=id&limit=3", "kinds?id=eq.99", "rpc/pair?n=1", "kinds?select=c,v,y,ip,rg,m,ta"]:
    same("anon", "GET", path, Accept="text/csv")
    same("anon", "GET", path, Accept="application/x-ndjson")
    same("anon", "GET", path, Accept="application/xml")
    same("anon", "GET", path, Accept="application/vnd.pgrst.object+json")
    same("anon", "GET", path, Accept="application/vnd.pgrst.array+json;nulls=stripped")
    same("anon", "GET", path + ("&" if "?" in path else "?") + "limit=1", Accept="application/vnd.pgrst.object+json")
    same("anon", "HEAD", path)
    same("anon", "GET", path, Prefer="count=exact", Range="0-1", **{"Range_Unit": "items"})
    same("anon", "GET", path, Prefer="count=exact,timezone=Europe/Berlin")
    same("anon", "GET", path + ("&" if "?" in path else "?") + "offset=50", Prefer="count=exact")
same("anon", "GET", "kinds?select=tz&id=lt.5", Prefer="timezone=America/New_York")
for prefer in ["read=replica", "read=primary, handling=strict", "handling=strict, read=replica, count=exact", "handling=strict, read=anywhere", "read="]:
    same("anon", "GET", "kinds?select=id&order=id&limit=3", Prefer=prefer)
    same("anon", "HEAD", "kinds?select=id&order=id&limit=3", Prefer=prefer)
same("anon", "POST", "logs", {"body": "to the primary"}, Prefer="handling=strict, read=replica, return=representation")
same("anon", "GET", "kinds?select=tz", Prefer="timezone=Nowhere")
same("anon", "GET", "books?select=id,title&order=title&limit=5&after=cursor:")
same("anon", "GET", "kinds", Accept="application/zip")
same("anon", "GET", "kinds", Accept_Profile="secret")
same("anon", "OPTIONS", "kinds")
same("anon", "OPTIONS", "rpc/add")

REP = "return=representation"
for who, method, path, body, prefer in [
    ("anon", "POST", "logs", {"body": "one"}, ""),
    ("anon", "POST", "logs", {"body": "two"}, REP),
    ("anon", "POST", "logs", {"body": "three"}, "return=headers-only"),
    ("anon", "POST", "logs", [{"body": "four"}, {"body": "five"}], REP + ",count=exact"),
    ("anon", "POST", "logs?columns=body,level", [{"body": "six", "level": 1}, {"body": "seven"}], REP),
    ("anon", "POST", "logs?columns=body,level", [{"body": "six", "level": 1}, {"body": "seven"}], REP + ",missing=default"),
    ("anon", "POST", "logs", [{"body": "six", "level": 1}, {"body": "seven"}], REP),
    ("anon", "POST", "logs?select=id,body", {"body": "eight"}, REP),
    ("anon", "POST", "logs", {"body": None}, REP),
    ("anon", "POST", "logs", {"body": "x", "level": 11}, REP),
    ("anon", "POST", "logs", {"body": "x", "level": "y"}, REP),
    ("anon", "POST", "logs", {"nothing": 1}, REP),
    ("anon", "POST", "logs", [], REP),
    ("anon", "POST", "logs", {}, REP),
    ("anon", "POST", "logs", {"id": 1, "body": "again"}, REP),
    ("anon", "POST", "logs", [{"id": 1, "body": "merged"}, {"id": 100, "body": "new"}], REP + ",resolution=merge-duplicates"),
    ("anon", "POST", "logs", [{"id": 1, "body": "ignored"}, {"id": 101, "body": "new"}], REP + ",resolution=ignore-duplicates"),
    ("anon", "POST", "logs?on_conflict=body", [{"id": 1, "body": "x"}], REP + ",resolution=merge-duplicates"),
    ("anon", "PUT", "logs?id=eq.1", {"id": 1, "body": "put", "level": 2}, REP),
    ("anon", "PUT", "logs?id=eq.300", {"id": 300, "body": "put", "level": 2}, REP),
    ("anon", "PUT", "logs?id=eq.1", {"id": 2, "body": "put", "level": 2}, REP),
    ("anon", "PUT", "logs?body=eq.1", {"id": 2, "body": "put", "level": 2}, REP),
    ("anon", "PATCH", "logs?id=eq.1", {"level": 5}, ""),
    ("anon", "PATCH", "logs?id=lt.4", {"level": 6}, REP + ",count=exact"),
    ("anon", "PATCH", "logs?id=lt.4&select=id,level&order=id.desc", {"level": 7}, REP),
    ("anon", "PATCH", "logs?id=eq.1", {"level": 12}, REP),
    ("anon", "PATCH", "logs?id=eq.1", {}, REP),
    ("anon", "PATCH", "logs?id=eq.9999", {"level": 1}, REP),
    ("anon", "PATCH", "logs?id=gt.1", {"level": 8}, "handling=strict,max-affected=2"),
    ("anon", "PATCH", "kinds?id=eq.1", {"made": "x"}, REP),
    ("anon", "PATCH", "kinds?id=eq.1&select=id,jb,a,ta,j,m", {"jb": {"k": [1, None]}, "a": [3, 4], "ta": ["x", None], "j": [1], "m": "sad"}, REP),
    ("anon", "PATCH", "kinds?id=eq.1&select=id,shout", {"x": "later"}, REP),
    ("anon", "POST", "kinds", {"id": 150, "v": "too long a text"}, REP),
    ("anon", "POST", "kinds", {"id": 150, "w": "too long a text"}, REP),
    ("anon", "POST", "kinds", {"id": 150, "x": "not seen"}, REP),
    ("anon", "POST", "kinds", {"id": 150, "x": "not seen"}, ""),
    ("anon", "POST", "kinds", {"id": 50, "s": 99999}, REP),
    ("anon", "POST", "books", {"title": "x", "published": 1900, "language": "en", "description": "d", "price": 1}, REP),
    ("admin", "POST", "books?select=title,century,price", {"title": "x", "published": 1900, "language": "en", "description": "d", "price": 1}, REP),
    ("admin", "POST", "books", {"title": "x", "published": 0, "language": "en", "description": "d", "price": 1}, REP),
    ("admin", "POST", "books", {"title": "x"}, REP),
    ("admin", "POST", "book_authors", {"book_id": 1, "author_id": 99999}, REP),
    ("admin", "PATCH", "books?id=eq.1&select=title,authors(name)", {"price": "12.5"}, REP),
    ("admin", "DELETE", "authors?id=eq.1", None, REP),
    ("admin", "DELETE", "tags?id=eq.1&select=name", None, REP),
    ("reader", "POST", "reviews?select=rating,signed_as", {"book_id": 1, "signed_as": "R", "rating": 5}, REP),
    ("reader", "PATCH", "orders?id=eq.1", {"created_at": "2024-01-01"}, REP),
    ("anon", "DELETE", "logs?id=eq.2", None, ""),
    ("anon", "DELETE", "logs?id=in.(1,3,4)", None, REP + ",count=exact"),
    ("anon", "DELETE", "logs?level=gt.0", None, "handling=strict,max-affected=1"),
    ("anon", "DELETE", "closed", None, ""),
    ("anon", "POST", "rpc/add", {"a": 3}, ""),
    ("anon", "POST", "rpc/add", {"a": 3, "b": 4}, ""),
    ("anon", "POST", "rpc/add", {"a": "x"}, ""),
    ("anon", "POST", "rpc/add", [1], ""),
    ("anon", "POST", "rpc/echo", {"b": 1, "a": [1, {"x": None}]}, ""),
    ("anon", "POST", "rpc/total", {"numbers": [1, 2, 3]}, ""),
    ("anon", "POST", "rpc/pair", {"n": 5}, ""),
    ("anon", "POST", "rpc/names?limit=1", {"prefix": "J"}, "count=exact"),
    ("anon", "POST", "rpc/nothing", {}, ""),
    ("reader", "POST", "rpc/whoami", {}, ""),
]:
    same(who, method, path, body, **({"Prefer": prefer} if prefer else {}))
same("anon", "POST", "logs", [{"body": "lines"}, {"body": "of JSON"}], Accept="application/x-ndjson", Prefer=REP)
same("anon", "POST", "logs", b"body,level\nfrom csv,4\nNULL,5\n", Content_Type="text/csv", Prefer=REP)
same("anon", "POST", "logs", b"body,level\nfrom csv,4\n\"x, y\",\n", Content_Type="text/csv", Prefer=REP)
same("anon", "POST", "logs", b"body=from+form&level=2", Content_Type="application/x-www-form-urlencoded", Prefer=REP)
same("anon", "POST", "logs", b"{not json", Prefer=REP)
same("anon", "POST", "logs", {"body": "only"}, Prefer=REP, Accept="application/vnd.pgrst.object+json")
same("anon", "PATCH", "logs?id=gt.0", {"level": 1}, Prefer=REP, Accept="application/vnd.pgrst.object+json")
same("anon", "GET", "logs?select=id,body,level&order=id")

same("anon", "GET", "rpc/teapot")
same("anon", "POST", "rpc/teapot", {})
same("anon", "POST", "rpc/poured", {"cup": "blue"})
for what, value in [("status", "99"), ("status", "abc"), ("headers", "{}"), ("headers", '[{"a":1}]'), ("headers", '[{"a b":"c"}]'), ("headers", '[{"A":"x\\r\\nB: y"}]'), ("headers", '[{"Content-Length":"0"}]')]:
    same("anon", "POST", "rpc/misspoken", {"what": what, "value": value})
MESSAGE = '{"code":"123","message":"Payment Required","details":"Quota exceeded","hint":"Upgrade your plan"}'
for message, detail in [
    (MESSAGE, '{"status":402,"headers":{"X-Powered-By":"Nerd Rage"}}'), (MESSAGE, '{"status":402,"headers":{},"status_text":"Pay"}'), ("no json", "{}"), (MESSAGE, "no json"),
    (MESSAGE, '{"status":999,"headers":{}}'), (MESSAGE, '{"status":402,"headers":{"X-A":"b\\r\\nc"}}'), ('{"code":"1"}', '{"status":402,"headers":{}}'),
]:
    same("anon", "POST", "rpc/quota", {"message": message, "detail": detail})

for path in ["kinds", "kinds?select=id,x,j,jb,tz,ts,t,a,m,n,p,r,d,y,rg&id=lte.4", "books?select=title,authors(name),reviews(rating,body)&order=id&limit=6", "reviews?select=rating,books(title,price)&order=id&limit=4",
             "reviews?select=rating,...books(title)&order=id&limit=4", "authors?select=name,...books(titles:title)&order=id&limit=3", "rpc/pair?n=1", "rpc/add?a=1", "rpc/names?prefix=J", "kinds?id=eq.99",
             "books?select=language,price.avg(),id.count()&order=language", "kinds?select=\"odd name\",shout,_x0020_:id,\"1 %3C\":x&id=in.(1,2,3)", "books?select=title,latest:reviews(rating)&latest.limit=1&latest.order=id&order=id&limit=3",
             "kinds?select=count()", "kinds?select=t,many:count()::text&order=t", "kinds?select=id,jb->>\"count(*)\",x&order=id"]:
    same("anon", "GET", urllib.parse.quote(path, safe="?&=.,()*:!->{}\"[]/\\^%"), Accept="text/xml")
same("anon", "POST", "logs", [{"body": "x<y & \u0001"}, {"body": "z"}], Prefer=REP, Accept="application/xml")
same("anon", "POST", "logs", [], Prefer=REP, Accept="application/xml")

# Marks that make one character with the quote beside them, to whoever reads text by characters: names stay names.
for name in ['a\u0600", current_user as \u0600"b', "a\u0600', '\u0600b", 'a"\u0301 b', "a'\u0301 b", 'a\u0600\\"', "\u0600'||current_user||\u0600'"]:
    quoted = urllib.parse.quote('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"')
    for accept in ["application/json", "text/csv", "application/xml", "application/x-ndjson"]:
        same("anon", "GET", f"books?select={quoted}:title,id&order=id&limit=2", Accept=accept)
        same("anon", "GET", f"books?select=id,{quoted}:reviews(rating)&order=id&limit=2", Accept=accept)
        same("anon", "GET", f"books?select={quoted}:price.max()", Accept=accept)
    for path in [f"books?select={quoted}", f"books?{quoted}=eq.1", f"books?order={quoted}", f"kinds?select=jb->>{quoted}", f"rpc/add?{quoted}=1", f"books?select=id,...{quoted}(id)"]:
        same("anon", "GET", path)
    same("anon", "POST", f"logs?columns={quoted}", {name: 1}, Prefer=REP)
    same("anon", "POST", "logs", {name: 1}, Prefer=REP)
    same("anon", "POST", "rpc/add", {name: 1})

# XML goes in as it came out.
XML = {"Content_Type": "application/xml", "Prefer": REP}
for form in ["application/xml", "text/xml"]:
    for source in both:
        text = ask(source, "anon", "GET", "kinds?order=id", {"Accept": form}, None)[2]
        same("anon", "DELETE", "kinds_twin?id=gt.-1")
        same("anon", "POST", "kinds_twin", text, Content_Type=form + "; charset=UTF-8", Prefer=REP, Accept=form)
        for project in both:
            tables = [ask(project, "anon", "GET", table + "?order=id", {}, None) for table in ["kinds", "kinds_twin"]]
            asked += 1
            if tables[0][2] != tables[1][2] or tables[0][2] == b"[]":
                failed.append(("anon", "GET", "kinds, written back from XML", None, {}, *tables))
NIL = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
for path, body in [
    ("defaults", f'<x {NIL}><row><id>1</id><j>null</j><k> {{"b" : 1}} </k></row><row><id>2</id><j xsi:nil="true"/><k>"text"</k></row></x>'),
    ("defaults?columns=id,name,k", "<x><row><id>3</id><authors><row><name>x</name></row></authors></row><row><name>a</name><id>4</id></row></x>"),
    ("defaults?on_conflict=id", "<x><row><id>1</id><name>again</name><j>[1,  2]</j></row><row><id>9</id><name></name><j>1</j></row></x>"),
    ("defaults", "<x><row><id>one</id></row></x>"), ("defaults", "<x><row><id></id></row></x>"), ("defaults", "<x><row><id>20</id><j>{</j></row></x>"),
    ("defaults", "<x><row><nothing>1</nothing></row></x>"), ("defaults", "<x><row><id>1</id></row></x>"), ("defaults", "<x/>"), ("defaults", ""), ("closed", "<x><row><id>1</id></row></x>"),
    ("logs", '<x><row><body encoding="base64">ATzvv78=</body><level>4</level></row></x>'), ("logs", "<x><row><body>&#13;&amp;<![CDATA[<>]]></body></row></x>"), ("logs", "<x><row><level>99</level><body>b</body></row></x>"),
    ("logs", "<x><row><body>1</body></row><row><level>1</level></row></x>"), ("logs", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x><row><body>&e;</body></row></x>"),
    ("logs", "<x><row><body>&e;</body></row></x>"), ("logs", "<x><row><body><b/></body></row></x>"), ("logs", "<x>" + "<row>" * 40), ("logs", "<x>" + "<row/>" * 10001 + "</x>"), ("logs", "{}"),
    ("logs", "<?xml version='1.0' encoding='latin1'?><x/>"), ("logs", b"<x>\xff</x>"), ("logs", b"<x>\0</x>"), ("logs", "<x" + "".join(f" a{n}=''" for n in range(2000)) + "/>"),
]:
    body = body if isinstance(body, bytes) else body.encode()
    same("anon", "POST", path, body, **XML)
    same("anon", "POST", path, body, Content_Type="text/xml", Prefer=REP + ",missing=default,resolution=merge-duplicates")
same("anon", "GET", "defaults?order=id")
same("anon", "GET", "defaults?j=is.null&order=id")
same("anon", "PATCH", "defaults?id=eq.1", b'<x><row><j>{"c":  2}</j><k>[ ]</k><name>patched</name></row></x>', **XML)
same("anon", "PATCH", "defaults?id=eq.1", b"<x/>", **XML)
same("anon", "PATCH", "defaults?id=eq.1", b"<x><row><j>no json</j></row></x>", **XML)
same("anon", "PUT", "defaults?id=eq.5", b"<x><row><id>5</id><name>put</name><j>5</j><k>5</k></row></x>", **XML)
same("anon", "PUT", "defaults?id=eq.5", b"<x><row><id>6</id><name>put</name></row></x>", **XML)
for path, body in [("add", "<add><row><a>3</a><b>4</b></row></add>"), ("add", "<x><row><a>3</a></row></x>"), ("add", "<x><row/></x>"), ("add", "<x/>"), ("add", "<x><row><a>x</a></row></x>"), ("add", "<x><row><a>1</a></row><row><a>1</a></row></x>"),
                   ("nothing", "<x/>"), ("total", "<x><row><numbers>{1,2,3}</numbers></row></x>"), ("echo", "<x/>"), ("pair", "<x><row><n>5</n></row></x>"), ("add", "<x>"),
                   ("kept", '<x><row><j>{"a" :1}</j><jb>{"a" :1}</jb></row></x>'), ("kept", "<x><row><j>null</j><jb>null</jb><n>2.0</n><a>{1}</a></row></x>"), ("kept", "<x><row><j>x</j><jb>1</jb></row></x>")]:
    same("anon", "POST", "rpc/" + path, body.encode(), **XML)
    same("anon", "POST", "rpc/" + path, body.encode(), Content_Type="text/xml", Accept="text/xml")
for kind in ["application/xml; charset=iso-8859-1", "application/xml;charset=\"utf-8\"", "application/pdf", "text/plain", "application/octet-stream", "application/xhtml+xml"]:
    same("anon", "POST", "logs", b"<x/>", Content_Type=kind, Prefer=REP)
    same("anon", "POST", "rpc/nothing", b"<x/>", Content_Type=kind, Prefer=REP)
# Text of other bodies is read by the column's type, too.
same("anon", "POST", "defaults", b'id,j,k\n30,"{""a"":1}","[1, 2]"\n31,NULL,null\n', Content_Type="text/csv", Prefer=REP)
same("anon", "POST", "defaults", b"id=32&j=%7B%22a%22%3A1%7D", Content_Type="application/x-www-form-urlencoded", Prefer=REP)
same("anon", "POST", "rpc/kept", b"j=%7B%22a%22%3A1%7D&jb=%5B1%5D", Content_Type="application/x-www-form-urlencoded")

# `offstage sql`, with what it prints.
VALUES = """select 1 as a, 'x' as b, true as c, null as d, 1.50 as e, '{1,2}'::int[] as f, '2024-01-01 01:02:03+00'::timestamptz as g, '{"a": 1}'::jsonb as h, 'a"b'::text as i, -5 as "n m\""""
for form in ["table", "csv", "json"]:
    for text in [VALUES, "insert into tags (name) values ('zzz') returning *", "insert into tags (name) values ('yyy')", "update tags set description = 'x' where name = 'zzz'", "select nothing", "select id,\n  nothing from tags",
                 "select * from customers order by id", f"create table q{form} (id int); select count(*) from q{form}", "select 1 where false"]:
        same_output("sql", "--format", form, text)
for role in ["anon", "authenticated"]:
    same_output("sql", "--as", role, "select id, name from customers order by id")
same_output("sql", "--as", "authenticated", "--claims", '{"sub":"00000001-0000-4000-8000-000000000001"}', "select id, name from customers")
same_output("export", "--table", "kinds", "--format", "ndjson")
same_output("export", "--table", "authors")
same_output("migrate", "up")

# `json` keeps its text: blanks, order, names given twice. `jsonb` does not.
TEXTS = ['{"b" : 1,  "a":[1, 2] , "b":2}', '[ 1 ,2.50, 1e2 ]', ' [\n] ', '"a\\u00e9\\/\\n"', "1.50", "-0", "true", "null", '{"k\\"}{,[": "]}\\\\" , "é" :{ }}', '[[ ], { "a" : "]" }]', "{}"]
for text in TEXTS:
    for path in ["told", "told_b", "told_json", "echo"]:
        same("anon", "POST", "rpc/" + path, text.encode())
    same("anon", "POST", "rpc/told_by_name", f'{{"j" : {text}, "k":{text} }}'.encode())
    same("anon", "POST", "rpc/told_by_name?columns=j", f'{{"k": 1, "j" : 1, "j":{text}}}'.encode())
    same("anon", "POST", "defaults?on_conflict=id", f' {{ "id":41 ,"j": {text} , "\\u006b" :{text}}}'.encode(), Prefer=REP + ",resolution=merge-duplicates")
    same("anon", "POST", "defaults?on_conflict=id", f'[{{"id":41,"j":1,"k":[1 ]}} , {{"k":{text},"id":42,"j":2}}]'.encode(), Prefer=REP + ",resolution=merge-duplicates")
    same("anon", "POST", "defaults?columns=id,name,k&on_conflict=id", f'[{{"id":43,"k":{text}}},{{"id":44,"k":{text},"name":"x"}}]'.encode(), Prefer=REP + ",missing=default,resolution=merge-duplicates")
    same("anon", "POST", "defaults?columns=id,k&on_conflict=id", f'[{{"id":45,"k":1,"k":{text}}}]'.encode(), Prefer=REP + ",missing=default,resolution=merge-duplicates")
    same("anon", "PATCH", "defaults?id=eq.41", f'{{"k":{text}}}'.encode(), Prefer=REP)
    same("anon", "PUT", "defaults?id=eq.46", f'{{"k":{text},"id":46,"name":null,"j":null}}'.encode(), Prefer=REP)
    same("anon", "GET", "defaults?id=gt.40&order=id")
same("anon", "POST", "rpc/told", b"")
same("anon", "POST", "rpc/told", b"{")
same("anon", "POST", "defaults", b'{"id":50,"k":{"a":1}')
# Variadic parameters, each by itself and all at once.
for path in ["total?numbers=1&numbers=2", "total?numbers={1,2}", "total?numbers={}", "total?numbers=3", "total?numbers=x", "total?numbers={1,x}", "total?numbers={1,2}&numbers={3}", "total?numbers=", "total",
             "joined_up?words=a&words=b", "joined_up?words={a,\"b c\",null}", "joined_up?words=a", "joined_up?words={a", "joined_up?words=a}", "joined_up?words={", "joined_up?words=", "at_least?n=1", "at_least?n=1&numbers=2",
             "at_least?n=1&numbers={2,3}", "at_least?numbers={2,3}", "of_json?items={\"a\":1}", "of_json?items=1&items=2"]:
    same("anon", "GET", "rpc/" + urllib.parse.quote(path, safe="?&="))
same("anon", "POST", "rpc/joined_up", {"words": ["a", "{b}", None]})
same("anon", "POST", "rpc/nowhere", b"<x/>", Content_Type="text/xml")
same("anon", "POST", "rpc/nowhere", b"x", Content_Type="text/plain")

# What can be written to is described alike, in every form, and is what is taken.
VIEWS = ["plain", "inner_plain", "counted", "nothing_given", "shown_kinds", "joined", "of_joined", "of_joined_only", "all_joined", "part_of_all", "stored", "limited", "aggregate_one", "unnested", "from_values", "books_less", "keyed", "keyed_shown", "shelf"]
for table in VIEWS + ["logs", "nowhere", "closed", "rpc/pair", "rpc/echo", "rpc/nowhere"]:
    same("anon", "OPTIONS", table)
for who in ["anon", "reader", "admin", "service"]:
    same(who, "GET", "", Accept="application/openapi+json")
    same(who, "GET", "", Host="api.example")
for language in ["typescript", "swift", "python"]:
    same_output("types", "--" + language)
for role in ["anon", "service_role"]:
    same_output("openapi", "--role", role)
ALLOWED = {"POST": "post", "PATCH": "patch", "DELETE": "delete"}
for project in both:
    described = json.loads(ask(project, "service", "GET", "", {"Accept": "application/openapi+json"}, None)[2])
    for table in VIEWS:
        allowed = ask(project, "service", "OPTIONS", table, {}, None)[1]["Allow"].split(",")
        asked += 1
        methods = list(described["paths"]["/" + table])
        # A key that the database alone gives takes no PUT, though the relation does.
        if [ALLOWED[method] for method in allowed if method in ALLOWED] != [method for method in methods if method not in ("get", "put")] or ("put" in methods and "PUT" not in allowed):
            failed.append(("service", "OPTIONS", table, None, {}, (0, {name: None for name in TOLD}, str(allowed).encode()), (0, {name: None for name in TOLD}, str(list(described["paths"]["/" + table])).encode())))

# What a function gives is rows of its fields, an object of its `out` parameters, or a value, in every form.
RESULTS = """
at_place?n=1
at_null
at_none
places?n=3
places?n=0
at_home?n=2
stepped_place?n=3
stepped_places?n=2
trip
moved?p=(a,1,{2})
moved?p=(a,1,{2})&by=5
one_out?n=4
one_json_out?a=1&b=two
in_out?num=2
place_out?n=7
many_out?n=1
many_in_out?num=1
many_in_out?num=1&str=two&yes=false
set_out?n=3
stepped_set_out?n=3
one_column
book?n=1
book?n=99999
book_of_domain?n=1
enum_of?n=1
enum_of?n=2
short_of?t=abc
list_of?n=3
lists_of?n=2
places_list
range_of?a=1&b=5
bytes_of
nulls_of
any_record
any_records
pair?n=3
add?a=1
nothing
""".strip().split("\n")
for path in RESULTS:
    path = "rpc/" + urllib.parse.quote(path, safe="?&=")
    for accept in ["application/json", "application/vnd.pgrst.object+json", "application/vnd.pgrst.array+json;nulls=stripped", "application/vnd.pgrst.object+json;nulls=stripped", "text/csv", "application/x-ndjson", "application/xml"]:
        same("anon", "GET", path, Accept=accept)
        same("anon", "GET", path, Accept=accept, Prefer="count=exact")
    same("anon", "HEAD", path, Prefer="count=exact")
    same("anon", "OPTIONS", path.split("?")[0])
    for query in ["select=number,street", "select=s:street,spots->0,n:number::text", "street=eq.S2", "street=eq.none", "order=number.desc&limit=1&offset=1", "select=twice", "select=my_json->>a", "select=i&i=gt.1&order=i.desc", "select=a", "select=*,nothing", "select=number.sum()", "select=count()",
                  "select=title,authors(name)", "pgrst_scalar=eq.5", "select=start->>street,stops"]:
        same("anon", "GET", path + ("&" if "?" in path else "?") + query)
for path, body in [("at_place", {"n": 1}), ("places", {"n": 2}), ("moved", {"p": {"street": "a", "number": 1, "spots": [1, None]}}), ("moved", {"p": {"number": 1}, "by": 3}), ("moved", {"p": None}), ("moved", {"p": "(x,1,)"}), ("moved", {"p": [1]}), ("moved", {"p": 1}), ("moved", {"p": True}), ("moved", {"p": ""}), ("moved", {"p": "x"}), ("moved", {"p": {"number": "x"}}),
                   ("one_out", {"n": 2}), ("in_out", {"num": 5}), ("many_in_out", {"num": 5}), ("add", [{"a": 1, "b": 2}, {"a": 5, "b": 6}]), ("add", [{"a": 1}]), ("add", []), ("kept_place", {"n": 900}), ("kept_place", {"n": 900})]:
    same("anon", "POST", "rpc/" + path, body)
    same("anon", "POST", "rpc/" + path + "?select=number", body)
    same("anon", "POST", "rpc/" + path, body, Prefer="handling=strict,max-affected=1")
same("anon", "GET", "authors?select=name,books_by(title)&order=id&limit=2")

# Values of every type, as clients write them and as they come back.
SHAPE = {"id": 1, "n": "100", "nn": "1.500", "f": "NaN", "d": "-Infinity", "ts": "2024-01-02T03:04:05.678", "tz": "2024-01-02T03:04:05.678Z", "dt": "2024-01-02", "ti": "03:04:05", "tt": "03:04:05+02", "iv": "P1DT2H",
         "y": "\\x68656c6c6f", "j": {"b": 1, "a": [1, 2]}, "jb": {"bb": 1, "a": 2, "c": 3, "aaa": 4}, "a": [1, None, 3], "ta": '{a,"b c",null}', "tza": ["2024-01-02T03:04:05Z"], "ja": [{"x": 1}, "s", None, [1]], "jba": [{"bb": 1, "a": 2}],
         "na": ["1.50", 2], "ba": ["\\x00ff"], "ma": ["ok", None], "p": {"street": "s", "number": 1}, "pa": [{"street": "s"}, None], "rg": "[1.5,10)", "tr": "[2024-01-01T00:00:00Z,)", "m": "ok", "w": "w", "ch": "ab",
         "ip": "10.0.0.1/24", "ci": "10.0.0.0/8", "mac": "08-00-2b-01-02-03", "bi": "101", "vb": "10", "u": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "o": 5, "nm": "name"}
same("anon", "POST", "shapes", SHAPE, Prefer=REP)
for accept in ["application/json", "text/csv", "application/xml", "application/x-ndjson", "application/vnd.pgrst.object+json;nulls=stripped"]:
    same("anon", "GET", "shapes?id=eq.1", Accept=accept)
for column, value in [
    ("f", "1e-7"), ("f", "16777216"), ("f", "0.1"), ("d", "1e21"), ("d", "1e15"), ("d", "123456789012345680"), ("d", "5e-324"), ("d", "-0"), ("nn", "1e5"), ("nn", "NaN"), ("nn", "Infinity"), ("nn", "-Infinity"), ("nn", "0.000"),
    ("tz", "2024-01-02T03:04:05.100000+05:30"), ("tz", "2024-07-01 00:00:00 Europe/Berlin"), ("tz", "infinity"), ("tz", "0044-01-01 00:00:00 BC"), ("ts", "12024-01-01"), ("ts", "2024-01-02 03:04"), ("dt", "20240102"), ("dt", "infinity"),
    ("dt", "0044-03-15 BC"), ("ti", "24:00:00"), ("ti", "03:04:05.120"), ("tt", "03:04:05.5-08"), ("iv", "1 year 2 mons -3 days 04:05:06.7"), ("iv", "0"), ("iv", "-00:00:01"), ("iv", "1.5 years"), ("y", "abc\\\\d"), ("y", ""),
    ("a", "{}"), ("a", []), ("ta", ["", "a,b", '"q"', "NULL", None, "\\"]), ("ta", "{x"), ("rg", "empty"), ("rg", "(,)"), ("p", None), ("p", '(a,2,"{1,2}")'), ("p", []), ("p", 1), ("p", {"street": 1, "nothing": 2}), ("pa", '{"(a,2,)"}'),
    ("ja", [1, [2, {"a": [3]}]]), ("ja", []), ("jba", ["x", [1]]), ("jb", "text"), ("jb", 1.50), ("jb", {"a": 1, "a ": 2}), ("j", None), ("bi", "10"), ("vb", ""), ("u", "{a0eebc999c0b4ef8bb6d6bb9bd380a11}"), ("id", 1.0), ("id", "1e0"), ("id", " 1 "),
    ("n", True), ("w", 5), ("m", 1), ("o", -1), ("nm", "x" * 70), ("ch", "too long"), ("ip", "x"), ("mac", "1"),
]:
    same("anon", "PATCH", f"shapes?id=eq.1&select={column}", {column: value}, Prefer=REP)

# What clients send: profiles on every method, preferences in every spelling, names in quotes, blanks as `+`.
for method, path, body in [("GET", "pairs?limit=1", None), ("HEAD", "pairs?limit=1", None), ("POST", "pairs", {"a": 1, "b": "x"}), ("PATCH", "pairs?a=eq.1", {"n": 1}), ("PUT", "pairs?a=eq.1&b=eq.x", {"a": 1, "b": "x"}), ("DELETE", "pairs?a=eq.1", None),
                           ("POST", "rpc/add", {"a": 1}), ("GET", "rpc/add?a=1", None), ("OPTIONS", "pairs", None)]:
    for read, write in [("public", "public"), ("public", "nope"), ("nope", "public")]:
        same("anon", method, path, body, Accept_Profile=read, Content_Profile=write)
for number, prefer in enumerate([
    "return=representation,count=exact", " return=representation ,count=exact", "count=exact;q=1,return=representation", "return=representation,return=minimal", "RETURN=representation", 'return="representation"', "return = representation",
    "count=exact,,return=representation", "missing=default, return=representation", "return=minimal,missing=default", "resolution=merge-duplicates,return=representation", "tx=rollback,return=representation", "timezone=Asia/Tokyo,return=representation",
    "handling=strict,return=representation,count=exact,foo=1,bar", "handling=lenient,foo", "max-affected=1,handling=strict", "params=single-object", "",
]):
    same("anon", "POST", "pairs?columns=%22a%22,%22b%22,%22c%20d%22", [{"a": 100 + number, "b": "x"}, {"a": 200 + number, "b": "y", "c d": "z", "other": 1}], Prefer=prefer)
same("anon", "POST", "pairs", [{"a": 900, "b": "x y"}, {"a": 901, "b": "x+y"}], Prefer=REP)
for query in ["b=eq.x+y", "b=eq.x%20y", "b=eq.x%2By", "b=in.(x+y,%22x%2By%22)&order=a", "select=a,%22c+d%22,d:%22c%20d%22&limit=1", "select=%20a%20,%20b%20&limit=1", "select=a,c%20d&limit=1", "c%20d=eq.standard&select=a&limit=1", "select=*,a&limit=1", "select=&limit=1",
              "select=a,,b", "select=a,", "a", "&&a=eq.900", "a=eq.900&a=eq.901", "order=a.desc,b&limit=1&offset=1", "limit=-1", "limit=x", "offset=x", "offset=-1"]:
    same("anon", "GET", "pairs?" + query)
for query, body, prefer in [
    ("columns=%22a%22,%22b%22,%22c%5C%22d%22", [{"a": 3, "b": "p"}], REP), ("columns=a,b,b", [{"a": 5, "b": "p"}], REP), ("columns=", [{"a": 6, "b": "p"}], REP), ("columns=a,b", {"a": 7, "b": "p", "n": 9}, REP),
    ("on_conflict=a,b", [{"a": 5, "b": "p", "n": 77}], REP + ",resolution=merge-duplicates"), ("on_conflict=%22a%22,%22b%22", [{"a": 5, "b": "p", "n": 78}], REP + ",resolution=merge-duplicates"),
    ("on_conflict=a,b", [{"a": 5, "b": "p", "n": 79}, {"a": 800, "b": "p", "n": 79}], REP + ",resolution=ignore-duplicates"), ("on_conflict=a", [{"a": 5, "b": "p"}], REP + ",resolution=merge-duplicates"),
    ("on_conflict=zz", [{"a": 5, "b": "p"}], REP + ",resolution=merge-duplicates"), ("on_conflict=a,b", [{"a": 5, "b": "p"}], REP), ("", [{"a": 5, "b": "p", "n": 5}, {"a": 5, "b": "p", "n": 6}], REP + ",resolution=merge-duplicates"),
    ("", [{"a": 5, "b": "p"}], "return=headers-only,resolution=merge-duplicates"), ("", [{"a": 5, "b": "p"}], "return=minimal,resolution=merge-duplicates,count=exact"),
]:
    same("anon", "POST", "pairs?" + query, body, Prefer=prefer)
# A wrong value in an embed that no row asks for.
for query in ["id=eq.-1&select=id,reviews(*)&reviews.id=eq.1.5", "id=eq.-1&select=id,reviews(*)&reviews.id=in.(1,x)", "id=eq.-1&select=id,book_authors(authors(id,author_id:id,book_authors(*)))&book_authors.authors.book_authors.book_id=eq.1.5",
              "id=eq.-1&select=id,reviews(*)&reviews.created_at=gt.x", "limit=0&select=id,reviews(*)&reviews.id=eq.x", "id=eq.-1&select=id,...reviews(ids:id)&reviews.id=eq.x", "id=eq.-1&select=id,reviews!inner(id)&reviews.id=eq.x", "id=eq.-1&select=id,reviews(id)&reviews.or=(id.eq.1,id.eq.x)"]:
    for accept in ["application/json", "text/csv", "application/vnd.pgrst.object+json"]:
        same("anon", "GET", "books?" + query, Accept=accept)
# An upsert by another key than the primary one, which changes.
for table in ["recoded", "recoded_under_policy"]:
    for body in [
        [{"id": 1, "code": "a"}, {"id": 2, "code": "b"}, {"id": 3, "code": None}], [{"id": 10, "code": "a", "n": 1}, {"id": 4, "code": "c", "n": 2}], [{"id": 11, "code": "a"}, {"id": 10, "code": "z"}],
        [{"id": 20, "code": "b"}, {"id": 21, "code": "b"}], [{"id": 30, "code": "d"}, {"id": 31, "code": "d"}], {"id": 12, "code": "a", "n": 6}, {"id": 13, "code": "a", "n": 3}, {"id": 2, "code": "a"}, [{"code": "a", "n": 4}], {"id": 3, "code": None},
    ]:
        for prefer in ["return=minimal,count=exact", "return=headers-only", REP + ",count=exact"]:
            same("anon", "POST", f"{table}?on_conflict=code", body, Prefer=prefer + ",resolution=merge-duplicates")
        same("anon", "GET", f"{table}?order=id")
    same("anon", "POST", f"{table}?on_conflict=code", [{"id": 40, "code": "a"}, {"id": 41, "code": "e"}], Prefer=REP + ",resolution=ignore-duplicates")
    same("anon", "POST", table, [{"id": 42, "code": "f"}, {"id": 43, "code": "g"}], Prefer="return=headers-only")
    same("anon", "GET", f"{table}?order=id")
for accept in [
    "application/vnd.pgrst.object", "application/vnd.pgrst.array", "application/geo+json", 'application/vnd.pgrst.plan+text; for="application/json"; options=analyze|verbose|;', "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "*/*;q=0.1, text/csv;q=0", "application/json;q=0.5, text/csv", "Application/JSON", "application/json; charset=utf-8", "text/plain", "application/*", "image/png, text/*", "application/octet-stream", "",
]:
    for path in ["books?select=id,original_title&order=id&limit=1", "books?id=eq.0", "rpc/add?a=1", "rpc/pair?n=1"]:
        same("anon", "GET", path, Accept=accept)
for method in ["PATCH", "PUT", "DELETE"]:
    same("anon", method, "rpc/add", {"a": 1})
for path in ["a/b/c", "rpc", "rpc/", "rpc/a/b", "pairs/", "%70airs?limit=1&select=a"]:
    same("anon", "GET", path)
same("anon", "TRACE", "pairs")

# Of a row that is refused, its writer is told what he may read or gave himself.
for method, path, body in [
    ("POST", "partly", {"id": 1, "shown": "a"}), ("POST", "partly", {"id": 4, "shown": "q"}), ("POST", "partly", {"id": 2, "shown": None}), ("POST", "partly", {"id": 2}), ("POST", "partly", {"id": 0, "shown": "b"}), ("POST", "partly", {"id": 3, "shown": "a"}),
    ("POST", "partly", {"id": 1, "shown": "z"}), ("POST", "partly", {"id": 5, "shown": "longer than it may be"}), ("POST", "partly", {"id": 5, "shown": "x", "hidden": "y"}), ("PATCH", "partly?id=eq.1", {"shown": None}), ("PATCH", "partly?id=eq.4", {"shown": "a"}),
    ("PATCH", "partly?id=eq.4", {"id": 1}), ("PATCH", "partly?id=eq.4", {"id": -1}), ("PATCH", "partly?id=eq.4", {"shown": "longer than it may be"}), ("PATCH", "partly?id=eq.4", {"hidden": "x"}), ("PATCH", "partly?hidden=eq.secret", {"shown": "x"}), ("DELETE", "partly?id=eq.1", None),
    ("POST", "partly?on_conflict=id", [{"id": 4, "shown": "a"}]), ("POST", "partly?on_conflict=shown,hidden", [{"id": 4, "shown": "a"}]), ("POST", "partly_referring", {"id": 1, "name": "x"}), ("POST", "partly_referring", {"id": None, "name": "x"}), ("PATCH", "partly_referring?id=eq.1", {"partly": 5}),
]:
    for prefer in ["return=minimal", "return=representation"] if "on_conflict" not in path else ["return=minimal,resolution=merge-duplicates"]:
        same("anon", method, path + (("&" if "?" in path else "?") + "select=id,shown" if prefer == "return=representation" and "referring" not in path else ""), body, Prefer=prefer)
same("anon", "GET", "partly?select=id,shown&order=id")
for body in [{"name": "x"}, {"id": None, "name": "x"}, [{"id": 60, "name": "a"}, {"id": None, "name": "b"}], [{"id": -1, "name": "c"}]]:
    for prefer in [REP, REP + ",resolution=merge-duplicates", "missing=default"]:
        same("anon", "POST", "defaults" + ("?columns=id,name" if "missing" in prefer else ""), body, Prefer=prefer)
# Whether an upsert found its rows is told of views, and to those who may read but some columns, too.
for body in [[{"id": 800, "body": "v"}], [{"id": 800, "body": "w"}], [{"id": 800, "body": "x"}, {"id": 801, "body": "y"}]]:
    for prefer in ["return=minimal", "return=representation", "return=headers-only,count=exact"]:
        same("anon", "POST", "plain?on_conflict=id&columns=id,body" + ("&select=id,body,twice" if "repr" in prefer else ""), body, Prefer=prefer + ",resolution=merge-duplicates")
for body in [[{"id": 40, "shown": "v"}], [{"id": 40, "shown": "w"}], [{"id": 40, "shown": "x"}, {"id": 41, "shown": "y"}]]:
    same("anon", "POST", "partly?on_conflict=id", body, Prefer="return=minimal,resolution=merge-duplicates")
# A total that is passed over is told, of a function's rows as well.
for path in ["rpc/pair?n=1&offset=50", "rpc/pair?n=1&offset=2", "rpc/add?a=1&offset=1", "rpc/add?a=1&offset=2", "rpc/names?prefix=J&offset=500", "pairs?offset=5000"]:
    same("anon", "GET", path, Prefer="count=exact")
    same("anon", "GET", path)
    same("anon", "HEAD", path, Prefer="count=exact")
same("anon", "GET", "rpc/pair?n=1", Range="1-1", Prefer="count=exact")
same("anon", "HEAD", "rpc/pair?n=1", Range="1-1", Prefer="count=exact")
same("anon", "POST", "rpc/pair", {"n": 1}, Range="1-1", Prefer="count=exact")
same("anon", "HEAD", "pairs?order=a", Range="1-1", Prefer="count=exact")
for body in [b"numbers=1&numbers=2", b"numbers=3", b"numbers={4,5}", b""]:
    same("anon", "POST", "rpc/total", body, Content_Type="application/x-www-form-urlencoded")
for path in ["authors?select=name,...books(price.sum())&order=id", "authors?select=name,...books(count)", "books?select=id,...reviews(rating.avg())", "authors?select=name,...books_by(count())", "reviews?select=rating.sum(),...books(language)&order=books(language)"]:
    same("anon", "GET", path)
for body in [b"items=1&items=2", b"items=%7B%22a%22:1%7D", b"items=x"]:
    same("anon", "POST", "rpc/of_json", body, Content_Type="application/x-www-form-urlencoded")
same("anon", "POST", "rpc/at_least", b"n=1&numbers=2&numbers=3", Content_Type="application/x-www-form-urlencoded")
for body in [b"words=a&words=b", b"words=a%22b&words=%7Bc%7D", b"words=%7Ba,b%7D", b"words="]:
    same("anon", "POST", "rpc/joined_up", body, Content_Type="application/x-www-form-urlencoded")
for code in ["PT40A", "PT200", "PT999", "PT099", "XX000", "PGRST", "00000", "22P02", "40001", "53300", "57014", "42P17", "0LP01", "HV000"]:
    same("anon", "GET", f"rpc/fails?code={code}")

# PostgreSQL alone has xml: a function of one such parameter takes the body as it is, other functions take rows of arguments.
remote = both[1]
remote.psql("create function whole_xml(xml) returns text language sql immutable as $$ select 'whole: ' || $1::text $$; grant execute on function whole_xml to anon; "
            "create function at_point(p point) returns text language sql immutable as $$ select p::text $$; grant execute on function at_point to anon; notify offstage")
end = time.time() + 10
while ask(remote, "anon", "OPTIONS", "rpc/at_point", {}, None)[0] == 404 and time.time() < end:
    time.sleep(0.05)
for path, body, kind, wanted in [
    ("whole_xml", b"<any><b c='d'/> text</any>", "text/xml", b"\"whole: <any><b c='d'/> text</any>\""), ("whole_xml", b"<x><row><a>1</a></row></x>", "application/xml", b'"whole: <x><row><a>1</a></row></x>"'),
    ("whole_xml", b"<x>", "text/xml", None), ("whole_xml", b'{"a": 1}', "application/json", None), ("at_point", b"<x><row><p>(1,2)</p></row></x>", "text/xml", b'"(1,2)"'),
    ("at_point", b'{"p": "(3,4)"}', "application/json", b'"(3,4)"'),
]:
    status, _, answer = ask(remote, "anon", "POST", "rpc/" + path, {"Content-Type": kind}, body)
    asked += 1
    if (status, answer) != (200, wanted) if wanted else status not in (400, 404):
        failed.append(("anon", "POST", "rpc/" + path, body, {}, (200, {name: None for name in TOLD}, wanted or b""), (status, {name: None for name in TOLD}, answer)))
