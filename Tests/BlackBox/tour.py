"""The README's tour, and the main job: listing is for everyone, adding a book is for admins."""
import json, sys, xml.etree.ElementTree as tree
from offstage import Project

GHOST = {"title": "The Ghost Ship", "published": 1912, "language": "en", "description": "A ghost ship is blown into a turnip field.", "price": 6.50}
passed = 0


def check(name, condition, seen=None):
    global passed
    if not condition:
        sys.exit(f"FAILED: {name}: {seen}")
    passed += 1


project = Project()
try:
    project.start()
    rows = project.rows("books?select=title,original_title,published,language&order=published,title&limit=3")
    check("the oldest books come first", [row["title"] for row in rows] == ["Rigveda", "Iliad", "Odyssey"], rows)
    rows = project.rows("books?select=title,published,price&language=eq.ja&price=lt.6&order=published")
    check("filters hold", rows and all(row["price"] < 6 for row in rows), rows)
    rows = project.rows("books?select=title,published,authors(name,born,died)&title=eq.The%20Communist%20Manifesto")
    check("authors are embedded", {author["name"] for author in rows[0]["authors"]} == {"Karl Marx", "Friedrich Engels"}, rows)
    rows = project.rows("books?select=title,tags!inner()&tags.name=eq.crime&order=published&limit=5")
    check("an inner embed filters and shows nothing", len(rows) == 5 and list(rows[0]) == ["title"], rows)

    status, headers, body = project.request("GET", "/rest/v1/books?select=id&limit=10&order=id", headers={"Prefer": "count=exact"})
    check("a page with its total is 206", status == 206 and headers["Content-Range"].startswith("0-9/"), (status, headers))

    status, _, body = project.request("POST", "/rest/v1/books", GHOST)
    check("adding a book as anonymous is refused", status == 401 and json.loads(body)["code"] == "42501", (status, body))
    visitor = {"Authorization": "Bearer " + project.token({"sub": "7b0c9b1e-6a1f-4d53-9d5e-111111111111"})}
    status, _, body = project.request("POST", "/rest/v1/books", GHOST, visitor)
    check("and as an ordinary customer", status == 403 and json.loads(body)["code"] == "42501", (status, body))
    admin = {"Authorization": "Bearer " + project.token({"app_metadata": {"role": "admin"}}), "Prefer": "return=representation"}
    status, _, body = project.request("POST", "/rest/v1/books?select=id,title,century", GHOST, admin)
    check("an admin may", status == 201 and json.loads(body)[0]["century"] == 20, (status, body))
    new = json.loads(body)[0]["id"]
    check("its id follows the seed's", new > 1142, new)
    status, _, body = project.request("POST", "/rest/v1/books", GHOST, admin)
    error = json.loads(body)
    check("twice is a conflict", status == 409 and error["code"] == "23505" and "books_title_language_published_key" in error["message"], error)
    status, _, body = project.request("POST", "/rest/v1/books", {**GHOST, "title": "x", "price": -1}, admin)
    check("a check is named", status == 400 and json.loads(body)["code"] == "23514", body)
    status, _, body = project.request("POST", "/rest/v1/books", {**GHOST, "title": "x", "price": "cheap"}, admin)
    check("a bad number is refused", status == 400 and json.loads(body)["code"] == "22P02", body)
    status, _, body = project.request("PATCH", f"/rest/v1/books?id=eq.{new}&select=price", {"price": 7.25}, admin)
    check("an update answers with the new row", status == 200 and body == b'[{"price":7.25}]', (status, body))
    status, _, body = project.request("PATCH", f"/rest/v1/books?id=eq.{new}", {"price": 1}, visitor)
    check("a customer's update finds no row", status == 204, (status, body))
    check("and changes nothing", project.rows(f"books?select=price&id=eq.{new}") == [{"price": 7.25}])
    status, _, body = project.request("DELETE", f"/rest/v1/books?id=eq.{new}", None, admin)
    check("a delete answers with the row", status == 200 and json.loads(body)[0]["id"] == new, (status, body))

    status, headers, body = project.request("GET", "/rest/v1/books?select=title,authors(name)&order=published&limit=2", headers={"Accept": "application/xml"})
    root = tree.fromstring(body)
    check("XML has the table, its rows and its columns", root.tag == "books" and len(root) == 2 and root[0].find("title").text == "Rigveda", body)
    check("and says so", headers["Content-Type"].startswith("application/xml"), headers)
    status, _, body = project.request("GET", "/rest/v1/books?select=title,published&order=published&limit=2", headers={"Accept": "text/csv"})
    check("CSV has a header", body.decode().split("\n")[:2] == ["title,published", "Rigveda,-1200"], body)

    status, _, body = project.request("GET", "/rest/v1/orders")
    check("orders are closed to visitors", status == 401 and json.loads(body)["code"] == "42501", (status, body))
    status, _, body = project.request("GET", "/rest/v1/bokks")
    check("a wrong name gets a hint", status == 404 and json.loads(body)["code"] == "PGRST205" and "books" in (json.loads(body)["hint"] or ""), body)
    status, _, body = project.request("GET", "/rest/v1/books", headers={"apikey": "wrong"})
    check("a wrong key is 401", status == 401, (status, body))
    for path in ("/livez", "/readyz"):
        check(f"{path} answers", project.get(path)[0] == 200)
    check("it stops cleanly", project.stop() == 0)
finally:
    project.close()
print(f"{passed} passed, 0 failed")
