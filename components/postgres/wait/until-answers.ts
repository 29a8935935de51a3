import { setTimeout as sleep } from "node:timers/promises";

import { type KubernetesArgs, withDeadline } from "../../kubernetes/api.ts";
import { configurationFor } from "../../kubernetes/client.ts";
import { instancesOf } from "../cluster/instances.ts";
import { type PresentCluster, presentCluster } from "../cluster/live-cluster.ts";
import { backupTroubles } from "./backup-trouble.ts";
import { change, firstAwaited } from "./change-in-force.ts";
import { type Diagnosis, diagnose } from "./diagnosis.ts";
import { failureMessage } from "./failure.ts";
import type { Look } from "./look.ts";
import { type NotYet, type WaitedFor, type Well, logSeconds, observeDatabase } from "./observe-database.ts";
import type { Obstacle } from "./obstacle.ts";
import { Patience } from "./patience.ts";
import type { PrivateCas } from "./private-ca.ts";
import { progressLog } from "./progress.ts";
import type { ReplayLog } from "./replay-log.ts";
import { sidecarConfiguration, staleSidecar } from "./sidecar.ts";

export interface UntilAnswersOptions {
  /** For how long to wait; an error that is final ends the wait before. */
  timeoutSeconds: number;

  /** Gets a line when what it waits for changes, and every half a minute. */
  log: (line: string) => void;

  /**
   * The Cluster's `metadata.generation` before an update. Where it is another one now, the operator is given the time to
   * take the change up: until then it says of the Cluster what was true before. Default: there was no Cluster.
   */
  generationBefore?: number | undefined;

  /**
   * Whether there is a base backup of it already, as where it starts from the volumes of an earlier Cluster. Default: a
   * new Cluster has none.
   */
  hasBaseBackup?: boolean;

  /** What the instances have to have mounted before a database counts as up. Default: nothing is looked at. */
  privateCas?: PrivateCas | undefined;

  /**
   * The ObjectStore that says what the sidecar of the instances has to be, and whether this update has changed that, so
   * that they are restarted for it. Default: nothing is looked at.
   */
  sidecar?: { objectStore: string; isChanged: boolean } | undefined;

  /** For how long a changed Cluster has to be well without a break. Default: 5. */
  settleSeconds?: number;

  /** For how long a new Cluster that answers is given to archive its first WAL and base backup. Default: 90. */
  firstBackupSeconds?: number;

  /** For how long to wait for what the instances have to become. Default: 120. */
  takingUpSeconds?: number;

  /** Between two looks. Default: 2000. */
  pollMs?: number;

  /** A question that takes longer has failed; at the end of the time it is given half of it still. Default: 10000. */
  answerMs?: number;
}

/** A database that does not come up. */
export class DatabaseFailure extends Error {
  /** What PostgreSQL said of the recovery that failed, where one did. */
  readonly log: ReplayLog | undefined;

  constructor(message: string, log: ReplayLog | undefined) {
    super(message);
    this.log = log;
  }
}

/** How a database that is up was found. */
export interface Answering {
  /**
   * `sql`: PostgreSQL answered; `ready`: the Cluster is ready, and this user may not run psql in its pods; `none`: it is
   * at rest.
   */
  proof: "sql" | "ready" | "none";

  /** Where it was stopped on purpose and does not run: that, and how to end it. */
  rest?: string;

  /** What the operator has not taken up of a change, and was not waited for any longer. */
  notInForce?: string;

  /** An instance whose sidecar is not as its ObjectStore says, and is not restarted for it. */
  staleSidecar?: string;

  /** What is wrong with its backups, each a sentence or two. */
  backupTroubles: string[];

  /** Its Cluster as it was seen last. */
  live: PresentCluster;
}

/**
 * Resolves once a Cluster is ready and its primary answers SQL. Rejects with a message that says why it does not and
 * what to do: at once where no waiting helps, else after the timeout and the few seconds that the diagnosis takes.
 */
export async function untilDatabaseAnswers(
  kubernetes: KubernetesArgs,
  namespace: string,
  name: string,
  options: UntilAnswersOptions,
): Promise<Answering> {
  const { timeoutSeconds, pollMs = 2_000, answerMs = 10_000, generationBefore, privateCas = {} } = options;
  // Past it the operator's word counts: something else may have a hand in it, such as a webhook that changes the pods.
  const { takingUpSeconds = 120, sidecar } = options;
  const isFirstBackupDue = generationBefore === undefined && options.hasBaseBackup !== true;
  const elapsed = stopwatch();
  const wanted = sidecar && (await sidecarConfiguration(kubernetes, namespace, sidecar.objectStore));
  const database: WaitedFor = {
    ...{ kubernetes, namespace, name, answerMs, isFirstBackupDue, generationBefore, privateCas, elapsed },
    sidecar: wanted,
    restart: sidecar?.isChanged === true ? "due" : "none",
    failedBefore: undefined,
  };
  const patience = new Patience();
  const progress = progressLog(`${namespace}/${name}`, options.log);
  let wellSince: number | undefined;
  for (;;) {
    const left = timeoutSeconds - elapsed();
    const limitMs = Math.max(answerMs / 2, Math.min(answerMs, left * 1_000));
    const seen = await observeDatabase(database, limitMs, elapsed() < takingUpSeconds);
    const isLate = elapsed() >= timeoutSeconds;
    let awaited: NotYet | undefined;
    if ("rest" in seen) {
      return { proof: "none", rest: seen.rest, backupTroubles: [], live: presentCluster(seen.look.resource) };
    }
    if ("answering" in seen) {
      wellSince ??= elapsed();
      awaited = stillAwaited(seen, elapsed() - wellSince, options);
      if (isLate || awaited === undefined) {
        const { notInForce } = seen;
        const stale = wanted && staleSidecar(seen.look.pods, wanted);
        return {
          proof: seen.answering,
          ...(notInForce !== undefined && { notInForce }),
          ...(stale !== undefined && { staleSidecar: stale }),
          backupTroubles: await troublesOf(database, seen.look),
          live: presentCluster(seen.look.resource),
        };
      }
    } else {
      wellSince = undefined;
      awaited = seen;
      const final = patience.exhausted(seen.obstacles, elapsed());
      if (final) throw await failure(database, "cannot come up", [final], seen.look);
      const outcome = `did not come up within ${timeoutSeconds} s`;
      if (isLate) throw await failure(database, outcome, seen.obstacles, seen.look);
    }
    progress(awaited.obstacles[0], awaited.look, elapsed());
    await sleep(Math.max(0, Math.min(pollMs, (timeoutSeconds - elapsed()) * 1_000)));
  }
}

/** What a database that answers is still given time for. */
function stillAwaited(
  { isChanged, look }: Well,
  wellFor: number,
  {
    generationBefore,
    hasBaseBackup = false,
    settleSeconds = 5,
    firstBackupSeconds = 90,
  }: UntilAnswersOptions,
): NotYet | undefined {
  const isNew = generationBefore === undefined;
  const first =
    isNew && wellFor < firstBackupSeconds ? firstAwaited(look.resource, hasBaseBackup) : undefined;
  if (first) return { obstacles: [first] };
  return isChanged && wellFor < settleSeconds ? { obstacles: [change("the change settles")] } : undefined;
}

function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1_000;
}

function troublesOf(
  { kubernetes, answerMs, isFirstBackupDue }: WaitedFor,
  { resource, pods }: Look,
): Promise<string[]> {
  return backupTroubles(kubernetes, resource, instancesOf(pods), { isFirstBackupDue, timeoutMs: answerMs });
}

async function failure(
  database: WaitedFor,
  outcome: string,
  obstacles: Obstacle[],
  look?: Look,
): Promise<Error> {
  const { kubernetes, namespace, name, answerMs } = database;
  let diagnosis: Diagnosis = { obstacles, surroundings: [], mayStartOver: false };
  if (look) {
    diagnosis = await withDeadline(answerMs, async (deadline) =>
      diagnose(
        await configurationFor(kubernetes, deadline),
        look,
        obstacles,
        logSeconds(database)(look.resource),
      ),
    ).catch(() => diagnosis);
  }
  const log = look?.jobs.find((job) => job.log !== undefined)?.log;
  return new DatabaseFailure(
    failureMessage({ namespace, name, outcome, resource: look?.resource, ...diagnosis }),
    log,
  );
}
