# Which moment a drill restores to, where it is to be one in the past.
from datetime import datetime, timedelta, timezone

# A moment keeps this far from markers: their rows are committed a little after their own time.
APART = timedelta(seconds=5)


def end_of(backup):
    """A fraction of a second later: the moment itself has none."""
    return moment_of(backup["end_time"]) + timedelta(seconds=1)


def moment_of(text):
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)


def moment_within(first, marker, chance):
    """A moment between the first base backup and the marker, away from every marker; None if there is no room."""
    last = marker["at"] - APART
    markers = marker["earlier"] + [marker["at"]]
    for _ in range(20):
        if last <= first:
            return None
        moment = (first + (last - first) * chance()).replace(microsecond=0)
        if moment >= first and all(abs(moment - at) >= APART for at in markers):
            return moment
    return None
