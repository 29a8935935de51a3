import { setTimeout as sleep } from "node:timers/promises";

import type { Configuration } from "@kubernetes/client-node";

import { type KubernetesArgs, withDeadline, kubeConfigOf } from "../../kubernetes/api.ts";
import { configurationFor } from "../../kubernetes/client.ts";
import { haveTriedAgain } from "./annotate.ts";
import { restOf } from "../cluster/hibernation.ts";
import { backupTroubles } from "./backup-trouble.ts";
import { conditionOf, isReplicaCluster } from "../cluster/cluster-resource.ts";
import { type Diagnosis, diagnose } from "./diagnosis.ts";
import { failureMessage } from "./failure.ts";
import { instancesOf } from "../cluster/instances.ts";
import { type PresentCluster, presentCluster } from "../cluster/live-cluster.ts";
import { type FailingJob, type LogSeconds, type Look, lookAt } from "./look.ts";
import { badKubeconfig, noLook, noSql } from "./no-answer.ts";
import { type Obstacle, obstaclesOf, waitsForOperator } from "./obstacles.ts";
import { Patience } from "./patience.ts";
import type { PrivateCas } from "./private-ca.ts";
import { progressLog } from "./progress.ts";
import type { ReplayLog } from "./replay-log.ts";
import {
  type SidecarConfiguration,
  restartInstances,
  sidecarConfiguration,
  staleSidecar,
} from "./sidecar.ts";
import { askSql } from "../cluster/sql.ts";
import { withoutStaleJobs } from "./stale-jobs.ts";
import {
  caNotTakenUp,
  change,
  changeKey,
  firstAwaited,
  notTakenUp,
  sidecarNotTakenUp,
} from "./change-in-force.ts";

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

  /** Where it does not run because somebody has stopped it: that, and how to end it. */
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

interface Database {
  cluster: KubernetesArgs;
  namespace: string;
  name: string;
  answerMs: number;
  isFirstBackupDue: boolean;
  generationBefore: number | undefined;
  privateCas: PrivateCas;

  /** What the sidecar of the instances has to be. */
  sidecar: SidecarConfiguration | undefined;

  /** Whether instances with another one are to restart, and whether they were told to. */
  restart: "none" | "due" | "begun";

  /** How many pods of a Job had failed at the first look of an update. */
  failedBefore: ReadonlyMap<string, number> | undefined;

  /** In seconds, how long the wait lasts. */
  elapsed: () => number;
}

/**
 * Resolves once a Cluster is ready and its primary answers SQL. Rejects with a message that says why it does not and
 * what to do: at once where no waiting helps, else after the timeout and the few seconds that the diagnosis takes.
 */
export async function untilDatabaseAnswers(
  cluster: KubernetesArgs,
  namespace: string,
  name: string,
  options: UntilAnswersOptions,
): Promise<Answering> {
  const { timeoutSeconds, pollMs = 2_000, answerMs = 10_000, generationBefore, privateCas = {} } = options;
  // Past it the operator's word counts: something else may have a hand in it, such as a webhook that changes the pods.
  const { takingUpSeconds = 120, sidecar } = options;
  const isFirstBackupDue = generationBefore === undefined && options.hasBaseBackup !== true;
  const elapsed = stopwatch();
  const wanted = sidecar && (await sidecarConfiguration(cluster, namespace, sidecar.objectStore));
  const database: Database = {
    ...{ cluster, namespace, name, answerMs, isFirstBackupDue, generationBefore, privateCas, elapsed },
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
    const seen = await see(database, limitMs, elapsed() < takingUpSeconds);
    const isLate = elapsed() >= timeoutSeconds;
    let awaited: Waiting | undefined;
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
): Waiting | undefined {
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

interface Waiting {
  obstacles: Obstacle[];
  look?: Look;
}
interface Well {
  answering: Answering["proof"];
  look: Look;
  isChanged: boolean;
  notInForce?: string;
}
interface AtRest {
  rest: string;
  look: Look;
}

async function see(
  database: Database,
  limitMs: number,
  demandsChange: boolean,
): Promise<Well | Waiting | AtRest> {
  const { cluster, namespace, name, generationBefore, privateCas } = database;
  try {
    await kubeConfigOf(cluster);
  } catch (error) {
    return { obstacles: [badKubeconfig(error)] };
  }
  try {
    const look = await withDeadline(limitMs, async (deadline) => {
      const configuration = await configurationFor(cluster, deadline);
      const found = await freshLook(
        database,
        await lookAt(configuration, namespace, name, logSeconds(database)),
        {
          configuration,
          deadline,
        },
      );
      await restartForSidecar(database, found, deadline);
      return found;
    });
    const { sidecar, restart } = database;
    const isChanged =
      restart === "begun" ||
      (generationBefore !== undefined && look.resource.metadata.generation !== generationBefore);
    const awaited = [
      ...caNotTakenUp(look, privateCas),
      ...(sidecar && restart === "begun" ? sidecarNotTakenUp(look, sidecar) : []),
      ...(isChanged ? notTakenUp(look) : []),
    ];
    const obstacles = [...obstaclesOf(look), ...(demandsChange ? awaited : [])];
    const isWell = isReady(look) && !obstacles.some(({ key }) => key === changeKey);
    const sql = isWell ? await ask(database, look, limitMs) : undefined;
    if (sql && "answering" in sql) {
      const [left] = demandsChange ? [] : awaited;
      return { ...sql, look, isChanged, ...(left && { notInForce: left.problem }) };
    }
    const rest = restOf(look.resource);
    return rest === undefined ? { obstacles: sql ? [...obstacles, sql] : obstacles, look } : { rest, look };
  } catch (error) {
    return { obstacles: [noLook(error)] };
  }
}

/** What is seen without failures of before the update, after whatever can be tried anew is. */
async function freshLook(
  database: Database,
  look: Look,
  { configuration, deadline }: { configuration: Configuration; deadline: AbortSignal },
): Promise<Look> {
  const { cluster, generationBefore } = database;
  const isFirst = generationBefore !== undefined && database.failedBefore === undefined;
  const found = await withoutStaleJobs(configuration, look, isFirst);
  if (isFirst) {
    database.failedBefore = new Map(found.jobs.map((job) => [job.name, job.failedPods]));
    if (waitsForOperator(found)) await haveTriedAgain(cluster, database, deadline).catch(() => undefined);
  }
  const { failedBefore } = database;
  // A Job that is at work counts once more of its pods have failed.
  const isOld = ({ name, failedPods, isOver }: FailingJob) =>
    !isOver && failedBefore?.get(name) === failedPods;
  return { ...found, jobs: found.jobs.filter((job) => !isOld(job)) };
}

/** Once; where it may not be done, what is stale is told at the end. */
async function restartForSidecar(database: Database, look: Look, deadline: AbortSignal): Promise<void> {
  const { cluster, sidecar, restart } = database;
  if (sidecar === undefined || restart !== "due" || !isReady(look)) return;
  if (staleSidecar(look.pods, sidecar) === undefined) return;
  const isBegun = await restartInstances(cluster, database, deadline).then(
    () => true,
    () => false,
  );
  database.restart = isBegun ? "begun" : "none";
}

/** After a change the lines of before it are about what was before. */
const logSeconds =
  ({ generationBefore, elapsed }: Database): LogSeconds =>
  ({ metadata: { generation } }) =>
    generationBefore === undefined || generation === generationBefore ? undefined : Math.ceil(elapsed()) + 10;

const isReady = ({ resource }: Look): boolean =>
  conditionOf(resource, "Ready")?.status === "True" && resource.metadata.deletionTimestamp === undefined;

/** The phase of a ready Cluster can be stale, so the database is asked. */
async function ask(
  database: Database,
  look: Look,
  limitMs: number,
): Promise<Pick<Well, "answering"> | Obstacle> {
  const { status } = look.resource;
  const pod = status.currentPrimary ?? `${database.name}-1`;
  const sql = await askSql(database.cluster, database.namespace, pod, limitMs);
  if (sql.answer === "forbidden") return { answering: "ready" };
  if (sql.answer === "primary" || (sql.answer === "in recovery" && isReplicaCluster(look.resource))) {
    return { answering: "sql" };
  }
  const reason = sql.answer === "none" ? sql.reason : "it is in recovery";
  return noSql(pod, reason);
}

function troublesOf(
  { cluster, answerMs, isFirstBackupDue }: Database,
  { resource, pods }: Look,
): Promise<string[]> {
  return backupTroubles(cluster, resource, instancesOf(pods), { isFirstBackupDue, timeoutMs: answerMs });
}

async function failure(
  database: Database,
  outcome: string,
  obstacles: Obstacle[],
  look?: Look,
): Promise<Error> {
  const { cluster, namespace, name, answerMs } = database;
  let diagnosis: Diagnosis = { obstacles, surroundings: [], mayStartOver: false };
  if (look) {
    diagnosis = await withDeadline(answerMs, async (deadline) =>
      diagnose(
        await configurationFor(cluster, deadline),
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
