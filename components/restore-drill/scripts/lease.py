# One restore at a time: a Lease that the drill holds while it restores, and renews from a thread of its own.
import threading
from datetime import datetime, timedelta, timezone

from ending import Skipped, TimedOut, wait
from kubernetes import ApiError

NAME = "restore-drill"
SECONDS, RENEW_SECONDS = 120, 20


class Lease:
    def __init__(self, api, namespace, holder, now=lambda: datetime.now(timezone.utc)):
        self.api = api
        self.namespace = namespace
        self.holder = holder
        self.now = now
        self.other = ""
        self.ended = threading.Event()

    def acquire(self, seconds):
        try:
            wait("the Lease", lambda: True if self.taken() else None, seconds, every=3.0)
        except TimedOut:
            raise Skipped("busy", "Lease %s was held for %d s by %s." % (NAME, seconds, self.other))
        threading.Thread(target=self.renew, daemon=True).start()

    def taken(self):
        lease = self.api.get("Lease", self.namespace, NAME)
        try:
            if lease is None:
                self.api.create("Lease", self.namespace, {
                    "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                    "metadata": {"name": NAME}, "spec": self.spec(self.holder),
                })
                return True
            spec = lease.get("spec", {})
            self.other = spec.get("holderIdentity") or ""
            if self.other not in ("", self.holder) and not self.has_expired(spec):
                return False
            self.api.replace("Lease", self.namespace, NAME, dict(lease, spec=self.spec(self.holder)))
            return True
        except ApiError as error:
            if error.status == 409:
                return False  # another drill was quicker
            raise

    def has_expired(self, spec):
        renewed = spec.get("renewTime")
        if not renewed:
            return True
        at = datetime.strptime(renewed[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
        return at + timedelta(seconds=spec.get("leaseDurationSeconds", SECONDS)) < self.now()

    def spec(self, holder):
        at = self.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {"holderIdentity": holder, "leaseDurationSeconds": SECONDS, "acquireTime": at, "renewTime": at}

    def renew(self):
        while not self.ended.wait(RENEW_SECONDS):
            try:
                self.taken()
            except ApiError:
                pass  # it is asked again in a while; the Lease lasts longer than that

    def release(self):
        self.ended.set()
        try:
            lease = self.api.get("Lease", self.namespace, NAME)
            if lease and lease.get("spec", {}).get("holderIdentity") == self.holder:
                self.api.replace("Lease", self.namespace, NAME, dict(lease, spec=self.spec("")))
        except ApiError:
            pass  # it expires
