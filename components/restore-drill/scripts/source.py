# The live database: its Cluster as Kubernetes has it, and the marker that the drill writes into it.
import re

from ending import Failure, Skipped, TimedOut, wait
from postgres import QueryError
from reasons import stamp

PLUGIN = "barman-cloud.cloudnative-pg.io"
MARKER_DATABASE = MARKER_ROLE = "cnpgrgw_drill"
# How long the archiver may take once PostgreSQL has closed a segment.
ARCHIVER_SECONDS = 180
# How long the database may be without a primary.
FAILOVER_SECONDS = 90


def live_cluster(api, job):
    cluster = api.get("Cluster", job["namespace"], job["clusterName"])
    name = "%s/%s" % (job["namespace"], job["clusterName"])
    if cluster is None:
        raise Failure("source-missing", "There is no Cluster %s." % name)
    rest = rest_of(cluster)
    if rest is not None:
        raise Skipped("source-at-rest", "Cluster %s is %s." % (name, rest))
    writes_to = server_name(cluster)
    if writes_to is not None and writes_to != job["serverName"]:
        raise Failure(
            "wrong-lineage",
            "Cluster %s archives as %s, and this drill restores %s." % (name, writes_to, job["serverName"]),
        )
    return cluster


def rest_of(cluster):
    """Why nothing is written to a database on purpose; None if it is in use."""
    annotations = cluster["metadata"].get("annotations", {})
    if annotations.get("cnpg.io/hibernation") == "on":
        return "hibernated"
    if annotations.get("cnpg.io/fencedInstances", "[]") not in ("", "[]"):
        return "fenced"
    replica = cluster["spec"].get("replica", {})
    # A distributed topology says who is primary; otherwise the field says it.
    primary = replica.get("primary")
    if replica.get("enabled") or primary and primary != replica.get("self", cluster["metadata"]["name"]):
        return "a replica of another one"
    return None


def server_name(cluster):
    """Where the live database archives to; None where it does not say, as with the plugin switched off."""
    for plugin in cluster["spec"].get("plugins", []):
        if plugin["name"] == PLUGIN:
            return plugin.get("parameters", {}).get("serverName", cluster["metadata"]["name"])
    store = cluster["spec"].get("backup", {}).get("barmanObjectStore")
    return None if store is None else store.get("serverName", cluster["metadata"]["name"])


def image_of(cluster):
    return cluster.get("status", {}).get("image") or cluster["spec"].get("imageName")


def major_of(cluster):
    """The major version of the image that would restore; None where nothing says it."""
    tag = re.search(r":(\d+)(?:[.\-@_]|$)", image_of(cluster) or "")
    if tag:
        return int(tag.group(1))
    return cluster.get("status", {}).get("pgDataImageInfo", {}).get("majorVersion")


class Marker:
    """One row a run, in a database that is the drill's own. It is what the restored copy has to have."""

    def __init__(self, connect, job, password):
        self.connect = connect
        self.job = job
        self.password = password

    def write(self, run):
        """Commits the row; returns its time and the WAL segment that the commit is in, and what else it can see."""
        self.problem = None
        try:
            return wait("an answer of the database", lambda: self.written(run), FAILOVER_SECONDS, every=5.0)
        except TimedOut:
            raise Failure("source-unreachable", "No marker could be written to %s: %s." % (self.place(), self.problem))

    def written(self, run):
        """None where the database does not answer, as in a failover."""
        try:
            source = self.connected()
            try:
                return self.row(source, run)
            finally:
                source.close()
        except QueryError as error:
            self.problem = error
            return None

    def row(self, source, run):
        source.rows(
            "create table if not exists runs (run text primary key, at timestamptz not null default clock_timestamp())"
        )
        source.rows("delete from runs where at < now() - interval '400 days'")
        source.rows("insert into runs (run) values (%s) on conflict (run) do nothing", (run,))
        return {
            "run": run,
            "at": source.value("select at from runs where run = %s", (run,)),
            "segment": source.value("select pg_walfile_name(pg_current_wal_insert_lsn())"),
            "archiveTimeout": source.value("select setting::int from pg_settings where name = 'archive_timeout'"),
            "earlier": [row[0] for row in source.rows("select at from runs where run <> %s", (run,))],
            "databases": names(source, "select datname from pg_database where datallowconn"),
            "roles": names(source, "select rolname from pg_roles where rolname !~ '^pg_'"),
        }

    def until_archived(self, marker, archive, deadline):
        """How many seconds the row was in no archive: what a loss of the whole site would have cost."""
        timeout = marker["archiveTimeout"]
        seconds = deadline.within(timeout + ARCHIVER_SECONDS)
        try:
            seen = wait("the marker's WAL to be archived", lambda: self.archived(marker, archive), seconds)
        except TimedOut:
            raise Failure("marker-not-archived", self.why_not(marker, archive, seconds))
        return seen

    def archived(self, marker, archive):
        if not archive.has(marker["segment"]):
            return None
        try:
            return self.asked("select extract(epoch from clock_timestamp() - %s::timestamptz)::float", marker["at"])
        except QueryError:
            return None

    def why_not(self, marker, archive, seconds):
        said = "%s of the marker written at %s is not in %s after %d s." % (
            marker["segment"], stamp(marker["at"]), archive.url, seconds,
        )
        try:
            source = self.connected()
            last, failed = source.rows("select last_archived_wal, last_failed_wal from pg_stat_archiver")[0]
            source.close()
        except QueryError as error:
            return "%s The database does not answer any more: %s." % (said, error)
        if last is not None and last >= marker["segment"]:
            return "%s PostgreSQL takes it for archived: its archive command stores nothing." % said
        if failed is not None:
            return "%s PostgreSQL's archive command fails at %s." % (said, failed)
        return "%s The last segment archived is %s; archive_timeout is %d s." % (
            said, last or "none", marker["archiveTimeout"],
        )

    def asked(self, statement, value):
        source = self.connected()
        try:
            return source.value(statement, (value,))
        finally:
            source.close()

    def connected(self):
        return self.connect(self.host(), MARKER_ROLE, self.password, MARKER_DATABASE, statement_seconds=30)

    def host(self):
        return "%s-rw.%s.svc" % (self.job["clusterName"], self.job["namespace"])

    def place(self):
        return "database %s of %s/%s" % (MARKER_DATABASE, self.job["namespace"], self.job["clusterName"])


def names(source, statement):
    return sorted(row[0] for row in source.rows(statement))
