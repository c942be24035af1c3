"""Ten thousand real books, imported from the CSV file named, and looked at through the API.

    python3 Tests/BlackBox/books.py books.csv

Authors are split into a join table, `2008.0` is the year 2008, and an empty cell is null.
"""
import csv, json, os, sys, time, urllib.parse
from offstage import Project

passed = 0


def check(name, condition, seen=None):
    global passed
    if not condition:
        sys.exit(f"FAILED: {name}: {seen}")
    passed += 1


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


source = sys.argv[1]
with open(source, newline="", encoding="utf-8") as file:
    records = list(csv.DictReader(file))


def year(cell):
    return str(int(float(cell))) if cell else ""


def names(record):
    """In the file's order, each once: a few books name an author twice."""
    return list(dict.fromkeys(name.strip() for name in record["authors"].split(",") if name.strip()))


authors = {name: number for number, name in enumerate(dict.fromkeys(name for record in records for name in names(record)), 1)}
books = [
    [r["book_id"], r["isbn"], r["title"], r["original_title"], year(r["original_publication_year"]), r["language_code"], r["average_rating"], r["ratings_count"]]
    for r in records
]
links = [[r["book_id"], authors[name], place] for r in records for place, name in enumerate(names(r), 1)]

project = Project(f"{os.path.dirname(os.path.abspath(__file__))}/GoodBooks")
try:
    project.run("migrate", "up")
    for table, header, rows in [
        ("authors", ["id", "name"], [[number, name] for name, number in authors.items()]),
        ("books", ["id", "isbn", "title", "original_title", "year", "language", "rating", "ratings"], books),
        ("book_authors", ["book_id", "author_id", "place"], links),
    ]:
        path = f"{project.home}/{table}.csv"
        write(path, header, rows)
        start = time.monotonic()
        answer = project.run("import", path, "--table", table).stdout
        print(f"{table}: {answer.strip()}, {time.monotonic() - start:.2f} s")
        check(f"every row of {table} is in", f"{len(rows)} rows into {table}" in answer, answer)

    # The file as it is does not fit: 2008.0 is no smallint. Every bad row is told, and nothing is imported.
    path = f"{project.home}/raw.csv"
    write(path, ["id", "title", "year", "rating", "ratings"], [["900001", "x", "2008.0", "4", "1"], ["900002", "y", "2008", "4", "1"]])
    refused = project.run("import", path, "--table", "books", check=False)
    check("a year with a fraction is refused", refused.returncode == 1 and "2008.0" in refused.stderr and "nothing was imported" in refused.stderr, refused)

    project.start()

    def total(path):
        status, headers, body = project.request("HEAD", "/rest/v1/" + path, headers={"Prefer": "count=exact"})
        check(f"{path} can be counted", status in (200, 206), (status, headers))
        return int(headers["Content-Range"].split("/")[1])

    check("no book is lost", total("books") == len(records) == 10000, total("books"))
    check("nor an author", total("authors") == len(authors))
    check("nor who wrote what", total("book_authors") == len(links))
    for column, cell in [("year", "original_publication_year"), ("isbn", "isbn"), ("original_title", "original_title"), ("language", "language_code")]:
        empty = sum(1 for record in records if not record[cell])
        check(f"an empty {cell} is null", empty > 0 and total(f"books?{column}=is.null") == empty, empty)
    check("nothing refused got in", total("books?id=gte.900001") == 0)
    check("years count as numbers", total("books?year=lt.1900") == sum(1 for r in records if r["original_publication_year"] and float(r["original_publication_year"]) < 1900))
    check("years before Christ are there", total("books?year=lt.0") == sum(1 for r in records if r["original_publication_year"].startswith("-")) > 0)

    # A dozen known rows, with their authors in the order of the cover.
    known = [
        (1, "The Hunger Games (The Hunger Games, #1)", 2008, 4.34, ["Suzanne Collins"]),
        (2, "Harry Potter and the Sorcerer's Stone (Harry Potter, #1)", 1997, 4.44, ["J.K. Rowling", "Mary GrandPré"]),
        (3, "Twilight (Twilight, #1)", 2005, 3.57, ["Stephenie Meyer"]),
        (4, "To Kill a Mockingbird", 1960, 4.25, ["Harper Lee"]),
    ]
    step = len(records) // 9
    known += [
        (int(r["book_id"]), r["title"], int(year(r["original_publication_year"])) if r["original_publication_year"] else None, float(r["average_rating"]), names(r))
        for r in records[step - 1 :: step][:8]
    ]
    check("there are a dozen", len(known) == 12, len(known))
    for number, title, published, rating, wrote in known:
        row = project.rows(f"books?id=eq.{number}&select=title,year,rating,book_authors(place,authors(name))&book_authors.order=place")
        seen = row and (row[0]["title"], row[0]["year"], row[0]["rating"], [link["authors"]["name"] for link in row[0]["book_authors"]])
        check(f"book {number} is as in the file", seen == (title, published, rating, wrote), row)

    row = project.rows("authors?name=eq.Mary%20GrandPr%C3%A9&select=name,books(id)")
    wrote = sorted(int(r["book_id"]) for r in records if "Mary GrandPré" in names(r))
    check("an author's books are found from the other side", sorted(book["id"] for book in row[0]["books"]) == wrote, row)
    best = project.rows("books?select=id,rating&order=rating.desc,id&limit=5")
    expected = sorted(records, key=lambda r: (-float(r["average_rating"]), int(r["book_id"])))[:5]
    check("the best come first", [row["id"] for row in best] == [int(r["book_id"]) for r in expected], best)
    found = project.rows("books?title=ilike.*" + urllib.parse.quote("tolkien") + "*&select=id")
    check("titles are searched", len(found) == sum(1 for r in records if "tolkien" in r["title"].lower()), found)

    one = {"id": 900003, "title": "New", "rating": 4, "ratings": 0}
    status, _, body = project.request("POST", "/rest/v1/books", one)
    check("adding a book as anonymous is refused", status == 401 and json.loads(body)["code"] == "42501", (status, body))
    status, _, body = project.request("POST", "/rest/v1/books", one, {"Authorization": "Bearer " + project.token({"app_metadata": {"role": "admin"}})})
    check("an admin may", status == 201 and total("books") == 10001, (status, body))
    check("it stops cleanly", project.stop() == 0)
finally:
    project.close()
print(f"{passed} passed, 0 failed")
