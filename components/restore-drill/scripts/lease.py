# One restore at a time: a Lease that the drill holds while it restores, and renews from a thread of its own. Drills
# that wait say in its annotations since when they are not proven: where there are more drills than a night has time
# for, the one that was proven longest ago comes first.
import threading
from datetime import datetime, timedelta, timezone

from ending import Skipped, TimedOut, wait
from kubernetes import ApiError

NAME = "restore-drill"
SECONDS, RENEW_SECONDS = 120, 20
WAITING = "waiting.cnpg-rgw/"
NEVER = "never"


class Lease:
    def __init__(self, api, namespace, holder, drill, proven, now=lambda: datetime.now(timezone.utc)):
        """`proven`: when the drill passed last, in ISO 8601 and UTC; None if it never did."""
        self.api = api
        self.namespace = namespace
        self.holder = holder
        self.drill = drill
        self.proven = proven or NEVER
        self.now = now
        self.other = ""
        self.ended = threading.Event()

    def acquire(self, seconds):
        try:
            wait("the Lease", lambda: True if self.taken() else None, seconds, every=5.0)
        except TimedOut:
            seen = "Lease %s was held for %d s by %s." % (NAME, seconds, self.other or "drills that came first")
            raise Skipped("busy", seen)
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
            self.other = lease.get("spec", {}).get("holderIdentity") or ""
            waiting = waiting_in(lease, self.now())
            if self.is_free(lease) and is_next(self.drill, self.proven, waiting):
                self.write(lease, self.spec(self.holder), None)
                return True
            if waiting.get(self.drill, ("", self.now()))[1] < self.now() + timedelta(seconds=SECONDS / 2):
                until = micro(self.now() + timedelta(seconds=SECONDS))
                self.write(lease, lease["spec"], "%s %s" % (self.proven, until))
            return False
        except ApiError as error:
            if error.status == 409:
                return False  # another drill was quicker
            raise

    def is_free(self, lease):
        spec = lease.get("spec", {})
        if self.other in ("", self.holder) or not spec.get("renewTime"):
            return True
        renewed = moment(spec["renewTime"])
        return renewed + timedelta(seconds=spec.get("leaseDurationSeconds", SECONDS)) < self.now()

    def write(self, lease, spec, waits):
        """Of the Lease as it was read: another's change since then is a conflict."""
        annotations = dict(lease["metadata"].get("annotations") or {})
        annotations.pop(WAITING + self.drill, None)
        if waits is not None:
            annotations[WAITING + self.drill] = waits
        metadata = dict(lease["metadata"], annotations=annotations)
        self.api.replace("Lease", self.namespace, NAME, dict(lease, metadata=metadata, spec=spec))

    def spec(self, holder):
        at = micro(self.now())
        return {"holderIdentity": holder, "leaseDurationSeconds": SECONDS, "acquireTime": at, "renewTime": at}

    def renew(self):
        while not self.ended.wait(RENEW_SECONDS):
            try:
                self.give(self.holder)
            except ApiError:
                pass  # it is asked again in a while; the Lease lasts longer than that

    def release(self):
        self.ended.set()
        try:
            self.give("")
        except ApiError:
            pass  # it expires

    def give(self, holder):
        lease = self.api.get("Lease", self.namespace, NAME)
        if lease and lease.get("spec", {}).get("holderIdentity") == self.holder:
            self.write(lease, dict(lease["spec"], holderIdentity=holder, renewTime=micro(self.now())), None)


def waiting_in(lease, now):
    """Since when the waiting drills are not proven, and until when that counts: one that ended says no more."""
    found = {}
    for name, value in (lease["metadata"].get("annotations") or {}).items():
        proven, _, until = value.partition(" ")
        if name.startswith(WAITING) and until and moment(until) > now:
            found[name[len(WAITING):]] = (proven, moment(until))
    return found


def is_next(drill, proven, waiting):
    """Never proven comes before everything; then the oldest; then the name decides."""
    def rank(name, since):
        return ("" if since == NEVER else since, name)

    return all(rank(drill, proven) <= rank(name, since) for name, (since, _) in waiting.items())


def micro(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text):
    return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
