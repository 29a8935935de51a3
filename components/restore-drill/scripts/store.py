# What the archive holds: barman's base backups and WAL below one prefix of the bucket. The key can only read.
import os
import re

from ending import Failure
from wal import number_of, segment_of, sizes

SEGMENT = re.compile(r"/wals/[0-9A-F]{16}/([0-9A-F]{24})(?:\.(?!partial$)[a-z0-9]+)?$")
UNFINISHED = ("EMPTY", "STARTED", "SYNCING", "WAITING_FOR_WALS")


def s3_client(job):
    # Only the sidecar's image has them.
    import boto3
    from botocore.config import Config

    # Ceph 16 refuses boto3's default checksums.
    config = Config(
        connect_timeout=10,
        read_timeout=30,
        retries={"total_max_attempts": 3, "mode": "standard"},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client(
        "s3",
        endpoint_url=job["endpoint"],
        region_name=job["region"],
        aws_access_key_id=os.environ["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["S3_SECRET_ACCESS_KEY"],
        verify=os.environ.get("S3_CA_FILE"),
        config=config,
    )


class Archive:
    """The archive of one lineage of a database, `<destination path>/<server name>`."""

    def __init__(self, client, destination_path, server_name):
        self.client = client
        bucket, _, prefix = destination_path.partition("://")[2].partition("/")
        self.bucket = bucket
        self.prefix = "/".join(part for part in (prefix.strip("/"), server_name) if part)
        self.url = "s3://%s/%s" % (bucket, self.prefix)

    def backups(self):
        """The finished base backups, oldest first."""
        found = []
        for key in sorted(self.keys("base/")):
            if key.endswith("/backup.info"):
                backup = self.backup(key)
                if backup is not None:
                    found.append(backup)
        if not found:
            self.refuse_without_backup()
        return found

    def backup(self, key):
        """None: not finished, or failed."""
        backup_id = key.split("/")[-2]
        fields = backup_fields(self.asked(lambda: self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()))
        if fields.get("status") in UNFINISHED + ("FAILED",):
            return None
        needed = ("begin_wal", "end_wal", "begin_time", "end_time", "timeline", "version")
        missing = [field for field in needed if not fields.get(field)]
        if fields.get("status") != "DONE" or missing:
            raise Failure(
                "backup-unreadable",
                "The backup.info of base backup %s in %s is damaged or cut: it has no %s."
                % (backup_id, self.url, ", ".join(missing or ["status"])),
            )
        return dict(fields, id=backup_id)

    def refuse_without_backup(self):
        if next(iter(self.keys("wals/")), None) is None:
            raise Failure("archive-empty", "There is nothing in %s." % self.url)
        raise Failure("no-base-backup", "There is WAL in %s and no finished base backup." % self.url)

    def segments(self, first):
        """When each WAL segment was stored, by name, from one on."""
        after = "%s/wals/%s/%s" % (self.prefix, first[:16], first)
        found = {}
        for key, stored_at in self.listed("wals/", after[:-1]):
            match = SEGMENT.search(key)
            if match and match.group(1)[8:] >= first[8:]:
                found[match.group(1)] = stored_at
        return found

    def has(self, segment):
        # Not a `.partial` of it, and not the label of a base backup that begins in it.
        return any(SEGMENT.search(key) for key in self.keys("wals/%s/%s" % (segment[:16], segment)))

    def keys(self, below):
        for key, _ in self.listed(below):
            yield key

    def listed(self, below, after=""):
        given = {"Bucket": self.bucket, "Prefix": "%s/%s" % (self.prefix, below)}
        if after:
            given["StartAfter"] = after
        while True:
            page = self.asked(lambda: self.client.list_objects_v2(**given))
            for entry in page.get("Contents", []):
                yield entry["Key"], entry["LastModified"]
            if not page.get("IsTruncated"):
                return
            given["ContinuationToken"] = page["NextContinuationToken"]

    def asked(self, ask):
        try:
            return ask()
        except Exception as error:  # botocore's, which is not on every machine that runs the tests
            raise self.failure(error)

    def failure(self, error):
        status = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
        code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
        if status in (401, 403):
            return Failure("store-refused", "The store refuses the drill's key for %s (%s)." % (self.url, code))
        if code == "NoSuchBucket":
            return Failure("archive-empty", "The store has no bucket %s." % self.bucket)
        said = code or type(error).__name__
        return Failure("store-unreachable", "The store does not answer for %s (%s)." % (self.url, said))


def backup_fields(raw):
    fields = {}
    for line in raw.decode("utf-8", "replace").splitlines():
        name, equals, value = line.partition("=")
        if equals and value not in ("", "None"):
            fields[name] = value
    return fields


def bytes_of(backup):
    """What the base backup takes on a volume; None where it does not say."""
    for field in ("cluster_size", "size"):
        if backup.get(field, "").isdigit():
            return int(backup[field])
    return None


def first_gap(backup, segments):
    """The first segment that is missing between a base backup and the newest WAL; None if the WAL is whole."""
    per_log = sizes(backup)
    start = number_of(backup["begin_wal"], per_log)
    by_number = {number_of(name, per_log): name for name in sorted(segments)}
    by_number = {number: name for number, name in by_number.items() if number >= start}
    if not by_number:
        return {"segment": backup["begin_wal"], "until": None}
    for number in range(start, max(by_number)):
        if number not in by_number:
            before = by_number.get(number - 1)
            timeline = (before or backup["begin_wal"])[:8]
            until = segments[before] if before else None
            return {"segment": segment_of(timeline, number, per_log), "until": until}
    return None
