# The restored copy: a Cluster of the operator's own, made by POST and never applied, watched, and deleted.
import base64
import time

import replay
from ending import Failure, TimedOut, wait
from kubernetes import ApiError
from postgres import QueryError
from reasons import error_lines, restore_failure
from source import PLUGIN, image_of

DRILL = "cnpg-rgw/restore-drill"
CLUSTER_LABEL = "cnpg.io/cluster"
# How long the operator may take to make the recovery Job, and Kubernetes to find a node and a volume for its pod.
START_SECONDS, SCHEDULE_SECONDS = 120, 180
GONE_SECONDS = 180
KINDS = ("Cluster", "Job", "Pod", "PersistentVolumeClaim")


def manifest(job, live, target, pod, run):
    """The Cluster to restore: as the live one, where it decides how data are read, and not where it acts."""
    spec = live["spec"]
    # Without its priority: the copy must not drive out what is in use.
    kept = ("imagePullSecrets", "imagePullPolicy", "affinity", "topologySpreadConstraints", "schedulerName",
            "resources", "postgresUID", "postgresGID")
    same = {field: spec[field] for field in kept if field in spec}
    if "walStorage" in spec:
        same["walStorage"] = in_class(spec["walStorage"], job)
    if "tablespaces" in spec:
        same["tablespaces"] = [
            dict(each, storage=in_class(each["storage"], job)) for each in spec["tablespaces"]
        ]
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {
            "name": job["drill"],
            "labels": {DRILL: job["drill"]},
            "annotations": {"cnpg-rgw/run": run},
            # Kubernetes deletes the copy with the drill's pod, whatever ends that.
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Pod", "name": pod["name"], "uid": pod["uid"],
                 "controller": False, "blockOwnerDeletion": False}
            ],
        },
        "spec": dict(
            same,
            instances=1,
            imageName=image_of(live),
            storage=storage_of(spec["storage"], job),
            postgresql=settings_of(spec.get("postgresql", {})),
            inheritedMetadata={"labels": {DRILL: job["drill"]}},
            enableSuperuserAccess=True,
            enablePDB=False,
            # They would be a ConfigMap in this namespace that stays, and the copy is not to be watched as a database.
            monitoring={"disableDefaultQueries": True},
            bootstrap={"recovery": dict(application_of(spec), source="archive", recoveryTarget=target)},
            # Without `plugins` nothing of the copy archives, and nothing in the bucket ever expires by it.
            externalClusters=[
                {"name": "archive", "plugin": {
                    "name": PLUGIN,
                    "parameters": {"barmanObjectName": job["objectStore"], "serverName": job["serverName"]},
                }}
            ],
        ),
    }


def storage_of(storage, job):
    given = in_class(storage, job)
    return dict(given, size=job["size"]) if job.get("size") else given


def in_class(storage, job):
    """The drill's StorageClass is for each volume of the copy."""
    given = {field: storage[field] for field in ("size", "storageClass", "pvcTemplate") if field in storage}
    return dict(given, storageClass=job["storageClass"]) if job.get("storageClass") else given


def settings_of(postgresql):
    """How the copy runs: with the libraries of the live one, and with nothing that acts on others."""
    kept = {field: postgresql[field] for field in ("shared_preload_libraries", "extensions") if field in postgresql}
    parameters = {
        name: value
        for name, value in postgresql.get("parameters", {}).items()
        # They name standbys that the copy has not, or would keep the log from saying how far replay came.
        if not name.startswith("synchronous_") and name not in ("archive_timeout", "log_min_messages")
    }
    # A restored subscriber would connect to its publisher and move its slot; pg_cron would run its jobs.
    parameters["max_logical_replication_workers"] = "0"
    parameters["cron.launch_active_jobs"] = "off"
    return dict(kept, parameters=parameters)


def application_of(spec):
    """Database and owner, or the operator would make those of its default."""
    bootstrap = spec.get("bootstrap", {})
    given = bootstrap.get("initdb") or bootstrap.get("recovery") or bootstrap.get("pg_basebackup") or {}
    return {field: given[field] for field in ("database", "owner") if field in given}


class Restore:
    def __init__(self, api, job, pod, connect, say):
        self.api = api
        self.job = job
        self.pod = pod
        self.connect = connect
        self.say = say
        self.name = job["drill"]
        self.namespace = pod["namespace"]
        self.phase = "the request"
        self.facts = {}
        self.is_asked_for = False

    def start(self, body):
        self.refuse_others()
        self.is_asked_for = True
        try:
            self.api.create("Cluster", self.namespace, body)
        except ApiError as error:
            if error.status == 409 and self.is_mine(self.api.get("Cluster", self.namespace, self.name)):
                return  # the answer to the first request was lost on the way
            raise self.refused(error)

    def refused(self, error):
        said = str(error)
        if "exceeded quota" in said:
            return Failure("no-capacity", "Kubernetes refuses the restored Cluster: %s." % said)
        if "webhook" in said and "denied" not in said:
            return Failure("operator-down", "The operator's webhook does not answer: %s." % said)
        if error.status == 409:
            return Failure("leftover", "There is a Cluster %s already that is not of a drill." % self.name)
        return Failure("restore-failed", "Kubernetes refuses the restored Cluster: %s." % said)

    def is_mine(self, cluster):
        owners = (cluster or {}).get("metadata", {}).get("ownerReferences", [])
        return any(owner["uid"] == self.pod["uid"] for owner in owners)

    def first_answer(self, deadline):
        """Waits until the copy takes connections; returns one, as the superuser."""
        self.started = time.monotonic()
        try:
            return wait("the restored database", self.look, deadline.left())
        except TimedOut:
            raise Failure("deadline", "The restore did not end in time. It waited for %s." % self.phase)

    def look(self):
        pods = self.api.list("Pod", self.namespace, "%s=%s" % (CLUSTER_LABEL, self.name))
        recovery = sorted(
            (pod for pod in pods if pod["metadata"]["labels"].get("cnpg.io/jobRole") == "full-recovery"),
            key=lambda pod: pod["metadata"]["creationTimestamp"],
        )
        for pod in recovery:
            self.look_at_recovery(pod)
        instances = [pod for pod in pods if pod["metadata"]["labels"].get("cnpg.io/podRole") == "instance"]
        if not recovery and not instances:
            self.look_for_job()
            return None
        for pod in instances:
            self.refuse_unscheduled(pod)
            self.phase = "the restored database to answer"
            return self.answer()
        return None

    def look_at_recovery(self, pod):
        """The Job starts over up to six times, each time with the same archive: the first failure says enough."""
        name, status = pod["metadata"]["name"], pod.get("status", {})
        self.refuse_unscheduled(pod)
        log = self.api.log(self.namespace, name, "full-recovery")
        replay.read(log, self.facts)
        self.phase = "the replay of WAL" if "redoAt" in self.facts else "the base backup"
        if status.get("phase") == "Failed":
            lines = error_lines(self.api.log(self.namespace, name, "plugin-barman-cloud")) + error_lines(log)
            if status.get("reason") == "Evicted":
                lines.append("Kubernetes evicted the pod: %s" % status.get("message", ""))
            raise Failure(*restore_failure(lines))

    def refuse_unscheduled(self, pod):
        status = pod.get("status", {})
        if status.get("phase") != "Pending" or pod["spec"].get("nodeName"):
            return
        self.phase = "a node for pod %s" % pod["metadata"]["name"]
        if time.monotonic() - self.started < SCHEDULE_SECONDS:
            return
        said = [c.get("message", "") for c in status.get("conditions", []) if c["type"] == "PodScheduled"]
        raise Failure("no-capacity", "Kubernetes finds no node for the restore: %s." % (said or ["no word of it"])[0])

    def look_for_job(self):
        self.phase = "the operator to start the recovery"
        trouble = [
            event.get("message", "")
            for event in self.api.list("Event", self.namespace, fields="type=Warning")
            if event.get("involvedObject", {}).get("name", "").startswith(self.name)
            and "exceeded quota" in event.get("message", "")
        ]
        if trouble:
            raise Failure("no-capacity", "The quota of namespace %s is used up: %s." % (self.namespace, trouble[-1]))
        if time.monotonic() - self.started < START_SECONDS:
            return
        cluster = self.api.get("Cluster", self.namespace, self.name) or {}
        phase = cluster.get("status", {}).get("phase")
        if phase is None:
            raise Failure("operator-down", "The operator has not looked at the restore for %d s." % START_SECONDS)
        why = cluster["status"].get("phaseReason") or "it does not say why"
        raise Failure("restore-failed", "The operator starts no recovery: %s (%s)." % (phase, why))

    def answer(self):
        secret = self.api.get("Secret", self.namespace, self.name + "-superuser")
        if secret is None:
            return None
        self.password = decoded(secret["data"]["password"])
        try:
            connection = self.open("postgres")
            if connection.value("select pg_is_in_recovery()"):
                connection.close()
                return None
            return connection
        except QueryError:
            return None

    def open(self, database, statement_seconds=0):
        host = "%s-rw.%s.svc" % (self.name, self.namespace)
        return self.connect(host, "postgres", self.password, database, statement_seconds=statement_seconds)

    def refuse_others(self):
        """What an earlier run left is deleted; nothing of another kind is touched, and nothing is ever adopted."""
        left = self.left()
        # Pods and Jobs belong to the Cluster of this name, and have its label alone.
        foreign = [
            what for what, item in left if what.startswith(("Cluster ", "Pers")) and not self.is_of_drill(item)
        ]
        if foreign:
            raise Failure("leftover", "%s is in the way, and is not of a drill." % ", ".join(foreign))
        if left:
            self.say("removing what an earlier run left: %s" % ", ".join(what for what, _ in left))
            self.remove("leftover")

    def is_of_drill(self, item):
        return item["metadata"].get("labels", {}).get(DRILL) == self.name

    def left(self):
        """The Cluster of this name and what belongs to it, each with its name for people."""
        found = []
        for kind in KINDS:
            if kind == "Cluster":
                cluster = self.api.get(kind, self.namespace, self.name)
                items = [] if cluster is None else [cluster]
            else:
                items = self.api.list(kind, self.namespace, "%s=%s" % (CLUSTER_LABEL, self.name))
            found += [("%s %s" % (kind, item["metadata"]["name"]), item) for item in items]
        return found

    def remove(self, reason="clean-up-failed"):
        """Deletes the copy and sees it gone, its volumes too."""
        cluster = self.api.get("Cluster", self.namespace, self.name)
        if cluster is not None and self.is_of_drill(cluster):
            self.api.delete("Cluster", self.namespace, self.name, cluster["metadata"]["uid"])
        try:
            wait("the end of the restored copy", self.is_gone, GONE_SECONDS, every=1.0)
        except TimedOut:
            left = ", ".join(what for what, _ in self.left())
            raise Failure(reason, "Still there after %d s: %s." % (GONE_SECONDS, left))

    def is_gone(self):
        left = self.left()
        if not left:
            return True
        if not any(what.startswith("Cluster ") for what, _ in left):
            for what, item in left:
                # Kubernetes deletes them with the Cluster, unless something has cut the tie.
                is_claim = what.startswith("PersistentVolumeClaim ")
                if is_claim and self.is_of_drill(item) and "deletionTimestamp" not in item["metadata"]:
                    self.api.delete("PersistentVolumeClaim", self.namespace, item["metadata"]["name"])
        return None


def decoded(text):
    return base64.b64decode(text).decode("utf-8")
