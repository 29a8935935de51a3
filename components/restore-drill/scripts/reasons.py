# Why a drill failed, by name, and what to do about it. Pure: from what was seen to a reason.
import json
import re
from datetime import timezone

# What to do, by reason. What was seen comes before it.
ADVICE = {
    "archive-empty": "Check that the bucket and the path are the ones that the database backs up to.",
    "no-base-backup": "Take one now (`kubectl cnpg backup`), and check that nothing else deletes objects in the"
    " bucket, such as a lifecycle rule: until there is one, nothing can be recovered.",
    "backup-unreadable": "Take a base backup now, and check who writes to the bucket. Until it is finished, recover"
    " with recovery.backupId of an older one.",
    "store-refused": "Check the drill's read-only key: run `pulumi up`, which makes it again.",
    "store-unreachable": "Check that the store runs, and that pods in the drill's namespace can reach it.",
    "source-missing": "If the database is lost, recover it from its archive. If it was removed on purpose, remove its"
    " drill too.",
    "source-unreachable": "Check that the database answers, that its Database and DatabaseRole of the drill are"
    " applied, and that pods in the drill's namespace can reach it.",
    "source-at-rest": "The drill runs again when the database is in use.",
    "wrong-lineage": "Run `pulumi up`, so that the drill restores what the database writes now.",
    "wrong-major": "Take a base backup now: the ones in the archive cannot be started by the database's image.",
    "volume-too-small": "Give the drill a larger `size`.",
    "disk-full": "Give the drill a larger `size`. A recovery with the database's own size may fail in the same way.",
    "no-capacity": "Give the cluster room, or raise the quota of the drill's namespace.",
    "operator-down": "Check that the CloudNativePG operator runs and its webhook answers: a recovery would hang too.",
    "leftover": "Look at what holds the object (its finalizers), and delete it; the drill never adopts it.",
    "marker-not-archived": "Check the archiver now: what is written to this database is not safe. See the condition"
    " ContinuousArchiving, `enabled` of the plugin in the Cluster, and the plugin's logs.",
    "wal-gap": "Take a base backup now: a recovery from it needs none of the WAL before it. Then find what deleted the"
    " segment.",
    "data-loss": "Take a base backup now: a recovery from it needs none of the WAL before it. Then find out what"
    " damaged the archive; `npm run archive` checks each segment.",
    "archived-late": "Check how fast WAL is archived, and archive_timeout; or allow more by maxDataLossSeconds.",
    "not-proven": "Let the drill write its marker (`marker` true), which needs no log.",
    "wrong-moment": "A recovery to a moment would go too far. Check the clocks of the nodes that the database ran on.",
    "restore-failed": "A recovery would fail in the same way. Take a base backup now, and run this drill again.",
    "pages-damaged": "Take a base backup now and drill it. If its pages are damaged too, the database itself is.",
    "extension-missing": "Use an image that has the files of each extension that the database uses.",
    "roles-missing": "Compare the roles and databases of the database with those of a recovery before you rely on it.",
    "collation-changed": "Indexes on text may be wrong after a recovery with this image: reindex them, then run"
    " `alter database … refresh collation version`.",
    "sql-failed": "Look at what the statement asks for: in the database, and in a recovery.",
    "deadline": "Give the drill more `deadlineSeconds`, if the restore was at work; otherwise look at what it waited"
    " for.",
    "stopped": "Kubernetes ended the drill's pod. It runs again on its schedule.",
    "busy": "Another drill holds the Lease. Spread the schedules, or lower the other one's deadline.",
    "clean-up-failed": "Delete what is left by hand; the next run tries again.",
    "rights-missing": "Run `pulumi up`, which gives the drill's service account its rights again.",
    "api-away": "The next run removes what this one could not.",
    "internal": "This is an error of the drill. Please report it with the pod's log.",
}


def explained(reason, seen):
    return "%s %s" % (seen, ADVICE[reason])


def stamp(moment):
    """ISO 8601 in UTC, to the second."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def verdict(seen):
    """Whether the data that came back are all that was to come back: None, or a reason and what was seen."""
    return missing_data(seen) or unknown_end(seen) or wrong_moment(seen) or late_data(seen) or failed_check(seen)


def missing_data(seen):
    if seen.get("isMarkerFound") is not False and not seen.get("isShort"):
        return None
    until = seen.get("dataUntil")
    upto = "The restored data end at %s" % stamp(until) if until else "When the restored data end is not known"
    lost = seen.get("dataLossSeconds")
    loss = "" if lost is None else ", %d s before what was archived" % lost
    gap = seen.get("gap")
    if gap:
        return "wal-gap", "WAL segment %s is missing in %s. %s%s." % (gap["segment"], seen["archive"], upto, loss)
    last = seen.get("lastSegment")
    where = "" if last is None else " Replay ended after %s: the segment that follows is damaged." % last
    return "data-loss", "%s%s.%s" % (upto, loss, where)


def unknown_end(seen):
    if not seen.get("isEndUnknown"):
        return None
    return "not-proven", "The restore works, and the log of its recovery does not say how far the data go."


def wrong_moment(seen):
    if not seen.get("isTooNew"):
        return None
    seen_row = "The restored data hold a row that was written after %s, where replay was to end."
    return "wrong-moment", seen_row % seen["moment"]


def late_data(seen):
    lost, most = seen.get("dataLossSeconds"), seen.get("maxDataLossSeconds")
    if lost is None or most is None or lost <= most:
        return None
    return "archived-late", "A loss of the site would have cost the last %d s, and %d s are allowed." % (lost, most)


# In the order in which they matter.
CHECK_REASONS = [
    ("answers", "restore-failed"),
    ("pages", "pages-damaged"),
    ("extensions", "extension-missing"),
    ("databases", "roles-missing"),
    ("roles", "roles-missing"),
    ("collations", "collation-changed"),
    ("sql", "sql-failed"),
]


def failed_check(seen):
    for name, reason in CHECK_REASONS:
        check = seen.get("checks", {}).get(name)
        if check and check["result"] == "failed":
            # A damaged catalog shows itself to whichever check reads it first.
            is_damage = re.search(r"invalid page|could not read blocks? |SQLSTATE XX00", check["detail"])
            return "pages-damaged" if is_damage else reason, "%s." % check["detail"].rstrip(".")
    return None


# What the logs of a failed recovery say, and the reason it stands for; the first that fits.
LOG_REASONS = [
    ("disk-full", r"No space left on device|Disk quota exceeded"),
    ("wrong-major", r"database files are incompatible with server|not compatible with this version of PostgreSQL"),
    ("extension-missing", r"could not access file|could not load library|No such file or directory.*\$libdir"),
    ("store-refused", r"AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|\b403\b|Forbidden"),
    ("pages-damaged", r"invalid page in block|page verification failed"),
    ("store-unreachable", r"(EndpointConnection|ConnectTimeout|ReadTimeout)Error|Could not connect to the endpoint"),
    ("no-base-backup", r"no target backup found|[Nn]o backup found"),
    ("data-loss", r"recovery ended before configured recovery target was reached"),
]


def restore_failure(lines):
    """The reason of a recovery Job's failed pod, from what its containers' logs say went wrong."""
    for reason, pattern in LOG_REASONS:
        telling = [line for line in lines if re.search(pattern, line)]
        if telling:
            return reason, "The recovery failed: %s" % shortened(telling[0])
    said = " | ".join(shortened(line, 200) for line in lines[-3:])
    return "restore-failed", "The recovery failed: %s" % (said or "its logs do not say why.")


def shortened(text, most=400):
    text = text.strip()
    text = text if len(text) <= most else text[: most - 1] + "…"
    return text if text.endswith((".", "…")) else text + "."


def error_lines(log):
    """The lines of a container's log that say what went wrong: of the operator, of PostgreSQL and of barman."""
    found = []
    for line in (log or "").splitlines():
        said = error_in(line)
        if said and said not in found:
            found.append(said)
    return found


def error_in(line):
    try:
        entry = json.loads(line)
    except ValueError:
        return line.strip() if re.search(r"\b(ERROR|CRITICAL|FATAL)\b|Error:", line) else None
    if not isinstance(entry, dict):
        return None
    record = entry.get("record")
    if isinstance(record, dict):
        is_of_client = record.get("backend_type") == "client backend"
        if record.get("error_severity") in ("FATAL", "PANIC", "ERROR") and not is_of_client:
            return "%s: %s" % (record["error_severity"], record.get("message", ""))
        return None
    message = str(entry.get("msg", ""))
    if entry.get("level") in ("error", "fatal") and message != "restore error":
        return ": ".join(part for part in (message, str(entry.get("error", ""))) if part)
    # What other programs print is logged as information, whatever it says.
    is_barman = str(entry.get("logger", "")).startswith("barman-cloud")
    return message if is_barman and re.search(r"\b(ERROR|CRITICAL)\b|Error", message) else None
