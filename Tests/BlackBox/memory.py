"""Files and tables pass through without being held: what `import`, `export` and `move` take of memory does not grow with them.

    OFFSTAGE_TEST_POSTGRES="host=… dbname=postgres" python3 Tests/BlackBox/memory.py
"""
import json, os, shutil, subprocess, uuid
from checks import check, end, holds
from offstage import PROGRAM, Project

FEW, MANY = 2_000, 200_000
# What a page of a table, a batch of rows, or a window of a file may come to; the files are 24 MB and more, and lines of JSON as values three
# times that. SQLite keeps pages of what it writes, up to a limit of its own.
SLACK = {"postgres": 20 << 20, "embedded": 60 << 20}
TABLE = "create table {0} (id bigint {1}, word text not null, flag boolean);"


def peak(project, *words, into=None):
    """The most memory that a command held, in bytes."""
    with open(into or os.devnull, "wb") as out:
        process = subprocess.Popen([PROGRAM, *words, "--directory", project.folder], stdout=out, stderr=subprocess.DEVNULL, env=project.environment)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    check(f"{words[0]} ends well", process.returncode, 0)
    return used.ru_maxrss << 10


def lines(count):
    for number in range(1, count + 1):
        yield number, "x" * 80 + f" of number {number}", number % 2 == 0


def file(project, name, count):
    path = f"{project.folder}/{name}"
    with open(path, "w") as file:
        if name.endswith("csv"):
            file.write("id,word,flag\n")
            file.writelines(f"{number},{word},{str(flag).lower()}\n" for number, word, flag in lines(count))
        else:
            rows = [json.dumps({"id": number, "word": word, "flag": flag}) for number, word, flag in lines(count)]
            file.write("[" + ",\n".join(rows) + "]" if name.endswith("array.json") else "\n".join(rows) + "\n")
    return path


projects = {engine: Project(engine=engine) for engine in ["embedded", "postgres"]}
target = Project(engine="postgres")
try:
    for engine, project in projects.items():
        for folder in ["migrations", "seed"]:
            shutil.rmtree(f"{project.folder}/{folder}")
        names = ["few", "csv", "ndjson", "listed"]
        project.write("migrations/0001_tables.sql", "".join(TABLE.format(name, "primary key") for name in names) + TABLE.format("loose", ""))
        project.run("migrate", "up")
        for name in ["csv", "ndjson", "listed"] if engine == "postgres" else ["ndjson"]:
            ending = "array.json" if name == "listed" else name
            project.run("sql", "delete from few")
            small = peak(project, "import", file(project, f"few.{ending}", FEW), "--table", "few")
            large = peak(project, "import", file(project, f"many.{ending}", MANY), "--table", name)
            holds(f"an import of {name}, {engine}", large - small < SLACK[engine], small, large)
            check("all rows came", json.loads(project.run("sql", f"select count(*) n, sum(id) s from {name}", "--format", "json").stdout), [{"n": MANY, "s": MANY * (MANY + 1) // 2}])
    for engine, project in projects.items():
        for words in [["csv"], ["csv", "--for-spreadsheet"], ["json"], ["ndjson"]]:
            small = peak(project, "export", "--table", "few", "--format", *words)
            large = peak(project, "export", "--table", "ndjson", "--format", *words, into=f"{project.home}/out")
            holds(f"an export as {words}, {engine}", large - small < SLACK["postgres"], small, large)
            holds("which has all rows", os.path.getsize(f"{project.home}/out") > 90 * MANY)
    # A table without a key has no pages either.
    project = projects["embedded"]
    project.run("sql", "delete from ndjson")
    small = peak(project, "move", "--to", target.environment["OFFSTAGE_DATABASE_URL"], "--dry-run")
    project.run("import", file(project, "many.csv", MANY), "--table", "loose")
    large = peak(project, "move", "--to", target.environment["OFFSTAGE_DATABASE_URL"])
    holds("a move", large - small < SLACK["postgres"], small, large)
    check("whose rows came", target.psql("select count(*), sum(id) from loose").strip(), f"{MANY}|{MANY * (MANY + 1) // 2}")
    # And the way back.
    target.write("migrations/0001_tables.sql", open(f"{project.folder}/migrations/0001_tables.sql").read())
    for path in os.listdir(f"{target.folder}/migrations"):
        if path != "0001_tables.sql":
            os.remove(f"{target.folder}/migrations/{path}")
    large = peak(target, "move", "--to", f"sqlite:{target.home}/back")
    holds("a move back", large - small < SLACK["embedded"], small, large)
finally:
    for project in [*projects.values(), target]:
        project.close()
end(" for memory")
