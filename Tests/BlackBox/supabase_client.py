"""The official Python client against the running program: insert, filter, embed, upsert, update, delete, count, errors."""
import sys
from offstage import Project
from supabase import create_client

passed = 0


def check(name, condition, seen=None):
    global passed
    if not condition:
        sys.exit(f"FAILED: {name}: {seen}")
    passed += 1


project = Project()
try:
    project.start()
    anon = create_client(project.url, project.key("anon"))
    service = create_client(project.url, project.key("service_role"))

    rows = anon.table("books").select("title, published").order("published").limit(2).execute().data
    check("select, order, limit", [row["title"] for row in rows] == ["Rigveda", "Iliad"], rows)
    rows = anon.table("books").select("title, authors(name)").eq("title", "The Communist Manifesto").execute().data
    check("embed", len(rows[0]["authors"]) == 2, rows)
    answer = anon.table("books").select("id", count="exact").eq("language", "ja").limit(1).execute()
    check("count", answer.count > 1 and len(answer.data) == 1, answer)
    rows = anon.table("books").select("title").in_("language", ["ja", "zh"]).ilike("title", "%the%").execute().data
    check("in and ilike", rows and all("the" in row["title"].lower() for row in rows), rows)
    rows = anon.table("books").select("title").or_("published.lt.-700,title.eq.Dracula").order("title").execute().data
    check("or", [row["title"] for row in rows] == ["Dracula", "Iliad", "Rigveda"], rows)
    row = anon.table("books").select("title").eq("title", "Dracula").single().execute().data
    check("single", row == {"title": "Dracula"}, row)
    rows = anon.table("books").select("id").order("id").range(10, 14).execute().data
    check("range", [row["id"] for row in rows] == [11, 12, 13, 14, 15], rows)
    check("maybe_single without a row", anon.table("books").select("id").eq("id", 0).maybe_single().execute() is None)

    try:
        anon.table("tags").insert({"name": "forbidden"}).execute()
        check("an anonymous insert is refused", False)
    except Exception as error:
        check("an anonymous insert is refused", getattr(error, "code", None) == "42501", error)

    rows = service.table("tags").insert([{"name": "maps"}, {"name": "games", "description": "Rules and boards."}]).execute().data
    check("insert of several with different keys", [row["name"] for row in rows] == ["maps", "games"] and rows[0]["description"] is None, rows)
    rows = service.table("tags").upsert({"name": "maps", "description": "The world on paper."}, on_conflict="name").execute().data
    check("upsert merges", rows[0]["description"] == "The world on paper.", rows)
    rows = service.table("tags").upsert([{"name": "maps", "description": "No."}, {"name": "songs"}], on_conflict="name", ignore_duplicates=True).execute().data
    check("upsert ignores", [row["name"] for row in rows] == ["songs"], rows)
    rows = service.table("tags").update({"description": "To be sung."}).eq("name", "songs").execute().data
    check("update", rows[0]["description"] == "To be sung.", rows)
    rows = service.table("tags").delete().in_("name", ["maps", "games", "songs"]).execute().data
    check("delete", len(rows) == 3, rows)
    check("gone", service.table("tags").select("id").in_("name", ["maps", "games", "songs"]).execute().data == [])
    shopper = "7b0c9b1e-6a1f-4d53-9d5e-222222222222"
    service.table("customers").insert({"id": shopper, "name": "Ada", "email": "ada@example.org"}).execute()
    signed_in = create_client(project.url, project.key("anon"))
    signed_in.postgrest.auth(project.token({"sub": shopper}))
    book = service.table("books").select("id,price,stock").gte("stock", 3).order("id").limit(1).single().execute().data
    order = signed_in.rpc("place_order", {"items": [{"book_id": book["id"], "quantity": 2}]}).execute().data
    check("a function is called and gives its row", order["customer_id"] == shopper and order["status"] == "placed", order)
    left = service.table("books").select("stock,order_lines(quantity,unit_price)").eq("id", book["id"]).eq("order_lines.order_id", order["id"]).single().execute().data
    check("what it did is there", left == {"stock": book["stock"] - 2, "order_lines": [{"quantity": 2, "unit_price": book["price"]}]}, left)
    try:
        signed_in.rpc("place_order", {"items": [{"book_id": book["id"], "quantity": 1}, {"book_id": book["id"] + 1, "quantity": 1000}]}).execute()
        check("a basket that cannot be filled is refused", False)
    except Exception as error:
        check("a basket that cannot be filled is refused", getattr(error, "code", None) == "P0001" and "not enough copies" in error.message, error)
    again = service.table("books").select("stock").eq("id", book["id"]).single().execute().data
    check("and nothing of it is left", again["stock"] == book["stock"] - 2, again)
    try:
        anon.rpc("place_order", {"items": []}).execute()
        check("strangers may not call it", False)
    except Exception as error:
        check("strangers may not call it", getattr(error, "code", None) == "42501", error)
    service.table("books").update({"price": 99.5}).eq("id", book["id"]).execute()
    changes = anon.table("price_changes").select("old_price,new_price").eq("book_id", book["id"]).execute().data
    check("a trigger keeps the history of prices", changes == [{"old_price": book["price"], "new_price": 99.5}], changes)
    check("csv", anon.table("tags").select("name").order("id").limit(2).csv().execute().data.split("\n")[0] == "name")
finally:
    project.close()
print(f"{passed} passed, 0 failed")
