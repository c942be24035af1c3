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
    check("csv", anon.table("tags").select("name").order("id").limit(2).csv().execute().data.split("\n")[0] == "name")
finally:
    project.close()
print(f"{passed} passed, 0 failed")
