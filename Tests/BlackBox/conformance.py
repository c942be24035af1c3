"""The server keeps what its OpenAPI document promises, to three roles: no server error, no status, type or body that the document does not have.

    python3 Tests/BlackBox/conformance.py PYTHON-WITH-schemathesis [EXAMPLES]
"""
import os, re, subprocess, sys
from offstage import Project

python = os.path.abspath(sys.argv[1])
examples = int(sys.argv[2]) if len(sys.argv) > 2 else 0
project = Project()
failed = []
try:
    project.environment["OFFSTAGE_LOG__REQUESTS"] = "false"
    project.start()
    admin = project.token({"sub": "22222222-2222-4222-8222-222222222222", "app_metadata": {"role": "admin"}})
    for role, key in [("anon", None), ("authenticated", admin), ("service_role", project.key("service_role"))]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        document = f"{project.home}/{role}.json"
        with open(document, "wb") as file:
            file.write(project.request("GET", "/rest/v1/", headers={"Accept": "application/openapi+json", **headers})[2])
        words = [python, "-m", "schemathesis.cli", "run", document, "--url", f"{project.url}/rest/v1", "-H", "Prefer: return=representation", "--workers", "1",
                 # That everything a schema allows is accepted, it cannot promise: keys, policies and checks come on top, and the grammar of conditions.
                 "--checks", "not_a_server_error,status_code_conformance,response_schema_conformance,content_type_conformance"]
        for name, text in headers.items():
            words += ["-H", f"{name}: {text}"]
        words += ["--phases", "examples,coverage,fuzzing", "--max-examples", str(examples)] if examples else ["--phases", "examples"]
        ran = subprocess.run(words, capture_output=True, text=True, cwd=project.home, env={**os.environ, "PYTHONUTF8": "1"})
        told = next((line.strip() for line in ran.stdout.split("\n") if re.search(r"\d+ generated", line)), ran.stderr[-500:] or ran.stdout[-500:])
        print(f"{role}: {told}")
        if ran.returncode:
            failed.append(role)
            print(ran.stdout[-6000:])
finally:
    project.close()
sys.exit(f"not as documented for {', '.join(failed)}" if failed else 0)
