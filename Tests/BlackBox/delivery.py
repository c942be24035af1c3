"""Functions in Swift from the outside: the curl examples of Examples/Delivery, and what happens around them."""
import json, os, re, subprocess, threading
import offstage
from checks import check, end, holds
from offstage import ROOT, Project

stock = offstage.PROGRAM
offstage.PROGRAM = f"{os.path.dirname(stock)}/delivery"
SENDER = "7b0c9b1e-6a1f-4d53-9d5e-333333333333"
project = Project(f"{ROOT}/Examples/Delivery")
try:
    project.start()
    with open(f"{ROOT}/Examples/Delivery/README.md") as file:
        text = re.findall(r"```sh\n(.*?)```", file.read(), re.S)[-1]
    token = project.token({"sub": SENDER})
    text = re.sub(r"^SENDER=.*$", f"SENDER={token}", re.sub(r"^API=.*$", f"API={project.url}/rest/v1", text, flags=re.M), flags=re.M)
    answers = subprocess.run(["bash", "-c", re.sub(r"^(?=curl )", "echo; echo ====; ", text, flags=re.M)], capture_output=True, text=True, check=True).stdout.split("\n====\n")[1:]
    check("offers, with the default", json.loads(answers[0]), [{"service": "express", "days": 4, "price": 49}, {"service": "post", "days": 14, "price": 18.5}])
    check("offers, filtered", json.loads(answers[1]), [{"service": "express", "price": 71}])
    sent = json.loads(answers[2])
    check("a parcel", {name: sent[name] for name in ("sender", "country", "service", "grams", "price")}, {"sender": SENDER, "country": "JP", "service": "express", "grams": 1200, "price": 60})
    check("the row", json.loads(answers[3]), [{"country": "JP", "service": "express", "price": 60.00}])
    holds("an error of its own", " 422 " in answers[4].split("\n")[0] and '"code":"no_service"' in answers[4], answers[4])

    mine = {"Authorization": f"Bearer {token}"}
    ask = lambda method, path, body=None, **headers: project.request(method, "/rest/v1/" + path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    parcel = {"country": "DE", "service": "post", "grams": 10}
    check("nobody may send", ask("POST", "rpc/send_parcel", parcel)[0], 401)
    check("nobody may insert", ask("POST", "parcels", {"sender": SENDER, "price": 0, **parcel}, **mine)[0], 403)
    check("GET does not send", ask("GET", "rpc/send_parcel?country=DE&service=post&grams=10", **mine)[0], 405)
    status, _, body = ask("POST", "rpc/send_parcel", {**parcel, "grams": 0}, **mine)
    check("the database's own error", (status, json.loads(body)["code"]), (400, "23514"))
    status, _, body = ask("POST", "rpc/send_parcel", {**parcel, "grams": "heavy"}, **mine)
    check("a wrong argument", (status, json.loads(body)["code"]), (400, "22P02"))
    for name, value in [("Idempotency_Key", "8e03978e-40d5-43dd-bc93-6894a57f9324"), ("If_Match", '"x"')]:
        status, _, body = ask("POST", "rpc/send_parcel", parcel, **mine, **{name: value})
        check(f"{name} is refused", (status, json.loads(body)["code"]), (400, "PGRST127"))
    status, _, body = project.request("POST", "/batch/v1", [{"method": "POST", "path": "/rpc/send_parcel", "body": parcel}], mine)
    check("so is a batch", (status, json.loads(body)["code"]), (400, "PGRST127"))
    check("as XML", ask("GET", "rpc/offers?country=DE&days=eq.2", Accept="application/xml")[2].decode().count("<service>post</service>"), 1)
    check("as CSV", ask("GET", "rpc/offers?country=DE&select=service,days&order=days", Accept="text/csv")[2].decode(), "service,days\nexpress,1\npost,2")
    status, headers, _ = ask("HEAD", "rpc/offers?country=DE", Prefer="count=exact")
    check("counted", (status, headers["Content-Range"]), (200, "0-1/2"))
    document = json.loads(project.request("GET", "/rest/v1/", None, {"Accept": "application/openapi+json"})[2])
    holds("in the document of the API", "get" in document["paths"]["/rpc/offers"] and "/rpc/send_parcel" not in document["paths"], list(document["paths"]))

    before = len(project.rows("parcels?select=id", mine))
    threads = [threading.Thread(target=lambda: [ask("POST", "rpc/send_parcel", parcel, **mine) for _ in range(10)]) for _ in range(10)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    check("a hundred at once", len(project.rows("parcels?select=id", mine)) - before, 100)
    check("it stops", project.stop(), 0)

    offstage.PROGRAM = stock
    project.start()
    status, _, body = ask("GET", "rpc/offers?country=DE")
    check("the stock program says that it does not have it", (status, json.loads(body)["code"]), (501, "OFS309"))
    holds("and says so at its start", "offers (swift offers), send_parcel (swift send)" in open(project.log.name).read(), open(project.log.name).read())
finally:
    project.close()
end()
