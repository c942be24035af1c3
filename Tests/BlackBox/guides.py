"""The curl examples of the guides do what the guides say, on the Bookshop."""
import json, os, re, subprocess
from checks import check, end
from offstage import ROOT, Project

project = Project()
ADMIN = {"sub": "10000000-0000-4000-8000-000000000001", "app_metadata": {"role": "admin"}}


def blocks(page, language="sh"):
    with open(f"{ROOT}/Docs/Guides/{page}.md") as file:
        return re.findall(rf"```{language}\n(.*?)```", file.read(), re.S)


try:
    project.start()
    token = project.token(ADMIN)
    environment = dict(os.environ, URL=project.url, TOKEN=token)
    curl = lambda text: subprocess.run(["bash", "-c", text], env=environment, capture_output=True, text=True, check=True).stdout
    project.request("POST", "/rest/v1/customers", {"name": "Ann", "email": "ann@example.org"}, {"Authorization": f"Bearer {token}"})

    (insert,) = blocks("Retries")
    first, again = curl(insert), curl(insert)
    check("Retries: once", (again, len(json.loads(first))), (first, 1))

    read, write = blocks("Conditions")
    tag = re.search(r'ETag: "([\w-]+)"', curl(read))[1]
    placeholder = re.search(r'If-Match: "([\w-]+)"', write)[1]
    answers = [curl(text) for text in (write, write.replace(placeholder, tag), write.replace(placeholder, tag))]
    check("Conditions", [answer.split()[1] for answer in answers], ["412", "204", "412"])
    check("Conditions: the new tag", 'ETag: "' in answers[1], True)

    (pages,) = blocks("Paging")
    begin, follow = [line for line in pages.splitlines() if line.startswith("curl")]
    answer = curl(begin)
    link = re.search(r'Link: <\?(\S+)>; rel="next"', answer)[1]
    shown = re.search(r"cursor:([\w-]+)…", follow)[1]
    check("Paging: the token begins as shown", re.search(r"cursor:([\w-]+)", link)[1].startswith(shown), True)
    follow = follow.replace(shown + "…", re.search(r"cursor:([\w-]+)", link)[1])
    rows = [json.loads(text[text.index("\n["):].replace("\r", "") if "\n[" in text else "[]") for text in (answer, curl(follow))]
    check("Paging: two pages", (len(rows[0]), len(rows[1]), len({row["id"] for row in rows[0] + rows[1]})), (20, 20, 40))

    (batch,) = blocks("Batch")
    done, undone = curl(batch), curl(batch)
    told = blocks("Batch", "json")
    check("Batch: the answer is the one shown", json.loads(done), json.loads(told[0]))
    check("Batch: the failure is the one shown", json.loads(undone), json.loads(told[1]))
finally:
    project.close()
end()
