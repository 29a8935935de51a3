# The few requests to the API server that a drill needs, as its service account. Standard library only.
import http.client
import json
import os
import ssl
import time
from urllib.parse import quote, urlencode, urlsplit

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
CALL_SECONDS = 15
# The API server of a small cluster may restart under the drill.
AWAY_SECONDS = 120


class ApiError(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def path(kind, namespace, name=None):
    """The path of a kind's objects in a namespace, or of one of them."""
    group, plural = {
        "Cluster": ("/apis/postgresql.cnpg.io/v1", "clusters"),
        "Job": ("/apis/batch/v1", "jobs"),
        "Lease": ("/apis/coordination.k8s.io/v1", "leases"),
        "Pod": ("/api/v1", "pods"),
        "PersistentVolumeClaim": ("/api/v1", "persistentvolumeclaims"),
        "Event": ("/api/v1", "events"),
        "Secret": ("/api/v1", "secrets"),
        "ConfigMap": ("/api/v1", "configmaps"),
    }[kind]
    objects = "%s/namespaces/%s/%s" % (group, quote(namespace, safe=""), plural)
    return objects if name is None else "%s/%s" % (objects, quote(name, safe=""))


class Kubernetes:
    def __init__(self, url=None, account=ACCOUNT, sleep=time.sleep, clock=time.monotonic):
        self.url = urlsplit(url or "https://%s:%s" % (host_of(os.environ), os.environ["KUBERNETES_SERVICE_PORT"]))
        self.account = account
        self.sleep = sleep
        self.clock = clock

    def get(self, kind, namespace, name):
        """The object; None if there is none."""
        try:
            return self.call("GET", path(kind, namespace, name))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def list(self, kind, namespace, labels=None, fields=None):
        query = {"labelSelector": labels, "fieldSelector": fields, "limit": 500}
        return self.call("GET", path(kind, namespace), query=query)["items"]

    def create(self, kind, namespace, body):
        return self.call("POST", path(kind, namespace), body=body)

    def replace(self, kind, namespace, name, body):
        """Of the object as it was read: another's change since then is a conflict, status 409."""
        return self.call("PUT", path(kind, namespace, name), body=body)

    def delete(self, kind, namespace, name, uid=None):
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        try:
            self.call("DELETE", path(kind, namespace, name), body=options)
        except ApiError as error:
            if error.status != 404:
                raise

    def log(self, namespace, pod, container, lines=2000):
        """The end of a container's log; None where there is none yet, or no more."""
        query = {"container": container, "tailLines": lines}
        try:
            return self.call("GET", path("Pod", namespace, pod) + "/log", query=query, is_text=True)
        except ApiError as error:
            if error.status in (400, 404):
                return None
            raise

    def call(self, method, target, query=None, body=None, is_text=False):
        """Asks again while the API server is away, or too busy to answer."""
        end = self.clock() + AWAY_SECONDS
        pause = 0.5
        while True:
            try:
                return self.ask(method, target, query or {}, body, is_text)
            except (OSError, http.client.HTTPException) as error:
                failure = ApiError(0, "the API server does not answer: %s" % error)
            except ApiError as error:
                if error.status != 429 and error.status < 500 or " denied the request" in str(error):
                    raise
                failure = error
            if self.clock() >= end:
                raise failure
            self.sleep(pause)
            pause = min(pause * 2, 10)

    def ask(self, method, target, query, body, is_text):
        given = urlencode({key: value for key, value in query.items() if value is not None})
        connection = self.connection()
        try:
            connection.request(
                method,
                target + ("?" + given if given else ""),
                body=None if body is None else json.dumps(body),
                headers={"Authorization": "Bearer " + self.token(), "Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        if answer.status >= 400:
            raise ApiError(answer.status, message_of(text) or "%s %s: %d" % (method, target, answer.status))
        return text if is_text else json.loads(text)

    def connection(self):
        if self.url.scheme == "http":
            return http.client.HTTPConnection(self.url.netloc, timeout=CALL_SECONDS)
        trusted = ssl.create_default_context(cafile=self.account + "/ca.crt")
        # Strict since Python 3.13: it refuses the certificates of many clusters, which lack a key identifier.
        trusted.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return http.client.HTTPSConnection(self.url.netloc, timeout=CALL_SECONDS, context=trusted)

    def token(self):
        # Kubernetes writes a new one before the old one ends.
        with open(self.account + "/token", encoding="ascii") as file:
            return file.read().strip()


def host_of(environment):
    host = environment["KUBERNETES_SERVICE_HOST"]
    return "[%s]" % host if ":" in host else host


def message_of(text):
    try:
        return json.loads(text).get("message")
    except (ValueError, AttributeError):
        return None
