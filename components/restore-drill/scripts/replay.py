# What the log of the recovery Job says of the replay: how far it came, and when.
import json
import re
from datetime import datetime, timezone

from wal import number_at

FACTS = [
    ("redoAt", r"^redo starts at ([0-9A-F]+/[0-9A-F]+)"),
    ("doneAt", r"^redo done at ([0-9A-F]+/[0-9A-F]+)"),
    ("lastTransaction", r"^last completed transaction was at log time (.+)$"),
    ("timeline", r"^selected new timeline ID: (\d+)"),
    ("lastSegment", r'^restored log file "([0-9A-F]{24})"'),
]


def read(log, facts):
    """Adds to the facts what a piece of the log says; pieces may overlap."""
    for line in (log or "").splitlines():
        record = postgres_record(line)
        if record is None:
            continue
        message = record.get("message", "")
        for name, pattern in FACTS:
            match = re.search(pattern, message)
            if match:
                facts[name] = match.group(1)
                if name in ("redoAt", "doneAt"):
                    facts.setdefault(name + "Time", time_of(record.get("log_time")))


def postgres_record(line):
    try:
        record = json.loads(line).get("record")
    except (ValueError, AttributeError):
        return None
    return record if isinstance(record, dict) else None


def time_of(text):
    """`2026-12-01 10:00:00.123 UTC`, with the zone as a name or an offset; None for other zones than UTC by name."""
    match = re.match(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? ?(UTC|GMT|Z|[+-]\d\d(?::?\d\d)?)?$", text or "")
    if not match:
        return None
    day, clock, fraction, zone = match.groups()
    offset = "+0000" if zone in (None, "UTC", "GMT", "Z") else zone.replace(":", "").ljust(5, "0")
    at = datetime.strptime("%s %s%s%s" % (day, clock, (fraction or ".0")[:7], offset), "%Y-%m-%d %H:%M:%S.%f%z")
    return at.astimezone(timezone.utc)


def is_short(facts, newest, per_log, number_of):
    """Whether replay ended before the newest segment that was archived when the restore was asked for.

    None: the log of the recovery did not say where it ended.
    """
    if "doneAt" not in facts:
        return None
    return number_at(facts["doneAt"], per_log) < number_of(newest, per_log)
