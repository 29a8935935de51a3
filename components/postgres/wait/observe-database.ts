import type { Configuration } from "@kubernetes/client-node";

import { type KubernetesArgs, withDeadline, kubeConfigOf } from "../../kubernetes/api.ts";
import { configurationFor } from "../../kubernetes/client.ts";
import { conditionOf, isReplicaCluster } from "../cluster/cluster-resource.ts";
import { restOf } from "../cluster/hibernation.ts";
import { askSql } from "../cluster/sql.ts";
import { haveTriedAgain } from "./annotate.ts";
import { caNotTakenUp, changeKey, notTakenUp, sidecarNotTakenUp } from "./change-in-force.ts";
import { type FailingJob, type LogSeconds, type Look, lookAt } from "./look.ts";
import { badKubeconfig, noLook, noSql } from "./no-answer.ts";
import type { Obstacle } from "./obstacle.ts";
import { obstaclesOf } from "./obstacles.ts";
import { waitsForOperator } from "./phase-obstacles.ts";
import type { PrivateCas } from "./private-ca.ts";
import { type SidecarConfiguration, restartInstances, staleSidecar } from "./sidecar.ts";
import { withoutStaleJobs } from "./stale-jobs.ts";

/** A database that is waited for, and what was done about it meanwhile. */
export interface WaitedFor {
  kubernetes: KubernetesArgs;
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

/** It does not answer, or not as it is to. */
export interface NotYet {
  obstacles: Obstacle[];
  look?: Look;
}

/** It answers. */
export interface Well {
  answering: "sql" | "ready";
  look: Look;
  isChanged: boolean;
  notInForce?: string;
}

/** It was stopped on purpose. */
export interface AtRest {
  rest: string;
  look: Look;
}

/** One look at a database, after what can be done about it. */
export async function observeDatabase(
  database: WaitedFor,
  limitMs: number,
  demandsChange: boolean,
): Promise<Well | NotYet | AtRest> {
  const { kubernetes, namespace, name, generationBefore, privateCas } = database;
  try {
    await kubeConfigOf(kubernetes);
  } catch (error) {
    return { obstacles: [badKubeconfig(error)] };
  }
  try {
    const look = await withDeadline(limitMs, async (deadline) => {
      const configuration = await configurationFor(kubernetes, deadline);
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
  database: WaitedFor,
  look: Look,
  { configuration, deadline }: { configuration: Configuration; deadline: AbortSignal },
): Promise<Look> {
  const { kubernetes, generationBefore } = database;
  const isFirst = generationBefore !== undefined && database.failedBefore === undefined;
  const found = await withoutStaleJobs(configuration, look, isFirst);
  if (isFirst) {
    database.failedBefore = new Map(found.jobs.map((job) => [job.name, job.failedPods]));
    if (waitsForOperator(found)) await haveTriedAgain(kubernetes, database, deadline).catch(() => undefined);
  }
  const { failedBefore } = database;
  // A Job that is at work counts once more of its pods have failed.
  const isOld = ({ name, failedPods, isOver }: FailingJob) =>
    !isOver && failedBefore?.get(name) === failedPods;
  return { ...found, jobs: found.jobs.filter((job) => !isOld(job)) };
}

/** Once; where it may not be done, what is stale is told at the end. */
async function restartForSidecar(database: WaitedFor, look: Look, deadline: AbortSignal): Promise<void> {
  const { kubernetes, sidecar, restart } = database;
  if (sidecar === undefined || restart !== "due" || !isReady(look)) return;
  if (staleSidecar(look.pods, sidecar) === undefined) return;
  const isBegun = await restartInstances(kubernetes, database, deadline).then(
    () => true,
    () => false,
  );
  database.restart = isBegun ? "begun" : "none";
}

/** After a change the lines of before it are about what was before. */
export const logSeconds =
  ({ generationBefore, elapsed }: WaitedFor): LogSeconds =>
  ({ metadata: { generation } }) =>
    generationBefore === undefined || generation === generationBefore ? undefined : Math.ceil(elapsed()) + 10;

const isReady = ({ resource }: Look): boolean =>
  conditionOf(resource, "Ready")?.status === "True" && resource.metadata.deletionTimestamp === undefined;

/** The phase of a ready Cluster can be stale, so the database is asked. */
async function ask(
  database: WaitedFor,
  look: Look,
  limitMs: number,
): Promise<Pick<Well, "answering"> | Obstacle> {
  const { status } = look.resource;
  const pod = status.currentPrimary ?? `${database.name}-1`;
  const sql = await askSql(database.kubernetes, database.namespace, pod, limitMs);
  if (sql.answer === "forbidden") return { answering: "ready" };
  if (sql.answer === "primary" || (sql.answer === "in recovery" && isReplicaCluster(look.resource))) {
    return { answering: "sql" };
  }
  const reason = sql.answer === "none" ? sql.reason : "it is in recovery";
  return noSql(pod, reason);
}
