"""HTTPS with a certificate of its own: a read and a write by HTTP/1.1 and by HTTP/2, with curl."""
import json, subprocess, sys
from offstage import Project

project = Project()
try:
    chain, key = f"{project.folder}/chain.pem", f"{project.folder}/key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", chain]
        + ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True)
    project.start("--set", "server.certificate=chain.pem", "--set", "server.certificate_key=key.pem", tls=True)
    admin = project.token({"app_metadata": {"role": "admin"}})
    passed = 0

    def curl(version, path, *words):
        out = subprocess.run(
            ["curl", "-sS", version, "--cacert", chain, "-w", "\n%{http_version} %{http_code}", f"https://localhost:{project.port}{path}", *words],
            capture_output=True, text=True)
        if out.returncode != 0:
            sys.exit(f"FAILED: curl {version} {path}: {out.stderr}")
        body, _, end = out.stdout.rpartition("\n")
        return end.split(), body

    for version, spoken in [("--http1.1", "1.1"), ("--http2", "2")]:
        end, body = curl(version, "/rest/v1/books?select=title&order=published,title&limit=1")
        if end != [spoken, "200"] or json.loads(body) != [{"title": "Rigveda"}]:
            sys.exit(f"FAILED: read by {version}: {end} {body}")
        book = {"title": f"By HTTP/{spoken}", "published": 2026, "language": "en", "description": "x", "price": 1}
        post = ["-H", "Content-Type: application/json", "-d", json.dumps(book)]
        end, body = curl(version, "/rest/v1/books", *post)
        if end != [spoken, "401"] or json.loads(body)["code"] != "42501":
            sys.exit(f"FAILED: a stranger's write by {version}: {end} {body}")
        end, body = curl(version, "/rest/v1/books", *post, "-H", f"Authorization: Bearer {admin}")
        if end != [spoken, "201"]:
            sys.exit(f"FAILED: a write by {version}: {end} {body}")
        end, body = curl(version, f"/rest/v1/books?select=published&title=eq.By%20HTTP/{spoken}")
        if json.loads(body) != [{"published": 2026}]:
            sys.exit(f"FAILED: the row is not there: {body}")
        # Larger than one HTTP/2 window and one TLS record.
        end, body = curl(version, "/rest/v1/books?select=*,authors(*)&order=id")
        if end != [spoken, "200"] or len(json.loads(body)) < 1000:
            sys.exit(f"FAILED: a long answer by {version}: {end} {len(body)}")
        passed += 5
    if project.stop() != 0:
        sys.exit("FAILED: it did not stop cleanly")
finally:
    project.close()
print(f"{passed} passed, 0 failed")
