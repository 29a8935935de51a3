# Names of WAL segments: eight hex digits each of the timeline, the log and the segment in it.


def sizes(backup):
    """How many segments make up a log of 4 GiB."""
    return 0x100000000 // int(backup.get("xlog_segment_size", 16 * 1024 * 1024))


def number_of(segment, per_log):
    return int(segment[8:16], 16) * per_log + int(segment[16:24], 16)


def segment_of(timeline, number, per_log):
    return "%s%08X%08X" % (timeline, number // per_log, number % per_log)


def number_at(lsn, per_log):
    """The number of the segment that an LSN such as 0/5000028 is in."""
    high, low = lsn.split("/")
    return ((int(high, 16) << 32) + int(low, 16)) // (0x100000000 // per_log)
