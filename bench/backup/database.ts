import { dataFolder, inPod, restoreFolder } from "./pod.ts";
import { destination, endpoint, serverName } from "./store.ts";

/** PostgreSQL in the bench's pod: started, filled, and started again from a restored folder. */
const settings = {
  // As CloudNativePG sets it, but nothing is archived by itself: the bench archives, when its turn has come.
  wal_level: "replica",
  archive_mode: "off",
  wal_keep_size: "4GB",
  max_wal_size: "2GB",
  checkpoint_timeout: "30min",
  logging_collector: "off",
};

const options = Object.entries(settings)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(" ");

const shell = (script: string, timeoutMs = 60_000): Promise<string> =>
  inPod("postgres", ["sh", "-ec", script], { timeoutMs });

export async function sql(statement: string, timeoutMs = 60_000): Promise<string> {
  const psql = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-f", "-"];
  return inPod("postgres", psql, { input: statement, timeoutMs });
}

export async function startDatabase(): Promise<void> {
  await shell(`initdb -D ${dataFolder} -U postgres --data-checksums --auth=trust >/dev/null
pg_ctl -D ${dataFolder} -l /tmp/postgres.log -o '${options}' -w start >/dev/null`);
}

/** Rows of a kilobyte or so, about as compressible as JSON documents are: half words, half hexadecimal. */
const documents = (rows: number): string => `
create table documents (id bigint primary key, body text not null);
insert into documents
select n, '{"customer":"' || md5(n::text) || '","note":"' ||
  (select string_agg((array['order','invoice','delivered','pending','customer','address','street','number',
    'returned','paid','credit','parcel','warehouse','item','quantity','discount'])
    [1 + (hashint8(n * 64 + word) & 15)] || ' ' || left(md5((n * 64 + word)::text), 12), ' ')
   from generate_series(1, 44) word) || '"}'
from generate_series(1, ${rows}) n;`;

/** Fills the database; returns its size in bytes, that of all files which a base backup holds. */
export async function fill(scale: number, rows: number): Promise<number> {
  await shell(`pgbench -i -q -s ${scale} -U postgres postgres 2>&1`, 900_000);
  await sql(documents(rows), 900_000);
  await sql("vacuum analyze;", 300_000);
  await sql("checkpoint;", 300_000);
  return Number(await shell(`du -sb --exclude=pg_wal ${dataFolder} | cut -f1`));
}

/** The WAL segment that is written to now. */
export const currentSegment = (): Promise<string> => sql("select pg_walfile_name(pg_current_wal_lsn());");

/** The paths of the segments from one on, the current one ended and included. */
export async function finishedSegments(from: string): Promise<string[]> {
  const last = (await sql("select pg_walfile_name(pg_switch_wal());")).trim();
  const listed = await shell(`ls ${dataFolder}/pg_wal | grep -E '^[0-9A-F]{24}$' | sort`);
  const names = listed.split("\n").filter((name) => name >= from && name <= last);
  return names.map((name) => `${dataFolder}/pg_wal/${name}`);
}

/** Writes as many whole WAL segments by an ordinary load, and returns where they are. */
export async function writeWal(segments: number): Promise<string[]> {
  await sql("select pg_switch_wal();");
  const from = await currentSegment();
  const isEnough = `select pg_current_wal_lsn() - '${lsnOf(from)}'::pg_lsn > ${segments * segmentSize};`;
  while ((await sql(isEnough)) !== "t") {
    await shell("pgbench -n -c 4 -j 2 -T 5 -U postgres postgres >/dev/null 2>&1", 120_000);
  }
  return (await finishedSegments(from)).slice(0, segments);
}

/** PostgreSQL's default, in bytes. */
const segmentSize = 16 * 1024 ** 2;

/** Where a WAL segment of 16 MB starts. */
export function lsnOf(segment: string): string {
  const high = parseInt(segment.slice(8, 16), 16);
  const low = parseInt(segment.slice(16, 24), 16) * segmentSize;
  return `${high.toString(16).toUpperCase()}/${low.toString(16).toUpperCase()}`;
}

/** Seconds until the restored database answers, with its WAL from the store, as it would start in a recovery. */
export async function startRestored(): Promise<number> {
  const restore = `barman-cloud-wal-restore --cloud-provider aws-s3 --endpoint-url ${endpoint} ${destination} ${serverName} %f %p`;
  const seconds = await shell(
    `cat >>${restoreFolder}/postgresql.auto.conf <<'END'
restore_command = '${restore}'
recovery_target = 'immediate'
recovery_target_action = 'promote'
END
touch ${restoreFolder}/recovery.signal
chmod 700 ${restoreFolder}
before=$(date +%s.%N)
pg_ctl -D ${restoreFolder} -l /tmp/restored.log -o '-c port=5433' -w -t 120 start >/dev/null || { tail -5 /tmp/restored.log; exit 1; }
psql -X -q -At -p 5433 -c 'select 1' >/dev/null
after=$(date +%s.%N)
pg_ctl -D ${restoreFolder} -m immediate -w stop >/dev/null
echo "$after $before" | awk '{ print $1 - $2 }'`,
    180_000,
  );
  return Number(seconds);
}

export const removeRestored = (): Promise<string> => shell(`rm -rf ${restoreFolder}`);
