# One run of a restore drill: restores the newest backup of a live database into a namespace of the drill, looks at
# what came back, deletes it, and says how far the data went and how long it took.
#
# It runs in the image of the Barman Cloud plugin's sidecar, which every user of the plugin has: Python 3.13 with boto3
# and psycopg2. DRILL holds what to do, as JSON and without a secret; restore-drill.ts writes it.
import json
import os
import random
import signal
import sys
import time
import traceback
from datetime import datetime, timezone

import checks
import kubernetes
import postgres
import replay
import report
import source
import store
from ending import Deadline, Ending, Failure, Stopped
from lease import Lease
from moments import end_of, moment_of, moment_within
from quantity import bytes_in
from reasons import explained, stamp, verdict
from restore import Restore, manifest
from wal import number_of, sizes

LATEST = "latest"


class Drill:
    def __init__(self, job, pod, run, api, client, connect):
        self.job = job
        self.pod = pod
        self.run = run
        self.api = api
        self.client = client
        self.connect = connect
        self.started_at = datetime.now(timezone.utc)
        self.seconds = {}
        self.seen = {"maxDataLossSeconds": job["maxDataLossSeconds"], "checks": {}}
        self.restore = Restore(api, job, pod, connect, say)
        self.figures = {}

    def go(self):
        """Returns the result; whatever happens, the copy is gone by then or the result says that it is not."""
        deadline = Deadline(self.job["deadlineSeconds"])
        ending = self.ended(lambda: self.steps(deadline))
        # From here on a signal changes nothing: Kubernetes waits longer for the pod than this takes.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        cleaned = self.ended(lambda: self.timed("cleanUp", self.clean_up))
        if cleaned is not None:
            ending = ending or cleaned
            ending = (ending[0], ending[1], ending[2] if ending is cleaned else "%s %s" % (ending[2], cleaned[2]))
        return self.result(*(ending or ("passed", None, None)))

    def clean_up(self):
        if self.restore.is_asked_for:
            self.restore.remove()

    def ended(self, work):
        """None, or how it ended: result, reason and detail."""
        try:
            work()
            return None
        except Ending as ending:
            return ending.result, ending.reason, explained(ending.reason, ending.seen)
        except Stopped:
            seen = "The drill was stopped while it waited for %s." % self.restore.phase
            return "failed", "stopped", explained("stopped", seen)
        except kubernetes.ApiError as error:
            reason = {401: "rights-missing", 403: "rights-missing", 0: "api-away"}.get(error.status, "internal")
            return "failed", reason, explained(reason, "Kubernetes says: %s." % error)
        except Exception as error:
            traceback.print_exc()
            return "failed", "internal", explained("internal", "%s: %s." % (type(error).__name__, error))

    def steps(self, deadline):
        live, archive, backups = self.timed("look", self.look)
        marker = self.timed("marker", lambda: self.mark(archive, deadline)) if self.job["marker"] else None
        backup, moment = self.chosen(backups, marker)
        self.compare_with_image(live, backup)
        segments = archive.segments(backup["begin_wal"])
        self.seen["gap"] = store.first_gap(backup, segments)
        is_latest = moment == LATEST and marker is not None
        timeline = int(marker["segment"][:8], 16) if is_latest else int(backup["timeline"])
        self.figures.update(moment=moment, backupId=backup["id"], timeline=timeline)
        say("restoring backup %s to %s" % (backup["id"], moment))
        copy = self.restored(live, backup, moment, deadline)
        self.timed("checks", lambda: self.check(copy, marker, moment))
        self.judge_reach(marker, backup, segments)
        problem = verdict(self.seen)
        if problem is not None:
            raise Failure(*problem)

    def look(self):
        say("looking at %s/%s and its archive" % (self.job["namespace"], self.job["clusterName"]))
        self.restore.refuse_others()
        live = source.live_cluster(self.api, self.job)
        archive = store.Archive(self.client, self.job["destinationPath"], self.job["serverName"])
        self.seen["archive"] = archive.url
        return live, archive, archive.backups()

    def mark(self, archive, deadline):
        writer = source.Marker(self.connect, self.job, os.environ.get("MARKER_PASSWORD", ""))
        marker = writer.write(self.run)
        say("marker written at %s; waiting for %s to be archived" % (stamp(marker["at"]), marker["segment"]))
        self.figures["dataLossSeconds"] = writer.until_archived(marker, archive, deadline)
        return marker

    def chosen(self, backups, marker):
        """The base backup to start from, and how far to go."""
        if self.job["moment"] == "random" and marker is not None:
            moment = moment_within(end_of(backups[0]), marker, random.random)
            if moment is not None:
                return [backup for backup in backups if end_of(backup) <= moment][-1], stamp(moment)
        return backups[-1], LATEST

    def compare_with_image(self, live, backup):
        major, of_backup = source.major_of(live), int(backup["version"]) // 10000
        if major is not None and major != of_backup:
            raise Failure(
                "wrong-major",
                "Base backup %s is of PostgreSQL %d, and the database's image %s is of %d."
                % (backup["id"], of_backup, source.image_of(live), major),
            )
        size, needed = self.job.get("size") or live["spec"]["storage"].get("size"), store.bytes_of(backup)
        if size is not None and needed is not None and bytes_in(size) < needed:
            raise Failure(
                "volume-too-small",
                "The drill's volume has %s, and base backup %s takes %d bytes." % (size, backup["id"], needed),
            )

    def restored(self, live, backup, moment, deadline):
        target = {"backupID": backup["id"]}
        if moment != LATEST:
            target["targetTime"] = moment
        body = manifest(self.job, live, target, self.pod, self.run)
        asked_at, start = datetime.now(timezone.utc), time.monotonic()
        self.restore.start(body)
        try:
            copy = self.restore.first_answer(deadline)
        finally:
            self.measure(asked_at)
        self.figures["recoverySeconds"] = round(time.monotonic() - start, 1)
        say("the restored database answers after %.0f s" % self.figures["recoverySeconds"])
        return copy

    def measure(self, asked_at):
        facts = self.restore.facts
        begin, end = facts.get("redoAtTime"), facts.get("doneAtTime")
        if begin:
            self.seconds["base"] = round((begin - asked_at).total_seconds(), 1)
        if begin and end:
            self.seconds["replay"] = round((end - begin).total_seconds(), 1)

    def check(self, copy, marker, moment):
        """Looks for the marker first: how far the data go matters more than what else is wrong."""
        if marker is not None:
            self.find(copy, marker, moment)
        self.figures["databaseBytes"] = int(copy.value("select sum(pg_database_size(oid)) from pg_database"))
        seconds = max(60, self.job["deadlineSeconds"])
        of_source = marker if moment == LATEST else None
        self.seen["checks"].update(
            checks.all_checks(copy, lambda name: self.restore.open(name, seconds), self.job["checks"], of_source)
        )
        copy.close()

    def find(self, copy, marker, moment):
        rows = self.marker_rows()
        until = None if moment == LATEST else moment_of(moment)
        expected = [at for at in marker["earlier"] + [marker["at"]] if until is None or at <= until]
        too_new = [at for at in rows if until is not None and at > until]
        found = max(expected, default=None) in rows if expected else True
        self.seen["isMarkerFound"], self.seen["isTooNew"] = found, bool(too_new)
        self.seen["moment"] = moment
        newest = max(rows, default=None)
        self.seen["dataUntil"] = max(
            filter(None, [newest, replay.time_of(self.restore.facts.get("lastTransaction"))]), default=None
        )
        detail = "rows up to %s" % (stamp(newest) if newest else "none")
        is_right = found and not too_new
        self.seen["checks"]["marker"] = checks.passed(detail) if is_right else checks.failed(detail)
        if not self.seen["isMarkerFound"]:
            end = until or marker["at"]
            until_then = self.seen["dataUntil"]
            lost = (end - until_then).total_seconds() if until_then else None
            self.figures["dataLossSeconds"] = None if lost is None else max(0.0, lost)

    def marker_rows(self):
        """No database of the marker's name in the copy: it ends before the first one."""
        try:
            connection = self.restore.open(source.MARKER_DATABASE, 60)
        except postgres.QueryError:
            return []
        try:
            return [row[0] for row in connection.rows("select at from runs")]
        except postgres.QueryError as error:
            if error.sqlstate == "42P01":
                return []
            raise
        finally:
            connection.close()

    def judge_reach(self, marker, backup, segments):
        facts, newest = self.restore.facts, max(segments, key=lambda name: name[8:], default=None)
        self.seen["lastSegment"] = facts.get("lastSegment")
        if marker is None and newest is not None:
            self.seen["isShort"] = replay.is_short(facts, newest, sizes(backup), number_of)
            self.seen["isEndUnknown"] = self.seen["isShort"] is None
            self.seen["dataUntil"] = replay.time_of(facts.get("lastTransaction"))
        # Without a marker it is not known: a database at which nobody writes archives nothing either.
        lost = self.figures.get("dataLossSeconds")
        self.figures["dataLossSeconds"] = self.seen["dataLossSeconds"] = None if lost is None else round(lost, 1)

    def timed(self, step, work):
        start = time.monotonic()
        try:
            return work()
        finally:
            self.seconds[step] = round(time.monotonic() - start, 1)

    def result(self, result, reason, detail):
        return {
            "run": self.run,
            "database": "%s/%s" % (self.job["namespace"], self.job["clusterName"]),
            "result": result,
            "reason": reason,
            "detail": detail,
            "moment": self.figures.get("moment", LATEST),
            "backupId": self.figures.get("backupId"),
            "serverName": self.job["serverName"],
            "timeline": self.figures.get("timeline"),
            "startedAt": stamp(self.started_at),
            "seconds": self.seconds,
            "recoverySeconds": self.figures.get("recoverySeconds"),
            "dataLossSeconds": self.figures.get("dataLossSeconds"),
            "databaseBytes": self.figures.get("databaseBytes"),
            "checks": self.seen["checks"],
        }


def say(text):
    print("%s %s" % (stamp(datetime.now(timezone.utc)), text), flush=True)


def stop(_signal, _frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped()


def run_with(api, client, connect):
    job = json.loads(os.environ["DRILL"])
    pod = {"name": os.environ["POD_NAME"], "uid": os.environ["POD_UID"], "namespace": os.environ["POD_NAMESPACE"]}
    drill = Drill(job, pod, os.environ.get("JOB_NAME") or pod["name"], api, client(job), connect)
    lease = None

    def take_turn():
        nonlocal lease
        proven = report.last_passed(api.get("ConfigMap", pod["namespace"], job["runs"]))
        lease = Lease(api, pod["namespace"], pod["name"], job["drill"], proven)
        lease.acquire(job["leaseSeconds"])

    busy = drill.ended(take_turn)
    try:
        result = drill.result(*busy) if busy is not None else drill.go()
    finally:
        if lease is not None:
            lease.release()
    problem = None
    try:
        problem = report.keep(api, pod["namespace"], job["runs"], result, job["keepRuns"])
    except kubernetes.ApiError as error:
        problem = "The result could not be kept: %s" % error
    if problem is not None:
        say(problem)
    report.terminate_with(result)
    if result["result"] == "passed" and os.environ.get("HEARTBEAT_URL"):
        problem = report.beat(os.environ["HEARTBEAT_URL"])
        if problem is not None:
            say(problem)
    print(report.line_of(result), flush=True)
    return 1 if result["result"] == "failed" else 0


def main():
    signal.signal(signal.SIGTERM, stop)
    sys.exit(run_with(kubernetes.Kubernetes(), store.s3_client, postgres.connect))


if __name__ == "__main__":
    main()
