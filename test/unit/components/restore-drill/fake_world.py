# Runs one drill in a world of fakes, and prints what came of it. The world is JSON on stdin: see drill-world.ts.
#
# The API server is a real one, over HTTP; the store and PostgreSQL are objects with the methods that the drill uses.
# Time is the drill's own: a sleep only moves the clock.
import base64
import io
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
from contextlib import redirect_stdout
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

world = json.load(sys.stdin)
slept = [0.0]
real_monotonic, real_sleep = time.monotonic, time.sleep
time.monotonic = lambda: real_monotonic() + slept[0]


def sleep(seconds):
    slept[0] += seconds
    real_sleep(0.001)


time.sleep = sleep
sys.path.insert(0, world["scripts"])
sys.dont_write_bytecode = True
import drill  # noqa: E402
import kubernetes  # noqa: E402
from postgres import QueryError  # noqa: E402

NAMESPACE, NAME = "cnpg-drill", "shop-orders"
START = datetime(2026, 11, 30, 4, 0, tzinfo=timezone.utc)
CLUSTERS = "/apis/postgresql.cnpg.io/v1/namespaces/%s/clusters" % NAMESPACE
requests = []
objects = dict(world["objects"])
step = [0]


def labels_of(query):
    selector = query.get("labelSelector", [""])[0]
    return dict(part.split("=") for part in selector.split(",") if part)


def copy_pods():
    """The copy's pods, as they come and go after the Cluster was made: one step for each time they are listed."""
    if not any(path.startswith(CLUSTERS + "/") for path in objects):
        return []
    step[0] += 1
    if step[0] == world.get("stopAt"):
        os.kill(os.getpid(), signal.SIGTERM)
    stages = world["stages"]
    return stages[min(step[0], len(stages)) - 1]


def pod(stage):
    kind = {"cnpg.io/jobRole": "full-recovery"} if stage["kind"] == "recovery" else {"cnpg.io/podRole": "instance"}
    return {
        "metadata": {
            "name": "%s-1-%s" % (NAME, stage["kind"]),
            "labels": dict({"cnpg.io/cluster": NAME}, **kind),
            "creationTimestamp": "2026-11-30T04:00:00Z",
        },
        "spec": {"nodeName": stage.get("node", "k8s")},
        "status": {"phase": stage["phase"], "conditions": stage.get("conditions", [])},
    }


class Api(BaseHTTPRequestHandler):
    def handle_one(self, method):
        url = urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        requests.append("%s %s" % (method, path))
        status, answer = self.refusal(method, path) or self.answered(method, path, query, body)
        raw = answer if isinstance(answer, str) else json.dumps(answer)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(raw.encode())

    def refusal(self, method, path):
        for each in world.get("refusals", []):
            if re.search(each["request"], "%s %s" % (method, path)):
                return each["status"], {"message": each["message"]}
        return None

    def answered(self, method, path, query, body):
        if path.endswith("/log"):
            container = query["container"][0]
            return 200, "\n".join(world["logs"].get(container, []))
        if method == "GET" and path in objects:
            return 200, objects[path]
        if method == "GET" and path.endswith("/pods"):
            return 200, {"items": [pod(stage) for stage in copy_pods()]}
        if method == "GET" and re.search(r"/(jobs|events|persistentvolumeclaims|clusters)$", path):
            wanted = labels_of(query)
            found = [
                item for at, item in objects.items()
                if at.startswith(path + "/")
                and all(item["metadata"].get("labels", {}).get(key) == value for key, value in wanted.items())
            ]
            return 200, {"items": found}
        if method == "POST":
            at = "%s/%s" % (path, body["metadata"]["name"])
            if at in objects:
                return 409, {"message": "already exists"}
            objects[at] = body
            body["metadata"].setdefault("uid", "uid-%d" % len(objects))
            if path == CLUSTERS:
                step[0] = 0
                secret = "/api/v1/namespaces/%s/secrets/%s-superuser" % (NAMESPACE, NAME)
                objects[secret] = {"metadata": {"name": NAME}, "data": {"password": base64.b64encode(b"pw").decode()}}
            return 201, body
        if method == "PUT" and path in objects:
            objects[path] = body
            return 200, body
        if method == "DELETE" and path in objects:
            if path not in world.get("undeletable", []):
                del objects[path]
            return 200, {}
        return 404, {"message": "not found"}

    def do_GET(self):
        self.handle_one("GET")

    def do_POST(self):
        self.handle_one("POST")

    def do_PUT(self):
        self.handle_one("PUT")

    def do_DELETE(self):
        self.handle_one("DELETE")

    def log_message(self, *_args):
        pass


class StoreError(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}, "Error": {"Code": code}}


class Store:
    """Two keys a page, so that the drill has to turn pages."""

    def list_objects_v2(self, Bucket, Prefix, StartAfter="", ContinuationToken=""):
        self.refuse()
        after = max(StartAfter, ContinuationToken)
        keys = [key for key in sorted(world["store"]) if key.startswith(Prefix) and key > after]
        page = keys[:2]
        return {
            "Contents": [{"Key": key, "LastModified": START} for key in page],
            "IsTruncated": len(keys) > 2,
            "NextContinuationToken": page[-1] if page else "",
        }

    def get_object(self, Bucket, Key):
        self.refuse()
        return {"Body": io.BytesIO(world["store"][Key].encode())}

    def refuse(self):
        if "storeError" in world:
            raise StoreError(*world["storeError"])


class Database:
    def __init__(self, answers):
        self.answers = answers

    def rows(self, statement, values=None):
        for pattern, rows in self.answers:
            if re.search(pattern, statement):
                if isinstance(rows, dict):
                    raise QueryError(rows["sqlstate"], rows["message"])
                return [tuple(typed(value) for value in row) for row in rows]
        return []

    def value(self, statement, values=None):
        found = self.rows(statement, values)
        return found[0][0] if found else None

    def close(self):
        pass


def typed(value):
    """`@N`: N seconds after the world's start."""
    if isinstance(value, str) and value.startswith("@"):
        return START + timedelta(seconds=float(value[1:]))
    return value


def connect(host, user, password, database, seconds=5, statement_seconds=0):
    answers = world["databases"].get("%s %s" % (host, database), world["databases"].get(host))
    if isinstance(answers, dict):
        raise QueryError(answers["sqlstate"], answers["message"])
    if answers is None:
        raise QueryError("08006", "could not translate host name")
    return Database(answers)


server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=server.serve_forever, daemon=True).start()
account = tempfile.mkdtemp()
with open(account + "/token", "w") as file:
    file.write("token")
os.environ.update(
    DRILL=json.dumps(world["job"]), POD_NAME="pod-1", POD_UID="pod-uid", POD_NAMESPACE=NAMESPACE,
    JOB_NAME="shop-orders-1", MARKER_PASSWORD="pw", TERMINATION_LOG=account + "/termination",
)
signal.signal(signal.SIGTERM, drill.stop)
printed = io.StringIO()
with redirect_stdout(printed):
    if world.get("hasHeartbeat"):
        os.environ["HEARTBEAT_URL"] = "http://127.0.0.1:%d/beat" % server.server_port
    api = kubernetes.Kubernetes("http://127.0.0.1:%d" % server.server_port, account, sleep=sleep)
    code = drill.run_with(api, lambda job: Store(), connect)
runs = objects.get("/api/v1/namespaces/%s/configmaps/%s-runs" % (NAMESPACE, NAME), {}).get("data", {})
with open(account + "/termination") as file:
    terminated = file.read()
print(json.dumps({
    "code": code,
    "result": json.loads(printed.getvalue().strip().split("\n")[-1]),
    "printed": printed.getvalue(),
    "terminated": terminated,
    "runs": json.loads(runs.get("runs.json", "[]")),
    "requests": requests,
    "left": sorted(path for path in objects if "/clusters/" in path or "persistentvolumeclaims/" in path),
    "cluster": world.get("cluster"),
    "objects": objects,
}))
