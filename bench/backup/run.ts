import { makeUser, removeUser } from "../shared/rgw-user.ts";
import { machineFacts } from "../shared/machine.ts";
import { say } from "../shared/progress.ts";
import { median } from "../shared/statistics.ts";
import { fill, startDatabase, writeWal } from "./database.ts";
import { inPod, makePod, removePod } from "./pod.ts";
import { peaksOf } from "./peaks.ts";
import type { Results } from "./results.ts";
import { baseResult, noRounds, restoreResult, round, walResult } from "./rounds.ts";
import { type Scale, isRestored } from "./settings.ts";
import { segmentSizes, starts } from "./starts.ts";
import { makeBucket, uid } from "./store.ts";

/** Measures in a pod, with a user and a bucket of its own, and removes all of them in any case. */
export async function runBackupBench(scale: Scale): Promise<Results> {
  await cleanUp();
  try {
    return await measureAll(scale);
  } finally {
    say("removing what the bench made");
    await cleanUp();
  }
}

async function cleanUp(): Promise<void> {
  await removePod();
  await removeUser(uid);
}

async function measureAll(scale: Scale): Promise<Results> {
  say("making a pod, a user and a bucket");
  await makePod(await makeUser(uid));
  await makeBucket();
  await startDatabase();
  say(`filling the database (pgbench -s ${scale.pgbenchScale}, ${scale.documents} documents)`);
  const databaseBytes = await fill(scale.pgbenchScale, scale.documents);
  const segments = await writeWal(scale.segments);
  const rounds = noRounds();
  for (let run = 1; run <= scale.runs; run++) {
    say(`round ${run} of ${scale.runs}`);
    await round(scale, databaseBytes, segments, rounds);
  }
  const peaks = await peaksOf(scale, segments);
  return {
    machine: machineFacts(),
    versions: await versions(),
    runs: scale.runs,
    databaseBytes,
    rawPutSeconds: median(rounds.rawPut),
    rawGetSeconds: median(rounds.rawGet),
    base: scale.data.map((setting) => baseResult(setting, rounds, peaks)),
    restore: scale.data.filter(isRestored).map((setting) => restoreResult(setting, rounds, peaks)),
    startSeconds: median(rounds.startSeconds),
    wal: scale.wal.map((setting) => walResult(setting, rounds, peaks, segments.length)),
    starts: await starts(scale.runs),
    segmentSizes: await segmentSizes(segments, scale.runs),
  };
}

async function versions(): Promise<string> {
  const modules = "import barman.version, boto3; print(barman.version.__version__, boto3.__version__)";
  const [barman, boto3] = (await inPod("barman", ["python3", "-c", modules])).trim().split(" ");
  const postgres = (await inPod("postgres", ["postgres", "--version"])).replace(
    /^postgres \(PostgreSQL\) (\S+).*$/s,
    "$1",
  );
  const python = (await inPod("barman", ["python3", "--version"])).trim();
  return `PostgreSQL ${postgres}, barman-cloud ${barman ?? "?"} with boto3 ${boto3 ?? "?"} and ${python}`;
}
